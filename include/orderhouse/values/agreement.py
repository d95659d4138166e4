"""What rows have in common, for columns that an order or a line has once."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from include.orderhouse.mapping import Derived, Record, derived, look_up


def agreed(values: Iterable[Any]) -> Any:
    """The one value that all rows have; None where they differ or there are no rows. Missing counts as a value."""
    told = set(values)
    return told.pop() if len(told) == 1 else None


def the_only(lines: str, path: str) -> Derived:
    """The text or number at a path that all lines with one agree on; lines without it have no say."""

    def value(order: Record) -> Any:
        found = (look_up(line, path) for line in look_up(order, lines) or ())
        return agreed(one for one in found if isinstance(one, str | int) and one != "")

    return derived(value, f"{path} of the lines, where they name only one", f"{lines}.{path}")
