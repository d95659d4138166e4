"""Amounts of lines and orders, which the endpoint tells before the lines' discounts.

``ExtendedCost`` is CuryLineAmt, quantity times price, of which CuryDiscAmt is still to be taken. ``LineTotal`` of the
order is the sum of CuryExtCost: after discounts, and after what is retained. ``OrderTotal`` counts what is retained and
its tax; it leaves out inclusive taxes, which the lines hold already, and nothing else tells these (POLine,
POTaxAttribute and PORetainedTaxAttribute of the application; the models of the vendor's client name the field behind
each property).
"""

from __future__ import annotations

from decimal import Decimal

from include.orderhouse.connectors.acumatica.codes import LINE_TYPES
from include.orderhouse.mapping import Record, derived_from, look_up, within
from include.orderhouse.values.decimals import ZERO, number, total

LINES = "Details"
COST, DISCOUNT, LINE_TOTAL = "ExtendedCost.value", "CuryDiscAmt", "LineTotal.value"
TAXES, TAX_TOTAL = "TaxDetails", "TaxTotal.value"
ORDER_DISCOUNT, ORDER_TOTAL = "CuryDiscTot", "OrderTotal.value"
TAX_AMOUNTS = within(TAXES, "TaxAmount.value", "RetainedTaxAmount.value")


@derived_from(COST, DISCOUNT)
def net(line: Record) -> Decimal | None:
    """ExtendedCost less CuryDiscAmt; before the discount where that is not told."""
    cost = look_up(line, COST)
    return None if cost is None else number(cost) - number(line.get(DISCOUNT))


_LINE_AMOUNTS = within(LINES, net, "LineType.value")
BILLING = ("BilledQty", "CuryBilledAmt", "OrderQty.value", "LineType.value", "Completed.value", *net.reads)


def billing(line: Record) -> tuple[Decimal, Decimal]:
    """What was billed of a line, and what is to be: quantities, or amounts of a service that these tell more of.

    Bills complete a service by its quantity or by its amount, as its item says (POLine.CompletePOLine), and by amount
    need count no quantity.
    """
    billed, wanted = number(line.get("BilledQty")), number(look_up(line, "OrderQty.value"))
    amount, cost = number(line.get("CuryBilledAmt")), number(net(line))
    is_service = LINE_TYPES.get(str(look_up(line, "LineType.value"))) == "service"
    is_by_amount = not billed or (look_up(line, "Completed.value") is True and amount >= cost)
    return (amount, cost) if is_service and amount and is_by_amount else (billed, wanted)


@derived_from(*_LINE_AMOUNTS, LINE_TOTAL, *TAX_AMOUNTS, TAX_TOTAL, ORDER_DISCOUNT, ORDER_TOTAL)
def subtotal(order: Record) -> Decimal:
    """Sum of ExtendedCost less CuryDiscAmt of all lines but freight and charges, less inclusive taxes; where
    CuryDiscAmt is not told, LineTotal less freight and charges.

    So no line is forgotten whose type is not known.
    """
    lines, line_total = _lines(order, charges=False), look_up(order, LINE_TOTAL)
    if line_total is not None and any(line.get(DISCOUNT) is None for line in lines):
        return number(line_total) - _sum(_lines(order, charges=True))
    return _sum(lines) - (_tax_within(order) or ZERO)


@derived_from(TAX_TOTAL, *TAX_AMOUNTS)
def tax(order: Record) -> Decimal | None:
    """TaxTotal, and RetainedTaxAmount of the taxes."""
    told = look_up(order, TAX_TOTAL)
    return None if told is None else number(told) + total(_taxes(order, "RetainedTaxAmount"))


@derived_from(*within(LINES, net), *TAX_AMOUNTS, TAX_TOTAL, ORDER_DISCOUNT, ORDER_TOTAL)
def tax_inclusive(order: Record) -> bool | None:
    """Whether OrderTotal leaves out a tax of TaxTotal; unknown where discounts are not told."""
    within = _tax_within(order)
    return None if within is None else within > 0


def _tax_within(order: Record) -> Decimal | None:
    """The tax that the lines hold: what they come to with all tax beyond OrderTotal, if that is one tax or all."""
    lines, discount, told = order.get(LINES) or (), order.get(ORDER_DISCOUNT), look_up(order, ORDER_TOTAL)
    all_tax = tax(order)
    if None in (discount, told, all_tax) or any(line.get(DISCOUNT) is None for line in lines):
        return None
    beyond = total(map(net, lines)) + number(all_tax) - number(discount) - number(told)
    return beyond if beyond in (all_tax, *_taxes(order, "TaxAmount", "RetainedTaxAmount")) else ZERO


def _taxes(order: Record, *amounts: str) -> list[Decimal]:
    return [total(look_up(row, f"{name}.value") for name in amounts) for row in order.get(TAXES) or ()]


@derived_from(*_LINE_AMOUNTS)
def charges(order: Record) -> Decimal:
    """Sum of ExtendedCost less CuryDiscAmt of the freight and charge lines."""
    return _sum(_lines(order, charges=True))


def _sum(lines: list[Record]) -> Decimal:
    return total(net(line) for line in lines)


def _lines(order: Record, charges: bool) -> list[Record]:
    kinds = [(line, LINE_TYPES.get(str(look_up(line, "LineType.value")))) for line in order.get(LINES) or ()]
    return [line for line, kind in kinds if (kind == "charge") is charges]
