"""Columns of a frame row by row, as NumPy arrays. Amounts are Decimal objects, never floats."""

from __future__ import annotations

from decimal import Decimal, localcontext
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

Values: TypeAlias = npt.NDArray[Any]
Mask: TypeAlias = npt.NDArray[np.bool_]

ZERO = Decimal(0)
ONE = Decimal(1)
HUNDRED = Decimal(100)
PRECISION = 100
"""Digits that intermediate results keep: more than a product of quantity, conversion factor and price has."""

LAST_DIGIT = Decimal("1E-10")


def is_void(frame: pa.Table, *names: str) -> bool:
    """Whether one of the columns is NULL in every row."""
    return any(frame.column(name).null_count == len(frame) for name in names)


def known(frame: pa.Table, *names: str) -> Mask:
    """Where none of the columns is NULL."""
    found = np.ones(len(frame), dtype=bool)
    for name in names:
        if frame.column(name).null_count:
            found &= frame.column(name).is_valid().to_numpy()
    return found


def decimals(frame: pa.Table, name: str, missing: Decimal = ZERO) -> Values:
    """A column of decimals; ``missing`` stands for NULL."""
    column = frame.column(name)
    if column.null_count == len(column):
        return np.full(len(column), missing, dtype=object)
    return np.asarray(pc.fill_null(column, pa.scalar(missing).cast(column.type)).to_numpy())


def counts(frame: pa.Table, name: str) -> Values:
    """A column of whole numbers; 0 stands for NULL."""
    return np.asarray(pc.fill_null(frame.column(name), 0).to_numpy())


def days(frame: pa.Table, name: str) -> Values:
    """A column of dates, or the UTC dates of instants; NULL is NaT, which no comparison holds for."""
    return np.asarray(pc.cast(frame.column(name), pa.date32(), safe=False).to_numpy(), dtype="datetime64[D]")


def flags(frame: pa.Table, name: str) -> Mask:
    """A column of booleans; NULL counts as false."""
    return np.asarray(pc.fill_null(frame.column(name), False).to_numpy(), dtype=bool)


def is_one_of(frame: pa.Table, name: str, *texts: str) -> Mask:
    """Where a column holds one of the texts."""
    return np.asarray(pc.is_in(frame.column(name), value_set=pa.array(texts)).to_numpy(), dtype=bool)


def plain(number: Decimal) -> str:
    """A number as people write it: without exponent and trailing zeros."""
    with localcontext(prec=PRECISION):
        return f"{number.quantize(LAST_DIGIT).normalize():f}"
