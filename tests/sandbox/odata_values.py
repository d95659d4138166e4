"""Values of OData expressions: how rows hold them, how they compare, and the terms that look at them."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cache
from itertools import repeat
from typing import Any

Value = Any
Row = Mapping[str, Value]

COMPARISONS: dict[str, Callable[[Value, Value], bool]] = {
    "eq": operator.eq, "ne": operator.ne, "gt": operator.gt, "ge": operator.ge, "lt": operator.lt, "le": operator.le,
}  # fmt: skip


class ODataError(ValueError):
    """A query option that a server refuses: what is wrong, and where."""


def at(row: Row, path: str) -> Value:
    """The value at a path with slashes; None below null."""
    if "/" not in path:
        return row.get(path)
    value: Value = row
    for name in path.split("/"):
        value = None if value is None else value.get(name)
    return value


def sort_key(value: Value) -> tuple[bool, Value]:
    """Nulls come before everything else."""
    return (value is not None, value)


def _aligned(left: Value, right: Value) -> tuple[Value, Value]:
    """The two values made comparable; ODataError if a server would not compare their types."""
    if isinstance(left, datetime) != isinstance(right, datetime):
        left, right = _as_instant(left), _as_instant(right)
    kinds = {kind_of(left), kind_of(right)}
    if len(kinds) > 1:
        raise ODataError(f"A binary operator with incompatible types was detected: {' and '.join(sorted(kinds))}.")
    return left, right


def _as_instant(value: Value) -> Value:
    """A date as its midnight in UTC, as OData 2.0 writes dates; anything else as it is."""
    is_date = isinstance(value, date) and not isinstance(value, datetime)
    return datetime(value.year, value.month, value.day, tzinfo=UTC) if is_date else value


def kind_of(value: Value) -> str:
    """What a value is to a server: only like is compared with like."""
    return _kind(type(value))


@cache
def _kind(of: type) -> str:
    for types, name in ((bool, "boolean"), ((int, Decimal), "number"), (datetime, "instant"), (date, "date")):
        if issubclass(of, types):
            return name
    return "string"


def _is_of(value: Value, kind: str) -> bool:
    return value is None or kind_of(value) == kind


def boolean(value: Value) -> bool:
    """A condition's value; null is false. ODataError for anything else."""
    if value is None or value is True or value is False:
        return value is True
    raise ODataError(f"A boolean expression was expected, found a {kind_of(value)}.")


def compared(name: str, left: Value, right: Value) -> bool:
    """Two values by an operator; null equals nothing but null."""
    if left is None or right is None:
        return (left is right) if name == "eq" else (left is not right) if name == "ne" else False
    if type(left) is not type(right):
        left, right = _aligned(left, right)
    return COMPARISONS[name](left, right)


@dataclass(frozen=True, slots=True)
class Constant:
    """A literal."""

    value: Value

    @property
    def is_simple(self) -> bool:
        """Whether it compares as one look: a number or text."""
        return self.value is not None and kind_of(self.value) in ("number", "string")

    def __call__(self, row: Row) -> Value:
        return self.value


@dataclass(frozen=True, slots=True)
class PathTerm:
    """A property of the row."""

    path: str

    def __call__(self, row: Row) -> Value:
        return at(row, self.path) if "/" in self.path else row[self.path]


@dataclass(frozen=True, slots=True)
class Equals:
    """Properties that each equal a number or text."""

    paths: tuple[str, ...]
    kinds: tuple[str, ...]
    values: tuple[Value, ...]

    def __call__(self, row: Row) -> bool:
        return all(map(compared, repeat("eq"), map(at, repeat(row), self.paths), self.values))


@dataclass(frozen=True, slots=True)
class EqualsAny:
    """Properties that equal one of many combinations: one look, as by an index."""

    paths: tuple[str, ...]
    kinds: tuple[str, ...]
    choices: frozenset[tuple[Value, ...]]

    def __call__(self, row: Row) -> bool:
        values = tuple([at(row, path) for path in self.paths])
        if all(map(_is_of, values, self.kinds)):
            return values in self.choices
        return any(Equals(self.paths, self.kinds, choice)(row) for choice in self.choices)
