"""The raw rows of one canonical table in one batch, and reading a column of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from include.orderhouse.mapping import Derived, Place, look_up


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
    failed: set[Place] = field(default_factory=set)
    """Derivations that have failed for a row; its value then is the exception."""
    _taken: dict[Place, Sequence[Any]] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.records)

    def take(self, places: Iterable[Place]) -> None:
        """Take the values of places from all rows. One pass over the records costs far less than one for each place."""
        own = [place for place in places if not _reads_parent(place)]
        derived = [place for place in own if isinstance(place, Derived)]
        paths = {place: place.split(".") for place in own if isinstance(place, str)}
        names = list({steps[0] for steps in paths.values()})
        rows = [
            [*map(record.get if isinstance(record, dict) else _nothing, names), *self._derive(derived, record)]
            for record in self.records
        ]
        columns: list[Sequence[Any]] = list(zip(*rows, strict=True)) if rows else [()] * (len(names) + len(derived))
        members = dict(zip(names, columns[: len(names)], strict=True))
        self._taken |= dict(zip(derived, columns[len(names) :], strict=True))
        self._taken |= {path: _follow(members[first], rest) for path, (first, *rest) in paths.items()}

    def _derive(self, places: Sequence[Derived], record: Any) -> Sequence[Any]:
        """What is derived from a record, one place after the other."""
        try:
            return [place.function(record) for place in places]
        except Exception:
            values = [_derived(place, record) for place in places]
            self.failed.update(p for p, value in zip(places, values, strict=True) if isinstance(value, Exception))
            return values

    def values(self, place: Place) -> Sequence[Any]:
        """A place's values, one a row; None where there is none. A derivation that fails gives its exception."""
        if isinstance(place, str) and place.startswith("^"):
            path = place.lstrip("^")
            return _follow(self.ancestors[len(place) - len(path) - 1], path.lstrip(".").split("."))
        if place not in self._taken:
            if isinstance(place, Derived) and place.reads_parent:
                self._taken[place] = self._derive_with_parents(place)
            else:
                self.take([place])
        return self._taken[place]

    def _derive_with_parents(self, place: Derived) -> list[Any]:
        values = [_derived(place, *records) for records in zip(self.records, self.ancestors[0], strict=True)]
        if any(isinstance(value, Exception) for value in values):
            self.failed.add(place)
        return values


@dataclass(frozen=True)
class Failure:
    """A value that could not be read: the row's position, the column, a code and the reason."""

    row: int
    column: str
    code: str
    reason: str
    value: Any = None


def children(rows: RawRows, at: Sequence[str], missing: Callable[[int, str], None]) -> RawRows:
    """The rows of a child table inside ``rows``. Parents without a list of objects go to ``missing``, with why."""
    found = RawRows([], [], ([], *([] for _ in rows.ancestors)))
    for position, record in enumerate(rows.records):
        listed = next((value for path in at if (value := look_up(record, path)) is not None), None)
        if not isinstance(listed, list):
            missing(position, f"{' or '.join(at)} is {'missing' if listed is None else 'not a list'}")
            continue
        if not all(isinstance(entry, dict) for entry in listed):
            missing(position, f"{' or '.join(at)} has an entry that is no object")
            continue
        above = [record, *(level[position] for level in rows.ancestors)]
        found.records += listed
        found.orders += [rows.orders[position]] * len(listed)
        found.parent_positions += [position] * len(listed)
        for level, ancestor in zip(found.ancestors, above, strict=True):
            level += [ancestor] * len(listed)
    return found


def _follow(values: Sequence[Any], steps: Sequence[str]) -> Sequence[Any]:
    """The members at a path, None where a step is missing or not an object."""
    for step in steps:
        values = [value.get(step) if isinstance(value, dict) else None for value in values]
    return values


def _nothing(name: str) -> None:
    """What a record that is no object has under any name."""


def _reads_parent(place: Place) -> bool:
    return place.reads_parent if isinstance(place, Derived) else place.startswith("^")


def _derived(place: Derived, *records: Any) -> Any:
    try:
        return place.function(*records)
    except Exception as error:
        return error
