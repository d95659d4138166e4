"""Checks of arithmetic: amounts against quantities and prices, totals against their parts, parts against the whole."""

from __future__ import annotations

from decimal import Decimal, localcontext

import numpy as np
import pyarrow as pa

from include.orderhouse.expectations.check import Check, Oddities
from include.orderhouse.expectations.rows import (
    ONE,
    PRECISION,
    ZERO,
    Mask,
    Values,
    counts,
    decimals,
    flags,
    is_one_of,
    known,
    plain,
    smallest_amounts,
)
from include.orderhouse.model import LINE, ORDER

HUNDRED = Decimal(100)
NET_AMOUNT_PARTS = [
    "net_amount", "quantity_ordered", "price_unit_conversion_factor", "unit_price", "price_basis_quantity",
    "discount_amount", "discount_percent", "tax_amount", "order.currency",
]  # fmt: skip
LAST_QUANTITY_DIGIT = Decimal("0.000001")
LAST_PERCENT_DIGIT = Decimal("0.01")


def net_amount(lines: pa.Table) -> Oddities:
    """Net amounts other than quantity x price - discount by more than one minor unit.

    Lines with a cancelled quantity are left alone: sources differ in which of the quantities the amount stands for.
    """
    applies = flags(lines, "is_counted") & known(lines, "net_amount", "quantity_ordered", "unit_price")
    inclusive = flags(lines, "order.tax_inclusive")
    applies &= (decimals(lines, "quantity_cancelled") == ZERO) & (~inclusive | known(lines, "tax_amount"))
    positions = np.flatnonzero(applies)
    lines, inclusive = lines.select(NET_AMOUNT_PARTS).take(positions), inclusive[positions]
    with localcontext(prec=PRECISION):
        expected = _gross(lines)
        expected = expected - _discount(lines, expected)
        net = decimals(lines, "net_amount")
        told = np.where(inclusive, net + decimals(lines, "tax_amount"), net)
        odd = abs(told - expected) > smallest_amounts(lines, "order.currency")
    return {
        int(positions[row]): f"{plain(told[row])} instead of {plain(expected[row])} by quantity, price and discount"
        for row in np.flatnonzero(odd)
    }


def _gross(lines: pa.Table) -> Values:
    basis = decimals(lines, "price_basis_quantity", ONE)
    basis[basis == ZERO] = ONE
    factor = decimals(lines, "price_unit_conversion_factor", ONE)
    return np.asarray(decimals(lines, "quantity_ordered") * factor * decimals(lines, "unit_price") / basis)


def _discount(lines: pa.Table, gross: Values) -> Values:
    by_percent = gross * decimals(lines, "discount_percent") / HUNDRED
    return np.where(known(lines, "discount_amount"), decimals(lines, "discount_amount"), by_percent)


def subtotal(orders: pa.Table) -> Oddities:
    """Subtotals other than the sum of the lines without charges; cancelled lines may be in it or not."""
    positions = np.flatnonzero(_living(orders) & known(orders, "subtotal_amount", "lines.count"))
    orders = orders.take(positions)
    complete = counts(orders, "lines.unknown") == 0
    told, tolerance = decimals(orders, "subtotal_amount"), _tolerance(orders)
    sums = [decimals(orders, f"lines.{name}") for name in ("net_amount", "net_amount_with_cancelled")]
    odd = complete & (abs(told - sums[0]) > tolerance) & (abs(told - sums[1]) > tolerance)
    return {
        int(positions[row]): f"{plain(told[row])}, but its lines add up to {plain(sums[0][row])}"
        for row in np.flatnonzero(odd)
    }


def total(orders: pa.Table) -> Oddities:
    """Totals other than subtotal + charges + tax - discount, where subtotal, tax and total are told."""
    positions = np.flatnonzero(_living(orders) & known(orders, "total_amount", "subtotal_amount", "tax_amount"))
    orders = orders.take(positions)
    charges = np.where(
        known(orders, "charges_amount"), decimals(orders, "charges_amount"), decimals(orders, "lines.charges")
    )
    expected = decimals(orders, "subtotal_amount") + charges + decimals(orders, "tax_amount")
    expected = expected - decimals(orders, "discount_amount")
    told = decimals(orders, "total_amount")
    return {
        int(positions[row]): f"{plain(told[row])} instead of {plain(expected[row])} by its parts"
        for row in np.flatnonzero(abs(told - expected) > _tolerance(orders))
    }


def _living(orders: pa.Table) -> Mask:
    return ~(flags(orders, "is_deleted") | is_one_of(orders, "status", "cancelled", "deleted"))


def _tolerance(orders: pa.Table) -> Values:
    """One minor unit a line."""
    return np.asarray(
        smallest_amounts(orders, "currency") * np.maximum(counts(orders, "lines.count"), 1).astype(object)
    )


def schedules(lines: pa.Table) -> Oddities:
    """Lines whose schedules do not add up to the quantity ordered; only where all are in the line's unit."""
    return _parts(lines, "schedules.quantity", "quantity_ordered", LAST_QUANTITY_DIGIT)


def distributions(lines: pa.Table) -> Oddities:
    """Lines whose account assignments do not add up to 100 %; only where all of them have a percentage."""
    return _parts(lines, "distributions.percent", None, LAST_PERCENT_DIGIT)


def _parts(lines: pa.Table, parts: str, whole: str | None, digit: Decimal) -> Oddities:
    prefix = parts.partition(".")[0]
    number = counts(lines, f"{prefix}.count")
    applies = flags(lines, "is_counted") & (number > 0) & (number == counts(lines, f"{prefix}.known"))
    wholes = [whole] if whole else []
    positions = np.flatnonzero(applies & known(lines, *wholes))
    lines, number = lines.select([parts, *wholes]).take(positions), number[positions]
    added = decimals(lines, parts)
    expected = decimals(lines, whole) if whole else np.full(len(lines), HUNDRED, dtype=object)
    odd = abs(added - expected) > digit * number.astype(object)
    return {
        int(positions[row]): f"{plain(expected[row])}, but its {prefix} add up to {plain(added[row])}"
        for row in np.flatnonzero(odd)
    }


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
