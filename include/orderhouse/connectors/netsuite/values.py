"""What lines of NetSuite are, and how far they and their orders have come.

Lines without a quantity, such as expenses and discounts, tell nothing of what came of them: PurchaseOrderExpense of the
SOAP schema browser has an amount and isClosed. How far they have come is what the order's status says of all its lines.
"""

from __future__ import annotations

from decimal import Decimal

from include.orderhouse.connectors.netsuite.codes import LINE_TYPES, STATUSES
from include.orderhouse.decimals import number
from include.orderhouse.mapping import Record, derived_from
from include.orderhouse.progress import expected, progress

GOODS = ("goods", "service", "asset")


@derived_from("itemtype")
def line_type(line: Record) -> str:
    """itemtype; Expense where there is none."""
    return str(line.get("itemtype") or "Expense")


def lines_of(order: Record, *types: str) -> list[Record]:
    """The lines of these types."""
    return [line for line in order["lines"] if LINE_TYPES.get(line_type(line)) in types]


def size(line: Record, name: str) -> Decimal:
    """A number of a line by magnitude."""
    return abs(number(line.get(name)))


def _is_void(line: Record) -> bool:
    """Whether a line was closed before anything came, as a line is that is not wanted any more."""
    return line.get("isclosed") == "T" and not size(line, "quantityshiprecv") and not size(line, "quantitybilled")


def _has_ended(order: Record, *ends: str) -> bool:
    """Whether the order's status says that all its lines have come that far."""
    return STATUSES.get(str(order.get("status"))) in ends


def _come(order: Record, quantity: str, *ends: str) -> str:
    of_uncounted = Decimal(_has_ended(order, *ends)), Decimal(1)
    lines = expected(lines_of(order, *GOODS), _is_void)
    return progress(_pair(line, quantity) if size(line, "quantity") else of_uncounted for line in lines) or "none"


def _pair(line: Record, quantity: str) -> tuple[Decimal, Decimal]:
    return size(line, quantity), size(line, "quantity")


@derived_from("lines", "status")
def receipt_status(order: Record) -> str:
    """quantityshiprecv against quantity of the goods lines, without those closed before anything came; status for lines
    without quantity.
    """
    return _come(order, "quantityshiprecv", "received", "invoiced")


@derived_from("lines", "status")
def invoice_status(order: Record) -> str:
    """quantitybilled against quantity of the goods lines, without those closed before anything came; status for lines
    without quantity.
    """
    return _come(order, "quantitybilled", "invoiced")


@derived_from("isclosed", "quantityshiprecv", "quantitybilled", "quantity", "itemtype", "^status")
def line_status(line: Record, order: Record) -> str | None:
    """isclosed, then quantities received and billed; the order's status for lines without quantity."""
    if LINE_TYPES.get(line_type(line)) == "text":
        return None
    if line.get("isclosed") == "T":
        return "closed"
    wanted = size(line, "quantity")
    if not wanted:
        return next((end for end in ("closed", "invoiced", "received") if _has_ended(order, end)), "open")
    for name, step in (("quantitybilled", "invoiced"), ("quantityshiprecv", "received")):
        if done := size(line, name):
            return step if wanted <= done else f"partially_{step}"
    return "open"
