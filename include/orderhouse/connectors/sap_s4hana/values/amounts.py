"""Net amounts of items, and what they and the delivery costs, which are no part of a net price, add up to."""

from __future__ import annotations

from decimal import Decimal, localcontext
from typing import Any

from include.orderhouse.connectors.sap_s4hana.values import LINES, LIVING, RETURN, against, is_statistical, living
from include.orderhouse.connectors.sap_s4hana.values.conditions import (
    AMOUNTS,
    DELIVERY_COSTS,
    base_prices,
    conditions_of,
    surcharges,
)
from include.orderhouse.mapping import Derived, Record, derived, derived_from, first, within
from include.orderhouse.values.decimals import number, ratio, total


def quotient(numerator: str, denominator: str) -> Derived:
    """A conversion factor, told as a fraction."""

    def factor(line: Record) -> Decimal | None:
        return ratio(line.get(numerator), line.get(denominator))

    return derived(factor, "numerator / denominator", numerator, denominator)


price_units_per_order_unit = quotient("OrderPriceUnitToOrderUnitNmrtr", "OrdPriceUnitToOrderUnitDnmntr")
_QUANTITY_TIMES_PRICE = ("OrderQuantity", "NetPriceAmount", "NetPriceQuantity", price_units_per_order_unit)


@derived_from("NetAmount", *AMOUNTS, *_QUANTITY_TIMES_PRICE, "IsStatisticalItem", *RETURN)
def net_amount(line: Record) -> Any:
    """NetAmount, else price and discount conditions, else quantity x price; negative on returns items, none of
    statistical ones.

    2.0 has no net amount: the values of price and discounts, else quantity x conversion x net price / price unit.
    """
    return None if is_statistical(line) else against(line, _net_amount(line))


def _net_amount(line: Record) -> Any:
    if (told := first(line, "NetAmount")) is not None:
        return told
    parts = [*base_prices(line), *surcharges(line)]
    if parts:
        return total(one.get("ConditionAmount") for one in parts)
    if line.get("NetPriceAmount") is None or line.get("OrderQuantity") is None:
        return None
    factor = price_units_per_order_unit(line) or Decimal(1)
    with localcontext(prec=40):
        amount = number(line["OrderQuantity"]) * factor * number(line["NetPriceAmount"])
        return round(amount / (number(line.get("NetPriceQuantity")) or 1), 6)


@derived_from(*within(LINES, net_amount), *LIVING)
def subtotal(order: Record) -> Decimal | None:
    """Sum of the net amounts of the items that are neither cancelled nor statistical.

    Neither service has a total on the header. Nothing where the amount of an item is not known.
    """
    amounts = [net_amount(line) for line in living(order)]
    return None if None in amounts else total(amounts)


@derived_from(*within(LINES, *AMOUNTS, *RETURN), *LIVING)
def charges(order: Record) -> Decimal | None:
    """Delivery cost conditions of the items that are neither cancelled nor statistical.

    Freight and other delivery costs.
    """
    found = [
        against(line, one.get("ConditionAmount"))
        for line in living(order)
        for one in conditions_of(line)
        if one.get("ConditionCategory") in DELIVERY_COSTS
    ]
    return total(found) if found else None
