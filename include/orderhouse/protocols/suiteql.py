"""SuiteQL over REST: statements, keyset paging, and NetSuite's errors.

Every page is a query of its own that goes on after the last row's key, with an offset of zero: NetSuite gives at most
100,000 rows to one query, and rows that move while paging shift what an offset counts.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from include.orderhouse import wire
from include.orderhouse.connector import Source
from include.orderhouse.errors import (
    AuthenticationFailed,
    FilterIgnored,
    OrderhouseError,
    PermissionDenied,
    RateLimitExceeded,
    RequestRefused,
    UnexpectedShape,
)
from include.orderhouse.http import Answer, Refusal, retry_after

PATH = "services/rest/query/v1/suiteql"
MAX_ROWS = 1000
"""Rows of one answer at most."""

SHAPES = {
    "": "{0}",
    "date": "TO_CHAR({0}, 'YYYY-MM-DD')",
    "instant": 'TO_CHAR(SYS_EXTRACT_UTC({0}), \'YYYY-MM-DD"T"HH24:MI:SS"Z"\')',
}
"""How a column is asked for. Bare dates would come in the account's date format, bare instants in its time zone."""

COLUMN = re.compile(r"(\w+)\.(\w+)")
"""A column in a join condition, with the alias of its table."""
BUSY = re.compile("CONCURRENCY_LIMIT_EXCEEDED|REQUEST_LIMIT_EXCEEDED|concurrent request limit exceeded", re.IGNORECASE)
"""The codes and the words of the account's concurrency limit, which may come with any status."""

Key = tuple[int | str, ...]


class LoginRefused(AuthenticationFailed):
    """The query service's "invalid login": wrong credentials, or the concurrency limit in disguise."""


@dataclass(frozen=True)
class Part:
    """One table of a statement.

    ``columns`` are names separated by blanks; ``x:date`` and ``x:instant`` come in ISO 8601, ``x:name`` comes with its
    display text as ``x_name``. ``place`` is where in the record they stand.
    """

    table: str
    alias: str
    columns: str
    place: str = ""
    on: str = ""
    """Join condition; the first part has none."""

    def with_columns(self, more: Sequence[str]) -> Part:
        """The part with further columns."""
        return replace(self, columns=" ".join((self.columns, *more)))


@dataclass(frozen=True)
class Statement:
    """What is read of an account: tables, joined outer, their columns, and ``computed`` ones by name."""

    parts: tuple[Part, ...]
    computed: Mapping[str, str] = field(default_factory=dict)

    def without(self, absent: Collection[str]) -> Statement:
        """The statement without tables and columns (``vendor.phone``), and without what is joined to such tables."""
        aliases = {part.alias: part.table for part in self.parts}
        kept: list[Part] = []
        for part in self.parts:
            needed = [(alias, name) for alias, name in COLUMN.findall(part.on) if alias != part.alias]
            present = {entry.alias for entry in kept}
            is_joinable = all(a in present and f"{aliases[a]}.{name}" not in absent for a, name in needed)
            if part.table not in absent and is_joinable:
                columns = [c for c in part.columns.split() if f"{part.table}.{c.partition(':')[0]}" not in absent]
                kept.append(replace(part, columns=" ".join(columns)))
        return replace(self, parts=tuple(kept))

    def tables_with(self, column: str) -> set[str]:
        """The tables of which it selects a column of that name, or joins by it."""
        aliases = {part.alias: part.table for part in self.parts}
        selected = {part.table for part in self.parts if column in {c.partition(":")[0] for c in part.columns.split()}}
        return selected | {aliases[alias] for p in self.parts for alias, name in COLUMN.findall(p.on) if name == column}

    def sql(self, conditions: Sequence[str], order_by: str = "") -> str:
        """The whole SELECT."""
        first, *joined = self.parts
        chosen = [one for part in self.parts for one in _selected(part)]
        chosen += [f"{expression} AS {name}" for name, expression in self.computed.items()]
        tables = [f"{first.table} {first.alias}", *(f"LEFT JOIN {p.table} {p.alias} ON {p.on}" for p in joined)]
        where = " AND ".join(f"({condition})" for condition in conditions)
        ordered = f" ORDER BY {order_by}" if order_by else ""
        return f"SELECT {', '.join(chosen)} FROM {' '.join(tables)} WHERE {where}{ordered}"  # noqa: S608 - names are ours, literals quoted

    def record(self, row: Mapping[str, Any]) -> dict[str, Any]:
        """A row as a JSON object with the columns of each part at its place."""
        places = {part.place for part in self.parts if part.place}
        found: dict[str, Any] = {}
        for name, value in row.items():
            place, _, inner = name.partition("__")
            if place in places:
                found.setdefault(place, {})[inner] = value
            else:
                found[name] = value
        return found


def _selected(part: Part) -> Iterator[str]:
    prefix = f"{part.place}__" if part.place else ""
    for name, _, kind in (column.partition(":") for column in part.columns.split()):
        column = f"{part.alias}.{name}"
        if kind == "name":
            yield f"{column} AS {prefix}{name}"
            yield f"BUILTIN.DF({column}) AS {prefix}{name}_name"
        else:
            yield f"{SHAPES[kind].format(column)} AS {prefix}{name}"


def literal(value: int | str) -> str:
    """A value inside a statement; texts are quoted."""
    return str(value) if isinstance(value, int) else "'" + value.replace("'", "''") + "'"


def one_of(expression: str, values: Sequence[int | str]) -> str:
    """An IN condition."""
    return f"{expression} IN ({', '.join(map(literal, values))})"


def run(source: Source, query: str, limit: int = MAX_ROWS) -> tuple[list[dict[str, Any]], bool]:
    """The rows of one query, and whether there are more than ``limit``.

    Credentials that the token endpoint has just accepted and that began this sync are not wrong: a login that is
    refused later on is the account's concurrency limit.
    """
    try:
        body = source.api.post(PATH, {"q": query}, params={"limit": str(limit)}, headers={"Prefer": "transient"})
    except LoginRefused as error:
        if not source.catalogue.details:
            raise
        raise RateLimitExceeded(
            f"{error.message} The credentials were accepted before, so this is the account's concurrency limit.",
            action="The sync waits and goes on by itself; lower the connection's concurrency if it happens often.",
        ) from error
    items = wire.part(body, "items", list, of="SuiteQL")
    rows = [wire.part(item, "", dict, of="a row of SuiteQL") for item in items]
    has_more = wire.part(body, "hasMore", bool, of="SuiteQL")
    return [{name: value for name, value in row.items() if name != "links"} for row in rows], has_more


def walk(
    source: Source,
    statement: Statement,
    conditions: Sequence[str],
    key: Mapping[str, str],
    limit: int,
    after: Key | None,
) -> Iterator[tuple[list[dict[str, Any]], Key | None]]:
    """Pages of rows in order of a unique key, each with the key to go on after; None after the last page.

    Raises FilterIgnored where a page does not go on, or is in another order, which would lose rows.
    ``key`` has SQL expressions by the row's names for them; numbers are those whose name is not in `computed`.
    """
    order_by = ", ".join(key.values())
    while True:
        beyond = [] if after is None else [_beyond(list(key.values()), after)]
        rows, has_more = run(source, statement.sql([*conditions, *beyond], order_by), limit)
        if not has_more:
            yield rows, None
            return
        keys = [_key(statement, row, key) for row in rows]
        if not keys or (after is not None and keys[0] <= after):
            raise _ignored("a page does not go on after the one before")
        if keys != sorted(keys):
            raise _ignored(f"rows are not in order of {order_by}")
        after = keys[-1]
        yield rows, after


def _ignored(what: str) -> FilterIgnored:
    return FilterIgnored(
        f"SuiteQL does not answer what it is asked: {what}.",
        action="Nothing was loaded. Look at the account's SuiteQL in the NetSuite UI, then sync again.",
    )


def _key(statement: Statement, row: Mapping[str, Any], key: Mapping[str, str]) -> Key:
    return tuple(text(row, name) if name in statement.computed else number(row, name) for name in key)


def text(row: Mapping[str, Any], name: str) -> str:
    """A value that every row must have."""
    return wire.part(row, name, str, of="a row of SuiteQL")


def number(row: Mapping[str, Any], name: str) -> int:
    """A whole number that every row must have; SuiteQL writes it as text."""
    value = text(row, name)
    if not value.isdecimal():
        raise UnexpectedShape(
            f"A row of SuiteQL: {name} is {value[:40]!r}, not a whole number.",
            action="Nothing was loaded. Compare the answer with SuiteQL in the NetSuite UI.",
        )
    return int(value)


def count(source: Source, statement: Statement, conditions: Sequence[str]) -> int:
    """The account's own count; ``totalResults`` of an answer would stop at 100,000."""
    bare = tuple(replace(part, columns="") for part in statement.parts)
    rows, _ = run(source, Statement(bare, {"n": "COUNT(*)"}).sql(conditions), 1)
    return number(rows[0] if rows else {}, "n")


def _beyond(expressions: Sequence[str], after: Sequence[int | str]) -> str:
    """The condition that a composite key comes after another one."""
    first, value = expressions[0], literal(after[0])
    if len(expressions) == 1:
        return f"{first} > {value}"
    return f"{first} > {value} OR ({first} = {value} AND ({_beyond(expressions[1:], after[1:])}))"


def explain(answer: Answer) -> Refusal | None:
    """NetSuite's error envelope: the code of its first detail decides, since the status may be another's."""
    if answer.status < 400 or not isinstance(answer.body, dict):
        return None
    details = answer.body.get("o:errorDetails")
    first = details[0] if isinstance(details, list) and details and isinstance(details[0], dict) else {}
    code = str(first.get("o:errorCode", ""))
    message = f"{code or answer.status}: {first.get('detail', answer.body.get('title', 'no message'))}"[:500]
    if answer.status == 429 or BUSY.search(message):
        return Refusal(RateLimitExceeded, message, retry_after=retry_after(answer))
    error = _error(answer.status, code)
    return Refusal(error, message) if error else None


def _error(status: int, code: str) -> type[OrderhouseError] | None:
    if status == 401 or code.startswith("INVALID_LOGIN"):
        return LoginRefused
    if status == 403 or code == "INSUFFICIENT_PERMISSION":
        return PermissionDenied
    return RequestRefused if status < 500 and status not in (408, 429) else None
