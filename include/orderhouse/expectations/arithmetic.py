"""Checks of arithmetic: amounts against quantities and prices, totals against their parts, parts against the whole."""

from __future__ import annotations

from decimal import Decimal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from include.orderhouse.expectations.check import Check, Oddities, worded
from include.orderhouse.expectations.exact import (
    Exact,
    differ,
    exact,
    minus,
    number,
    plus,
    smallest_amounts,
    times,
    whole_numbers,
)
from include.orderhouse.expectations.net_amount import net_amount
from include.orderhouse.expectations.rows import HUNDRED, Mask, counts, flags, is_one_of, is_void, known
from include.orderhouse.model import LINE, ORDER

LAST_QUANTITY_DIGIT = Decimal("0.000001")
LAST_PERCENT_DIGIT = Decimal("0.01")


def subtotal(orders: pa.Table) -> Oddities:
    """Subtotals other than the sum of the lines without charges; cancelled lines may be in it or not.

    An order without any line has no goods: where its subtotal says so, lines are missing.
    """
    if is_void(orders, "subtotal_amount"):
        return {}
    told, tolerance = exact(orders.column("subtotal_amount")), _tolerance(orders)
    goods, all_goods = (exact(orders.column(f"lines.{name}")) for name in ("net_amount", "net_amount_with_cancelled"))
    odd = _living(orders) & known(orders, "subtotal_amount") & (counts(orders, "lines.unknown") == 0)
    odd &= differ(told, goods, tolerance) & differ(told, all_goods, tolerance)
    return worded(odd, "{}, but its lines add up to {}", told, goods)


def total(orders: pa.Table) -> Oddities:
    """Totals other than subtotal + charges + tax - discount, where subtotal, tax and total are told."""
    needed = ("total_amount", "subtotal_amount", "tax_amount")
    if is_void(orders, *needed):
        return {}
    told, goods, tax = (exact(orders.column(name)) for name in needed)
    charges = exact(pc.coalesce(orders.column("charges_amount"), orders.column("lines.charges")))
    expected = minus(plus(goods, charges, tax), exact(orders.column("discount_amount")))
    odd = _living(orders) & known(orders, *needed) & differ(told, expected, _tolerance(orders))
    return worded(odd, "{} instead of {} by its parts", told, expected)


def _living(orders: pa.Table) -> Mask:
    return ~(flags(orders, "is_deleted") | is_one_of(orders, "status", "cancelled", "deleted"))


def _tolerance(orders: pa.Table) -> Exact:
    """One minor unit a line."""
    lines = np.maximum(counts(orders, "lines.count"), 1)
    return times(smallest_amounts(orders.column("currency")), whole_numbers(lines))


def schedules(lines: pa.Table) -> Oddities:
    """Lines whose schedules do not add up to the quantity ordered.

    Only where all are in the line's unit, and none is cancelled.
    """
    return _parts(lines, "schedules.quantity", "quantity_ordered", LAST_QUANTITY_DIGIT)


def distributions(lines: pa.Table) -> Oddities:
    """Lines whose account assignments do not add up to 100 %; only where all of them have a percentage."""
    return _parts(lines, "distributions.percent", None, LAST_PERCENT_DIGIT)


def _parts(lines: pa.Table, parts: str, whole: str | None, digit: Decimal) -> Oddities:
    prefix = parts.partition(".")[0]
    wholes = [whole] if whole else []
    if is_void(lines, parts, *wholes):
        return {}
    count = counts(lines, f"{prefix}.count")
    odd = flags(lines, "is_counted") & (count > 0) & (count == counts(lines, f"{prefix}.known")) & known(lines, *wholes)
    added = exact(lines.column(parts))
    expected = exact(lines.column(whole)) if whole else number(HUNDRED)
    odd &= differ(added, expected, times(number(digit), whole_numbers(count)))
    return worded(odd, f"{{}}, but its {prefix} add up to {{}}", expected, added)


ARITHMETIC = (
    Check(
        LINE.name,
        "net_amount",
        "NET_AMOUNT_DIFFERS",
        "The net amount is quantity times price less discount, to one minor unit of the currency",
        net_amount,
    ),
    Check(
        ORDER.name,
        "subtotal_amount",
        "SUBTOTAL_DIFFERS",
        "The subtotal is the sum of the lines without charges, to one minor unit a line",
        subtotal,
    ),
    Check(
        ORDER.name,
        "total_amount",
        "TOTAL_DIFFERS",
        "The total is subtotal, charges and tax less discount, to one minor unit a line",
        total,
    ),
    Check(
        LINE.name,
        "quantity_ordered",
        "SCHEDULES_DIFFER",
        "The delivery schedules add up to the quantity ordered",
        schedules,
    ),
    Check(
        LINE.name,
        "distributions",
        "DISTRIBUTIONS_DIFFER",
        "The account assignments add up to 100 percent",
        distributions,
    ),
)
