"""Filters of lists: `[field, operator, value]`, or `[doctype, field, operator, value]` for columns of child tables."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from tests.sandbox.dialects.erpnext.errors import FrappeError
from tests.sandbox.dialects.erpnext.values import Row

Test = Callable[[Any], bool]
COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    ">": lambda a, b: a > b,
    "<": lambda a, b: a < b,
    ">=": lambda a, b: a >= b,
    "<=": lambda a, b: a <= b,
}
TIMES = ("creation", "modified")


@dataclass(frozen=True)
class Filter:
    """One condition on a column of a doctype."""

    doctype: str
    field: str
    test: Test

    def holds(self, row: Row) -> bool:
        return self.test(row.get(self.field))


def parse_filters(doctype: str, told: Any, nulls_are_low: bool) -> list[Filter]:
    """The filters of a request, a list or a mapping; `nulls_are_low` lets `modified < x` find rows without one."""
    told = json.loads(told, parse_float=Decimal) if isinstance(told, str) else told
    if isinstance(told, Mapping):
        told = [[name, *(value if isinstance(value, list) else ["=", value])] for name, value in told.items()]
    return [_filter(doctype, entry, nulls_are_low) for entry in told or ()]


def _filter(doctype: str, entry: Any, nulls_are_low: bool) -> Filter:
    if not isinstance(entry, list) or len(entry) not in (3, 4):
        raise FrappeError(
            "ValidationError", f"Filter must have 4 values (doctype, fieldname, operator, value): {entry}"
        )
    table, field, operator, value = entry if len(entry) == 4 else [doctype, *entry]
    return Filter(table, field, _test(field, str(operator).lower(), value, nulls_are_low))


def _test(field: str, operator: str, value: Any, nulls_are_low: bool) -> Test:
    match operator:
        case "=" | "!=":
            return lambda told: _equals(told, value) is (operator == "=")
        case ">" | "<" | ">=" | "<=":
            null = operator.startswith("<") and (nulls_are_low or field not in TIMES)
            return lambda told: null if told is None else COMPARISONS[operator](*_alike(told, value))
        case "in" | "not in":
            wanted = value if isinstance(value, list) else [part.strip() for part in str(value).split(",")]
            texts = {str(entry).casefold() for entry in wanted}
            return lambda told: _is_among(told, wanted, texts) is (operator == "in")
        case "like" | "not like":
            pattern = re.compile(re.escape(str(value)).replace("%", ".*").replace("_", "."), re.IGNORECASE | re.DOTALL)
            return lambda told: bool(pattern.fullmatch(str(told or ""))) is (operator == "like")
        case "between":
            low, high = value
            return lambda told: told is not None and _is_between(told, low, high)
        case "is" if value in ("set", "not set"):
            return lambda told: (told in (None, "")) is (value == "not set")
    raise FrappeError(
        "ValidationError",
        "Operator must be one of =, !=, >, <, >=, <=, like, not like, in, not in, is, between, timespan",
    )


def _equals(told: Any, value: Any) -> bool:
    if told is None:
        return value in (None, "")
    left, right = _alike(told, value)
    return bool(left == right)


def _is_among(told: Any, wanted: list[Any], texts: set[str]) -> bool:
    """Whether a value is in a list, whose ``texts`` are as the collation compares them."""
    if isinstance(told, str):
        return told.casefold() in texts
    return any(_equals(told, entry) for entry in wanted)


def _is_between(told: Any, low: Any, high: Any) -> bool:
    left, lowest = _alike(told, low)
    _, highest = _alike(told, high)
    return bool(lowest <= left <= highest)


def _alike(told: Any, value: Any) -> tuple[Any, Any]:
    """Both sides in the type of the column; texts by a collation that ignores case."""
    try:
        if isinstance(told, datetime):
            return told, datetime.fromisoformat(str(value))
        if isinstance(told, date):
            return told, date.fromisoformat(str(value)[:10])
        if isinstance(told, bool | int | Decimal):
            return Decimal(told), Decimal(str(value))
    except (ValueError, ArithmeticError):
        said = f"(1525, \"Incorrect DATETIME value: '{value}'\")"
        raise FrappeError("OperationalError", said, "pymysql.err") from None
    return str(told).casefold(), str(value).casefold()
