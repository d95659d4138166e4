"""Whether a connection's data is as fresh as it is meant to be."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from include.orderhouse.connections import Connection
from include.orderhouse.warehouse.events import instant, write_event

STALE = "connection.stale"
_ALONE = sa.text("SELECT pg_advisory_xact_lock(hashtextextended('orderhouse.freshness:' || :connection, 0))")
_LOOK = sa.text("""
    SELECT fresh_as_of, coalesce(fresh_as_of + :most < clock_timestamp(), true) AS is_stale, EXISTS (
        SELECT FROM ops.webhook_event
        WHERE connection = :connection AND kind = :kind AND occurred_at > coalesce(fresh_as_of, '-infinity')
    ) AS is_told
    FROM (
        SELECT max(started_at) AS fresh_as_of FROM ops.sync
        WHERE connection = :connection AND state = 'succeeded' AND mode IN ('initial', 'incremental', 'full_resync')
    ) AS latest
""")


def tell_if_stale(engine: sa.Engine, connection: Connection) -> bool:
    """Whether the data is older than the connection's ``fresh_within``. Each time it becomes so is one event."""
    most = connection.options.fresh_within
    if most is None:
        return False
    told = {"connection": connection.name, "most": most, "kind": STALE}
    with engine.begin() as session:
        session.execute(_ALONE, {"connection": connection.name})
        fresh_as_of, is_stale, is_told = session.execute(_LOOK, told).one()
        if is_stale and not is_told:
            write_event(session, STALE, connection.name, _facts(connection, fresh_as_of))
    return bool(is_stale)


def _facts(connection: Connection, fresh_as_of: datetime | None) -> dict[str, object]:
    most = connection.options.fresh_within
    return {
        "connection": connection.name,
        "customer": connection.customer,
        "connector": connection.connector.name,
        "fresh_as_of": instant(fresh_as_of),
        "fresh_within_seconds": int(most.total_seconds()) if most else None,
    }
