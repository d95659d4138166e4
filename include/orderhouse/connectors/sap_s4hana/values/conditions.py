"""Prices, discounts and delivery costs, which stand as conditions on the items."""

from __future__ import annotations

from decimal import Decimal, localcontext
from typing import Any

from include.orderhouse.connectors.sap_s4hana.values import CONDITIONS, LINES, listed
from include.orderhouse.decimals import number, ratio, total
from include.orderhouse.mapping import Derived, Record, derived, derived_from, remembered

BASE_PRICE, SURCHARGE = "B", "A"
"""Condition classes: the price itself; discounts and surcharges."""
DELIVERY_COSTS = ("F", "B")
"""Condition categories of freight and other delivery costs, which are no part of the net price."""
PERCENTAGE = "A"
"""Condition calculation type."""


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


def of_price(says: str, *fields: str) -> Derived:
    """A field of the item's base price condition; zero and missing count as none."""

    def value(line: Record) -> Any:
        price: Record = next(iter(_base_prices(line)), {})
        return next((told for field in fields if (told := price.get(field)) not in (None, "")), None)

    return derived(value, says, *CONDITIONS)


def quotient(numerator: str, denominator: str) -> Derived:
    """A conversion factor, told as a fraction."""

    def factor(line: Record) -> Decimal | None:
        return ratio(line.get(numerator), line.get(denominator))

    return derived(factor, "numerator / denominator", numerator, denominator)


price_units_per_order_unit = quotient("OrderPriceUnitToOrderUnitNmrtr", "OrdPriceUnitToOrderUnitDnmntr")


@derived_from(*CONDITIONS, "NetPriceAmount")
def net_amount(line: Record) -> Decimal | None:
    """Price and discount conditions, else quantity x price.

    2.0 has no net amount: the values of price and discounts, else quantity x conversion x net price / price unit.
    """
    parts = [*_base_prices(line), *_surcharges(line)]
    if parts:
        return total(one.get("ConditionAmount") for one in parts)
    if line.get("NetPriceAmount") is None or line.get("OrderQuantity") is None:
        return None
    factor = price_units_per_order_unit(line) or Decimal(1)
    with localcontext(prec=40):
        amount = number(line["OrderQuantity"]) * factor * number(line["NetPriceAmount"])
        return round(amount / (number(line.get("NetPriceQuantity")) or 1), 6)


@derived_from(*CONDITIONS)
def discount_percent(line: Record) -> Decimal | None:
    """Percentage discount conditions.

    They are added up; surcharges count against them.
    """
    found = [one for one in _surcharges(line) if one.get("ConditionCalculationType") == PERCENTAGE]
    told = [one.get("ConditionRateRatio", one.get("ConditionRateValue")) for one in found]
    return -total(told) if told else None


@derived_from(*CONDITIONS)
def discount_amount(line: Record) -> Decimal | None:
    """Values of discount conditions."""
    found = _surcharges(line)
    return -total(one.get("ConditionAmount") for one in found) if found else None


@derived_from(*LINES)
def charges(order: Record) -> Decimal | None:
    """Delivery cost conditions of all items.

    Freight and other delivery costs; deleted items count with theirs.
    """
    conditions = (one for line in listed(order, LINES) for one in _conditions(line))
    found = [one for one in conditions if one.get("ConditionCategory") in DELIVERY_COSTS]
    return total(one.get("ConditionAmount") for one in found) if found else None
