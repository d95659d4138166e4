"""How SAP would number and code what the neutral company calls otherwise; keys are as long as SAP's fields."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from tests.sandbox.changes import ChangeKind
from tests.sandbox.company import Company
from tests.sandbox.masters import Vendor
from tests.sandbox.order import ZERO, Line, LineKind, Order, Schedule, Stage

FIRST_ORDER = 4_500_000_000
UNITS = {
    "PCS": "PC", "KG": "KG", "L": "L", "M": "M", "BOX": "BOX", "SET": "SET", "H": "H", "T": "TO", "DZ": "DZ",
    "EA": "EA", "CTN": "CAR", "CAN": "CAN", "CS": "CS", "GAL": "GLL", "PAK": "PAK",
}  # fmt: skip
"""The company's units as the commercial codes of table T006 in English; its own invention stays what it is."""
UNIT_FIELDS = ("PurchaseOrderQuantityUnit", "OrderPriceUnit", "BaseUnit", "ConditionQuantityUnit")
POLISH = {"PC": "SZT", "BOX": "PUD", "H": "G", "DZ": "TUZ", "SET": "KPL"}
"""Commercial codes of another language; all others are the same."""
SAVES = frozenset(ChangeKind) - {ChangeKind.RECEIVED, ChangeKind.RECEIPT_CORRECTED, ChangeKind.INVOICED}
"""What saves the order, and so moves LastChangeDateTime; receipts and invoices are documents of their own."""


def order_number(order: Order) -> str:
    return str(FIRST_ORDER + order.id)


def changed_at(order: Order) -> datetime | None:
    """LastChangeDateTime; empty for orders of a time before the field existed."""
    return None if order.lacks_modified_at else order.changed_at(SAVES)


def supplier(vendor: Vendor) -> str:
    return vendor.code if len(vendor.code) <= 10 else str(10_300_000 + vendor.id)


def unit(code: str | None) -> str:
    return UNITS.get(code, code) if code else ""


def translated(row: Any) -> Any:
    """A row as it is told to a user who logs in in Polish."""
    if isinstance(row, list):
        return [translated(one) for one in row]
    if not isinstance(row, dict):
        return row
    return {name: POLISH.get(value, value) if name in UNIT_FIELDS else translated(value) for name, value in row.items()}


def tax_code(company: Company, code: str | None) -> str:
    """Two characters: V0, V1, ... in the order of the company's codes."""
    return f"V{sorted(company.taxes).index(code)}" if code else ""


def payment_terms(company: Company, code: str | None) -> str:
    """Four characters: 0001, 0002, ..."""
    return f"{list(company.payment_terms).index(code) + 1:04d}" if code else ""


def purchasing_group(company: Company, code: str | None) -> str:
    return f"{company.buyers[code].id:03d}"[-3:] if code else ""


def material_group(company: Company, line: Line) -> str:
    """Nine characters at most."""
    category = company.items[line.item].category if line.item else None
    return (category or "")[:9].upper().strip()


def is_return(line: Line, every: int) -> bool:
    """The returns indicator (EKPO-RETPO), on every n-th goods line: quantities and values stay without a sign."""
    return bool(every) and line.kind is LineKind.GOODS and line.id % every == 0


def expects_goods(line: Line) -> bool:
    """The goods receipt indicator (EKPO-WEPOS): services are invoiced without a receipt."""
    return line.kind is not LineKind.SERVICE


def expects_invoice(line: Line) -> bool:
    """The invoice receipt indicator (EKPO-REPOS): what is free is not invoiced."""
    return line.discount_percent < 100


def is_delivered(line: Line) -> bool:
    """The delivery completed indicator: set by hand, or by the receipt that completes the item."""
    return expects_goods(line) and (line.is_closed or line.quantity_received >= line.quantity > 0)


def is_invoiced(order: Order, line: Line) -> bool:
    """The final invoice indicator: set by the invoice that completes the item, when the order is closed, or by hand."""
    by_hand = order.stage is Stage.CLOSED or (line.is_closed and not expects_goods(line))
    return expects_invoice(line) and (by_hand or line.quantity_invoiced >= line.quantity > 0)


def open_quantity(line: Line, schedule: Schedule) -> Decimal:
    """What is to come on a schedule line: all of it where no receipt can be posted."""
    return schedule.quantity - (schedule.quantity_received if expects_goods(line) else ZERO)


def processing_status(order: Order) -> str:
    match order.stage:
        case Stage.DRAFT:
            return "01"
        case Stage.PENDING_APPROVAL:
            return "03"
        case Stage.REJECTED:
            return "08"
    return "05" if order.approved_at else "02"


def split_percents(line: Line) -> list[Decimal]:
    """The distribution percentages with SAP's one decimal, nothing where there is just one account assignment."""
    if len(line.distributions) < 2:
        return [ZERO for _ in line.distributions]
    told = [round(share.percent, 1) for share in line.distributions[:-1]]
    return [*told, 100 - sum(told, ZERO)]
