"""Whether a connection's data is as fresh as it is meant to be."""

from __future__ import annotations

from datetime import timedelta

import sqlalchemy as sa

from include.orderhouse.configuration.connections import Connection, Mistake
from include.orderhouse.warehouse.messages.events import instant, write_event

STALE = "connection.stale"
_ALONE = sa.text("SELECT pg_advisory_xact_lock(hashtextextended('orderhouse.freshness:' || :connection, 0))")
_LOOK = sa.text("""
    SELECT fresh_as_of, coalesce(fresh_as_of + :most - clock_timestamp(), interval '0') AS still_fresh_for, EXISTS (
        SELECT FROM ops.webhook_event
        WHERE connection = :connection AND kind = :kind AND occurred_at >= coalesce(fresh_until, '-infinity')
    ) AS is_told
    FROM (
        SELECT max(started_at) AS fresh_as_of,
            max(started_at + :most) FILTER (WHERE finished_at < started_at + :most) AS fresh_until
        FROM ops.sync
        WHERE connection = :connection AND state = 'succeeded' AND mode IN ('initial', 'incremental', 'full_resync')
    ) AS latest
""")


def tell_if_stale(engine: sa.Engine, name: str, connection: Connection | Mistake) -> timedelta | None:
    """How long the data stays fresh; None where nobody minds. Not positive where it is older than ``fresh_within``.

    Each time it becomes so is one event; a sync that took longer than that has not made it fresh. That an entry cannot
    be used is why its data may be stale, so it is told, too.
    """
    if isinstance(connection, Mistake):
        connector, most = connection.connector, connection.fresh_within
    else:
        connector, most = connection.connector.name, connection.options.fresh_within
    if most is None:
        return None
    told = {"connection": name, "most": most, "kind": STALE}
    with engine.begin() as session:
        session.execute(_ALONE, {"connection": name})
        fresh_as_of, still_fresh_for, is_told = session.execute(_LOOK, told).one()
        if still_fresh_for <= timedelta() and not is_told:
            facts = {
                "connection": name,
                "customer": connection.customer,
                "connector": connector,
                "fresh_as_of": instant(fresh_as_of),
                "fresh_within_seconds": int(most.total_seconds()),
            }
            write_event(session, STALE, name, facts)
    found: timedelta = still_fresh_for
    return found
