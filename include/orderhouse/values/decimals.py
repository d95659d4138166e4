"""Exact arithmetic on numbers off the wire, which come as numbers or as their digits in text."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import ROUND_HALF_EVEN, Decimal, localcontext
from typing import Any

ZERO, HUNDRED = Decimal(0), Decimal(100)
RATE_DIGIT, PERCENT_DIGIT = Decimal("1e-12"), Decimal("1e-6")
"""The last digits that the warehouse keeps of a rate and of a percentage."""


def number(value: Any) -> Decimal:
    """A number; nothing (null, empty text, false) counts as zero. Raises decimal.InvalidOperation for other text."""
    return Decimal(value or 0)


def total(values: Iterable[Any]) -> Decimal:
    """The sum of numbers, of which those that are missing count as zero."""
    return sum(map(number, values), ZERO)


def ratio(above: Any, below: Any) -> Decimal | None:
    """A quotient as a rate; None where either part is zero or missing."""
    if not number(above) or not number(below):
        return None
    with localcontext(prec=60):
        return (number(above) / number(below)).quantize(RATE_DIGIT, rounding=ROUND_HALF_EVEN)


def percent_below(base: Any, price: Any) -> Decimal | None:
    """How far a price lies below a base price, in percent; None where either is missing or the base is zero."""
    if base is None or price is None or not number(base):
        return None
    with localcontext(prec=60):
        return ((1 - number(price) / number(base)) * HUNDRED).quantize(PERCENT_DIGIT, rounding=ROUND_HALF_EVEN)
