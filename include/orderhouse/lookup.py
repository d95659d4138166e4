"""Records that orders refer to by id, read in batches and once each."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, Generic, TypeVar

T = TypeVar("T")
Key = TypeVar("Key", int, str)

Row = dict[str, Any]


def batches(values: Sequence[T], size: int) -> Iterator[list[T]]:
    """The values, so many at a time: what fits into one request."""
    return (list(values[begin : begin + size]) for begin in range(0, len(values), size))


def each_row(rows: Any, made: Callable[[Row], Row]) -> Any:
    """What is made of each row of a list. What is no list, or no row, stays as it is: its order is then rejected."""
    return [made(row) if isinstance(row, dict) else row for row in rows] if isinstance(rows, list) else rows


def ids_within(scope: str, ids: Iterable[str]) -> list[str]:
    """Of ids that begin with a scope, such as a company, and a slash: those of that scope, without both."""
    return [one.removeprefix(f"{scope}/") for one in ids if one.startswith(f"{scope}/")]


class Lookup(Generic[Key]):
    """The records that the orders of one fetch refer to; what is gone or hidden is not asked for again."""

    def __init__(self, read: Callable[[list[Key]], Mapping[Key, Row]], at_once: int) -> None:
        """``read`` gives the records with at most ``at_once`` ids, as many as exist, by id."""
        self._read: Callable[[list[Key]], Mapping[Key, Row]] = read
        self._at_once = at_once
        self._known: dict[Key, Row | None] = {}

    def learn(self, ids: Iterable[Key | None]) -> None:
        """Read the records that are not known yet."""
        new = {one for one in ids if one} - self._known.keys()
        for batch in batches(sorted(new), self._at_once):
            found = self._read(batch)
            self._known |= {one: found.get(one) for one in batch}

    def get(self, one: Key | None) -> Row | None:
        """The record with that id, if it is known and exists."""
        return None if one is None else self._known.get(one)
