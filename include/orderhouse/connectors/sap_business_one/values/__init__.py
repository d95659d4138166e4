"""What no single field of a document tells; what orders and lines have in common stands here.

Amounts stand twice: in local currency, and in the document's where it is a foreign one, else zero. Lines of documents
of the type service have an amount and no quantity, so that how far they have come is told by amounts (SDK's help,
"OpenAmount").
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from typing import Any

from include.orderhouse.connectors.sap_business_one.drawn import is_awaited, is_reserve
from include.orderhouse.connectors.sap_business_one.values.units import UNIT, is_same_unit
from include.orderhouse.mapping import Derived, Record, derived, derived_from, look_up, within
from include.orderhouse.protocols.service_layer import PURCHASE_ORDER
from include.orderhouse.values.decimals import number, total
from include.orderhouse.values.progress import progress, reached

TEXTS = ("dslt_Text", "dslt_Subtotal")
"""Types of lines that buy nothing."""
DIGITS = 6
"""The digits that the database keeps. The wire tells them as binary floats: what lies beyond them is noise."""


BY_AMOUNT = ("Order.DocType", "Quantity")
_EXTENT = ("Quantity", "RemainingOpenQuantity", "LineTotal", "OpenAmount", "RowTotalFC", "OpenAmountFC")
_DRAWN = ("Quantity", "LineTotal", "RowTotalFC", "InventoryQuantity", *UNIT)
_INVOICES, RESERVE = within("Invoices", *_DRAWN, "BaseType"), ("Invoices.Document.ReserveInvoice",)
_CREDITS = within("Credits", *_DRAWN, "WithoutInventoryMovement")
_BACK = ("Invoices.Document.DocEntry", *_CREDITS, "Credits.BaseEntry", *within("Returns", *_DRAWN))
ARRIVALS = (*within(("Receipts", "Invoices"), *_DRAWN), "Invoices.BaseType", *RESERVE)
_AHEAD = ("LineStatus", "RemainingOpenQuantity", "RemainingOpenInventoryQuantity", *UNIT)
AWAITED = (*RESERVE, *UNIT, *within("Invoices", *_AHEAD))
"""What `arrivals` and `awaited` read of a line."""
_LINE = (*BY_AMOUNT, "Order.IsForeign", *_EXTENT, *UNIT)


def is_by_amount(line: Record) -> bool:
    """Whether a line has an amount and no quantity."""
    return look_up(line, "Order.DocType") == "dDocument_Service" and not number(line.get("Quantity"))


@derived_from(*ARRIVALS, *_BACK, *_LINE, "LineStatus")
def received(line: Record) -> Decimal | None:
    """Goods receipts, and invoices drawn from the order but reserve invoices, less what went back; else Quantity -
    RemainingOpenQuantity of open lines.

    On a line that is closed, what is not open any more may never have come. Goods go back by goods returns, and by
    credit memos but those of reserve invoices.
    """
    if "Receipts" in line:
        ahead = {row["Document"]["DocEntry"] for row in line["Invoices"] if is_reserve(row)}
        back = [row for row in _credits(line) if row["BaseEntry"] not in ahead]
        return round(_measured(line, arrivals(line)) - _measured(line, [*line.get("Returns", ()), *back]), DIGITS)
    ordered, left = (line.get(name) for name in _extent(line))
    if line.get("LineStatus") != "bost_Open" or ordered is None or left is None:
        return None
    return number(ordered) - number(left)


def arrivals(line: Record) -> list[Record]:
    """The lines of documents that brought goods: goods receipts, and invoices drawn from the order but reserve ones."""
    invoices = [row for row in line.get("Invoices") or () if row.get("BaseType") == PURCHASE_ORDER]
    return [*(line.get("Receipts") or ()), *(row for row in invoices if not is_reserve(row))]


@derived_from(*_INVOICES, *_CREDITS, *_LINE)
def invoiced(line: Record) -> Decimal | None:
    """Quantities of A/P invoices, less those of credit memos."""
    if "Invoices" not in line:
        return None
    return round(_measured(line, line["Invoices"]) - _measured(line, _credits(line)), DIGITS)


def _credits(line: Record) -> list[Record]:
    """The lines of credit memos that take quantities back; others only reduce what is to be paid for them."""
    return [row for row in line.get("Credits", ()) if row.get("WithoutInventoryMovement") != "tYES"]


def counted(value: Derived) -> Derived:
    """A quantity, which lines of an amount have not."""
    return derived(lambda line: None if is_by_amount(line) else value(line), value.says, value, *BY_AMOUNT)


@derived_from(*BY_AMOUNT)
def ordered(line: Record) -> Any:
    """Quantity; none in documents of the type service."""
    return None if is_by_amount(line) else line.get("Quantity")


def awaited(line: Record) -> Decimal:
    """What reserve invoices wait for: closed on the order by being drawn, it comes by receipts drawn from them."""
    reserves = [row for row in line.get("Invoices") or () if is_reserve(row) and is_awaited(row)]
    return round(_in_order_units(line, reserves, "RemainingOpenQuantity", "RemainingOpenInventoryQuantity"), DIGITS)


def _measured(line: Record, drawn: Iterable[Record]) -> Decimal:
    """What drawn lines come to: their quantities, or of a line of an amount their amounts."""
    if is_by_amount(line):
        return total(row.get(_extent(line)[0]) for row in drawn)
    return _in_order_units(line, drawn)


def _extent(line: Record) -> tuple[str, str]:
    """What tells how much a line is about, and how much of that is open."""
    if not is_by_amount(line):
        return "Quantity", "RemainingOpenQuantity"
    return ("RowTotalFC", "OpenAmountFC") if look_up(line, "Order.IsForeign") else ("LineTotal", "OpenAmount")


def _in_order_units(
    line: Record, drawn: Iterable[Record], quantity: str = "Quantity", in_inventory: str = "InventoryQuantity"
) -> Decimal:
    """Drawn lines' quantities in the order line's unit; those in other units by their quantity in inventory units."""
    per_unit = number(line.get("UnitsOfMeasurment")) or 1
    return total(
        row.get(quantity) if is_same_unit(line, row) else number(row.get(in_inventory)) / per_unit for row in drawn
    )


def step(lines: Sequence[Record]) -> str | None:
    """The step that lines have reached. What is invoiced as a whole ahead of its goods stands where its receipts do."""
    invoices = come(lines, invoiced)
    is_ahead = invoices == "full" and any(map(awaited, lines))
    return reached({"invoiced": None if is_ahead else invoices, "received": come(lines, received)})


def standing(record: Record, status: str, lines: Sequence[Record]) -> Any:
    """LineStatus or DocumentStatus, but open while reserve invoices wait for goods of the lines."""
    return "bost_Open" if any(map(awaited, lines)) else record.get(status)


def come(lines: Sequence[Record], done: Callable[[Record], Decimal | None]) -> str | None:
    """How far lines have come; None where one of them does not tell."""
    known = [(done(line), round(number(line.get(_extent(line)[0])), DIGITS)) for line in lines]
    told = [(actual, wanted) for actual, wanted in known if actual is not None]
    return progress(told) if len(told) == len(lines) else None


def drawn_from(line: Record, kind: int) -> Any:
    """The document that a line was drawn from, if it is of that kind."""
    return line.get("BaseEntry") if line.get("BaseType") == kind else None
