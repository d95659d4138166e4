"""SuiteQL, really evaluated: parsed as Oracle SQL, NetSuite's own ways rewritten, answered by SQLite.

Instants are kept in UTC. Outside of ``SYS_EXTRACT_UTC`` and of ORDER BY they are seen in the account's time zone, and
bare in the account's date format. Decimals are exact in results and sums; comparisons of them are not exact.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

import sqlglot
from sqlglot import exp
from sqlglot.dialects.oracle import Oracle
from sqlglot.dialects.sqlite import SQLite
from sqlglot.errors import SqlglotError

from tests.sandbox.company import Company
from tests.sandbox.dialects.netsuite.orders import Renderer
from tests.sandbox.dialects.netsuite.tables import SCHEMA, Numbers, Row, bill_rows, master_rows
from tests.sandbox.rows import RowCache

STORED = "%Y-%m-%d %H:%M:%S"
FORMATS = {
    "YYYY": "%Y", "YY": "%y", "MM": "%m", "MON": "%b", "DD": "%d", "HH24": "%H", "HH12": "%I", "HH": "%I", "MI": "%M",
    "SS": "%S", "AM": "%p", "PM": "%p",
}  # fmt: skip
KIND_OF = {name.partition(":")[0]: name.partition(":")[2] for columns in SCHEMA.values() for name in columns.split()}
INTEGER_KEYS = {"transaction": "id", "transactionline": "transaction"}


class SuiteQLError(ValueError):
    """A statement that NetSuite refuses; the text is the detail of its answer."""


class _SuiteQL(Oracle):
    class Parser(Oracle.Parser):
        FUNCTIONS: dict[str, Any] = {}  # noqa: RUF012 - every function stays as it is written
        NO_PAREN_FUNCTIONS: dict[Any, Any] = {}  # noqa: RUF012


class _Engine(SQLite):
    """SQLite with back-ticks, because it takes an unknown name in double quotes for a text."""

    class Tokenizer(SQLite.Tokenizer):
        IDENTIFIERS = ["`"]  # noqa: RUF012


@dataclass(frozen=True)
class Statement:
    """A statement as SQLite runs it; of ``bare`` dates the account's own format is shown."""

    sql: str
    tables: Mapping[str, str]
    bare: frozenset[str]


@dataclass(frozen=True)
class Result:
    """One page of rows as NetSuite serves them, all values text, and the number of all rows."""

    items: list[dict[str, str]]
    total: int


class Database:
    """The company's tables, kept up with its changes; ``absent`` names tables and columns that the account lacks."""

    def __init__(self, company: Company, options: Mapping[str, str]) -> None:
        self._zone = ZoneInfo(options.get("time_zone", "America/Los_Angeles"))
        self._numbers = Numbers(company)
        renderer = Renderer(company, self._numbers, options)
        self._cache = RowCache(company, lambda order: (order.id, renderer.rows(order)))
        self._loaded: dict[int, tuple[int, list[tuple[str, Row]]]] = {}
        self._connection = sqlite3.connect(":memory:", check_same_thread=False, isolation_level=None)
        self._columns = _schema(frozenset(options.get("absent", "").split(",")))
        self._refusals = options.get("refusals", "records")
        self._create()
        masters = master_rows(company, self._numbers, options.get("terms") == "dated")
        for table, row in (*masters, *bill_rows(int(options.get("bill_lines", 0)))):
            self._insert(table, row)

    def run(self, query: str, limit: int, offset: int, is_unfiltered: bool = False) -> Result:
        """A page of the statement's rows. Raises SuiteQLError where NetSuite would refuse it."""
        self._refresh()
        statement = _translate(query, is_unfiltered)
        try:
            (total,) = self._connection.execute(f"SELECT COUNT(*) FROM ({statement.sql})").fetchone()
            cursor = self._connection.execute(f"SELECT * FROM ({statement.sql}) LIMIT {limit} OFFSET {offset}")
            names = [description[0].lower() for description in cursor.description]
            return Result([self._item(statement, dict(zip(names, row, strict=True))) for row in cursor], total)
        except sqlite3.Error as error:
            raise SuiteQLError(_refusal(str(error), statement, self._refusals)) from error

    def _item(self, statement: Statement, row: Row) -> dict[str, str]:
        return {
            name: self._shown(name, value) if name in statement.bare else str(value)
            for name, value in row.items()
            if value is not None
        }

    def _shown(self, name: str, value: Any) -> str:
        """A bare column: dates in the account's format, instants in its time zone."""
        match KIND_OF.get(name):
            case "instant":
                shown = datetime.fromisoformat(self._local(value))
            case "date":
                shown = datetime.fromisoformat(value)
            case _:
                return str(value)
        return f"{shown.month}/{shown.day}/{shown.year}"

    def _local(self, value: str | None) -> Any:
        if value is None:
            return None
        return f"{datetime.fromisoformat(value).replace(tzinfo=UTC).astimezone(self._zone):{STORED}}"

    def _create(self) -> None:
        for table, columns in self._columns.items():
            named = ", ".join(
                f"`{name}` {'INTEGER' if kind == 'integer' else 'TEXT'}" for name, kind in columns.items()
            )
            self._connection.execute(f"CREATE TABLE `{table}` ({named})")
        for table, column in INTEGER_KEYS.items():
            self._connection.execute(f"CREATE INDEX `{table}_key` ON `{table}` (`{column}`)")
        for table in ("transactionshippingaddress", "transactionbillingaddress"):
            if table in self._columns:
                self._connection.execute(f"CREATE INDEX `{table}_key` ON `{table}` (nkey)")
        show = self._connection.create_function
        show("LOCAL_TIME", 1, self._local, deterministic=True)
        show("DISPLAY", 2, lambda name, value: self._numbers.display.get(name, {}).get(value, value))
        show("SYS_EXTRACT_UTC", 1, lambda value: value, deterministic=True)
        show("TO_CHAR", 1, lambda value: None if value is None else str(value), deterministic=True)
        show("TO_CHAR", 2, _to_char, deterministic=True)
        show("TO_NUMBER", 1, lambda value: None if value is None else float(value), deterministic=True)
        for name in ("TO_TIMESTAMP", "TO_DATE"):
            show(name, 2, _to_timestamp, deterministic=True)
        show("NVL", 2, lambda value, other: other if value is None else value, deterministic=True)
        self._connection.create_aggregate("SUM", 1, _ExactSum)

    def _refresh(self) -> None:
        fresh = {entry[0]: entry for entry in self._cache.rows()}
        gone = [order_id for order_id in self._loaded if fresh.get(order_id) is not self._loaded[order_id]]
        for table, column in [*INTEGER_KEYS.items(), *((f"transaction{kind}address", "nkey") for kind in _ADDRESSES)]:
            if table in self._columns:
                self._connection.executemany(f"DELETE FROM `{table}` WHERE `{column}` = ?", [(key,) for key in gone])
        for order_id, entry in fresh.items():
            if entry is not self._loaded.get(order_id):
                for table, row in entry[1]:
                    self._insert(table, row)
        self._loaded = fresh

    def _insert(self, table: str, row: Row) -> None:
        columns = self._columns.get(table)
        if columns is not None:
            values = [row.get(name) for name in columns]
            self._connection.execute(f"INSERT INTO `{table}` VALUES ({', '.join('?' * len(values))})", values)


_ADDRESSES = ("shipping", "billing")


def _schema(absent: frozenset[str]) -> dict[str, dict[str, str]]:
    return {
        table: {
            name: kind
            for name, _, kind in (entry.partition(":") for entry in columns.split())
            if f"{table}.{name}" not in absent
        }
        for table, columns in SCHEMA.items()
        if table not in absent
    }


@lru_cache(maxsize=512)
def _translate(query: str, is_unfiltered: bool) -> Statement:
    try:
        tree = sqlglot.parse_one(query, read=_SuiteQL)
    except SqlglotError as error:
        where = str(error).partition("\n")[0]
        raise SuiteQLError(f"Search error occurred: Invalid or unsupported search: {where}") from error
    if not isinstance(tree, exp.Select):
        raise SuiteQLError("Search error occurred: Invalid or unsupported search: only SELECT statements can be run.")
    tables = {table.alias_or_name.lower(): table.name.lower() for table in tree.find_all(exp.Table)}
    bare = frozenset(
        name
        for projection in tree.expressions
        for name in (
            KIND_OF if _is_star(projection) else [projection.name] if isinstance(projection, exp.Column) else []
        )
    )
    if is_unfiltered and tree.args["from_"].this.name.lower() == "transaction":
        tree.set("where", None)
    rewritten = tree.transform(_rewrite)
    return Statement(rewritten.sql(dialect=_Engine, identify=True), tables, bare)


def _is_star(node: exp.Expression) -> bool:
    return isinstance(node, exp.Star) or (isinstance(node, exp.Column) and isinstance(node.this, exp.Star))


def _rewrite(node: exp.Expression) -> exp.Expression:
    match node:
        case exp.Dot(this=exp.Identifier() as owner, expression=exp.Anonymous() as call) if (
            owner.name.upper() == "BUILTIN"
        ):
            shown = call.expressions[0]
            return exp.Anonymous(this="DISPLAY", expressions=[exp.Literal.string(shown.name.lower()), shown])
        case exp.Column() if KIND_OF.get(node.name.lower()) == "instant" and _is_seen_in_account_zone(node):
            return exp.Anonymous(this="LOCAL_TIME", expressions=[node.copy()])
        case exp.GT() | exp.GTE() | exp.LT() | exp.LTE() | exp.EQ() | exp.NEQ() if _compares_decimals(node):
            for side in ("this", "expression"):
                node.set(side, exp.cast(node.args[side], "REAL"))
    return node


def _is_seen_in_account_zone(column: exp.Column) -> bool:
    if isinstance(column.parent, exp.Select) or column.find_ancestor(exp.Ordered):
        return False
    callers = []
    caller = column.find_ancestor(exp.Anonymous)
    while caller is not None:
        callers.append(caller.name.upper())
        caller = caller.find_ancestor(exp.Anonymous)
    return not {"SYS_EXTRACT_UTC", "LOCAL_TIME"} & set(callers)


def _compares_decimals(node: exp.Expression) -> bool:
    sides = (node.this, node.expression)
    return any(isinstance(side, exp.Column) and KIND_OF.get(side.name.lower()) == "decimal" for side in sides)


def _refusal(error: str, statement: Statement, wording: str) -> str:
    """What NetSuite says of a name that it does not know: by record and field, or by identifier and search type."""
    by_record = wording == "records"
    if found := re.fullmatch(r"no such column: (?:(\w+)\.)?(\w+)", error):
        if not by_record:
            known = ", ".join(f"{alias}={table}" for alias, table in statement.tables.items())
            return f"Search error occurred: Unknown identifier '{found[2]}'. Available identifiers are: {{{known}}}."
        table = statement.tables.get((found[1] or "").lower(), next(iter(statement.tables.values()), ""))
        return (
            f"Search error occurred: Field '{found[2]}' for record '{table}' was not found. "
            "Reason: NOT_EXISTS - Field doesn't exist."
        )
    if found := re.fullmatch(r"no such table: (\w+)", error):
        record = f"Search error occurred: Record '{found[1]}' was not found."
        return record if by_record else f"Invalid search type: {found[1]}."
    return f"Search error occurred: Invalid or unsupported search: {error}"


@lru_cache(maxsize=64)
def _strftime(picture: str) -> str:
    tokens = re.findall(r'"[^"]*"|YYYY|YY|MM|MON|DD|HH24|HH12|HH|MI|SS|AM|PM|.', picture)
    return "".join(FORMATS.get(token, token.strip('"')) for token in tokens)


def _to_char(value: Any, picture: str) -> str | None:
    return None if value is None else f"{datetime.fromisoformat(value):{_strftime(picture)}}"


def _to_timestamp(value: str | None, picture: str) -> str | None:
    return None if value is None else f"{datetime.strptime(value, _strftime(picture)):{STORED}}"


class _ExactSum:
    """SUM over decimals kept as text."""

    def __init__(self) -> None:
        self._sum: Decimal | None = None

    def step(self, value: Any) -> None:
        if value is not None:
            self._sum = (self._sum or Decimal(0)) + Decimal(value)

    def finalize(self) -> str | None:
        return None if self._sum is None else f"{self._sum:f}"
