"""Exact arithmetic on whole columns, in decimals of up to 76 digits.

A column takes only as many digits as its longest value has, so that products find room. Where a result could need more
than 76 digits, Arrow raises ArrowInvalid before it computes anything: nothing is ever rounded or cut.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any, TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from include.orderhouse.expectations.rows import ZERO, Mask, Values
from include.orderhouse.values.codes import minor_units

Exact: TypeAlias = "pa.ChunkedArray | pa.Scalar"
"""A column without NULL, or one number that stands for a whole column."""

SMALLEST_AMOUNT = pa.decimal256(7, 6)


def exact(column: pa.ChunkedArray, missing: Decimal = ZERO) -> Exact:
    """A column of decimals to compute with; ``missing`` stands for NULL."""
    if column.null_count == len(column):
        return number(missing)
    filled = pc.fill_null(column, pa.scalar(missing).cast(column.type))
    return filled.cast(pa.decimal256(_digits(filled) + column.type.scale, column.type.scale))


def number(value: Decimal) -> pa.Scalar:
    """One number to compute with."""
    found = pa.scalar(value)
    return found.cast(pa.decimal256(found.type.precision, found.type.scale))


def whole_numbers(counts: Values) -> pa.ChunkedArray:
    """Counts to compute with."""
    return pa.chunked_array([pa.array(counts, pa.int64()).cast(pa.decimal256(19))])


def times(*factors: Exact) -> Exact:
    """The product of columns, row by row."""
    return _folded(pc.multiply, factors)


def plus(*parts: Exact) -> Exact:
    """The sum of columns, row by row."""
    return _folded(pc.add, parts)


def minus(whole: Exact, part: Exact) -> Exact:
    """What is left of a column without the other, row by row."""
    return pc.subtract(whole, part)


def exceeds(left: Exact, right: Exact) -> Mask:
    """Where the left number is more than the right one; one of them is a column."""
    return np.asarray(pc.greater(left, right).to_numpy(), dtype=bool)


def differ(left: Exact, right: Exact, tolerance: Exact) -> Mask:
    """Where two numbers are further apart than the tolerance; one of the three is a column."""
    return exceeds(pc.abs(minus(left, right)), tolerance)


def smallest_amounts(currencies: pa.ChunkedArray) -> pa.ChunkedArray:
    """The minor unit of each row's currency: 0.01 for EUR, 1 for JPY; 0.01 where the currency is not known."""
    known = currencies.unique()
    units = pa.array([_minor_unit(code) for code in known.to_pylist()], SMALLEST_AMOUNT)
    return pa.chunked_array([units.take(pc.index_in(currencies, value_set=known).combine_chunks())])


def _digits(column: pa.ChunkedArray) -> int:
    """How many digits the longest number has before the point."""
    return max(1, *(Decimal(bound.as_py()).adjusted() + 1 for bound in pc.min_max(column).values()))


def _folded(function: Callable[[Any, Any], Exact], columns: tuple[Exact, ...]) -> Exact:
    found, *others = columns
    for each in others:
        found = function(found, each)
    return found


def _minor_unit(currency: str | None) -> Decimal:
    digits = minor_units(currency) if currency else None
    return Decimal(1).scaleb(-(2 if digits is None else digits))
