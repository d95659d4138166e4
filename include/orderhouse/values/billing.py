"""Quantities of systems that keep only the amount that was billed of a line."""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, Decimal, localcontext

ZERO = Decimal(0)
LAST_DIGIT = Decimal("1e-6")


def quantity_billed(billed: Decimal, amount: Decimal, quantity: Decimal) -> Decimal | None:
    """The share of a line's quantity that an amount stands for; None where the line has no amount to share."""
    if not amount:
        return None
    if billed in (ZERO, amount):
        return quantity if billed else ZERO
    with localcontext(prec=60):
        return (billed * quantity / amount).quantize(LAST_DIGIT, rounding=ROUND_HALF_EVEN)
