"""The query language of QuickBooks Online, parsed and evaluated.

``SELECT * | COUNT(*) FROM Entity [WHERE a AND b] [ORDERBY x [ASC|DESC], ...] [STARTPOSITION n] [MAXRESULTS n]``, after
Intuit's page "Query operations and syntax". There is no OR, no join, no inequality; backslashes escape quotes.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from operator import eq, ge, gt, le, lt
from typing import Any

TOKEN = re.compile(r"\s*(?:'((?:\\.|[^'\\])*)'|([A-Za-z_][\w.]*)|(-?\d+(?:\.\d+)?)|(<=|>=|[=<>(),*]))")
COMPARE: dict[str, Callable[[Any, Any], bool]] = {"=": eq, "<": lt, ">": gt, "<=": le, ">=": ge}
MOST_ROWS, USUAL_ROWS = 1000, 100


class QueryError(ValueError):
    """A query that QuickBooks refuses: its code, and what it says."""

    def __init__(self, code: str, message: str, detail: str) -> None:
        super().__init__(detail)
        self.code, self.message, self.detail = code, message, detail


@dataclass(frozen=True)
class Record:
    """One object: as it is served, and the values that queries compare."""

    body: dict[str, Any]
    values: Mapping[str, Any]


@dataclass
class Query:
    """A parsed query."""

    entity: str = ""
    is_count: bool = False
    conditions: list[tuple[str, str, list[str]]] = field(default_factory=list)
    order: list[tuple[str, bool]] = field(default_factory=list)
    start: int = 1
    most: int = USUAL_ROWS

    def run(self, records: Sequence[Record], is_unfiltered: bool = False) -> list[Record]:
        """All records that the query is about, in order; not yet cut to a page."""
        found = list(records)
        if not is_unfiltered:
            for name, operator, texts in self.conditions:
                found = [record for record in found if _holds(record, name, operator, texts)]
        for name, is_descending in reversed(self.order):
            found.sort(key=lambda record: _value(record, name), reverse=is_descending)
        return found

    def page(self, found: Sequence[Record]) -> list[Record]:
        """The part between STARTPOSITION and MAXRESULTS."""
        return list(found[self.start - 1 : self.start - 1 + min(self.most, MOST_ROWS)])


def _holds(record: Record, name: str, operator: str, texts: list[str]) -> bool:
    value = _value(record, name)
    wanted = [_as_kind_of(value, text) for text in texts]
    return value in wanted if operator == "in" else COMPARE[operator](value, wanted[0])


def _value(record: Record, name: str) -> Any:
    if name not in record.values:
        raise QueryError("4001", "Invalid query", f"QueryValidationError: property '{name}' is not queryable")
    return record.values[name]


def _as_kind_of(value: Any, text: str) -> Any:
    """A literal as what it is compared with; identifiers compare as numbers."""
    try:
        match value:
            case bool():
                return text.lower() == "true"
            case datetime():
                moment = datetime.fromisoformat(text)
                return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
            case date():
                return date.fromisoformat(text[:10])
            case int():
                return int(text)
            case Decimal():
                return Decimal(text)
    except (ValueError, ArithmeticError) as error:
        raise QueryError("4000", "Error parsing query", f"QueryParserError: Invalid value {text}") from error
    return text


def parse(text: str) -> Query:
    """The query of a text. Raises QueryError where QuickBooks would refuse it."""
    return _Parser(text).query()


class _Parser:
    def __init__(self, text: str) -> None:
        self._tokens: list[tuple[str, str]] = []
        position = 0
        while text[position:].strip():
            found = TOKEN.match(text, position)
            if found is None:
                raise _unexpected(text[position:].strip()[:12])
            kinds = ("text", "word", "number", "sign")
            kind, value = next((k, v) for k, v in zip(kinds, found.groups(), strict=True) if v is not None)
            self._tokens.append((kind, re.sub(r"\\(.)", r"\1", value) if kind == "text" else value))
            position = found.end()
        self._at = 0

    def query(self) -> Query:
        made = Query()
        self._word("SELECT")
        if self._has_word("COUNT"):
            for sign in "(*)":
                self._sign(sign)
            made.is_count = True
        else:
            self._sign("*")
        self._word("FROM")
        made.entity = self._take("word")
        if self._has_word("WHERE"):
            made.conditions.append(self._condition())
            while self._has_word("AND"):
                made.conditions.append(self._condition())
        if self._has_word("ORDERBY") or (self._has_word("ORDER") and self._has_word("BY")):
            made.order.append(self._ordering())
            while self._has_sign(","):
                made.order.append(self._ordering())
        made.start = int(self._take("number")) if self._has_word("STARTPOSITION") else 1
        made.most = int(self._take("number")) if self._has_word("MAXRESULTS") else USUAL_ROWS
        if self._at < len(self._tokens) or made.start < 1:
            raise _unexpected(self._peek()[1])
        return made

    def _condition(self) -> tuple[str, str, list[str]]:
        name = self._take("word")
        if self._has_word("IN"):
            self._sign("(")
            texts = [self._literal()]
            while self._has_sign(","):
                texts.append(self._literal())
            self._sign(")")
            return name, "in", texts
        operator = self._take("sign")
        if operator not in COMPARE:
            raise _unexpected(operator)
        return name, operator, [self._literal()]

    def _ordering(self) -> tuple[str, bool]:
        name = self._take("word")
        is_descending = self._has_word("DESC")
        if not is_descending:
            self._has_word("ASC")
        return name, is_descending

    def _literal(self) -> str:
        kind, value = self._peek()
        if kind == "sign" or (kind == "word" and value.lower() not in ("true", "false")):
            raise _unexpected(value)
        self._at += 1
        return value

    def _peek(self) -> tuple[str, str]:
        return self._tokens[self._at] if self._at < len(self._tokens) else ("end", "<EOF>")

    def _take(self, kind: str) -> str:
        found, value = self._peek()
        if found != kind:
            raise _unexpected(value)
        self._at += 1
        return value

    def _word(self, word: str) -> None:
        if not self._has_word(word):
            raise _unexpected(self._peek()[1])

    def _sign(self, sign: str) -> None:
        if not self._has_sign(sign):
            raise _unexpected(self._peek()[1])

    def _has_word(self, word: str) -> bool:
        kind, value = self._peek()
        return self._skip_if(kind == "word" and value.upper() == word)

    def _has_sign(self, sign: str) -> bool:
        return self._skip_if(self._peek() == ("sign", sign))

    def _skip_if(self, is_there: bool) -> bool:
        self._at += is_there
        return is_there


def _unexpected(value: str) -> QueryError:
    return QueryError("4000", "Error parsing query", f'QueryParserError: Encountered "{value}"')
