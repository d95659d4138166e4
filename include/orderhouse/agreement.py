"""What rows have in common, for columns that an order or a line has once."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any


def agreed(values: Iterable[Any]) -> Any:
    """The one value that all rows have; None where they differ or there are no rows. Missing counts as a value."""
    told = set(values)
    return told.pop() if len(told) == 1 else None
