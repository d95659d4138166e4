"""What an order agrees on with its vendor: payment terms and exchange rate."""

from __future__ import annotations

import re
from decimal import Decimal

from include.orderhouse.mapping import Derived, Record, derived, derived_from
from include.orderhouse.values.decimals import ZERO, number, ratio

_STEP = ("Days", "Percent")
IN_NOTATION = re.compile(r"([\d., ]+)[.,](\d{5})")
"""A rate as conversion exit EXCRT writes it for 2.0: five decimals, in the decimal notation of the user who reads."""


@derived_from("PaymentTerms", "NetPaymentDays", *(f"CashDiscount{n}{told}" for n in (1, 2) for told in _STEP))
def net_days(order: Record) -> int | None:
    """Days of the terms' last step.

    It is the step that grants no discount.
    """
    if not order.get("PaymentTerms"):
        return None
    net = number(order.get("NetPaymentDays"))
    steps = [(number(order.get(f"CashDiscount{n}Days")), number(order.get(f"CashDiscount{n}Percent"))) for n in (1, 2)]
    return int(net or next((days for days, percent in reversed(steps) if days and not percent), ZERO))


def early(field: str, says: str) -> Derived:
    """A field of the first cash discount; nothing where the terms grant none."""
    return derived(
        lambda order: order.get(field) if number(order.get("CashDiscount1Percent")) else None,
        says,
        field,
        "CashDiscount1Percent",
    )


@derived_from("ExchangeRate", "_rate_units")
def exchange_rate(order: Record) -> Decimal | None:
    """ExchangeRate, divided by settings.rate_units; indirect quotations inverted.

    Company currency per document currency unit; SAP marks indirect quotations by a slash or a sign.
    """
    told = str(order.get("ExchangeRate") or "").strip()
    is_indirect = told.startswith(("/", "-")) or told.endswith("-")
    value, units = _rate(told.strip("/- ")), number(order.get("_rate_units", 1))
    return ratio(1, value * units) if is_indirect else ratio(value, units)


def _rate(told: str) -> Decimal:
    found = IN_NOTATION.fullmatch(told)
    return number(f"{re.sub('[., ]', '', found[1])}.{found[2]}" if found else told)
