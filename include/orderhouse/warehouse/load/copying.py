"""COPY: into temporary tables, which vanish with the transaction, or where rows need no further look."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import pyarrow as pa
from psycopg import sql

from include.orderhouse.errors import CountMismatch
from include.orderhouse.frames import SCHEMAS
from include.orderhouse.model import TABLES
from include.orderhouse.warehouse.load.binary_rows import HEADER, TRAILER, binary_rows
from include.orderhouse.warehouse.operations import TEXT, issue, order_raw, order_version, reject
from include.orderhouse.warehouse.records.payloads import HASH
from include.orderhouse.warehouse.schema import canonical_tables
from include.orderhouse.warehouse.task import MAP_AGAIN, Cursor

_CREATE = sql.SQL("CREATE TEMPORARY TABLE {table} ON COMMIT DROP AS SELECT {columns} FROM {source} WITH NO DATA")
_COPY = sql.SQL("COPY {target} ({columns}) FROM STDIN (FORMAT binary)")
_ANALYZE = sql.SQL("ANALYZE {}")
_SETTINGS = ("SET LOCAL work_mem = '64MB'", "SET LOCAL default_statistics_target = 10")
"""Room for the joins of a merge, and statistics that are taken from a sample: of so many columns they take long."""

_VERSION = """
    connection, order_id, source_order_id, source_modified_at, version_at, fetched_at, mapping_version, content_hash,
    is_deleted, is_stale, sync_id, ''::text AS standing
"""


def staged(name: str) -> str:
    """The temporary table of a frame, whose rows stay until the load ends."""
    return f"staged_{name}"


def new(name: str) -> str:
    """The temporary table of a canonical frame's rows that are added batch by batch."""
    return f"new_{name}"


_TABLES = {
    **{place(name): table for name, table in canonical_tables.items() for place in (new, staged)},
    staged("issue"): issue,
    staged("version"): order_version,
    staged("raw"): order_raw,
    staged("reject"): reject,
    order_version.fullname: order_version,
    order_raw.fullname: order_raw,
}
"""By where rows are copied to, the table that has the same columns."""


def column_list(names: Iterable[str]) -> sql.Composed:
    """Column names, separated by commas."""
    return sql.SQL(", ").join(map(sql.Identifier, names))


def create_staging(cursor: Cursor) -> None:
    """Make empty temporary tables for each frame and for raw records."""
    for setting in _SETTINGS:
        cursor.execute(setting)
    for table in TABLES:
        for place in (new, staged):
            columns = column_list(SCHEMAS[table.name].names)
            _create(cursor, place(table.name), columns, f"procurement.{table.name}")
    _create(cursor, staged("issue"), column_list(SCHEMAS["issue"].names), "ops.issue")
    _create(cursor, staged("version"), sql.SQL(_VERSION), "ops.order_version")
    _create(cursor, staged("raw"), sql.SQL("*"), "ops.order_raw")
    _create(cursor, staged("reject"), column_list([*SCHEMAS["reject"].names, HASH]), "ops.reject")


def _create(cursor: Cursor, table: str, columns: sql.Composable, source: str) -> None:
    cursor.execute(_CREATE.format(table=sql.Identifier(table), columns=columns, source=sql.SQL(source)))


def analyze(cursor: Cursor, table: str) -> None:
    """Tell the planner what a temporary table holds."""
    cursor.execute(_ANALYZE.format(sql.Identifier(table)))


@dataclass(frozen=True)
class Rows:
    """Rows as COPY takes them."""

    table: str
    """Where they go: a temporary table, or another's full name."""
    columns: Sequence[str]
    number: int
    content: memoryview


def copy_rows(cursor: Cursor, rows: Rows) -> None:
    """Copy rows into their table. CountMismatch where fewer or more arrive."""
    if not rows.number:
        return
    target = sql.Identifier(*rows.table.split("."))
    with cursor.copy(_COPY.format(target=target, columns=column_list(rows.columns))) as copy:
        for part in (HEADER, rows.content, TRAILER):
            copy.write(part)
    if cursor.rowcount != rows.number:
        raise CountMismatch(
            f"{rows.number} rows of {rows.table} were sent, {cursor.rowcount} have arrived.", action=MAP_AGAIN
        )


def rows_of(table: str, frame: pa.Table) -> Rows:
    """The rows of a frame for a table. Of their columns those that hold anything at all: a source fills a third."""
    frame = frame.select([name for name in frame.column_names if frame.column(name).null_count < frame.num_rows])
    known = _TABLES[table].columns
    types = {name: known[name].type if name in known else TEXT for name in frame.column_names}
    return Rows(table, frame.column_names, frame.num_rows, binary_rows(frame, types))
