"""Amounts in company currency where the source gives none: computed with the order's own rate, and marked so."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from include.orderhouse.frames import arrow_type
from include.orderhouse.model import PRECISION, SCALES, Kind
from include.orderhouse.transform.table import ReadTable

ORDER_AMOUNTS = ("subtotal_amount", "discount_amount", "charges_amount", "tax_amount", "total_amount")
MONEY, RATE = arrow_type(Kind.MONEY), arrow_type(Kind.RATE)
EXACT_MONEY, EXACT_RATE = (pa.decimal256(PRECISION, SCALES[kind]) for kind in (Kind.MONEY, Kind.RATE))
"""Wide enough for their product with all its digits."""
TOO_LARGE = pa.scalar(10 ** (PRECISION - SCALES[Kind.MONEY]), pa.decimal256(PRECISION, 0))


def derive_company_amounts(order: ReadTable, line: ReadTable) -> None:
    """Fill the `_company` columns that the source leaves empty and say in `company_amounts` where they come from."""
    rates = _rates(order)
    told = derived = pa.repeat(False, len(order.rows))
    for name in ORDER_AMOUNTS:
        given = order.column(f"{name}_company")
        filled = _filled(given, order.column(name), rates)
        told = pc.or_(told, given.is_valid())
        derived = pc.or_(derived, pc.and_(given.is_null(), filled.is_valid()))
        order.columns[f"{name}_company"] = filled
    line_rates = rates.take(pa.array(line.rows.orders, pa.int64()))
    given = line.column("net_amount_company")
    line.columns["net_amount_company"] = _filled(given, line.column("net_amount"), line_rates)
    order.columns["company_amounts"] = pc.if_else(derived, "derived", pc.if_else(told, "source", None))


def _rates(order: ReadTable) -> pa.Array:
    """The orders' rates. One of 0 is none: sources give it where nobody has entered one."""
    told = order.column("exchange_rate")
    told = pc.if_else(pc.equal(told, pa.scalar(0, RATE)), None, told)
    is_own = pc.equal(order.column("currency"), order.column("company_currency"))
    return pc.coalesce(told, pc.if_else(is_own, pa.scalar(1, RATE), None))


def _filled(given: pa.Array, amounts: pa.Array, rates: pa.Array) -> pa.Array:
    exact = pc.multiply(amounts.cast(EXACT_MONEY), rates.cast(EXACT_RATE))
    rounded = pc.round(exact, SCALES[Kind.MONEY], "half_to_even")
    fitting = pc.if_else(pc.less(pc.abs(rounded), TOO_LARGE), rounded, None)
    return pc.coalesce(given, fitting.cast(MONEY))
