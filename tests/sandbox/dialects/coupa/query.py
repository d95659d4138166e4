"""Query strings: `field[operator]=value`, `association[field]=value`, paging, sorting and projection."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Any

from tests.sandbox.dialects.coupa.errors import CoupaError
from tests.sandbox.dialects.coupa.values import Row

KEY = re.compile(r"(?P<first>[\w-]+)(?P<rest>(?:\[[\w-]+\])*)")
LARGEST_PAGE = 50
COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    "gt": lambda a, b: a > b,
    "lt": lambda a, b: a < b,
    "gt_or_eq": lambda a, b: a >= b,
    "lt_or_eq": lambda a, b: a <= b,
}
TEXTS: dict[str, Callable[[str, str], bool]] = {
    "contains": lambda a, b: b in a,
    "starts_with": lambda a, b: a.startswith(b),
    "ends_with": lambda a, b: a.endswith(b),
}
OTHERS = ("blank", "not_eq", "in", "not_in")


@dataclass(frozen=True)
class Condition:
    """One condition on a field, or on a field of an association; of a list one row must meet it."""

    path: tuple[str, ...]
    operator: str
    value: str

    def holds(self, row: Row) -> bool:
        found = _values(row, self.path)
        if self.operator in ("not_eq", "not_in"):
            return not any(self._names(value) for value in found)
        return any(self._meets(value) for value in found)

    @property
    def is_of_ids(self) -> bool:
        return self.path == ("id",)

    def picked(self, rows: list[Row]) -> list[Row]:
        """What ``holds`` says of each row's id, for many rows at once."""
        if self.operator in ("eq", "in") and rows:
            wanted = _wanted(int, self.value, self.operator == "in")
            return [row for row in rows if row["id"] in wanted]
        if self.operator in COMPARISONS and rows:
            compare, bound = COMPARISONS[self.operator], _read(int, self.value)
            return [row for row in rows if compare(row["id"], bound)]
        return [row for row in rows if self.holds(row)]

    def _meets(self, value: Any) -> bool:
        if self.operator == "blank":
            return (value in (None, "", [])) is (self.value == "true")
        if self.operator in ("eq", "in"):
            return self._names(value)
        if value is None:
            return False
        if self.operator in TEXTS:
            return TEXTS[self.operator](str(value).casefold(), self.value.casefold())
        return COMPARISONS[self.operator](value, _read(type(value), self.value))

    def _names(self, value: Any) -> bool:
        """Whether the value is the condition's, or one of its list."""
        if not isinstance(value, (str, int, Decimal, date)):
            return False
        return value in _wanted(type(value), self.value, self.operator in ("in", "not_in"))


@dataclass(frozen=True)
class Query:
    """A parsed query string."""

    conditions: tuple[Condition, ...]
    offset: int
    limit: int
    order_by: str
    is_descending: bool
    fields: list[Any] | None
    filter: str

    @property
    def lasting(self) -> tuple[Condition, ...]:
        """The conditions that stay from page to page; those on ids may be where the page before has ended."""
        return tuple(entry for entry in self.conditions if not entry.is_of_ids)

    def listed(self, rows: Iterable[Row], conditions: Sequence[Condition], ignores_sorting: bool) -> list[Row]:
        """The rows that meet these conditions, sorted."""
        found = [row for row in rows if all(entry.holds(row) for entry in conditions)]
        name, descending = ("id", True) if ignores_sorting else (self.order_by, self.is_descending)
        found.sort(key=lambda row: (row.get(name) is not None, row.get(name) or 0), reverse=descending)
        return found

    def page(self, listed: list[Row], conditions: Sequence[Condition]) -> list[Row]:
        """Of the listed rows that meet the conditions on ids among these, what is asked for."""
        for entry in conditions:
            listed = entry.picked(listed) if entry.is_of_ids else listed
        return listed[self.offset : self.offset + self.limit]


def parse(pairs: Iterable[tuple[str, str]], may_blank_instants: bool = False) -> Query:
    """The query of a request; names with hyphens and underscores are the same.

    ``blank`` is not available for instants (API Operators).
    """
    told, conditions = dict[str, str](), []
    for key, value in pairs:
        if key in ("offset", "limit", "order_by", "dir", "fields", "return_object", "filter"):
            told[key] = value
        else:
            conditions.append(condition := _condition(key, value))
            if condition.operator == "blank" and condition.path[-1].endswith("-at") and not may_blank_instants:
                raise CoupaError(400, f"Operator blank is not available for {condition.path[-1]}")
    if told.get("return_object") == "limited":
        told["fields"] = '["id"]'
    return Query(
        tuple(conditions),
        _whole(told.get("offset", "0")),
        min(_whole(told.get("limit", str(LARGEST_PAGE))), LARGEST_PAGE),
        told.get("order_by", "id").replace("_", "-"),
        told.get("dir", "desc" if "order_by" not in told else "asc") == "desc",
        _fields(told.get("fields")),
        told.get("filter", ""),
    )


def project(row: Row, fields: list[Any] | None) -> Row:
    """The fields that were asked for, those of associations among them."""
    if fields is None:
        return row
    shown: Row = {}
    for entry in fields:
        if isinstance(entry, str):
            shown |= {entry: row[entry]} if entry in row else {}
        else:
            for name, inner in entry.items():
                value = row.get(name)
                one = project(value, inner) if isinstance(value, dict) else value
                shown[name] = [project(part, inner) for part in value] if isinstance(value, list) else one
    return shown


def _fields(text: str | None) -> list[Any] | None:
    if text is None:
        return None
    try:
        found = json.loads(text)
    except ValueError:
        raise CoupaError(400, "fields is not valid JSON") from None
    if not isinstance(found, list):
        raise CoupaError(400, "fields must be an array")
    return found


def _condition(key: str, value: str) -> Condition:
    found = KEY.fullmatch(key)
    if found is None:
        raise CoupaError(400, f"Invalid query parameter {key}")
    steps = [found["first"], *re.findall(r"\[([\w-]+)\]", found["rest"])]
    operator = steps.pop() if steps[-1] in (*COMPARISONS, *TEXTS, *OTHERS) and len(steps) > 1 else "eq"
    return Condition(tuple(step if "_" not in step else step.replace("_", "-") for step in steps), operator, value)


def _values(row: Row, path: tuple[str, ...]) -> list[Any]:
    found: list[Any] = [row]
    for name in path:
        entries = [entry for value in found for entry in (value if isinstance(value, list) else (value,))]
        found = [_attribute(entry, name) for entry in entries if isinstance(entry, dict)]
    return found


def _attribute(row: Row, name: str) -> Any:
    if name not in row:
        raise CoupaError(400, f"Unknown attribute {name}")
    return row[name]


@lru_cache(maxsize=256)
def _wanted(kind: type, text: str, is_list: bool) -> frozenset[Any]:
    """The values that a condition names."""
    return frozenset(_read(kind, entry) for entry in (text.split(",") if is_list else [text]))


@lru_cache(maxsize=256)
def _read(kind: type, text: str) -> Any:
    """The text in the type of the field; instants without an offset are UTC."""
    try:
        if issubclass(kind, bool):
            return text == "true"
        if issubclass(kind, datetime):
            found = datetime.fromisoformat(text)
            return found if found.tzinfo else found.replace(tzinfo=UTC)
        if issubclass(kind, date):
            return date.fromisoformat(text[:10])
        return Decimal(text) if issubclass(kind, int | Decimal) else text
    except (ValueError, InvalidOperation):
        raise CoupaError(400, f"Invalid value {text}") from None


def _whole(text: str) -> int:
    if not text.isdecimal():
        raise CoupaError(400, f"Invalid value {text}")
    return int(text)
