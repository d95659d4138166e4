"""Amounts of lines and orders, which the endpoint tells before the lines' discounts.

``ExtendedCost`` is CuryLineAmt, quantity times price, of which CuryDiscAmt is still to be taken. ``LineTotal`` of the
order is the sum of CuryExtCost: after discounts, and after what is retained (POLine and POTaxAttribute of the
application; the models of the vendor's client name the field behind each property).
"""

from __future__ import annotations

from decimal import Decimal

from include.orderhouse.connectors.acumatica.codes import LINE_TYPES
from include.orderhouse.decimals import number, total
from include.orderhouse.mapping import Record, derived_from, look_up

LINES = "Details"
COST, DISCOUNT, LINE_TOTAL = "ExtendedCost.value", "CuryDiscAmt", "LineTotal.value"


@derived_from(COST, DISCOUNT)
def net(line: Record) -> Decimal | None:
    """ExtendedCost less CuryDiscAmt; before the discount where that is not told."""
    cost = look_up(line, COST)
    return None if cost is None else number(cost) - number(line.get(DISCOUNT))


@derived_from(LINES, LINE_TOTAL)
def subtotal(order: Record) -> Decimal:
    """Sum of ExtendedCost less CuryDiscAmt of all lines but freight and charges; where CuryDiscAmt is not told,
    LineTotal less freight and charges.

    So no line is forgotten whose type is not known.
    """
    lines, line_total = _lines(order, charges=False), look_up(order, LINE_TOTAL)
    if line_total is not None and any(line.get(DISCOUNT) is None for line in lines):
        return number(line_total) - _sum(_lines(order, charges=True))
    return _sum(lines)


@derived_from(LINES)
def charges(order: Record) -> Decimal:
    """Sum of ExtendedCost less CuryDiscAmt of the freight and charge lines."""
    return _sum(_lines(order, charges=True))


def _sum(lines: list[Record]) -> Decimal:
    return total(net(line) for line in lines)


def _lines(order: Record, charges: bool) -> list[Record]:
    kinds = [(line, LINE_TYPES.get(str(look_up(line, "LineType.value")))) for line in order.get(LINES) or ()]
    return [line for line, kind in kinds if (kind == "charge") is charges]
