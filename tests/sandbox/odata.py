"""OData query options, really evaluated: $filter, $orderby, $select, $top and $skip of versions 2 and 4.

Rows are mappings from property names to Python values (str, bool, int, Decimal, date, datetime, None; nested mappings
for paths); GUIDs are lower-case strings. What a real server would refuse raises `ODataError`, which a dialect turns
into its own 400 body. Grammar: OData 4.01 part 2 (URL conventions), OData 2.0 (URI conventions).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import lru_cache
from itertools import repeat
from operator import call
from pathlib import Path
from typing import Any, TypeVar

from lark import Lark, Token, Transformer
from lark.exceptions import UnexpectedInput, VisitError

from tests.sandbox.odata_values import (
    Constant,
    Equals,
    EqualsAny,
    ODataError,
    PathTerm,
    Row,
    Value,
    at,
    boolean,
    compared,
    kind_of,
    sort_key,
)

Evaluator = Callable[[Row], Value]
Anything = TypeVar("Anything")

FUNCTIONS: dict[str, tuple[int, tuple[int, ...], Callable[..., Value]]] = {
    "startswith": (2, (2, 4), lambda text, part: text.startswith(part)),
    "endswith": (2, (2, 4), lambda text, part: text.endswith(part)),
    "contains": (2, (4,), lambda text, part: part in text),
    "substringof": (2, (2,), lambda part, text: part in text),
    "tolower": (1, (2, 4), lambda text: text.lower()),
    "toupper": (1, (2, 4), lambda text: text.upper()),
    "length": (1, (2, 4), lambda text: len(text)),
}
"""Functions by name: number of arguments, the OData versions that know it, and what it does; all take strings."""


@dataclass(frozen=True, slots=True)
class Query:
    """Parsed query options; apply `matches` to rows first, then `ordered`, then `top` and `skip`."""

    matches: Callable[[Row], bool]
    order_by: tuple[tuple[str, bool], ...]
    select: tuple[str, ...] | None
    top: int | None
    skip: int

    def apply(self, rows: Collection[Anything], row_of: Callable[[Anything], Row]) -> list[Anything]:
        """The entries whose row matches, in order, without paging; `row_of` gives an entry's row."""
        return self.ordered([entry for entry in rows if self.matches(row_of(entry))], row_of)

    def ordered(self, rows: list[Anything], row_of: Callable[[Anything], Row]) -> list[Anything]:
        """The entries by $orderby; nulls come first when ascending, equal ones keep their order."""
        for path, is_descending in reversed(self.order_by):
            rows = sorted(rows, key=lambda entry: sort_key(at(row_of(entry), path)), reverse=is_descending)
        return rows

    def page(self, rows: Sequence[Anything]) -> Sequence[Anything]:
        """The rows that $skip and $top leave."""
        return rows[self.skip :][: self.top]


def parse_query(options: Mapping[str, str], properties: Collection[str], version: int = 4) -> Query:
    """The query options of a request (already URL-decoded) on an entity with these properties."""
    return Query(
        matches=parse_filter(options["$filter"], properties, version) if "$filter" in options else lambda row: True,
        order_by=parse_orderby(options.get("$orderby", ""), properties),
        select=parse_select(options["$select"], properties) if "$select" in options else None,
        top=_count(options, "$top"),
        skip=_count(options, "$skip") or 0,
    )


def parse_filter(text: str, properties: Collection[str], version: int = 4) -> Callable[[Row], bool]:
    """A predicate over rows; ODataError for bad syntax, unknown names, or (when evaluated) unlike types."""
    evaluate = _compiled(text, frozenset(properties), version)

    return lambda row: boolean(evaluate(row))


def parse_orderby(text: str, properties: Collection[str]) -> tuple[tuple[str, bool], ...]:
    """Pairs of property and whether it is descending."""
    keys = []
    for part in filter(None, (part.strip() for part in text.split(","))):
        name, _, direction = part.partition(" ")
        if direction.strip() not in ("", "asc", "desc"):
            raise ODataError(f"Syntax error at '{direction.strip()}' in '$orderby={text}'.")
        keys.append((_known(name, properties), direction.strip() == "desc"))
    return tuple(keys)


def parse_select(text: str, properties: Collection[str]) -> tuple[str, ...] | None:
    """The selected properties; None for `*`."""
    names = [name.strip() for name in text.split(",")]
    return None if "*" in names else tuple(_known(name, properties) for name in names)


@lru_cache(maxsize=256)
def _compiled(text: str, properties: frozenset[str], version: int) -> Evaluator:
    try:
        return _Compiler(properties, version).transform(_PARSER.parse(text))
    except UnexpectedInput as error:
        raise ODataError(f"Syntax error at position {error.pos_in_stream} in '{text}'.") from error
    except VisitError as error:
        if isinstance(error.orig_exc, ODataError):
            raise error.orig_exc from None
        raise ODataError(f"Invalid literal in '{text}': {error.orig_exc}.") from error


def _count(options: Mapping[str, str], name: str) -> int | None:
    text = options.get(name)
    if text is not None and not text.isdecimal():
        raise ODataError(f"Invalid value '{text}' for the query option '{name}': a non-negative integer is expected.")
    return None if text is None else int(text)


def _known(path: str, properties: Collection[str]) -> str:
    if path.partition("/")[0] not in properties:
        raise ODataError(f"Could not find a property named '{path}'.")
    return path


class _Compiler(Transformer[Token, Evaluator]):
    """Turns the syntax tree into one function from row to value, with null propagated as OData asks."""

    def __init__(self, properties: frozenset[str], version: int) -> None:
        super().__init__()
        self._properties = properties
        self._version = version

    def any_of(self, parts: list[Any]) -> Evaluator:
        terms = parts[::2]
        if all(isinstance(term, Equals) for term in terms) and len({(term.paths, term.kinds) for term in terms}) == 1:
            return EqualsAny(terms[0].paths, terms[0].kinds, frozenset(term.values for term in terms))
        return lambda row: any(map(boolean, map(call, terms, repeat(row))))

    def all_of(self, parts: list[Any]) -> Evaluator:
        terms = parts[::2]
        if all(isinstance(term, Equals) for term in terms):
            columns = [
                (path, kind, value)
                for term in terms
                for path, kind, value in zip(term.paths, term.kinds, term.values, strict=True)
            ]
            return Equals(*zip(*columns, strict=True))
        return lambda row: all(map(boolean, map(call, terms, repeat(row))))

    def negate(self, parts: list[Any]) -> Evaluator:
        term = parts[1]
        return lambda row: not boolean(term(row))

    def compare(self, parts: list[Any]) -> Evaluator:
        left, name, right = parts
        if name == "eq" and isinstance(left, PathTerm) and isinstance(right, Constant) and right.is_simple:
            return Equals((left.path,), (kind_of(right.value),), (right.value,))
        operator = str(name)
        return lambda row: compared(operator, left(row), right(row))

    def is_in(self, parts: list[Any]) -> Evaluator:
        self._only(4, "in")
        wanted, choices = parts[0], parts[2:]
        return lambda row: any(compared("eq", wanted(row), choice(row)) for choice in choices)

    def call(self, parts: list[Any]) -> Evaluator:
        name, arguments = str(parts[0]), parts[1:]
        count, versions, function = FUNCTIONS.get(name, (0, (), len))
        if self._version not in versions:
            raise ODataError(f"An unknown function with name '{name}' was found.")
        if len(arguments) != count:
            raise ODataError(f"The function '{name}' takes {count} arguments, {len(arguments)} were given.")
        return lambda row: _call(name, function, [argument(row) for argument in arguments])

    def typed(self, parts: list[Any]) -> Evaluator:
        kind, _, text = str(parts[0])[:-1].partition("'")
        self._only(2, f"{kind}'...'")
        return _constant(text.lower() if kind == "guid" else _instant(text))

    def string(self, parts: list[Any]) -> Evaluator:
        return _constant(str(parts[0])[1:-1].replace("''", "'"))

    def guid(self, parts: list[Any]) -> Evaluator:
        self._only(4, str(parts[0]))
        return _constant(str(parts[0]).lower())

    def instant(self, parts: list[Any]) -> Evaluator:
        self._only(4, str(parts[0]))
        return _constant(_instant(str(parts[0])))

    def date(self, parts: list[Any]) -> Evaluator:
        self._only(4, str(parts[0]))
        return _constant(date.fromisoformat(str(parts[0])))

    def number(self, parts: list[Any]) -> Evaluator:
        return _constant(Decimal(str(parts[0]).rstrip("mMdDlLfF")))

    def true(self, parts: list[Any]) -> Evaluator:
        return _constant(True)

    def false(self, parts: list[Any]) -> Evaluator:
        return _constant(False)

    def null(self, parts: list[Any]) -> Evaluator:
        return _constant(None)

    def path(self, parts: list[Any]) -> Evaluator:
        return PathTerm(_known(str(parts[0]), self._properties))

    def _only(self, version: int, what: str) -> None:
        if self._version != version:
            raise ODataError(f"Syntax error at '{what}': not a part of OData {self._version}.")


def _constant(value: Value) -> Evaluator:
    return Constant(value)


def _instant(text: str) -> datetime:
    """An instant; without a zone (`datetime'...'` of OData 2.0) it counts as UTC."""
    instant = datetime.fromisoformat(text)
    return instant.replace(tzinfo=UTC) if instant.tzinfo is None else instant


def _call(name: str, function: Callable[..., Value], values: list[Value]) -> Value:
    if any(value is None for value in values):
        return None
    if any(not isinstance(value, str) for value in values):
        raise ODataError(f"The function '{name}' takes strings.")
    return function(*values)


_PARSER = Lark(Path(__file__).with_name("odata.lark").read_text("utf-8"), parser="lalr", maybe_placeholders=False)
