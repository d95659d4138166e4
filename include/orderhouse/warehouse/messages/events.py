"""Events that other programs want to hear of, written in the transaction of what they tell about.

A committed event is the promise that every subscription to it is told; `include.orderhouse.webhooks` keeps it. An
event holds names, instants, counts and codes: no secret, and nothing out of an order.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB

from include.orderhouse.warehouse.operations import INSTANT, TEXT, UUID, sync
from include.orderhouse.warehouse.operations import metadata as metadata
from include.orderhouse.warehouse.schema import OPS

EVENTS = {
    "sync.completed": "a sync has loaded its orders",
    "sync.failed": "a sync has ended without a load: it failed for good, or its checks stopped it",
    "connection.reauthorisation_needed": "the source no longer accepts the connection's credentials",
    "connection.offline": "the source cannot be reached, or does not answer",
    "connection.online": "a connection that was offline or lacked authorisation works again",
    "connection.stale": "the connection's data is older than its `fresh_within`",
    "schema.drift": "fields of the source's orders appeared, vanished or changed their type",
    "rejects.over_threshold": "a sync rejected more orders than the connection's `reject_alert`",
}
"""The kinds of events, and what each tells."""
TEST = "webhook.test"
"""The kind that a person sends to see whether a subscription works."""
NO_CONNECTION = "-"
"""Stands for the connection of an event that concerns none."""
MOST_FIELDS = 50
"""How many changed fields a ``schema.drift`` lists; it counts them all."""

event = sa.Table(
    "webhook_event",
    metadata,
    sa.Column("connection", TEXT, comment="The connection it concerns; - where it concerns none", nullable=False),
    sa.Column("event_id", UUID, comment="Id of the event: the `webhook-id` of its deliveries", nullable=False),
    sa.Column("kind", TEXT, comment="What happened, such as sync.completed", nullable=False),
    sa.Column("occurred_at", INSTANT, comment="When it happened", nullable=False),
    sa.Column("data", JSONB(), comment="What the deliveries tell", nullable=False),
    sa.Column("distributed_at", INSTANT, comment="When a delivery was made out for each subscription to it"),
    sa.PrimaryKeyConstraint("connection", "event_id"),
    schema=OPS,
    comment="The outbox: what happened, written in the same transaction, for webhooks to tell",
)
sa.Index("webhook_event_undistributed_idx", event.c.occurred_at, postgresql_where=event.c.distributed_at.is_(None))

_INSTANTS = ("started_at", "finished_at", "window_start", "window_end")
_COUNTS = ("extracted", "inserted", "updated", "unchanged", "older", "rejected", "deleted")


def write_event(session: sa.Connection, kind: str, connection: str, data: Mapping[str, Any]) -> str:
    """Add an event to the transaction of ``session``; its id."""
    new = sa.insert(event).values(
        connection=connection,
        event_id=sa.func.gen_random_uuid(),
        kind=kind,
        occurred_at=sa.func.clock_timestamp(),
        data=dict(data),
    )
    return str(session.execute(new.returning(event.c.event_id)).scalar_one())


def write_sync_event(session: sa.Connection, kind: str, connection: str, sync_id: str, **more: Any) -> None:
    """Add an event about a sync, with what its row of the ledger says in this transaction."""
    wanted = sa.select(sync).where(sync.c.connection == connection, sync.c.sync_id == sync_id)
    write_event(session, kind, connection, _facts(dict(session.execute(wanted).mappings().one())) | more)


def write_drift_event(
    session: sa.Connection, connection: str, sync_id: str, changes: Sequence[Mapping[str, Any]]
) -> None:
    """Add the event that fields of a connection's orders have changed: ``path``, ``kind``, ``is_mapped``."""
    data = {
        "connection": connection,
        "sync_id": sync_id,
        "changes": len(changes),
        "mapped_changes": sum(1 for change in changes if change["is_mapped"]),
        "fields": [dict(change) for change in changes[:MOST_FIELDS]],
    }
    write_event(session, "schema.drift", connection, data)


def _facts(row: Mapping[str, Any]) -> dict[str, Any]:
    named = {name: row[name] for name in ("connection", "customer", "connector", "mode", "state", "run_id", "attempts")}
    return {
        **named,
        "sync_id": str(row["sync_id"]),
        **{name: instant(row[name]) for name in _INSTANTS},
        "orders": {name: row[f"orders_{name}"] for name in _COUNTS},
        "lines": {name: row[f"lines_{name}"] for name in ("written", "unchanged", "rejected", "deleted")},
        "issues": row["issues"],
        "error_code": row["error_code"],
    }


def instant(moment: datetime | None) -> str | None:
    """An instant as events write it: ISO 8601 in UTC, such as ``2026-01-31T08:00:00.000000Z``."""
    return None if moment is None else moment.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
