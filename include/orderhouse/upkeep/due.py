"""Which connections a scheduled run syncs."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

import sqlalchemy as sa

from include.orderhouse.configuration.connections import Connection

TOLERANCE = timedelta(minutes=1)
"""A schedule is never on the second; a sync that is due within it is due."""

_LATEST = sa.text("""
    SELECT name, latest.started_at
    FROM unnest(cast(:names AS text[])) AS name, LATERAL (
        SELECT started_at FROM ops.sync
        WHERE connection = name AND state = 'succeeded' AND mode IN ('initial', 'incremental', 'full_resync')
        ORDER BY started_at DESC LIMIT 1
    ) AS latest
""")
"""Asked for one by one, so that a long ledger is not read whole."""
_LONGEST_UNTRIED = sa.text("""
    SELECT name FROM unnest(cast(:names AS text[])) WITH ORDINALITY AS listed (name, position)
    ORDER BY (SELECT max(started_at) FROM ops.sync WHERE connection = name) NULLS FIRST, position
    LIMIT :most
""")


def due(connections: Iterable[Connection], engine: sa.Engine, now: datetime) -> list[str]:
    """The names of those whose latest successful sync started at least ``sync_every`` ago, or that have none."""
    asked = list(connections)
    with engine.connect() as warehouse:
        rows = warehouse.execute(_LATEST, {"names": [found.name for found in asked]})
        latest = {name: started_at for name, started_at in rows}
    return [
        found.name
        for found in asked
        if found.name not in latest or latest[found.name] + found.options.sync_every <= now + TOLERANCE
    ]


def longest_untried(names: Iterable[str], engine: sa.Engine, most: int) -> list[str]:
    """So many of the names at most, those first of which no sync was tried for longest, successful or not.

    Not those that were due first: a connection that always fails stays due, and would take the turn of another.
    """
    with engine.connect() as warehouse:
        return list(warehouse.execute(_LONGEST_UNTRIED, {"names": list(names), "most": most}).scalars())
