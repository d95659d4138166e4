"""One batch of raw orders to frames. An order that cannot be read is rejected whole, with its payload and reasons."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from hashlib import blake2b
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from include.orderhouse import wire
from include.orderhouse.configuration.connections import Connection
from include.orderhouse.frames import INSTANT, SCHEMAS, Frames
from include.orderhouse.identity import child_ids, order_id
from include.orderhouse.mapping import Record, TableMapping
from include.orderhouse.model import DISTRIBUTION, LINE, ORDER, SCHEDULE, TABLES, Table
from include.orderhouse.raw_order import RawOrder, pack
from include.orderhouse.transform.changes import check_changes
from include.orderhouse.transform.company_amounts import derive_company_amounts
from include.orderhouse.transform.line_statuses import derive_open_statuses
from include.orderhouse.transform.rows import Failure, RawRows, children
from include.orderhouse.transform.table import ReadTable, TableReader

NUMBERS = {LINE.name: "source_line_id", SCHEDULE.name: "schedule_number", DISTRIBUTION.name: "distribution_number"}
"""By child table, the column that tells its rows apart within their parent."""

PARENTS = {LINE.name: ORDER.name, SCHEDULE.name: LINE.name, DISTRIBUTION.name: LINE.name}
IDENTITY = frozenset({"source_order_id", "source_modified_at"})

INCOMPLETE = "PAYLOAD_INCOMPLETE"
DUPLICATE = "DUPLICATE_KEY"


@dataclass
class Draft:
    """A batch while it is being read: tables, ids of their rows, and every finding by the position of its order."""

    orders: Sequence[RawOrder]
    tables: dict[str, ReadTable] = field(default_factory=dict)
    ids: dict[str, list[str | None]] = field(default_factory=dict)
    findings: dict[int, list[dict[str, Any]]] = field(default_factory=dict)

    def reject(self, table: str, position: int, failure: Failure) -> None:
        """Note why an order is rejected."""
        told = {"table": table, "field": failure.column, "code": failure.code, "reason": wire.storable(failure.reason)}
        self.findings.setdefault(position, []).append(told)

    @cached_property
    def fetched_at(self) -> pa.Array:
        """The start of each order's fetch."""
        return pa.array([raw.fetched_at for raw in self.orders], INSTANT)

    def kept(self, orders: Sequence[int]) -> pa.Array | None:
        """The rows whose orders are not rejected, ``orders`` holding each row's order; None for all of them."""
        if not self.findings:
            return None
        return pa.array([row for row, position in enumerate(orders) if position not in self.findings], pa.int64())


class Transform:
    """Turns raw orders of one connection into frames; compiled once per run."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        mapping = connection.connector.mapping
        check_changes(connection)
        self._readers = {entry.table.name: TableReader(entry, connection) for entry in mapping.tables}

    def identify(self, records: Sequence[Record]) -> tuple[list[str | None], pa.Array]:
        """Keys and modification times of raw orders; None and NULL where they cannot be read."""
        read = self._readers[ORDER.name].read(_rows(records), IDENTITY)
        return read.column("source_order_id").to_pylist(), read.column("source_modified_at")

    def frames(self, orders: Sequence[RawOrder]) -> Frames:
        """The batch's frames. Of several copies of an order the latest counts."""
        draft = self._read(orders)
        order, line = draft.tables[ORDER.name], draft.tables[LINE.name]
        derive_company_amounts(order, line)
        derive_open_statuses(order, line, "line_status")
        if schedule := draft.tables.get(SCHEDULE.name):
            derive_open_statuses(order, schedule, "status")
        built = {table.name: self._frame(table, draft) for table in TABLES}
        built["version"] = self._versions(draft)
        built["reject"] = self._rejects(draft)
        built["issue"] = self._issues(draft)
        return Frames(built)

    def _read(self, orders: Sequence[RawOrder]) -> Draft:
        read = self._readers[ORDER.name].read(_rows([order.record for order in orders]))
        draft = Draft(orders, {ORDER.name: read})
        latest = self._latest(draft)
        if len(latest) < len(orders):
            return self._read([orders[position] for position in latest])
        found = {ORDER.name: read.rows}
        for name, reader in self._readers.items():
            if name != ORDER.name:
                found[name] = self._children(draft, reader.mapping, found[PARENTS[name]])
            table = read if name == ORDER.name else reader.read(found[name])
            draft.tables[name] = table
            for failure in table.failures:
                draft.reject(name, table.rows.orders[failure.row], failure)
            draft.ids[name] = self._ids(name, draft)
        return draft

    def _latest(self, draft: Draft) -> list[int]:
        """The positions of the orders that count: of several copies of an order the latest."""
        keys = draft.tables[ORDER.name].column("source_order_id").to_pylist()
        if len(set(keys)) == len(keys):
            return list(range(len(keys)))
        latest: dict[str, tuple[datetime, datetime, int]] = {}
        keyless: list[int] = []
        for position, (key, version_at) in enumerate(zip(keys, self._version_at(draft).to_pylist(), strict=True)):
            fetched_at = draft.orders[position].fetched_at
            version = (version_at or fetched_at, fetched_at, position)
            if key is None:
                keyless.append(position)
            else:
                latest[key] = max(latest.get(key, version), version)
        return sorted([*keyless, *(version[2] for version in latest.values())])

    def _children(self, draft: Draft, mapping: TableMapping, parents: RawRows) -> RawRows:
        def missing(position: int, reason: str) -> None:
            draft.reject(
                mapping.table.name, parents.orders[position], Failure(position, mapping.at[0], INCOMPLETE, reason)
            )

        return children(parents, mapping.at, missing)

    def _ids(self, name: str, draft: Draft) -> list[str | None]:
        table = draft.tables[name]
        if name == ORDER.name:
            return [key and order_id(self.connection.name, key) for key in table.column("source_order_id").to_pylist()]
        parents = draft.ids[PARENTS[name]]
        numbers = table.column(NUMBERS[name]).to_pylist()
        ids = child_ids([parents[position] for position in table.rows.parent_positions], name, numbers)
        for row in _repeated(ids):
            reason = f"{numbers[row]!r} stands twice in the same {'order' if name == LINE.name else 'line'}"
            draft.reject(name, table.rows.orders[row], Failure(row, NUMBERS[name], DUPLICATE, reason))
        return ids

    def _frame(self, table: Table, draft: Draft) -> pa.Table:
        read, schema = draft.tables.get(table.name), SCHEMAS[table.name]
        if read is None:
            return schema.empty_table()
        derived = self._derived_columns(table, read, draft)
        columns = [derived[name] if name in derived else read.column(name) for name in schema.names]
        frame = pa.Table.from_arrays(columns, schema=schema)
        kept = draft.kept(read.rows.orders)
        return frame if kept is None else frame.take(kept)

    def _derived_columns(self, table: Table, read: ReadTable, draft: Draft) -> dict[str, pa.Array]:
        orders, length = pa.array(read.rows.orders, pa.int64()), len(read.rows)
        derived = {
            "connection": pa.repeat(self.connection.name, length),
            "customer": pa.repeat(self.connection.customer, length),
            "connector": pa.repeat(self.connection.connector.name, length),
            "order_id": pa.array(draft.ids[ORDER.name], pa.string()).take(orders),
            "extracted_at": draft.fetched_at.take(orders),
            "is_deleted": read.column("is_deleted").fill_null(False),
            "row_hash": pa.array(read.hashes, pa.string()),
        }
        if table.identity:
            derived[table.identity[-1].name] = pa.array(draft.ids[table.name], pa.string())
        if len(table.identity) == 2:
            lines = pa.array(draft.ids[LINE.name], pa.string())
            derived["line_id"] = lines.take(pa.array(read.rows.parent_positions, pa.int64()))
        return derived

    def _content_hashes(self, draft: Draft) -> list[str]:
        parts: list[list[str]] = [[] for _ in draft.orders]
        for name, table in draft.tables.items():
            for position, row_hash, own in zip(table.rows.orders, table.hashes, draft.ids[name], strict=True):
                parts[position].append(f"{name} {own} {row_hash}")
        return [blake2b("\n".join(sorted(part)).encode(), digest_size=16).hexdigest() for part in parts]

    def _versions(self, draft: Draft) -> pa.Table:
        order = draft.tables[ORDER.name]
        columns = {
            "connection": pa.repeat(self.connection.name, len(draft.orders)),
            "order_id": draft.ids[ORDER.name],
            "source_order_id": order.column("source_order_id"),
            "source_modified_at": order.column("source_modified_at"),
            "version_at": self._version_at(draft),
            "fetched_at": draft.fetched_at,
            "content_hash": self._content_hashes(draft),
            "is_deleted": order.column("is_deleted").fill_null(False),
            "payload": [pack(raw.record, raw.content) for raw in draft.orders],
        }
        frame = pa.table(columns, schema=SCHEMAS["version"])
        kept = draft.kept(range(len(draft.orders)))
        return frame if kept is None else frame.take(kept)

    def _version_at(self, draft: Draft) -> pa.Array:
        """When each order changed at the source, at the latest its fetch; NULL where that is not told or not readable.

        Its creation does not stand in: an order whose changes are told no more would be older than it was before.
        """
        told = draft.tables[ORDER.name].column("source_modified_at")
        return pc.if_else(pc.less(told, draft.fetched_at), told, pc.if_else(told.is_valid(), draft.fetched_at, None))

    def _rejects(self, draft: Draft) -> pa.Table:
        if not draft.findings:
            return SCHEMAS["reject"].empty_table()
        order = draft.tables[ORDER.name]
        told = pa.table(
            {
                "source_order_id": order.column("source_order_id"),
                "order_number": order.column("order_number"),
                "version_at": self._version_at(draft),
            }
        )
        rows = [
            told.slice(position, 1).to_pylist()[0] | self._reject(draft, position, findings)
            for position, findings in sorted(draft.findings.items())
        ]
        return pa.Table.from_pylist(rows, schema=SCHEMAS["reject"])

    def _reject(self, draft: Draft, position: int, findings: list[dict[str, Any]]) -> dict[str, Any]:
        """The reject of one order: its first reason in columns, an incomplete payload before others; all as JSON."""
        raw, first = draft.orders[position], min(findings, key=lambda finding: finding["code"] != INCOMPLETE)
        source_id = draft.tables[ORDER.name].column("source_order_id")[position].as_py()
        known_by = source_id or blake2b(wire.encode(raw.record)).hexdigest()
        return {
            "connection": self.connection.name,
            "reject_id": order_id(f"{self.connection.name} reject", known_by),
            "order_id": draft.ids[ORDER.name][position],
            "fetched_at": raw.fetched_at,
            "code": first["code"],
            "table_name": first["table"],
            "field": first["field"],
            "reason": first["reason"],
            "findings": wire.encode(findings).decode(),
            "line_count": draft.tables[LINE.name].rows.orders.count(position),
            "payload": pack(raw.record, raw.content),
        }

    def _issues(self, draft: Draft) -> pa.Table:
        rows = []
        for name, table in draft.tables.items():
            for oddity in table.oddities:
                position = table.rows.orders[oddity.row]
                if position not in draft.findings:
                    owner = draft.ids[ORDER.name][position], draft.ids[name][oddity.row]
                    rows.append(issue_row(self.connection.name, owner, name, oddity))
        return pa.Table.from_pylist(rows, schema=SCHEMAS["issue"])


def _rows(records: Sequence[Record]) -> RawRows:
    """Orders as rows."""
    return RawRows(list(records), list(range(len(records))))


def issue_row(connection: str, owner: tuple[str | None, str | None], table: str, oddity: Failure) -> dict[str, Any]:
    """An issue as a row; ``owner`` is the order's id and the row's own."""
    order, row = owner
    return {
        "connection": connection,
        "order_id": order,
        "issue_id": order_id(connection, f"issue {order} {row} {oddity.column} {oddity.code}"),
        "table_name": table,
        "row_id": row,
        "field": oddity.column,
        "code": oddity.code,
        "reason": oddity.reason,
        "source_value": None if oddity.value is None else wire.storable(str(oddity.value)[:500]),
    }


def _repeated(ids: Sequence[str | None]) -> list[int]:
    """The rows whose id has come before."""
    first: dict[str, int] = {}
    return [row for row, own in enumerate(ids) if own is not None and first.setdefault(own, row) != row]
