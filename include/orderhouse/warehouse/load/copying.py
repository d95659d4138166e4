"""COPY: into temporary tables, which vanish with the transaction, or where rows need no further look."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import pyarrow as pa
from psycopg import sql
from pyarrow import csv

from include.orderhouse.errors import CountMismatch
from include.orderhouse.frames import SCHEMAS
from include.orderhouse.model import TABLES
from include.orderhouse.warehouse.records.payloads import HASH
from include.orderhouse.warehouse.task import MAP_AGAIN, Cursor

_CREATE = sql.SQL("CREATE TEMPORARY TABLE {table} ON COMMIT DROP AS SELECT {columns} FROM {source} WITH NO DATA")
_COPY = sql.SQL("COPY {target} ({columns}) FROM STDIN (FORMAT {format})")
_ANALYZE = sql.SQL("ANALYZE {}")
_SETTINGS = ("SET LOCAL work_mem = '64MB'", "SET LOCAL default_statistics_target = 10")
"""Room for the joins of a merge, and statistics that are taken from a sample: of so many columns they take long."""
_ROWS_AT_ONCE = 2000

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
    parts: Sequence[bytes]
    format: str = "csv"


def copy_rows(cursor: Cursor, rows: Rows) -> None:
    """Copy rows into their table. CountMismatch where fewer or more arrive."""
    if not rows.number:
        return
    target = sql.Identifier(*rows.table.split("."))
    parts = {"target": target, "columns": column_list(rows.columns), "format": sql.SQL(rows.format)}
    with cursor.copy(_COPY.format(**parts)) as copy:
        for part in rows.parts:
            copy.write(part)
    if cursor.rowcount != rows.number:
        raise CountMismatch(
            f"{rows.number} rows of {rows.table} were sent, {cursor.rowcount} have arrived.", action=MAP_AGAIN
        )


def csv_rows(table: str, frame: pa.Table) -> Rows:
    """The rows of a frame for a table as PostgreSQL's CSV reads them: text quoted, NULL not, binary in hexadecimal.

    Of their columns those that hold anything at all: a source fills a third of the canonical ones.
    """
    frame = frame.select([name for name in frame.column_names if frame.column(name).null_count < frame.num_rows])
    for position, field in enumerate(frame.schema):
        if pa.types.is_binary(field.type):
            frame = frame.set_column(position, field.name, _hexadecimal(frame.column(position)))
    options = csv.WriteOptions(include_header=False)
    parts = []
    for part in frame.to_batches(max_chunksize=_ROWS_AT_ONCE):
        sink = pa.BufferOutputStream()
        csv.write_csv(pa.Table.from_batches([part]), sink, options)
        parts.append(sink.getvalue().to_pybytes())
    return Rows(table, frame.column_names, frame.num_rows, parts)


def _hexadecimal(values: pa.ChunkedArray) -> pa.Array:
    return pa.array([None if value is None else "\\x" + value.hex() for value in values.to_pylist()], pa.string())
