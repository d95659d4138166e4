"""COPY into temporary tables; they vanish with the transaction."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import pyarrow as pa
from psycopg import sql
from pyarrow import csv

from include.orderhouse.errors import CountMismatch
from include.orderhouse.frames import SCHEMAS
from include.orderhouse.model import TABLES
from include.orderhouse.warehouse.payloads import HASH
from include.orderhouse.warehouse.task import MAP_AGAIN, Cursor

_CREATE = sql.SQL("CREATE TEMPORARY TABLE {staged} ON COMMIT DROP AS SELECT {columns} FROM {source} WITH NO DATA")
_COPY = sql.SQL("COPY {target} ({columns}) FROM STDIN (FORMAT {format})")
_ANALYZE = sql.SQL("ANALYZE {staged}")
_SETTINGS = ("SET LOCAL work_mem = '64MB'", "SET LOCAL default_statistics_target = 10")
"""Room for the joins of a merge, and statistics that are taken from a sample: of so many columns they take long."""
_ROWS_AT_ONCE = 2000

_VERSION = """
    0 AS batch, connection, order_id, source_order_id, source_modified_at, version_at, fetched_at, content_hash,
    is_deleted, false AS is_newly_deleted, ''::text AS standing, 0 AS line_count, NULL::uuid AS payload_hash
"""


def staged(name: str) -> sql.Identifier:
    """The temporary table of a frame."""
    return sql.Identifier(f"staged_{name}")


def column_list(names: Iterable[str]) -> sql.Composed:
    """Column names, separated by commas."""
    return sql.SQL(", ").join(map(sql.Identifier, names))


def create_staging(cursor: Cursor) -> None:
    """Make an empty temporary table for each frame and for raw records; ``batch`` says which batch a row came with."""
    for setting in _SETTINGS:
        cursor.execute(setting)
    rows = {table.name: ("0 AS batch, false AS is_new", f"procurement.{table.name}") for table in TABLES}
    for name, (added, source) in {**rows, "issue": ("0 AS batch", "ops.issue")}.items():
        columns = sql.SQL(", ").join([sql.SQL(added), column_list(SCHEMAS[name].names)])
        _create(cursor, name, columns, source)
    _create(cursor, "version", sql.SQL(_VERSION), "ops.order_version")
    _create(cursor, "raw", sql.SQL("*"), "ops.order_raw")
    _create(cursor, "reject", column_list([*SCHEMAS["reject"].names, HASH]), "ops.reject")


def _create(cursor: Cursor, name: str, columns: sql.Composable, source: str) -> None:
    cursor.execute(_CREATE.format(staged=staged(name), columns=columns, source=sql.SQL(source)))


def analyze(cursor: Cursor, names: Iterable[str]) -> None:
    """Tell the planner what the temporary tables of these frames hold."""
    for name in names:
        cursor.execute(_ANALYZE.format(staged=staged(name)))


@dataclass(frozen=True)
class Rows:
    """Rows as COPY takes them."""

    table: str
    """The frame whose temporary table they go to, or another table's full name."""
    columns: Sequence[str]
    number: int
    parts: Sequence[bytes]
    format: str = "csv"


def copy_rows(cursor: Cursor, rows: Rows) -> None:
    """Copy rows into their table. CountMismatch where fewer or more arrive."""
    if not rows.number:
        return
    target = sql.Identifier(*rows.table.split(".")) if "." in rows.table else staged(rows.table)
    parts = {"target": target, "columns": column_list(rows.columns), "format": sql.SQL(rows.format)}
    with cursor.copy(_COPY.format(**parts)) as copy:
        for part in rows.parts:
            copy.write(part)
    if cursor.rowcount != rows.number:
        raise CountMismatch(
            f"{rows.number} rows of {rows.table} were sent, {cursor.rowcount} have arrived.", action=MAP_AGAIN
        )


def csv_rows(name: str, frame: pa.Table) -> Rows:
    """The rows of a frame as PostgreSQL's CSV reads them: text is quoted, NULL is not, binary is hexadecimal.

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
    return Rows(name, frame.column_names, frame.num_rows, parts)


def _hexadecimal(values: pa.ChunkedArray) -> pa.Array:
    return pa.array([None if value is None else "\\x" + value.hex() for value in values.to_pylist()], pa.string())
