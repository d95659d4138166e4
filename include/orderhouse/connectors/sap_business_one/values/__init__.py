"""What no single field of a document tells; what orders and lines have in common stands here.

Amounts stand twice: in local currency, and in the document's where it is a foreign one, else zero.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from typing import Any

from include.orderhouse.decimals import number, total
from include.orderhouse.mapping import Record, derived_from
from include.orderhouse.progress import progress
from include.orderhouse.service_layer import PURCHASE_ORDER

TEXTS = ("dslt_Text", "dslt_Subtotal")
"""Types of lines that buy nothing."""
DIGITS = 6
"""The digits that the database keeps. The wire tells them as binary floats: what lies beyond them is noise."""


@derived_from("Receipts", "Invoices", "Quantity", "RemainingOpenQuantity", "LineStatus")
def received(line: Record) -> Decimal | None:
    """Goods receipts and invoices drawn from the order; else Quantity - RemainingOpenQuantity of open lines.

    On a line that is closed, what is not open any more may never have come.
    """
    if "Receipts" in line:
        direct = [row for row in line["Invoices"] if row.get("BaseType") == PURCHASE_ORDER]
        return _in_order_units(line, [*line["Receipts"], *direct])
    if line.get("LineStatus") != "bost_Open" or line.get("Quantity") is None:
        return None
    return number(line["Quantity"]) - number(line.get("RemainingOpenQuantity"))


@derived_from("Invoices")
def invoiced(line: Record) -> Decimal | None:
    """Quantities of A/P invoices."""
    return _in_order_units(line, line["Invoices"]) if "Invoices" in line else None


def _in_order_units(line: Record, drawn: Iterable[Record]) -> Decimal:
    """Drawn lines' quantities in the order line's unit; those in other units by their quantity in inventory units."""
    per_unit = number(line.get("UnitsOfMeasurment")) or 1
    return total(
        row.get("Quantity")
        if row.get("UoMCode") == line.get("UoMCode")
        else number(row.get("InventoryQuantity")) / per_unit
        for row in drawn
    )


def come(lines: Sequence[Record], done: Callable[[Record], Decimal | None]) -> str | None:
    """How far lines have come; None where one of them does not tell."""
    told = [(actual, number(line.get("Quantity"))) for line in lines if (actual := done(line)) is not None]
    return progress(told) if len(told) == len(lines) else None


def drawn_from(line: Record, kind: int) -> Any:
    """The document that a line was drawn from, if it is of that kind."""
    return line.get("BaseEntry") if line.get("BaseType") == kind else None
