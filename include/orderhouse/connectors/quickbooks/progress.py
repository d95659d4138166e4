"""How far orders and their lines have come: what was received, and what was billed."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from include.orderhouse.mapping import Record, derived_from, within
from include.orderhouse.values.decimals import number, total
from include.orderhouse.values.progress import expected, progress

KIND = ("DetailType", "detail.ItemRef")
_SIZE = ("Amount", "detail.Qty")
_BILLED = within("bill_lines", *_SIZE)
_COME = ("Received", *_BILLED, *_SIZE, *KIND, "is_charge", "detail.ManuallyClosed")
ITEM_DETAILS = ("ItemBasedExpenseLineDetail", "PurchaseOrderItemLineDetail")
"""The details of lines that have a quantity, of an item."""
ACCOUNT_DETAIL = "AccountBasedExpenseLineDetail"
"""The detail of lines that are booked to an account. Of them amounts come: ``Received`` is a quantity or an amount, by
the line's type (Finance.xsd)."""


def is_documentation(line: Record) -> bool:
    """Whether a line is for an item and names none.

    It "is treated as documentation and the Line.Amount attribute is ignored", says Intuit's description of
    ``ItemBasedExpenseLineDetail.ItemRef``.
    """
    return line.get("DetailType") in ITEM_DETAILS and not line["detail"].get("ItemRef")


def has_quantity(line: Record) -> bool:
    """Whether a line is about a quantity."""
    return line.get("DetailType") in ITEM_DETAILS and not is_documentation(line)


def _is_bought(line: Record) -> bool:
    return (has_quantity(line) or line.get("DetailType") == ACCOUNT_DETAIL) and not line.get("is_charge")


def bought(order: Record) -> list[Record]:
    """The lines of which something comes, without charges."""
    return [line for line in order["Line"] if _is_bought(line)]


def is_counted(line: Record) -> bool:
    """Whether a line tells a quantity. A line for an item may be of an amount alone, with no quantity or zero."""
    told = line["detail"].get("Qty")
    return has_quantity(line) and told is not None and bool(number(told) or not number(line.get("Amount")))


def _size(line: Record, of: Record) -> Decimal:
    """What a line is billed by, Qty or Amount: its own, or that of a bill's line."""
    return number(of["detail"].get("Qty") if is_counted(line) else of.get("Amount"))


def _ordered(line: Record) -> Decimal:
    """What a line is received by. What came of an item is a quantity, which is held against none where none is told."""
    return number(line["detail"].get("Qty") if has_quantity(line) else line.get("Amount"))


def received(line: Record) -> Decimal:
    """What has come of a line; nothing where ``Received`` is left out."""
    return number(line.get("Received"))


def _billed(line: Record) -> Decimal:
    return total(_size(line, billed) for billed in line["bill_lines"] or ())


def _is_void(line: Record) -> bool:
    """Whether a line was closed as no longer available before anything came (ManuallyClosed, Finance.xsd)."""
    return bool(line["detail"].get("ManuallyClosed")) and not received(line) and not _billed(line)


def _come(order: Record, done: Callable[[Record], Decimal], wanted: Callable[[Record], Decimal]) -> str:
    return progress((done(line), wanted(line)) for line in expected(bought(order), _is_void)) or "none"


@derived_from(*within("Line", *_COME))
def receipt_status(order: Record) -> str:
    """Received against Qty, or Amount, of the lines, without charges and those closed before anything came."""
    return _come(order, received, _ordered)


@derived_from(*within("Line", *_COME))
def invoice_status(order: Record) -> str | None:
    """Bill and expense lines against Qty, or Amount, of lines, without charges and those closed before anything came.

    Unknown where no bills are read, or any of those that are linked does not name the order's lines.
    """
    if any(line["bill_lines"] is None for line in order["Line"]):
        return None
    return _come(order, _billed, lambda line: _size(line, line))


@derived_from("detail.ManuallyClosed", "order_is_closed")
def is_closed(line: Record) -> bool:
    """ManuallyClosed, or POStatus of the order."""
    return bool(line["detail"].get("ManuallyClosed") or line.get("order_is_closed"))


@derived_from(*_COME, "order_is_closed")
def line_status(line: Record) -> str | None:
    """Received and bill lines against Qty, or Amount where it is booked to an account; closed where neither is full."""
    if not _is_bought(line):
        return None
    wanted, come, billed, closed = _ordered(line), received(line), _billed(line), is_closed(line)
    steps = [
        (0 < _size(line, line) <= billed, "invoiced"),
        (0 < wanted <= come and (closed or not billed), "received"),
        (closed, "closed"),
        (billed > 0, "partially_invoiced"),
        (come > 0, "partially_received"),
    ]
    return next((status for holds, status in steps if holds), "open")


@derived_from("Received", *KIND)
def quantity_received(line: Record) -> Decimal | None:
    """Received of item lines; 0 where it is left out."""
    return received(line) if has_quantity(line) else None


@derived_from(*_BILLED, *_SIZE, *KIND)
def quantity_invoiced(line: Record) -> Decimal | None:
    """Sum of Qty of bill and expense lines; unknown where they are not read, or not all name the order's lines, and of
    lines without Qty.
    """
    return None if line["bill_lines"] is None or not is_counted(line) else _billed(line)
