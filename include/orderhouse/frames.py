"""Canonical frames: the Arrow tables that one batch of raw orders becomes, and their exact types."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from include.orderhouse.model import PRECISION, SCALES, TABLES, Column, Kind, Table

INSTANT = pa.timestamp("us", tz="UTC")
EARLIEST, LATEST = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)
"""The bounds of instants."""

LOAD_ONLY = frozenset({"loaded_at", "sync_id", "first_seen_at", "is_stale", "deleted_at", "delete_evidence"})
"""Columns of canonical tables that the load writes; frames do not have them."""

VERSION_SCHEMA = pa.schema(
    [
        ("connection", pa.string()),
        ("order_id", pa.string()),
        ("source_order_id", pa.string()),
        ("source_modified_at", INSTANT),
        ("version_at", INSTANT),
        ("fetched_at", INSTANT),
        ("content_hash", pa.string()),
        ("is_deleted", pa.bool_()),
        ("payload", pa.binary()),
    ]
)
REJECT_SCHEMA = pa.schema(
    [
        ("connection", pa.string()),
        ("reject_id", pa.string()),
        ("order_id", pa.string()),
        ("source_order_id", pa.string()),
        ("order_number", pa.string()),
        ("version_at", INSTANT),
        ("fetched_at", INSTANT),
        ("code", pa.string()),
        ("table_name", pa.string()),
        ("field", pa.string()),
        ("reason", pa.string()),
        ("findings", pa.string()),
        ("line_count", pa.int64()),
        ("payload", pa.binary()),
    ]
)
ISSUE_SCHEMA = pa.schema(
    [
        ("connection", pa.string()),
        ("order_id", pa.string()),
        ("issue_id", pa.string()),
        ("table_name", pa.string()),
        ("row_id", pa.string()),
        ("field", pa.string()),
        ("code", pa.string()),
        ("reason", pa.string()),
        ("source_value", pa.string()),
    ]
)


def arrow_type(kind: Kind) -> pa.DataType:
    """The Arrow type of a canonical kind."""
    if kind in SCALES:
        return pa.decimal128(PRECISION, SCALES[kind])
    return {
        Kind.INTEGER: pa.int64(),
        Kind.BOOLEAN: pa.bool_(),
        Kind.DATE: pa.date32(),
        Kind.INSTANT: INSTANT,
    }.get(kind, pa.string())


def frame_columns(table: Table) -> tuple[Column, ...]:
    """The columns of a canonical table that its frame has."""
    return tuple(column for column in table.columns if column.name not in LOAD_ONLY)


def frame_schema(table: Table) -> pa.Schema:
    """The Arrow schema of a canonical table's frame."""
    return pa.schema([(column.name, arrow_type(column.kind)) for column in frame_columns(table)])


SCHEMAS: dict[str, pa.Schema] = {
    **{table.name: frame_schema(table) for table in TABLES},
    "version": VERSION_SCHEMA,
    "reject": REJECT_SCHEMA,
    "issue": ISSUE_SCHEMA,
}
"""Every frame of a batch by name."""


@dataclass(frozen=True)
class Frames:
    """One batch: a frame for each canonical table, and ``version``, ``reject`` and ``issue``."""

    tables: Mapping[str, pa.Table]

    def __getitem__(self, name: str) -> pa.Table:
        return self.tables[name]

    def without_orders(self, order_ids: Iterable[str]) -> Frames:
        """The batch without any row of these orders."""
        gone = pa.array(list(order_ids), pa.string())
        return Frames(
            {name: frame.filter(_not_in(frame.column("order_id"), gone)) for name, frame in self.tables.items()}
        )

    def with_rows(self, name: str, rows: list[dict[str, Any]]) -> Frames:
        """The batch with rows added to one of its frames."""
        more = pa.Table.from_pylist(rows, schema=SCHEMAS[name])
        return Frames({**self.tables, name: pa.concat_tables([self.tables[name], more])})


def _not_in(values: pa.ChunkedArray, gone: pa.Array) -> pa.ChunkedArray:
    return pc.invert(pc.is_in(values, value_set=gone))
