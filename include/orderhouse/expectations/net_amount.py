"""The check of net amounts: quantity times price, less discount."""

from __future__ import annotations

from decimal import localcontext

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from include.orderhouse.expectations.check import Oddities
from include.orderhouse.expectations.exact import differ, exact, minus, number, plus, smallest_amounts, times
from include.orderhouse.expectations.rows import (
    HUNDRED,
    ONE,
    PRECISION,
    ZERO,
    Mask,
    Values,
    decimals,
    flags,
    is_void,
    known,
    plain,
)

NEEDED = ("net_amount", "quantity_ordered", "unit_price")
PARTS = [
    *NEEDED, "price_unit_conversion_factor", "price_basis_quantity",
    "discount_amount", "discount_percent", "tax_amount", "order.currency", "order.tax_inclusive",
]  # fmt: skip


def net_amount(lines: pa.Table) -> Oddities:
    """Net amounts other than quantity x price - discount by more than one minor unit.

    Lines with a cancelled quantity are left alone: sources differ in which of the quantities the amount stands for.
    """
    if is_void(lines, *NEEDED):
        return {}
    applies = flags(lines, "is_counted") & known(lines, *NEEDED) & ~_is_nonzero(lines.column("quantity_cancelled"))
    applies &= ~flags(lines, "order.tax_inclusive") | known(lines, "tax_amount")
    try:
        suspects = np.flatnonzero(applies & is_off(lines))
    except pa.ArrowInvalid:
        suspects = np.flatnonzero(applies)
    return _off_by_row(lines.select(PARTS).take(suspects), suspects) if len(suspects) else {}


def _is_nonzero(column: pa.ChunkedArray) -> Mask:
    return np.asarray(pc.fill_null(pc.not_equal(column, pa.scalar(ZERO)), False).to_numpy(), dtype=bool)


def is_off(lines: pa.Table) -> Mask:
    """Where told and expected amount differ by more than a minor unit, both times basis and 100 to divide nothing.

    ArrowInvalid where numbers are so long that this takes more than 76 digits.
    """
    basis = lines.column("price_basis_quantity")
    basis = exact(pc.if_else(pc.equal(basis, pa.scalar(ZERO)), None, basis), ONE)
    factor = exact(lines.column("price_unit_conversion_factor"), ONE)
    discount = lines.column("discount_amount")
    percent = exact(pc.if_else(discount.is_valid(), None, lines.column("discount_percent")))
    tax = exact(pc.if_else(lines.column("order.tax_inclusive"), lines.column("tax_amount"), None))
    scale = times(number(HUNDRED), basis)
    told = times(plus(exact(lines.column("net_amount")), tax, exact(discount)), scale)
    gross = times(exact(lines.column("quantity_ordered")), exact(lines.column("unit_price")), factor)
    expected = times(gross, minus(number(HUNDRED), percent))
    return differ(told, expected, times(pc.abs(scale), smallest_amounts(lines.column("order.currency"))))


def _off_by_row(lines: pa.Table, positions: Values) -> Oddities:
    """The same, computed row by row: lines that are off, and what they should come to."""
    with localcontext(prec=PRECISION):
        gross = _gross(lines)
        expected = gross - _discount(lines, gross)
        net = decimals(lines, "net_amount")
        told = np.where(flags(lines, "order.tax_inclusive"), net + decimals(lines, "tax_amount"), net)
        odd = abs(told - expected) > smallest_amounts(lines.column("order.currency")).to_numpy()
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
