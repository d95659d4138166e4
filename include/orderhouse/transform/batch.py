"""One batch of raw orders to frames. An order that cannot be read is rejected whole, with its payload and reasons."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import blake2b
from typing import Any

import pyarrow as pa

from include.orderhouse import wire
from include.orderhouse.connections import Connection
from include.orderhouse.frames import SCHEMAS, Frames, frame_columns
from include.orderhouse.mapping import Record, TableMapping
from include.orderhouse.model import DISTRIBUTION, LINE, ORDER, SCHEDULE, Table
from include.orderhouse.raw_order import RawOrder, pack
from include.orderhouse.transform.company_amounts import derive_company_amounts
from include.orderhouse.transform.identity import child_id, order_id
from include.orderhouse.transform.rows import Failure, RawRows, children
from include.orderhouse.transform.table import ReadTable, TableReader

NUMBERS = {LINE.name: "source_line_id", SCHEDULE.name: "schedule_number", DISTRIBUTION.name: "distribution_number"}
"""By child table, the column that tells its rows apart within their parent."""

EARLIEST = datetime.min.replace(tzinfo=UTC)
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
        reason = {"table": table, "field": failure.column, "code": failure.code, "reason": failure.reason}
        self.findings.setdefault(position, []).append(reason)


class Transform:
    """Turns raw orders of one connection into frames; compiled once per run."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        mapping = connection.connector.mapping
        self._readers = {entry.table.name: TableReader(entry, connection) for entry in mapping.tables}
        self._has_modified = self._readers[ORDER.name].mapping.expression("source_modified_at") is not None

    def identify(self, records: Sequence[Record]) -> list[tuple[str | None, datetime | None]]:
        """Key and modification time of raw orders; None where they cannot be read."""
        draft = self._read([RawOrder(EARLIEST, record) for record in records], tables=(ORDER.name,))
        order = draft.tables[ORDER.name]
        return list(zip(order.column("source_order_id"), order.column("source_modified_at"), strict=True))

    def frames(self, orders: Sequence[RawOrder]) -> Frames:
        """The batch's frames. Of several copies of an order the latest counts."""
        draft = self._read(self._latest(orders), tables=tuple(self._readers))
        derive_company_amounts(draft.tables[ORDER.name], draft.tables[LINE.name])
        built = {name: self._frame(table, draft) for name, table in _canonical()}
        hashes = self._content_hashes(draft)
        built["version"] = self._versions(draft, hashes)
        built["reject"] = self._rejects(draft)
        built["issue"] = self._issues(draft)
        return Frames(built)

    def _latest(self, orders: Sequence[RawOrder]) -> list[RawOrder]:
        latest: dict[str, tuple[datetime, datetime, int]] = {}
        keyless: list[int] = []
        for position, (key, modified) in enumerate(self.identify([order.record for order in orders])):
            fetched_at = orders[position].fetched_at
            version = (min(modified or EARLIEST, fetched_at), fetched_at, position)
            if key is None:
                keyless.append(position)
            else:
                latest[key] = max(latest.get(key, version), version)
        return [orders[position] for position in sorted([*keyless, *(version[2] for version in latest.values())])]

    def _read(self, orders: Sequence[RawOrder], tables: tuple[str, ...]) -> Draft:
        draft = Draft(orders)
        positions = list(range(len(orders)))
        found = {ORDER.name: RawRows([order.record for order in orders], positions)}
        for name in tables:
            reader = self._readers[name]
            if name not in found:
                parent = ORDER.name if name == LINE.name else LINE.name
                found[name] = self._children(draft, reader.mapping, found[parent])
            table = reader.read(found[name])
            draft.tables[name] = table
            for failure in table.failures:
                draft.reject(name, table.rows.orders[failure.row], failure)
            draft.ids[name] = self._ids(name, draft)
        return draft

    def _children(self, draft: Draft, mapping: TableMapping, parents: RawRows) -> RawRows:
        def missing(position: int, reason: str) -> None:
            draft.reject(
                mapping.table.name, parents.orders[position], Failure(position, mapping.at[0], INCOMPLETE, reason)
            )

        return children(parents, mapping.at, missing)

    def _ids(self, name: str, draft: Draft) -> list[str | None]:
        table = draft.tables[name]
        if name == ORDER.name:
            return [key and order_id(self.connection.name, key) for key in table.column("source_order_id")]
        parents = draft.ids[ORDER.name if name == LINE.name else LINE.name]
        ids: list[str | None] = []
        seen: set[str] = set()
        for row, number in enumerate(table.column(NUMBERS[name])):
            parent = parents[table.rows.parent_positions[row]]
            own = child_id(parent, name, number) if parent and number else None
            if own in seen:
                reason = f"{number!r} stands twice in the same {'order' if name == LINE.name else 'line'}"
                draft.reject(name, table.rows.orders[row], Failure(row, NUMBERS[name], DUPLICATE, reason))
            if own is not None:
                seen.add(own)
            ids.append(own)
        return ids

    def _frame(self, table: Table, draft: Draft) -> pa.Table:
        read = draft.tables.get(table.name)
        if read is None:
            return SCHEMAS[table.name].empty_table()
        kept = [row for row, position in enumerate(read.rows.orders) if position not in draft.findings]
        derived = self._derived_columns(table, read, draft)
        arrays = []
        for column in frame_columns(table):
            values = derived.get(column.name) or read.column(column.name)
            arrays.append(pa.array([values[row] for row in kept], SCHEMAS[table.name].field(column.name).type))
        return pa.Table.from_arrays(arrays, schema=SCHEMAS[table.name])

    def _derived_columns(self, table: Table, read: ReadTable, draft: Draft) -> dict[str, list[Any]]:
        orders = read.rows.orders
        length = len(read.rows)
        derived: dict[str, list[Any]] = {
            "connection": [self.connection.name] * length,
            "customer": [self.connection.customer] * length,
            "connector": [self.connection.connector.name] * length,
            "order_id": [draft.ids[ORDER.name][position] for position in orders],
            "extracted_at": [draft.orders[position].fetched_at for position in orders],
            "is_deleted": [bool(flag) for flag in read.column("is_deleted")],
            "row_hash": read.hashes(),
        }
        if table.identity:
            derived[table.identity[-1].name] = draft.ids[table.name]
        if len(table.identity) == 2:
            lines = draft.ids[LINE.name]
            derived["line_id"] = [lines[position] for position in read.rows.parent_positions]
        return derived

    def _content_hashes(self, draft: Draft) -> list[str]:
        parts: list[list[str]] = [[] for _ in draft.orders]
        for name, table in draft.tables.items():
            for position, row_hash, own in zip(table.rows.orders, table.hashes(), draft.ids[name], strict=True):
                parts[position].append(f"{name} {own} {row_hash}")
        return [blake2b("\n".join(sorted(part)).encode(), digest_size=16).hexdigest() for part in parts]

    def _versions(self, draft: Draft, hashes: list[str]) -> pa.Table:
        order = draft.tables[ORDER.name]
        deleted, modified = order.column("is_deleted"), order.column("source_modified_at")
        rows = [
            {
                "connection": self.connection.name,
                "order_id": draft.ids[ORDER.name][position],
                "source_order_id": order.column("source_order_id")[position],
                "source_modified_at": modified[position],
                "version_at": self._version_at(draft, position),
                "fetched_at": raw.fetched_at,
                "content_hash": hashes[position],
                "is_deleted": bool(deleted[position]),
                "payload": pack(raw.record),
            }
            for position, raw in enumerate(draft.orders)
            if position not in draft.findings
        ]
        return pa.Table.from_pylist(rows, schema=SCHEMAS["version"])

    def _version_at(self, draft: Draft, position: int) -> datetime | None:
        if not self._has_modified:
            return None
        order = draft.tables[ORDER.name]
        told = order.column("source_modified_at")[position] or order.column("source_created_at")[position]
        return min(told, draft.orders[position].fetched_at) if told is not None else None

    def _rejects(self, draft: Draft) -> pa.Table:
        rows = [self.reject_row(draft, position, findings) for position, findings in sorted(draft.findings.items())]
        return pa.Table.from_pylist(rows, schema=SCHEMAS["reject"])

    def reject_row(self, draft: Draft, position: int, findings: list[dict[str, Any]]) -> dict[str, Any]:
        """The reject of one order: its first reason in columns, all of them as JSON."""
        order, raw = draft.tables[ORDER.name], draft.orders[position]
        source_id = order.column("source_order_id")[position]
        first, payload = findings[0], wire.encode(raw.record)
        return {
            "connection": self.connection.name,
            "reject_id": order_id(f"{self.connection.name} reject", source_id or blake2b(payload).hexdigest()),
            "order_id": draft.ids[ORDER.name][position],
            "source_order_id": source_id,
            "order_number": order.column("order_number")[position],
            "version_at": self._version_at(draft, position),
            "fetched_at": raw.fetched_at,
            "code": first["code"],
            "table_name": first["table"],
            "field": first["field"],
            "reason": first["reason"],
            "findings": wire.encode(findings).decode(),
            "payload": pack(raw.record),
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
        "source_value": None if oddity.value is None else str(oddity.value)[:500],
    }


def _canonical() -> list[tuple[str, Table]]:
    return [(table.name, table) for table in (ORDER, LINE, SCHEDULE, DISTRIBUTION)]
