"""Orders as frames, by hand: what a transform would have made of them."""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pyarrow as pa
import sqlalchemy as sa

from include.orderhouse.frames import SCHEMAS, Frames
from include.orderhouse.identity import order_id
from include.orderhouse.model import TABLES
from include.orderhouse.warehouse.keys.keyring import Keyring
from include.orderhouse.warehouse.load import GoneOrder, LoadCounts, LoadTask, load
from include.orderhouse.warehouse.records.payloads import Payloads
from include.orderhouse.warehouse.records.raw import known_versions
from include.orderhouse.warehouse.syncs.ledger import SyncRow, start_sync

DAWN = datetime(2026, 3, 2, tzinfo=UTC)
"""Hour 0 of every test; far before the clock of the warehouse."""


def hour(number: float) -> datetime:
    """So many hours after dawn."""
    return DAWN + timedelta(hours=number)


def key(*parts: str) -> str:
    """A deterministic UUID."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, "/".join(parts)))


@dataclass(frozen=True)
class Line:
    """One line with its schedules and distributions, by their numbers."""

    number: str = "10"
    values: Mapping[str, Any] = field(default_factory=dict)
    schedules: tuple[str, ...] = ()
    distributions: tuple[str, ...] = ()
    part_values: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """Canonical columns by the number of the schedule or distribution, for those that have any."""


@dataclass(frozen=True)
class Order:
    """One version of one order. ``version`` and ``fetched`` are hours after dawn; ``values`` are canonical columns."""

    number: str = "4711"
    version: float | None = 1
    fetched: float = 2
    values: Mapping[str, Any] = field(default_factory=dict)
    lines: tuple[Line, ...] = (Line(),)
    is_deleted: bool = False
    connection: str = "acme_us"
    issues: tuple[str, ...] = ()

    @property
    def order_id(self) -> str:
        return order_id(self.connection, self.number)

    def at(self, version: float | None, fetched: float | None = None) -> Order:
        """The same content as a version of another time."""
        return replace(self, version=version, fetched=self.fetched if fetched is None else fetched)

    @property
    def version_at(self) -> datetime | None:
        return None if self.version is None else hour(self.version)

    @property
    def payload(self) -> bytes:
        content = {"number": self.number, "values": self.values, "lines": self.lines, "version": self.version}
        return json.dumps(content, default=str).encode()


def frames(*orders: Order, rejects: Iterable[Order] = ()) -> Frames:
    """One batch of good orders and rejected ones."""
    rows: dict[str, list[dict[str, Any]]] = {name: [] for name in SCHEMAS}
    for order in orders:
        _add(rows, order)
    rows["reject"] = [_reject(order) for order in rejects]
    return Frames({name: pa.Table.from_pylist(rows[name], schema=schema) for name, schema in SCHEMAS.items()})


def _add(rows: dict[str, list[dict[str, Any]]], order: Order) -> None:
    same = {
        "connection": order.connection,
        "order_id": order.order_id,
        "customer": "acme",
        "extracted_at": hour(order.fetched),
    }
    head = {"source_order_id": order.number, "order_number": order.number, "connector": "test", **order.values}
    rows["purchase_order"].append(
        _hashed({**same, "source_modified_at": order.version_at, "is_deleted": order.is_deleted}, head)
    )
    for line in order.lines:
        line_id = key(order.order_id, line.number)
        below = {**same, "line_id": line_id}
        rows["purchase_order_line"].append(_hashed(below, {"source_line_id": line.number, **line.values}))
        for part, numbers in (("schedule", line.schedules), ("distribution", line.distributions)):
            for number in numbers:
                own = {**below, f"{part}_id": key(line_id, part, number)}
                values = {f"{part}_number": number, **line.part_values.get(number, {})}
                rows[f"purchase_order_{part}"].append(_hashed(own, values))
    rows["version"].append(_version(order))
    for code in order.issues:
        found = {
            "issue_id": key(order.order_id, code),
            "table_name": "purchase_order",
            "code": code,
            "reason": f"odd: {code}",
        }
        rows["issue"].append({"connection": order.connection, "order_id": order.order_id, **found})


def _hashed(same: dict[str, Any], content: dict[str, Any]) -> dict[str, Any]:
    return {**same, **content, "row_hash": _digest(content)}


def _digest(content: Any) -> str:
    return hashlib.sha256(json.dumps(content, default=str, sort_keys=True).encode()).hexdigest()


def _version(order: Order) -> dict[str, Any]:
    return {
        "connection": order.connection,
        "order_id": order.order_id,
        "source_order_id": order.number,
        "source_modified_at": order.version_at,
        "version_at": order.version_at,
        "fetched_at": hour(order.fetched),
        "content_hash": _digest([order.values, [vars(line) for line in order.lines]]),
        "is_deleted": order.is_deleted,
        "payload": order.payload,
    }


def reject_id(order: Order) -> str:
    """The id under which an order is kept where a version of it is rejected."""
    return order_id(f"{order.connection} reject", order.number)


def _reject(order: Order) -> dict[str, Any]:
    return {
        "connection": order.connection,
        "reject_id": reject_id(order),
        "order_id": order.order_id,
        "source_order_id": order.number,
        "order_number": order.number,
        "version_at": order.version_at,
        "fetched_at": hour(order.fetched),
        "code": "VALUE_INVALID",
        "table_name": "purchase_order",
        "field": "total_amount",
        "reason": "total_amount is no number",
        "findings": "[]",
        "line_count": len(order.lines),
        "payload": order.payload,
    }


def started_task(
    engine: sa.Engine, connection: str = "acme_us", gone: tuple[GoneOrder, ...] = (), mapping: int = 1
) -> LoadTask:
    """The task of a new sync that has been started."""
    sync_id = str(uuid.uuid4())
    start_sync(
        engine,
        SyncRow(
            sync_id,
            connection,
            "acme",
            "test",
            "incremental",
            f"run {sync_id}",
            "manual",
            None,
            None,
            None,
            (),
            mapping,
        ),
    )
    return LoadTask(connection, "acme", sync_id, mapping, gone)


def load_orders(
    engine: sa.Engine, *orders: Order, rejects: Iterable[Order] = (), gone: tuple[GoneOrder, ...] = (), mapping: int = 1
) -> LoadCounts:
    """One sync that loads these orders as one batch."""
    connection = orders[0].connection if orders else "acme_us"
    return load(engine, started_task(engine, connection, gone, mapping), [frames(*orders, rejects=rejects)])


def rows(engine: sa.Engine, query: str, **values: Any) -> list[tuple[Any, ...]]:
    """The rows of a query as tuples."""
    with engine.connect() as connection:
        return [tuple(row) for row in connection.execute(sa.text(query), values)]


def known(engine: sa.Engine) -> list[tuple[str, datetime | None, bool]]:
    """Key and time of each version of a connection in the warehouse, and whether its order is gone; in order."""
    versions = known_versions(engine, "acme_us")
    return sorted((each.source_order_id, each.modified_at, each.is_gone) for each in versions)


def contents(engine: sa.Engine) -> dict[str, list[Any]]:
    """All that the warehouse says about orders, without when and by which sync it was written.

    Of payloads the fingerprint: they are sealed differently each time.
    """
    hidden = (
        "- '{payload,loaded_at,sync_id,first_seen_at,deleted_at,extracted_at,rejected_at,resolved_at,noted_at}'::text[]"
    )
    names = [f"procurement.{table.name}" for table in TABLES]
    names += ["ops.order_version", "ops.order_raw", "ops.reject", "ops.issue"]
    return {
        name: [row for (row,) in rows(engine, f"SELECT to_jsonb(t) {hidden} FROM {name} t ORDER BY 1")]
        for name in names
    }


def physical_rows(engine: sa.Engine) -> list[tuple[Any, ...]]:
    """Where each canonical row lies and which transaction wrote it: equal as long as nothing is rewritten or locked."""
    return [
        row
        for table in TABLES
        for row in rows(engine, f"SELECT ctid, xmin, xmax FROM procurement.{table.name} ORDER BY 1")
    ]


TEN = Decimal(10)


def payloads(engine: sa.Engine, connection: str = "acme_us") -> Payloads:
    """What seals the payloads of a connection."""
    return Payloads(Keyring.of(engine).cipher("acme"), connection)


def memos(engine: sa.Engine) -> list[tuple[object, ...]]:
    """Number and memo of each order that the warehouse holds."""
    return rows(engine, "SELECT order_number, memo FROM procurement.purchase_order ORDER BY 1")
