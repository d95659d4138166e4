"""The q parameter, really evaluated: row-match expressions, and the simpler queries of framework version 1."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Collection, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from functools import cache, lru_cache
from itertools import repeat
from pathlib import Path
from typing import Any

from lark import Lark, Token, Transformer
from lark.exceptions import UnexpectedInput, VisitError

from tests.sandbox.dialects.oracle_fusion.answers import Refused

Row = Mapping[str, Any]
Predicate = Callable[[Row], bool]

COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    "=": operator.eq, "!=": operator.ne, "<>": operator.ne,
    ">": operator.gt, ">=": operator.ge, "<": operator.lt, "<=": operator.le,
}  # fmt: skip


def predicate(text: str, queryable: Collection[str], framework: int) -> Predicate:
    """What a q parameter asks of a row. Raises Refused for bad syntax and for attributes that cannot be queried."""
    if framework == 1:
        if re.search(r"\b(and|or)\b", re.sub(r"'[^']*'|\"[^\"]*\"", "", text), re.IGNORECASE):
            raise Refused(400, f"URL request parameter q={text} is invalid in framework version 1.")
        text = " and ".join(f"({part})" for part in text.split(";"))
    return _compiled(text, frozenset(queryable))


@lru_cache(maxsize=512)
def _compiled(text: str, queryable: frozenset[str]) -> Predicate:
    try:
        found: Predicate = _Compiler(queryable).transform(_PARSER.parse(text))
    except UnexpectedInput as error:
        raise Refused(400, f"URL request parameter q has a syntax error at {error.pos_in_stream}: {text}") from error
    except VisitError as error:
        if isinstance(error.orig_exc, Refused):
            raise error.orig_exc from None
        raise
    return found


class _Compiler(Transformer[Token, Any]):
    """Turns the syntax tree into one function from row to truth; comparisons with null are never true."""

    def __init__(self, queryable: frozenset[str]) -> None:
        super().__init__()
        self._queryable = queryable

    def any_of(self, parts: list[Any]) -> Predicate:
        terms = parts[::2]
        return lambda row: any(map(operator.call, terms, repeat(row)))

    def all_of(self, parts: list[Any]) -> Predicate:
        terms = parts[::2]
        return lambda row: all(map(operator.call, terms, repeat(row)))

    def negate(self, parts: list[Any]) -> Predicate:
        return lambda row: not parts[1](row)

    def compare(self, parts: list[Any]) -> Predicate:
        name, compare, wanted = self._known(parts[0]), COMPARISONS[str(parts[1])], parts[2]
        return lambda row: row[name] is not None and compare(*_aligned(row[name], wanted))

    def between(self, parts: list[Any]) -> Predicate:
        name, low, high = self._known(parts[0]), parts[2], parts[4]
        return lambda row: (
            row[name] is not None
            and (operator.ge(*_aligned(row[name], low)) and operator.le(*_aligned(row[name], high)))
        )

    def is_in(self, parts: list[Any]) -> Predicate:
        name, among = self._known(parts[0]), _among(parts[2:])
        return lambda row: row[name] is not None and row[name] in among(type(row[name]))

    def not_in(self, parts: list[Any]) -> Predicate:
        name, among = self._known(parts[0]), _among(parts[3:])
        return lambda row: row[name] is not None and row[name] not in among(type(row[name]))

    def is_null(self, parts: list[Any]) -> Predicate:
        name = self._known(parts[0])
        return lambda row: row[name] is None

    def is_not_null(self, parts: list[Any]) -> Predicate:
        name = self._known(parts[0])
        return lambda row: row[name] is not None

    def like(self, parts: list[Any]) -> Predicate:
        name, pattern = self._known(parts[0]), re.escape(parts[2]).replace("%", ".*").replace("_", ".")
        return lambda row: row[name] is not None and re.fullmatch(pattern, str(row[name]), re.DOTALL) is not None

    def string(self, parts: list[Any]) -> str:
        told = str(parts[0])
        return told[1:-1].replace(told[0] * 2, told[0])

    def number(self, parts: list[Any]) -> Decimal:
        return Decimal(str(parts[0]))

    def true(self, parts: list[Any]) -> bool:
        return True

    def false(self, parts: list[Any]) -> bool:
        return False

    def _known(self, name: Any) -> str:
        if str(name) not in self._queryable:
            raise Refused(400, f"URL request parameter q contains {name}, which is not a queryable attribute.", "27518")
        return str(name)


def _aligned(value: Any, literal: Any) -> tuple[Any, Any]:
    """The attribute's value, and the literal as the attribute's type reads it."""
    return value, _read(type(value), literal)


def _among(literals: list[Any]) -> Callable[[type], frozenset[Any]]:
    """The literals of a list as each type of attribute reads them."""
    return cache(lambda kind: frozenset(_read(kind, literal) for literal in literals))


@lru_cache(maxsize=512)
def _read(kind: type, literal: Any) -> Any:
    try:
        if issubclass(kind, datetime):
            moment = datetime.fromisoformat(literal)
            return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        if issubclass(kind, date):
            return date.fromisoformat(literal)
        if issubclass(kind, int | Decimal) and not issubclass(kind, bool):
            return Decimal(literal)
    except (TypeError, ValueError, InvalidOperation) as error:
        raise Refused(400, f"URL request parameter q has {literal!r} where another type is expected.") from error
    return str(literal) if issubclass(kind, str) else literal


_PARSER = Lark(Path(__file__).with_name("rowmatch.lark").read_text("utf-8"), parser="lalr", maybe_placeholders=False)
