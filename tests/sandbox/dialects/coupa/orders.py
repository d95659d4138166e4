"""Orders and their lines as Coupa keeps them, and what moves which `updated-at`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal

from tests.sandbox.arithmetic import rounded
from tests.sandbox.changes import Change, ChangeKind
from tests.sandbox.company import Company
from tests.sandbox.dialects.coupa.masters import FREIGHT, Masters, price
from tests.sandbox.dialects.coupa.values import Row
from tests.sandbox.order import ZERO, Charge, Line, LineKind, Order, Stage

STATUSES = {
    Stage.DRAFT: "draft", Stage.PENDING_APPROVAL: "buyer_hold", Stage.REJECTED: "cancelled",
    Stage.APPROVED: "supplier_window_hold", Stage.SENT: "issued", Stage.ACKNOWLEDGED: "issued",
    Stage.CLOSED: "closed", Stage.CANCELLED: "cancelled",
}  # fmt: skip
"""Orders are made of approved requisitions; one that waits is on hold for its buyer."""

HEADER = frozenset(
    {
        ChangeKind.CREATED, ChangeKind.HEADER_EDITED, ChangeKind.STATUS_CHANGED, ChangeKind.TOUCHED,
        ChangeKind.LINE_ADDED, ChangeKind.LINE_DELETED, ChangeKind.LINE_AMOUNT_EDITED,
    }
)  # fmt: skip
"""Changes that save the header, with its total; receipts, invoices and texts of lines save the line alone."""

CHARGE_IDS = 1_000_000_000
"""Charge lines have ids from here on: order id times a hundred and their number."""

LEFT_OUT = ("currency", "total")
"""Elements of the header that the vendor's example of an order does not have; its lines have theirs."""

GLOBAL_NAMESPACE = ("priority",)
"""Custom fields of the older kind stand beside the standard ones; all others under ``custom-fields``."""


class Orders:
    """Renders orders of the company."""

    def __init__(self, company: Company, started_at: datetime, options: Mapping[str, str]) -> None:
        self._company, self._started_at = company, started_at
        self._is_bare, self._closes_softly = options.get("header") == "bare", options.get("closing") == "soft"
        self._masters = Masters(company, has_full_names=not self._is_bare)

    def render(self, order: Order) -> Row:
        """The order with its lines, charges among them."""
        masters, vendor = self._masters, self._company.vendors[order.vendor]
        lines = [self._line(order, line, number) for number, line in enumerate(order.goods_lines, 1)]
        lines += [self._charge(order, charge, len(lines) + n) for n, charge in enumerate(order.charges, 1)]
        is_sent = order.sent_at is not None
        user = masters.user(order.created_by)
        body: Row = {
            "id": order.id, "created-at": order.created_at, "updated-at": self._updated_at(order),
            "po-number": order.number, "type": "ExternalOrderHeader", "status": self._status(order),
            "version": max(order.revision, 1), "internal-revision": order.change_count, "created-by": user,
            "updated-by": user, "currency": masters.currency(order.currency), "supplier": masters.supplier(vendor),
            "supplier-site": None, "payment-term": masters.payment_term(order.payment_term),
            "shipping-term": {"id": 1, "code": order.incoterm, "active": True} if order.incoterm else None,
            "ship-to-address": masters.address(order.ship_to), "ship-to-user": None,
            "ship-to-attention": order.ship_to and order.ship_to.contact,
            "requester": masters.person(order.requester),
            "requisition-header": {"id": requisition_id(order)} if order.requisition else None,
            "order-lines": lines, "total": sum((line["total"] for line in lines), ZERO),
            "transmission-status": "sent_via_email" if is_sent else "created", "transmission-emails": vendor.email,
            "transmission-method-override": "supplier_default",
            "confirmation_status": "confirmed" if order.acknowledged_at else None,
            "acknowledged-flag": order.acknowledged_at is not None, "acknowledged-at": order.acknowledged_at,
            "exported": False, "last-exported-at": None, "change-type": "revision" if order.revision else None,
            "payment-method": "invoice", "pcard": None, "hide-price": False, "price-hidden": False,
            "invoice-stop": False, "classification": "supplier", "coupa-accelerate-status": None,
            "confirm-by-hrs": None, "order-confirmation-level": 0, "milestones": [], "attachments": [],
            "reason-insight-events": [], "current-integration-history-records": [], "user-members": [],
            "user-group-members": [],
            **{name: value for name, value in order.custom.items() if name in GLOBAL_NAMESPACE},
            "custom-fields": _hyphenated({k: v for k, v in order.custom.items() if k not in GLOBAL_NAMESPACE}),
        }  # fmt: skip
        return {name: value for name, value in body.items() if not (self._is_bare and name in LEFT_OUT)}

    def _status(self, order: Order) -> str:
        told = STATUSES[order.stage]
        return "soft_closed" if told == "closed" and self._closes_softly else told

    def _updated_at(self, order: Order) -> datetime | None:
        """None for rows that an import left without, until they are saved the first time."""
        at = updated_at(order)
        return None if order.lacks_modified_at and at <= self._started_at else at

    def _line(self, order: Order, line: Line, number: int) -> Row:
        masters, entity = self._masters, self._company.entity_of(order)
        is_split = len(line.distributions) > 1
        shares = [
            {"id": line.id * 10 + part.number, "pct": part.percent, "amount": part.amount,
             "account": masters.account(part, entity)}
            for part in line.distributions if is_split
        ]  # fmt: skip
        first = line.distributions[0] if line.distributions else None
        return self._common(order, number) | {
            "id": line.id, "type": "OrderQuantityLine", "description": line.description, "item": masters.item(line),
            "commodity": masters.commodity(line), "quantity": line.quantity, "uom": masters.unit(line.unit),
            "price": price(line), "total": line.net_amount, "received": line.quantity_received,
            "invoiced": invoiced_amount(self._company, order, line), "need-by-date": line.requested_date,
            "status": line_status(line), "source-part-num": line.vendor_item_code, "account-allocations": shares,
            "account": None if is_split else masters.account(first, entity),
            "accounting-total": self._in_company(order, line.net_amount), "created-at": line.created_at,
            "updated-at": line_updated_at(order, line),
            "match-type": "2-way" if line.kind is LineKind.SERVICE else "3-way",
            "receipt-required": line.kind is not LineKind.SERVICE,
            "service-type": "quantity_deliverable" if line.kind is LineKind.SERVICE else "non_service",
            "asset-tags": [{"id": line.id, "tag": f"A{line.id:06d}"}] if line.kind is LineKind.ASSET else [],
            "receiving-warehouse": None if order.order_type == "drop_ship" else masters.warehouse(line.site),
            "contract": {"id": 1, "number": line.contract, "name": line.contract} if line.contract else None,
            "custom-fields": _hyphenated(line.custom),
        }  # fmt: skip

    def _charge(self, order: Order, charge: Charge, number: int) -> Row:
        """Freight is a line with an amount and no quantity."""
        return self._common(order, number) | {
            "id": CHARGE_IDS + order.id * 100 + number, "type": "OrderAmountLine", "description": charge.description,
            "item": None, "commodity": {"id": 9_000, "name": FREIGHT, "active": True}, "quantity": None, "uom": None,
            "price": charge.amount, "total": charge.amount, "received": ZERO, "invoiced": ZERO, "need-by-date": None,
            "status": "created", "source-part-num": None, "account-allocations": [],
            "account": self._masters.account(None, self._company.entity_of(order)),
            "accounting-total": self._in_company(order, charge.amount), "created-at": order.created_at,
            "updated-at": order.created_at, "match-type": "none", "receipt-required": False,
            "service-type": "non_service", "asset-tags": [], "receiving-warehouse": None, "contract": None,
            "custom-fields": {},
        }  # fmt: skip

    def _common(self, order: Order, number: int) -> Row:
        currency, entity = self._masters.currency(order.currency), self._company.entity_of(order)
        user = self._masters.user(order.created_by)
        return {
            "line-num": str(number), "sub-line-num": 0, "order-header-id": order.id, "version": 1,
            "order-header-number": order.number, "currency": currency, "created-by": user, "updated-by": user,
            "supplier-order-number": order.vendor_reference, "supp-aux-part-num": None, "department": None,
            "accounting-total-currency": self._masters.currency(entity.currency), "reporting-total": None,
            "savings-pct": None, "minimum-order-quantity": None, "invoice-stop": False, "period": None,
            "receipt-approval-required": False, "attachments": [], "milestones": [], "bulk-price": None,
            "extra-line-attribute": None, "form-response": None, "rfq-form-response": None, "requester": None,
            "supplier": {"id": 5_000 + self._company.vendors[order.vendor].id}, "supplier-site-id": None,
            "easy_form_response_id": None, "manufacturer_name": None, "manufacturer_part_number": None,
            "external_reference_number": None, "external_reference_type": None, "third_party_supplier": None,
            "amount_components": [], "requisition_line_id": None, "recurring_rules": None, "line_owner": None,
            "order_line_tax_detail": None,
        }  # fmt: skip

    def _in_company(self, order: Order, amount: Decimal) -> Decimal:
        return in_company(self._company, order, amount)


def updated_at(order: Order) -> datetime:
    """When the header was last saved."""
    return max(
        (change.at for change in order.changes if change.kind in HEADER and not _is_of_texts(order, change)),
        default=order.created_at,
    )


def line_updated_at(order: Order, line: Line) -> datetime:
    """When the line was last saved: by itself, or with the status of its order."""
    own = (change.at for change in order.changes if line.id in change.line_ids)
    return max((*own, line.created_at))


def _is_of_texts(order: Order, change: Change) -> bool:
    """There are no sections and notes, so adding one saves nothing."""
    texts = {line.id for line in order.lines if line.is_text}
    return change.kind is ChangeKind.LINE_ADDED and set(change.line_ids) <= texts


def line_status(line: Line) -> str:
    if line.is_cancelled:
        return "cancelled"
    if line.is_closed:
        return "soft_closed_for_receiving" if awaits_invoice(line) else "soft_closed_for_invoicing"
    return "received" if line.quantity_received >= line.quantity else "created"


def awaits_invoice(line: Line) -> bool:
    """Whether something of a line came that is still to be invoiced."""
    return line.quantity_invoiced < line.quantity_received


def invoiced_amount(company: Company, order: Order, line: Line) -> Decimal:
    """What was invoiced of a line, in money."""
    return rounded(line.net_amount * line.quantity_invoiced / line.quantity, company.digits(order.currency))


def in_company(company: Company, order: Order, amount: Decimal) -> Decimal:
    """An amount in the currency of the entity's chart of accounts."""
    return rounded(amount * order.exchange_rate, company.digits(company.entity_of(order).currency))


def requisition_id(order: Order) -> int:
    return int((order.requisition or "PR0").removeprefix("PR"))


def _hyphenated(values: dict[str, object]) -> Row:
    return {name.replace("_", "-"): value for name, value in values.items()}
