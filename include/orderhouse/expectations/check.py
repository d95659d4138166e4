"""A check: something that holds for every row of a canonical table, or else is noted row by row."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import pyarrow as pa

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
