"""Search domains: Polish notation over (field, operator, value) leaves, as the ORM documentation describes them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, time
from decimal import Decimal
from functools import lru_cache
from typing import Any

from tests.sandbox.dialects.odoo.errors import OdooError
from tests.sandbox.dialects.odoo.values import Record, Ref

Predicate = Callable[[Record], bool]
Resolve = Callable[[str], Callable[[Record], Any]]
"""Makes a dotted field path into a function that reads its value; raises ValueError for an unknown field."""

OPERATORS = (
    "=",
    "!=",
    ">",
    ">=",
    "<",
    "<=",
    "in",
    "not in",
    "like",
    "ilike",
    "=like",
    "=ilike",
    "not like",
    "not ilike",
)


def compile_domain(domain: Any, resolve: Resolve) -> Predicate:
    """The test that a domain makes of each record; leaves without an operator before them are joined by `&`."""
    if not isinstance(domain, list):
        raise OdooError("builtins.TypeError", f"Invalid domain: {domain!r}")
    tokens = iter(domain)
    parts: list[Predicate] = []
    for token in tokens:
        parts.append(_term(token, tokens, resolve))
    return lambda record: all(part(record) for part in parts)


def _term(token: Any, rest: Iterator[Any], resolve: Resolve) -> Predicate:
    if token in ("&", "|", "!"):
        first = _term(_next(rest), rest, resolve)
        if token == "!":
            return lambda record: not first(record)
        second = _term(_next(rest), rest, resolve)
        if token == "|":
            return lambda record: first(record) or second(record)
        return lambda record: first(record) and second(record)
    if isinstance(token, str):
        raise OdooError("builtins.IndexError", "string index out of range")
    return _leaf(token, resolve)


def _next(rest: Iterator[Any]) -> Any:
    try:
        return next(rest)
    except StopIteration:
        raise OdooError("builtins.IndexError", "pop from empty list") from None


def _leaf(leaf: Any, resolve: Resolve) -> Predicate:
    if not isinstance(leaf, list) or len(leaf) != 3 or leaf[1] not in OPERATORS:
        raise OdooError("builtins.ValueError", f"Invalid leaf {tuple(leaf) if isinstance(leaf, list) else leaf!r}")
    path, operator, wanted = leaf
    read = resolve(path)
    if operator in ("in", "not in"):
        return _membership(read, wanted, operator == "in")
    if operator.endswith("like"):
        return _pattern(read, str(wanted), operator)
    if wanted is False or wanted is None:
        is_equal = operator == "="
        return lambda record: _is_unset(read(record)) is is_equal
    return _comparison(read, operator, wanted)


def _membership(read: Callable[[Record], Any], wanted: Any, is_in: bool) -> Predicate:
    """`not in` also finds records without a value, as PostgreSQL is asked to."""
    chosen = set(wanted)
    return lambda record: bool(_keys(read(record)) & chosen) is is_in


def _keys(value: Any) -> set[Any]:
    if isinstance(value, Ref):
        return {value.id}
    if isinstance(value, tuple):
        return set(value)
    return {False} if value is None else {value}


def _pattern(read: Callable[[Record], Any], wanted: str, operator: str) -> Predicate:
    flags = re.IGNORECASE | re.DOTALL if "ilike" in operator else re.DOTALL
    parts = [".*" if char == "%" else "." if char == "_" else re.escape(char) for char in wanted]
    pattern = "".join(parts) if operator.startswith("=") else f".*{''.join(parts)}.*"
    is_negated = operator.startswith("not")
    found = re.compile(pattern, flags)
    return lambda record: bool(found.fullmatch(_text(read(record)))) is not is_negated


def _text(value: Any) -> str:
    return value.name if isinstance(value, Ref) else "" if value is None else str(value)


def _comparison(read: Callable[[Record], Any], operator: str, wanted: Any) -> Predicate:
    def compare(record: Record) -> bool:
        value = read(record)
        if value is None:
            return operator == "!="
        other = _like(value, wanted)
        actual = value.id if isinstance(value, Ref) and isinstance(other, int) else value
        match operator:
            case "=":
                return bool(actual == other)
            case "!=":
                return bool(actual != other)
            case ">":
                return bool(actual > other)
            case ">=":
                return bool(actual >= other)
            case "<":
                return bool(actual < other)
        return bool(actual <= other)

    return compare


def _like(value: Any, wanted: Any) -> Any:
    """The operand in the type of the column; an offset on an instant is ignored, as in Odoo 18."""
    if isinstance(value, datetime):
        return _instant(str(wanted))
    if isinstance(value, date):
        return date.fromisoformat(str(wanted))
    return Decimal(str(wanted)) if isinstance(value, Decimal) else wanted


@lru_cache(maxsize=256)
def _instant(text: str) -> datetime:
    try:
        parsed = datetime.fromisoformat(text)
    except ValueError:
        said = f'invalid input syntax for type timestamp: "{text} 00:00:00"\n'
        raise OdooError("psycopg2.errors.InvalidDatetimeFormat", said) from None
    return datetime.combine(parsed.date(), parsed.time().replace(tzinfo=None) or time(), UTC)


def _is_unset(value: Any) -> bool:
    return value is None or value is False or value == ""
