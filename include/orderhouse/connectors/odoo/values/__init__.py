"""Values that no single field of Odoo holds: what its records, orders and lines tell by several."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from include.orderhouse.mapping import Derived, Record, derived, look_up
from include.orderhouse.values.decimals import number
from include.orderhouse.values.progress import progress

CONFIRMED = ("purchase", "done")
ENDED = ("state", "locked", "po_lock", "company_id.po_lock", "receipt_status", "invoice_status")
"""What `has_ended` reads of an order."""
OVER = ("state", "receipt_status", "picking_ids")
"""What `is_over` and `come` read of an order."""
COME = ("qty_received_method", "display_type", "product_qty", "qty_received")
"""What `is_over` reads of a line, and `come` beside the quantity it is asked for."""


def region(address: str) -> Derived:
    """ISO 3166-2: the country's code and the state's code within it."""
    country, state = f"{address}.country_id.code", f"{address}.state_id.code"

    def join(record: Record) -> str | None:
        codes = look_up(record, country), look_up(record, state)
        return f"{codes[0]}-{codes[1]}" if all(codes) else None

    return derived(join, f"{country} and {state}, joined by a hyphen", country, state)


def contact(address: str) -> Derived:
    """The name of a partner that is a person at another one, its commercial entity; not of a mere delivery address."""
    own, entity, kind = (f"{address}.{name}" for name in ("id", "commercial_partner_id.id", "type"))

    def name(record: Record) -> Any:
        is_other = look_up(record, entity) not in (None, look_up(record, own))
        return look_up(record, f"{address}.name") if is_other and look_up(record, kind) == "contact" else None

    says = f"{address}.name, where it is a contact of another partner"
    return derived(name, says, f"{address}.name", own, entity, kind)


def has_ended(order: Record) -> bool:
    """Locked by hand while nothing was to be received or billed; a company may also lock all as they are confirmed.

    A lock alone ends nothing: it keeps an order from being edited, and goods and bills still come (``po_lock``).
    """
    has_lock = order.get("state") == "done" or bool(order.get("locked"))
    locks_all = (order.get("po_lock") or look_up(order, "company_id.po_lock")) == "lock"
    waits = order.get("receipt_status") in ("pending", "partial") or order.get("invoice_status") == "to invoice"
    return has_lock and not locks_all and not waits


def is_over(line: Record, order: Record) -> bool:
    """Whether no receipt of a line is to come any more, however little came.

    An order is received in full when its receipts are all done or cancelled; what is missing of one that was done
    without a backorder is missing for good, while ``product_qty`` stays (measured). A line of a confirmed order cannot
    be deleted, but set to no quantity.
    """
    are_over = order.get("receipt_status") == "full" or _are_cancelled(order)
    return _is_void(line, order) or (are_over and line.get("qty_received_method") == "stock_moves")


def _is_void(line: Record, order: Record) -> bool:
    return order.get("state") in CONFIRMED and not line.get("display_type") and not number(line.get("product_qty"))


def _are_cancelled(order: Record) -> bool:
    """Whether an order has receipts that are all cancelled: its receipt_status is that of one without receipts then."""
    is_empty = order.get("receipt_status", "not told") is False
    return order.get("state") in CONFIRMED and is_empty and bool(order.get("picking_ids"))


def come(lines: list[Record], quantity: str, order: Record) -> str | None:
    """How far the lines of an order have come by that quantity, of what came or is still to come."""
    return progress((number(line.get(quantity)), _expected(line, order)) for line in lines)


def _expected(line: Record, order: Record) -> Decimal:
    ordered = number(line.get("product_qty"))
    return min(ordered, number(line.get("qty_received")), key=abs) if is_over(line, order) else ordered
