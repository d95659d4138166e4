"""Purchase orders as they truly are; every dialect derives from them what its system would serve.

Money and quantities are `Decimal`; instants are aware, UTC, with microseconds; business dates are dates.
Amounts follow `arithmetic`; `history` alone changes living orders.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import TypeAlias

from tests.sandbox.changes import Change, ChangeKind
from tests.sandbox.masters import Address

CustomValue: TypeAlias = str | Decimal | int | bool | date | datetime | None

ZERO = Decimal(0)


class Stage(StrEnum):
    """How far an order has come as a document; receipts and invoices are told by its lines."""

    DRAFT = "draft"
    PENDING_APPROVAL = "pending_approval"
    REJECTED = "rejected"
    APPROVED = "approved"
    SENT = "sent"
    ACKNOWLEDGED = "acknowledged"
    CLOSED = "closed"
    CANCELLED = "cancelled"


class Progress(StrEnum):
    """How much of an order has been received, or invoiced."""

    NONE = "none"
    PARTIAL = "partial"
    FULL = "full"


class LineKind(StrEnum):
    """What a line is; sections and notes carry only text."""

    GOODS = "goods"
    SERVICE = "service"
    ASSET = "asset"
    SECTION = "section"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Receipt:
    """Goods that came in on a line, in the line's unit; `rejected` of them failed inspection."""

    received_at: datetime
    quantity: Decimal
    rejected: Decimal = ZERO


@dataclass(slots=True)
class Schedule:
    """One delivery of a line: a part of its quantity on a date."""

    number: int
    quantity: Decimal
    requested_date: date | None
    promised_date: date | None = None
    quantity_received: Decimal = ZERO


@dataclass(slots=True)
class Distribution:
    """An account assignment: a percentage of a line; `amount` is its share of the line's net amount."""

    number: int
    percent: Decimal
    gl_account: str
    cost_center: str | None = None
    department: str | None = None
    project: str | None = None
    amount: Decimal = ZERO


@dataclass(slots=True)
class Charge:
    """An untaxed cost of the order that is no goods line, such as freight."""

    kind: str
    description: str
    amount: Decimal


@dataclass(slots=True)
class Line:
    """An order line. `price` is per `price_basis` of `price_unit`; a quantity in order units times
    `price_numerator / price_denominator` is one in price units. Net and tax amounts are kept by `arithmetic.price`."""

    id: int
    number: int
    kind: LineKind
    description: str
    created_at: datetime
    modified_at: datetime
    item: str | None = None
    vendor_item_code: str | None = None
    quantity: Decimal = ZERO
    unit: str | None = None
    price: Decimal = ZERO
    price_basis: Decimal = Decimal(1)
    price_unit: str | None = None
    price_numerator: int = 1
    price_denominator: int = 1
    discount_percent: Decimal = ZERO
    tax_code: str | None = None
    tax_rate: Decimal = ZERO
    net_amount: Decimal = ZERO
    tax_amount: Decimal = ZERO
    requested_date: date | None = None
    promised_date: date | None = None
    confirmed_date: date | None = None
    site: str | None = None
    ship_to: Address | None = None
    over_delivery_percent: Decimal | None = None
    under_delivery_percent: Decimal | None = None
    requisition: str | None = None
    contract: str | None = None
    quantity_invoiced: Decimal = ZERO
    is_cancelled: bool = False
    is_closed: bool = False
    receipts: list[Receipt] = field(default_factory=list)
    schedules: list[Schedule] = field(default_factory=list)
    distributions: list[Distribution] = field(default_factory=list)
    custom: dict[str, CustomValue] = field(default_factory=dict)

    @property
    def is_text(self) -> bool:
        return self.kind in (LineKind.SECTION, LineKind.NOTE)

    @property
    def quantity_received(self) -> Decimal:
        return sum((receipt.quantity for receipt in self.receipts), ZERO)

    @property
    def quantity_rejected(self) -> Decimal:
        return sum((receipt.rejected for receipt in self.receipts), ZERO)

    @property
    def quantity_accepted(self) -> Decimal:
        return self.quantity_received - self.quantity_rejected

    @property
    def is_void(self) -> bool:
        """Nothing comes of it any more, as if it had not been ordered: cancelled, or closed before anything came."""
        return self.is_cancelled or (self.is_closed and not self.quantity_received and not self.quantity_invoiced)

    @property
    def quantity_open(self) -> Decimal:
        """What is still to come: nothing for a closed, cancelled or over-received line."""
        done = self.is_text or self.is_closed or self.is_cancelled
        return ZERO if done else max(self.quantity - self.quantity_received, ZERO)

    @property
    def unit_price(self) -> Decimal:
        """The price of one order unit, for systems without price units: exact, at most 5 decimals."""
        return self.price * self.price_numerator / self.price_denominator / self.price_basis

    @property
    def total_amount(self) -> Decimal:
        return self.net_amount + self.tax_amount


@dataclass(slots=True)
class Order:
    """A purchase order. `id` is an integer unique in the company, `number` what people read.

    `order_type` is standard, blanket (with validity) or drop_ship.
    `exchange_rate` is company currency per one unit of `currency`. `lacks_modified_at` marks rows of an old import for
    which a system may serve no modification time. `change_count` grows with any change of the order or its lines."""

    id: int
    number: str
    entity: str
    vendor: str
    currency: str
    stage: Stage
    order_date: date
    created_at: datetime
    modified_at: datetime
    order_type: str = "standard"
    revision: int = 0
    buyer: str | None = None
    requester: str | None = None
    created_by: str | None = None
    approved_by: str | None = None
    requested_date: date | None = None
    promised_date: date | None = None
    valid_from: date | None = None
    valid_to: date | None = None
    approved_at: datetime | None = None
    sent_at: datetime | None = None
    acknowledged_at: datetime | None = None
    closed_at: datetime | None = None
    cancelled_at: datetime | None = None
    ship_to: Address | None = None
    bill_to: Address | None = None
    site: str | None = None
    payment_term: str | None = None
    incoterm: str | None = None
    incoterm_place: str | None = None
    ship_method: str | None = None
    exchange_rate: Decimal = Decimal(1)
    exchange_rate_date: date | None = None
    vendor_reference: str | None = None
    requisition: str | None = None
    contract: str | None = None
    quotation: str | None = None
    project: str | None = None
    memo: str | None = None
    is_flagged_deleted: bool = False
    lacks_modified_at: bool = False
    charges: list[Charge] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    custom: dict[str, CustomValue] = field(default_factory=dict)
    changes: list[Change] = field(default_factory=list)
    change_count: int = 0

    @property
    def goods_lines(self) -> list[Line]:
        """The lines that carry quantities and amounts: all but sections and notes."""
        return [line for line in self.lines if not line.is_text]

    @property
    def subtotal(self) -> Decimal:
        """Net amounts of all lines, also of cancelled and closed ones."""
        return sum((line.net_amount for line in self.lines), ZERO)

    @property
    def charges_amount(self) -> Decimal:
        return sum((charge.amount for charge in self.charges), ZERO)

    @property
    def tax_amount(self) -> Decimal:
        return sum((line.tax_amount for line in self.lines), ZERO)

    @property
    def total(self) -> Decimal:
        """Subtotal + charges + tax, in `currency`."""
        return self.subtotal + self.charges_amount + self.tax_amount

    @property
    def uncancelled_lines(self) -> list[Line]:
        """The goods lines; cancelled ones only where there are no others."""
        return [line for line in self.goods_lines if not line.is_cancelled] or self.goods_lines

    @property
    def expected_lines(self) -> list[Line]:
        """The goods lines of which something comes, or came; void ones only where there are no others."""
        return [line for line in self.goods_lines if not line.is_void] or self.goods_lines

    @property
    def receipt_progress(self) -> Progress:
        return receipts_of(self.expected_lines)

    @property
    def invoice_progress(self) -> Progress:
        return invoices_of(self.expected_lines)

    @property
    def is_short_closed(self) -> bool:
        """Closed although something ordered never came."""
        return self.stage is Stage.CLOSED and receipts_of(self.uncancelled_lines) is not Progress.FULL

    @property
    def is_open(self) -> bool:
        """Released to the vendor and neither closed nor cancelled nor completely received and invoiced."""
        done = self.receipt_progress is Progress.FULL and self.invoice_progress is Progress.FULL
        return self.stage in (Stage.APPROVED, Stage.SENT, Stage.ACKNOWLEDGED) and not done

    def line(self, line_id: int) -> Line:
        """The line with that id; KeyError if the order has none."""
        for line in self.lines:
            if line.id == line_id:
                return line
        raise KeyError(f"order {self.number} has no line {line_id}")

    def changed_at(self, kinds: Iterable[ChangeKind]) -> datetime:
        """When a change of one of these kinds last happened, else the creation: a system's own modification time."""
        return max((change.at for change in self.changes if change.kind in kinds), default=self.created_at)


def receipts_of(lines: Iterable[Line]) -> Progress:
    """How much of these lines has been received."""
    return _progress((line.quantity_received, line.quantity) for line in lines)


def invoices_of(lines: Iterable[Line]) -> Progress:
    """How much of these lines has been invoiced."""
    return _progress((line.quantity_invoiced, line.quantity) for line in lines)


def _progress(pairs: Iterable[tuple[Decimal, Decimal]]) -> Progress:
    done = [(actual > 0, actual >= wanted) for actual, wanted in pairs]
    if not any(some for some, _ in done):
        return Progress.NONE
    return Progress.FULL if all(full for _, full in done) else Progress.PARTIAL
