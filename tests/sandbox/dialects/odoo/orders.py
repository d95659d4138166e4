"""Orders and lines as Odoo keeps them, and what moves their `write_date`."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from html import escape

from tests.sandbox import arithmetic
from tests.sandbox.changes import Change, ChangeKind
from tests.sandbox.company import Company
from tests.sandbox.dialects.odoo.fields import GONE_IN_19, LINE, NEW_IN_18, ORDER, RENAMED_IN_19
from tests.sandbox.dialects.odoo.masters import FREIGHT_PRODUCT, Masters
from tests.sandbox.dialects.odoo.values import Record, Ref, inverse, noisy
from tests.sandbox.order import ZERO, Charge, Line, LineKind, Order, Stage

STATES = {
    Stage.DRAFT: "draft",
    Stage.PENDING_APPROVAL: "to approve",
    Stage.REJECTED: "cancel",
    Stage.APPROVED: "purchase",
    Stage.SENT: "purchase",
    Stage.ACKNOWLEDGED: "purchase",
    Stage.CLOSED: "done",
    Stage.CANCELLED: "cancel",
}
"""An order is sent before it is confirmed or without a trace after; a closed one is locked, and may still be billed."""

DISPLAY_TYPES = {LineKind.SECTION: "line_section", LineKind.NOTE: "line_note"}
CHARGE_IDS = 1_000_000_000
"""Charge lines have ids from here on: order id times a hundred and their number."""

MOVING = frozenset(
    {
        ChangeKind.CREATED, ChangeKind.HEADER_EDITED, ChangeKind.STATUS_CHANGED, ChangeKind.TOUCHED,
        ChangeKind.LINE_AMOUNT_EDITED, ChangeKind.LINE_ADDED, ChangeKind.LINE_DELETED, ChangeKind.RECEIVED,
        ChangeKind.INVOICED,
    }
)  # fmt: skip
"""Changes that move the header's `write_date`, as measured on Odoo 18.0; the others move that of the line, or none."""


class Orders:
    """Renders orders of the company in one version of Odoo."""

    def __init__(self, company: Company, masters: Masters, version: int, started_at: datetime) -> None:
        self._company, self._masters, self._version, self._started_at = company, masters, version, started_at

    def render(self, order: Order) -> tuple[Record, list[Record]]:
        """The header and its lines, charges among them."""
        lines = [self._line(order, line) for line in order.lines]
        lines += [self._charge(order, number, charge) for number, charge in enumerate(order.charges, 1)]
        for line in lines:
            self._fit(LINE, line)
        header = self._header(order, tuple(line["id"] for line in lines))
        self._fit(ORDER, header)
        return header, lines

    def _header(self, order: Order, line_ids: tuple[int, ...]) -> Record:
        masters, entity = self._masters, self._company.entity_of(order)
        reference = f" ({order.vendor_reference})" if order.vendor_reference else ""
        company_digits = self._company.digits(entity.currency)
        return {
            "id": order.id, "name": order.number, "display_name": f"{order.number}{reference}", "priority": "0",
            "origin": order.requisition, "partner_ref": order.vendor_reference, "access_token": None,
            "date_order": deadline(order),
            "date_approve": order.approved_at, "date_planned": _earliest(order), "state": self._state(order),
            "locked": self._state(order) == "done", "partner_id": masters.vendor(order.vendor),
            "dest_address_id": masters.delivery(order), "currency_id": masters.currency(order.currency),
            "company_currency_id": masters.currency(entity.currency), "order_line": line_ids,
            "notes": _html(order.memo),
            "invoice_status": invoice_status(order), "receipt_status": receipt_status(order),
            "amount_untaxed": order.subtotal + order.charges_amount, "amount_tax": order.tax_amount,
            "amount_total": order.total,
            "amount_total_cc": arithmetic.rounded(order.total * order.exchange_rate, company_digits),
            "currency_rate": inverse(order.exchange_rate), "payment_term_id": masters.term(order.payment_term),
            "incoterm_id": masters.incoterm(order.incoterm), "incoterm_location": order.incoterm_place,
            "user_id": masters.user(order.buyer), "company_id": masters.company(order.entity),
            "picking_type_id": masters.picking_type(order), "picking_ids": receipt_ids(self._company, order),
            "effective_date": _first_receipt(order),
            "mail_reminder_confirmed": False, "mail_reception_declined": False,
            "mail_reception_confirmed": order.acknowledged_at is not None,
            "create_uid": masters.user(order.created_by) or Ref(1, "OdooBot"), "create_date": order.created_at,
            "write_uid": masters.user(order.buyer) or Ref(1, "OdooBot"), "write_date": self._written_at(order),
        } | {f"x_{name}": value for name, value in order.custom.items()}  # fmt: skip

    def _state(self, order: Order) -> str:
        """A company may lock its orders as they are confirmed."""
        state = STATES[order.stage]
        return "done" if state == "purchase" and self._masters.locks(order.entity) else state

    def _written_at(self, order: Order) -> datetime | None:
        """None for rows that an old import wrote by SQL, until they are saved the first time."""
        at = written_at(order)
        return None if order.lacks_modified_at and at <= self._started_at else at

    def _common(self, order: Order) -> Record:
        return {
            "order_id": Ref(order.id, order.number), "company_id": self._masters.company(order.entity),
            "partner_id": self._masters.vendor(order.vendor), "currency_id": self._masters.currency(order.currency),
            "state": self._state(order), "is_downpayment": False, "create_uid": Ref(1, "OdooBot"),
            "write_uid": Ref(1, "OdooBot"), "propagate_cancel": True,
        }  # fmt: skip

    def _line(self, order: Order, line: Line) -> Record:
        masters = self._masters
        item = self._company.items.get(line.item or "")
        method = None if line.is_text else "stock_moves" if is_stocked(self._company, line) else "manual"
        return self._common(order) | {
            "id": line.id, "name": line.description, "display_name": line.description,
            "sequence": sequence(order, line),
            "display_type": DISPLAY_TYPES.get(line.kind),
            "product_id": masters.product(line.item) if line.item else None,
            "product_type": "service" if item and item.is_service else "consu",
            "product_qty": line.quantity, "product_uom_qty": line.quantity,
            "product_uom": masters.unit(line.unit) if line.unit else None,
            "price_unit": line.unit_price, "discount": line.discount_percent,
            "taxes_id": (masters.tax_id(line.tax_code),) if line.tax_code else (),
            "price_subtotal": line.net_amount, "price_tax": noisy(line.tax_amount, line.net_amount),
            "price_total": line.total_amount, "date_planned": _noon(line.requested_date),
            "qty_received": line.quantity_received, "qty_received_method": method,
            "qty_invoiced": line.quantity_invoiced, "qty_to_invoice": line.quantity_received - line.quantity_invoiced,
            "analytic_distribution": self._shares(line), "create_date": line.created_at, "write_date": line.modified_at,
        } | {f"x_{name}": value for name, value in line.custom.items()}  # fmt: skip

    def _charge(self, order: Order, number: int, charge: Charge) -> Record:
        """Freight is a line with a service product, without tax, never received or billed here."""
        unit = charge_unit(self._company)
        return self._common(order) | {
            "id": CHARGE_IDS + order.id * 100 + number, "name": charge.description, "display_name": charge.description,
            "sequence": 99_999 + number, "product_id": Ref(FREIGHT_PRODUCT, "[FREIGHT] Freight"),
            "product_type": "service",
            "product_qty": Decimal(1), "product_uom_qty": Decimal(1),
            "product_uom": self._masters.unit(unit) if unit else None,
            "price_unit": charge.amount, "discount": ZERO, "taxes_id": (), "price_subtotal": charge.amount,
            "price_tax": ZERO, "price_total": charge.amount, "date_planned": _earliest(order), "qty_received": ZERO,
            "qty_received_method": "manual", "qty_invoiced": ZERO, "qty_to_invoice": Decimal(1),
            "create_date": order.created_at, "write_date": order.created_at,
        }  # fmt: skip

    def _shares(self, line: Line) -> dict[str, Decimal] | None:
        """Ids of one account of each plan, joined by commas, and their share; equal combinations are one."""
        shares: dict[str, Decimal] = {}
        for part in line.distributions:
            chosen = (("Cost Centers", part.cost_center), ("Departments", part.department), ("Projects", part.project))
            key = ",".join(str(self._masters.accounts[plan, code][0]) for plan, code in chosen if code)
            shares[key] = shares.get(key, ZERO) + part.percent
        return shares or None

    def _fit(self, model: str, record: Record) -> None:
        """Give the record the field names of its version."""
        if self._version < 18:
            for name in NEW_IN_18[model]:
                del record[name]
        if self._version < 19:
            record.pop("locked", None)
            return
        for old, new in RENAMED_IN_19[model].items():
            record[new] = record.pop(old)
        for name in GONE_IN_19[model] & record.keys():
            del record[name]
        if record["state"] == "done":
            record["state"] = "purchase"


def sequence(order: Order, line: Line) -> int:
    """10, as delivered, unless somebody has moved the lines of an order, as here in every third one."""
    return 10 if order.id % 3 else line.number


def charge_unit(company: Company) -> str | None:
    """The unit of charge lines: the company's own for one of something."""
    return next((unit.code for unit in company.units.values() if unit.rec20 in ("C62", "EA", "H87")), None)


def deadline(order: Order) -> datetime:
    """By when the request for quotation is to become an order, which leaves some time and may be missed."""
    return datetime.combine(order.order_date, order.created_at.time(), UTC) + timedelta(days=order.id % 21)


def written_at(order: Order) -> datetime:
    """When the header was last saved by Odoo itself."""
    return max((change.at for change in order.changes if _moves(order, change)), default=order.created_at)


def _moves(order: Order, change: Change) -> bool:
    """Sections and notes have no price, so adding one recomputes nothing of the header."""
    texts = {line.id for line in order.lines if line.is_text}
    is_text_only = bool(change.line_ids) and set(change.line_ids) <= texts
    return change.kind in MOVING and not (change.kind is ChangeKind.LINE_ADDED and is_text_only)


def _noon(day: date | None) -> datetime | None:
    return None if day is None else datetime.combine(day, time(12), UTC)


def _earliest(order: Order) -> datetime | None:
    return _noon(min((line.requested_date for line in order.goods_lines if line.requested_date), default=None))


def _first_receipt(order: Order) -> datetime | None:
    return min((receipt.received_at for line in order.lines for receipt in line.receipts), default=None)


def _is_confirmed(order: Order) -> bool:
    return STATES[order.stage] in ("purchase", "done")


def is_stocked(company: Company, line: Line) -> bool:
    """Whether a line is received by stock moves, and not by a number that somebody enters."""
    item = company.items.get(line.item or "")
    return item is not None and not item.is_service


def receipt_ids(company: Company, order: Order) -> tuple[int, ...]:
    """The receipt that an order of goods has from its confirmation on; it stays when it is cancelled."""
    has_goods = any(is_stocked(company, line) for line in order.goods_lines)
    return (order.id,) if has_goods and order.approved_at is not None else ()


def receipt_status(order: Order) -> str | None:
    """By the receipts: full when all are done or cancelled, empty where none is left.

    A line that was cancelled, or of which nothing more comes, has no receipt pending; its quantity stays as it was.
    """
    came = any(line.quantity_received for line in order.goods_lines)
    if not came and not _is_confirmed(order):
        return None
    if any(line.quantity_open for line in order.goods_lines):
        return "partial" if came else "pending"
    return "full" if came else None


def invoice_status(order: Order) -> str:
    """Nothing to bill before confirmation; then by what was received and not billed yet."""
    if not _is_confirmed(order):
        return "no"
    if any(line.quantity_received != line.quantity_invoiced for line in order.goods_lines):
        return "to invoice"
    return "invoiced" if any(line.quantity_invoiced for line in order.goods_lines) else "no"


def _html(memo: str | None) -> str | None:
    if memo is None or not memo.strip():
        return None
    return f"<p>{'<br>'.join(escape(line, quote=False) for line in memo.splitlines())}</p>"
