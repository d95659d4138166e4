"""A check: something that holds for every row of a canonical table, or else is noted row by row."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from include.orderhouse.expectations.rows import Mask, plain

Oddities = Mapping[int, str]
"""By the position of a row that a check does not hold for, what is odd about it."""


@dataclass(frozen=True)
class Check:
    """What must hold for a field of a table; where it does not, ``find`` says why.

    ``find`` reads a frame with its context. A failed critical check rejects the order; the others are noted.
    """

    table: str
    field: str
    code: str
    says: str
    find: Callable[[pa.Table], Oddities]
    critical: bool = False

    @property
    def column(self) -> str:
        """The name of the column that holds the check's outcome: NULL, or what is odd."""
        return f"{self.field}: {self.code}"


@dataclass(frozen=True)
class Finding:
    """A row for which something does not hold. A critical one rejects its order, the others are noted as issues."""

    table: str
    order_id: str
    row_id: str
    field: str
    code: str
    reason: str
    source_value: str | None
    critical: bool


def worded(odd: Mask, wording: str, *numbers: pa.ChunkedArray | pa.Scalar) -> Oddities:
    """The odd rows in words; a number of each column, or one number for all rows, stands for each ``{}``."""
    rows = np.flatnonzero(odd)
    columns = [
        [each.as_py()] * len(rows) if isinstance(each, pa.Scalar) else each.take(rows).to_pylist() for each in numbers
    ]
    return {row: wording.format(*map(plain, told)) for row, *told in zip(rows.tolist(), *columns, strict=True)}
