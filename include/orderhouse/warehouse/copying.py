"""Frames into temporary tables by COPY; they vanish with the transaction."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import pyarrow as pa
from psycopg import sql
from pyarrow import csv

from include.orderhouse.ahead import made_ahead
from include.orderhouse.frames import SCHEMAS, Frames
from include.orderhouse.warehouse.payloads import HASH, KEYS, Payloads
from include.orderhouse.warehouse.task import Cursor

_STAGED_FROM = {
    "version": "ops.order_version JOIN ops.order_raw USING (connection, order_id, source_order_id, fetched_at)",
    "reject": "ops.reject",
    "issue": "ops.issue",
}
_CREATE = sql.SQL(
    "CREATE TEMPORARY TABLE {staged} ON COMMIT DROP AS SELECT 0 AS batch, {columns} FROM {source} WITH NO DATA"
)
_INDEX = sql.SQL("CREATE INDEX ON {staged} (order_id)")
_COPY = sql.SQL("COPY {staged} ({columns}) FROM STDIN (FORMAT csv)")
_ANALYZE = sql.SQL("ANALYZE {staged}")
_SETTINGS = ("SET LOCAL work_mem = '64MB'", "SET LOCAL default_statistics_target = 10")
"""Room for the joins of a merge, and statistics that are taken from a sample: of so many columns they take long."""


def staged(name: str) -> sql.Identifier:
    """The temporary table of a frame."""
    return sql.Identifier(f"staged_{name}")


def column_list(names: Iterable[str], table: str | None = None) -> sql.Composed:
    """Column names, separated by commas, of ``table`` where it is given."""
    prefix = (table,) if table else ()
    return sql.SQL(", ").join(sql.Identifier(*prefix, name) for name in names)


def create_staging(cursor: Cursor) -> None:
    """Make an empty temporary table for each frame; ``batch`` says which batch a row came with."""
    for setting in _SETTINGS:
        cursor.execute(setting)
    for name in SCHEMAS:
        source = sql.SQL(_STAGED_FROM.get(name, f"procurement.{name}"))
        cursor.execute(_CREATE.format(staged=staged(name), columns=column_list(_columns(name)), source=source))


def copy_batches(
    cursor: Cursor, payloads: Payloads, batches: Iterable[Frames], names: Iterable[str] = tuple(SCHEMAS)
) -> int:
    """Copy the named frames of all batches; the number of orders' versions copied.

    One batch is made ready while the one before it is on its way to the server.
    """
    wanted = tuple(names)
    copied = 0
    for ready in made_ahead(_ready(frames, number, wanted, payloads) for number, frames in enumerate(batches)):
        for name, frame in ready.items():
            _copy(cursor, name, frame)
        copied += ready["version"].rows if "version" in wanted else 0
    for name in wanted:
        cursor.execute(_INDEX.format(staged=staged(name)))
        cursor.execute(_ANALYZE.format(staged=staged(name)))
    return copied


def _columns(name: str) -> list[str]:
    return [*SCHEMAS[name].names, *([HASH] if name in KEYS else [])]


@dataclass(frozen=True)
class Ready:
    """A frame as COPY takes it."""

    rows: int
    columns: Sequence[str]
    """Those that hold anything at all: a source fills a third of the canonical ones, and the others stay NULL."""
    parts: Sequence[bytes]


def _ready(frames: Frames, batch: int, names: Iterable[str], payloads: Payloads) -> dict[str, Ready]:
    return {name: _csv(payloads.sealed(name, frames[name].select(SCHEMAS[name].names)), batch) for name in names}


def _copy(cursor: Cursor, name: str, frame: Ready) -> None:
    if not frame.rows:
        return
    statement = _COPY.format(staged=staged(name), columns=column_list(frame.columns))
    with cursor.copy(statement) as copy:
        for part in frame.parts:
            copy.write(part)


def _csv(frame: pa.Table, batch: int) -> Ready:
    """The rows as PostgreSQL's CSV reads them: text is quoted, NULL is not, binary is hexadecimal."""
    frame = frame.select([name for name in frame.column_names if frame.column(name).null_count < frame.num_rows])
    for position, field in enumerate(frame.schema):
        if pa.types.is_binary(field.type):
            frame = frame.set_column(position, field.name, _hexadecimal(frame.column(position)))
    frame = frame.append_column("batch", pa.repeat(pa.scalar(batch, pa.int32()), frame.num_rows))
    options = csv.WriteOptions(include_header=False)
    parts = []
    for part in frame.to_batches(max_chunksize=2000):
        sink = pa.BufferOutputStream()
        csv.write_csv(pa.Table.from_batches([part]), sink, options)
        parts.append(sink.getvalue().to_pybytes())
    return Ready(frame.num_rows, frame.column_names, parts)


def _hexadecimal(values: pa.ChunkedArray) -> pa.Array:
    return pa.array([None if value is None else "\\x" + value.hex() for value in values.to_pylist()], pa.string())
