"""Prices, discounts and delivery costs, which stand as conditions on the items."""

from __future__ import annotations

from decimal import Decimal, localcontext
from typing import Any

from include.orderhouse.connectors.sap_s4hana.values import CONDITIONS, LINES, against, is_statistical, listed, living
from include.orderhouse.mapping import Derived, Record, derived, derived_from, first, remembered
from include.orderhouse.values.decimals import number, ratio, total

BASE_PRICE, SURCHARGE = "B", "A"
"""Condition classes: the price itself; discounts and surcharges."""
DELIVERY_COSTS = ("F", "B")
"""Condition categories of freight and other delivery costs, which are no part of the net price."""
PERCENTAGE = "A"
"""Condition calculation type."""
RATE = ("ConditionRateAmount", "ConditionRateValue")
TERMS = (("ConditionCurrency", "DocumentCurrency"), ("ConditionQuantityUnit", "OrderPriceUnit"))
"""What a price is in and for: as a condition names it, and as its item does."""


@remembered
def _conditions(line: Record) -> list[Record]:
    """The conditions that count: neither statistical nor inactive."""
    found = listed(line, CONDITIONS)
    return [one for one in found if not one.get("ConditionIsForStatistics") and not one.get("ConditionInactiveReason")]


@remembered
def _base_prices(line: Record) -> list[Record]:
    return [one for one in _conditions(line) if one.get("ConditionClass") == BASE_PRICE]


@remembered
def _surcharges(line: Record) -> list[Record]:
    found = (one for one in _conditions(line) if one.get("ConditionClass") == SURCHARGE)
    return [one for one in found if one.get("ConditionCategory") not in DELIVERY_COSTS]


@remembered
def _price(line: Record) -> Record | None:
    """The base price condition, where it is a price in the order's currency for a quantity of the order price unit.

    By ``$metadata`` a condition's rate is in its ConditionCurrency and for its ConditionQuantityUnit, those of the info
    record it was taken from. Only its ConditionAmount is in the order's currency (TransactionCurrency), as is the
    item's net price, which then is the price that the order has.
    """
    found = next(iter(_base_prices(line)), None)
    if found is None or first(found, *RATE) is None or not number(found.get("ConditionQuantity")):
        return None
    is_alike = all(found.get(of_condition) == line.get(of_item) for of_condition, of_item in TERMS)
    return found if is_alike else None


def of_price(says: str, *fields: str) -> Derived:
    """A field of the item's base price condition, if that is in the terms of the order; zero counts as well."""

    def value(line: Record) -> Any:
        price = _price(line)
        return None if price is None else first(price, *fields)

    return derived(value, says, *CONDITIONS, "DocumentCurrency", "OrderPriceUnit")


def quotient(numerator: str, denominator: str) -> Derived:
    """A conversion factor, told as a fraction."""

    def factor(line: Record) -> Decimal | None:
        return ratio(line.get(numerator), line.get(denominator))

    return derived(factor, "numerator / denominator", numerator, denominator)


price_units_per_order_unit = quotient("OrderPriceUnitToOrderUnitNmrtr", "OrdPriceUnitToOrderUnitDnmntr")


@derived_from("NetAmount", *CONDITIONS, "NetPriceAmount", "IsStatisticalItem")
def net_amount(line: Record) -> Any:
    """NetAmount, else price and discount conditions, else quantity x price; negative on returns items, none of
    statistical ones.

    2.0 has no net amount: the values of price and discounts, else quantity x conversion x net price / price unit.
    """
    return None if is_statistical(line) else against(line, _net_amount(line))


def _net_amount(line: Record) -> Any:
    if (told := first(line, "NetAmount")) is not None:
        return told
    parts = [*_base_prices(line), *_surcharges(line)]
    if parts:
        return total(one.get("ConditionAmount") for one in parts)
    if line.get("NetPriceAmount") is None or line.get("OrderQuantity") is None:
        return None
    factor = price_units_per_order_unit(line) or Decimal(1)
    with localcontext(prec=40):
        amount = number(line["OrderQuantity"]) * factor * number(line["NetPriceAmount"])
        return round(amount / (number(line.get("NetPriceQuantity")) or 1), 6)


@remembered
def _discounts(line: Record) -> list[Record]:
    """Discounts and surcharges on the base price; SAP's net price has them in it."""
    return [] if _price(line) is None else _surcharges(line)


@derived_from(*CONDITIONS)
def discount_percent(line: Record) -> Decimal | None:
    """Percentage discount conditions, unless the price is the net price.

    They are added up; surcharges count against them.
    """
    found = [one for one in _discounts(line) if one.get("ConditionCalculationType") == PERCENTAGE]
    told = [one.get("ConditionRateRatio", one.get("ConditionRateValue")) for one in found]
    return -total(told) if told else None


@derived_from(*CONDITIONS)
def discount_amount(line: Record) -> Decimal | None:
    """Values of discount conditions, unless the price is the net price."""
    found = _discounts(line)
    return against(line, -total(one.get("ConditionAmount") for one in found)) if found else None


@derived_from(*LINES)
def subtotal(order: Record) -> Decimal | None:
    """Sum of the net amounts of the items that are neither cancelled nor statistical.

    Neither service has a total on the header. Nothing where the amount of an item is not known.
    """
    amounts = [net_amount(line) for line in living(order)]
    return None if None in amounts else total(amounts)


@derived_from(*LINES)
def charges(order: Record) -> Decimal | None:
    """Delivery cost conditions of the items that are neither cancelled nor statistical.

    Freight and other delivery costs.
    """
    found = [
        against(line, one.get("ConditionAmount"))
        for line in living(order)
        for one in _conditions(line)
        if one.get("ConditionCategory") in DELIVERY_COSTS
    ]
    return total(found) if found else None
