"""Quantities and prices in a line's unit: SuiteQL tells quantities in the base unit of that unit's type.

That is in "SuiteQL: Units Of Measure" of netsuitediagnostics.com. How many base units a unit is stands in
``unitstypeuom.conversionrate``, as in table ``uom`` of Oracle's SuiteAnalytics Connect browser: "conversion rate
between this UOM and base UOM". Lines without a unit have nothing to convert.
"""

from __future__ import annotations

from decimal import Decimal, localcontext
from typing import Any

from include.orderhouse.connectors.netsuite.values import is_text
from include.orderhouse.mapping import Derived, Record, derived, derived_from, look_up
from include.orderhouse.values.decimals import number

FACTOR = "line_unit.conversionrate"
PRECISION = 60
QUANTITY_DIGITS, PRICE_DIGITS = 6, 10
"""The digits that the warehouse keeps; a quotient may have any number of them."""


def _factor(line: Record) -> Decimal:
    return number(look_up(line, FACTOR)) or Decimal(1)


def in_line_unit(name: str) -> Derived:
    """A quantity in the line's unit, by magnitude; a group's is that of its members, which are lines, too.

    Divided here and not by SuiteQL: the raw order keeps both numbers as NetSuite has them, and of the quotient no digit
    is cut before it is rounded to those of the warehouse.
    """

    def converted(line: Record) -> Decimal | None:
        if is_text(line) or line.get(name) in (None, ""):
            return None
        told, factor = abs(number(line[name])), _factor(line)
        with localcontext(prec=PRECISION):
            return told if factor == 1 else round(told / factor, QUANTITY_DIGITS)

    return derived(converted, f"{name} by magnitude / {FACTOR}, in the line's unit", name, FACTOR, "itemtype")


@derived_from("rate", "quantity", "foreignamount", FACTOR)
def unit_price(line: Record) -> Any:
    """rate * line_unit.conversionrate; rate alone where that comes nearer to foreignamount.

    No document of Oracle's says which unit SuiteQL's rate is for. Accounts with several units were seen to tell it for
    the base unit, as they do quantities; records tell it for the line's. The amount says which it is.
    """
    rate, factor = line.get("rate"), _factor(line)
    if rate in (None, "") or factor == 1:
        return rate
    with localcontext(prec=PRECISION):
        amount, of_all = number(line.get("foreignamount")), number(rate) * number(line.get("quantity"))
        is_for_line_unit = amount and abs(abs(of_all / factor) - abs(amount)) < abs(abs(of_all) - abs(amount))
        return rate if is_for_line_unit else round(number(rate) * factor, PRICE_DIGITS)
