"""Prices of items and the conditions that they come of, as pricing leaves them in an order.

A price condition keeps the currency, unit and quantity of the info record that it was taken from. What it comes to is
told in the order's currency, and so is the item's net price.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from tests.sandbox import arithmetic
from tests.sandbox.company import Company
from tests.sandbox.dialects.sap_s4hana import names
from tests.sandbox.dialects.sap_s4hana.fields import Subject
from tests.sandbox.drafts import RATES
from tests.sandbox.order import ZERO, Line, Order

ABROAD = "USD"
"""The currency of the info records that are not kept in the order's."""


@dataclass(frozen=True, slots=True)
class Condition:
    """A pricing element of an item."""

    kind: str
    condition_class: str
    category: str
    calculation: str
    rate: Decimal
    currency: str
    per: Decimal
    unit: str
    amount: Decimal


def net_price(s: Subject) -> Decimal:
    """The price after discounts, rounded to the currency as SAP keeps it."""
    net = s.line.price * (100 - s.line.discount_percent) / 100
    return arithmetic.rounded(net, s.company.digits(s.order.currency))


def gross_amount(s: Subject) -> Decimal:
    """Quantity in price units x price / price unit, before discounts."""
    line = s.line
    if not line.discount_percent:
        return Decimal(line.net_amount)
    value = line.quantity * line.price_numerator * line.price / (line.price_denominator * line.price_basis)
    return arithmetic.rounded(value, s.company.digits(s.order.currency))


def item_conditions(s: Subject) -> list[Condition]:
    """Base price, discount and the item's share of the order's freight."""
    line, gross, currency = s.line, gross_amount(s), s.order.currency
    found = [_base_price(s.order, line, gross)]
    if line.discount_percent:
        discount = line.net_amount - gross
        found.append(Condition("DRN1", "A", "", "A", -line.discount_percent, "", ZERO, "", discount))
    if freight := freight_shares(s.company, s.order)[s.number]:
        found.append(Condition("FVA1", "A", "F", "B", freight, currency, ZERO, "", freight))
    return found


def exchange_rate(s: Subject) -> Decimal:
    """From the condition's currency into the company code's."""
    currency = s.part.currency or s.order.currency
    if currency == s.order.currency:
        return s.order.exchange_rate
    return round(RATES[currency] / RATES[s.company.entity_of(s.order).currency], 5)


def is_abroad(order: Order, line: Line) -> bool:
    """Whether the line's info record is kept in another currency than the order, and for ten times as much."""
    return line.id % 9 == 0 and order.currency != ABROAD and order.currency in RATES


def is_by_order_unit(line: Line) -> bool:
    """Whether the line's info record has a price for the order unit where the order has one for another."""
    return line.id % 2 == 0 and line.price_unit != line.unit


def _base_price(order: Order, line: Line, gross: Decimal) -> Condition:
    price, currency, per, unit = line.price, order.currency, line.price_basis, line.price_unit
    if is_abroad(order, line):
        price, currency, per = arithmetic.rounded(10 * price * RATES[currency] / RATES[ABROAD], 2), ABROAD, 10 * per
    elif is_by_order_unit(line):
        price, unit = arithmetic.rounded(price * line.price_numerator / line.price_denominator, 9), line.unit
    return Condition("PPR0", "B", "H", "C", price, currency, per, names.unit(unit), gross)


def freight_shares(company: Company, order: Order) -> list[Decimal]:
    """What each goods line carries of the order's charges."""
    weights = [line.net_amount for line in order.goods_lines]
    whole = sum(weights, ZERO)
    digits = company.digits(order.currency)
    return arithmetic.spread(order.charges_amount, weights if whole else [Decimal(1)] * len(weights), digits)
