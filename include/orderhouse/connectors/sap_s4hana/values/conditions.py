"""Prices and discounts, which stand as conditions on the items."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from include.orderhouse.connectors.sap_s4hana.values import (
    CONDITIONS,
    RETURN,
    against,
    listed,
)
from include.orderhouse.mapping import Derived, Record, derived, derived_from, first, remembered, within
from include.orderhouse.values.decimals import number, total

BASE_PRICE, SURCHARGE = "B", "A"
"""Condition classes: the price itself; discounts and surcharges."""
DELIVERY_COSTS = ("F", "B")
"""Condition categories of freight and other delivery costs, which are no part of the net price."""
PERCENTAGE = "A"
"""Condition calculation type."""
RATE = ("ConditionRateAmount", "ConditionRateValue")
OF_ITEM, OF_CONDITION = ("DocumentCurrency", "OrderPriceUnit"), ("ConditionCurrency", "ConditionQuantityUnit")
"""What a price is in and for: as its item names it, and as a condition does."""
COUNTS = ("ConditionIsForStatistics", "ConditionInactiveReason", "ConditionClass", "ConditionCategory")
_PRICE = (*OF_ITEM, *within(CONDITIONS, *COUNTS, *RATE, "ConditionQuantity", *OF_CONDITION))
AMOUNTS = within(CONDITIONS, "ConditionAmount", *COUNTS)


@remembered
def conditions_of(line: Record) -> list[Record]:
    """The conditions that count: neither statistical nor inactive."""
    found = listed(line, CONDITIONS)
    return [one for one in found if not one.get("ConditionIsForStatistics") and not one.get("ConditionInactiveReason")]


@remembered
def base_prices(line: Record) -> list[Record]:
    """Those that tell the price itself."""
    return [one for one in conditions_of(line) if one.get("ConditionClass") == BASE_PRICE]


@remembered
def surcharges(line: Record) -> list[Record]:
    """Discounts and surcharges, but delivery costs."""
    found = (one for one in conditions_of(line) if one.get("ConditionClass") == SURCHARGE)
    return [one for one in found if one.get("ConditionCategory") not in DELIVERY_COSTS]


@remembered
def _price(line: Record) -> Record | None:
    """The base price condition, where it is a price in the order's currency for a quantity of the order price unit.

    By ``$metadata`` a condition's rate is in its ConditionCurrency and for its ConditionQuantityUnit, those of the info
    record it was taken from. Only its ConditionAmount is in the order's currency (TransactionCurrency), as is the
    item's net price, which then is the price that the order has.
    """
    found = next(iter(base_prices(line)), None)
    if found is None or first(found, *RATE) is None or not number(found.get("ConditionQuantity")):
        return None
    is_alike = [found.get(name) for name in OF_CONDITION] == [line.get(name) for name in OF_ITEM]
    return found if is_alike else None


def of_price(says: str, *fields: str) -> Derived:
    """A field of the item's base price condition, if that is in the terms of the order; zero counts as well."""

    def value(line: Record) -> Any:
        price = _price(line)
        return None if price is None else first(price, *fields)

    return derived(value, says, *within(CONDITIONS, *fields), *_PRICE)


@remembered
def _discounts(line: Record) -> list[Record]:
    """Discounts and surcharges on the base price; SAP's net price has them in it."""
    return [] if _price(line) is None else surcharges(line)


@derived_from(*within(CONDITIONS, "ConditionRateRatio", "ConditionCalculationType"), *_PRICE)
def discount_percent(line: Record) -> Decimal | None:
    """Percentage discount conditions, unless the price is the net price.

    They are added up; surcharges count against them.
    """
    found = [one for one in _discounts(line) if one.get("ConditionCalculationType") == PERCENTAGE]
    told = [one.get("ConditionRateRatio", one.get("ConditionRateValue")) for one in found]
    return -total(told) if told else None


@derived_from(*AMOUNTS, *_PRICE, *RETURN)
def discount_amount(line: Record) -> Decimal | None:
    """Values of discount conditions, unless the price is the net price."""
    found = _discounts(line)
    return against(line, -total(one.get("ConditionAmount") for one in found)) if found else None
