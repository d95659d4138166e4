"""The raw rows of one canonical table in one batch, and reading a column of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from include.orderhouse.mapping import Derived, look_up


@dataclass
class RawRows:
    """Rows side by side: each row's raw record, its ancestors' records, and the position of its order in the batch.

    ``ancestors[0]`` are the parents, ``ancestors[1]`` the parents' parents; ``parent_positions`` point into the
    parent's rows.
    """

    records: list[Any]
    orders: list[int]
    ancestors: tuple[list[Any], ...] = ()
    parent_positions: list[int] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.records)


@dataclass(frozen=True)
class Failure:
    """A value that could not be read: the row's position, the column, a code and the reason."""

    row: int
    column: str
    code: str
    reason: str
    value: Any = None


def getter(place: str | Derived) -> Callable[[RawRows], list[Any]]:
    """A function that takes a place's values from all rows at once. A derivation that fails gives its exception."""
    if isinstance(place, Derived):
        return lambda rows: [_derive(place, record) for record in rows.records]
    level = len(place) - len(place.lstrip("^"))
    path = place.lstrip("^").lstrip(".")
    steps = path.split(".")
    return lambda rows: _follow(_level(rows, level), steps)


def children(rows: RawRows, at: Sequence[str], missing: Callable[[int, str], None]) -> RawRows:
    """The rows of a child table inside ``rows``. A parent without the list is reported to ``missing``, with why."""
    found = RawRows([], [], ([], *([] for _ in rows.ancestors)))
    for position, record in enumerate(rows.records):
        listed = next((value for path in at if (value := look_up(record, path)) is not None), None)
        if not isinstance(listed, list):
            missing(position, f"{' or '.join(at)} is {'missing' if listed is None else 'not a list'}")
            continue
        above = [record, *(level[position] for level in rows.ancestors)]
        found.records += listed
        found.orders += [rows.orders[position]] * len(listed)
        found.parent_positions += [position] * len(listed)
        for level, ancestor in zip(found.ancestors, above, strict=True):
            level += [ancestor] * len(listed)
    return found


def _level(rows: RawRows, level: int) -> list[Any]:
    return rows.records if level == 0 else rows.ancestors[level - 1]


def _follow(values: list[Any], steps: Sequence[str]) -> list[Any]:
    """The members at a path, None where a step is missing or not an object."""
    for step in steps:
        values = [value.get(step) if isinstance(value, dict) else None for value in values]
    return values


def _derive(place: Derived, record: Any) -> Any:
    try:
        return place.function(record)
    except Exception as error:
        return error
