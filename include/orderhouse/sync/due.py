"""Which connections a scheduled run syncs."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

import sqlalchemy as sa

from include.orderhouse.connections import Connection

TOLERANCE = timedelta(minutes=1)
"""A schedule is never on the second; a sync that is due within it is due."""

_LATEST = sa.text("""
    SELECT connection, max(started_at) FROM ops.sync
    WHERE state = 'succeeded' AND mode IN ('initial', 'incremental', 'full_resync')
    GROUP BY connection
""")


def due(connections: Iterable[Connection], engine: sa.Engine, now: datetime) -> list[str]:
    """The names of those whose latest successful sync started at least ``sync_every`` ago, or that have none."""
    with engine.connect() as warehouse:
        latest = {name: started_at for name, started_at in warehouse.execute(_LATEST)}
    return [
        found.name
        for found in connections
        if found.name not in latest or latest[found.name] + found.options.sync_every <= now + TOLERANCE
    ]
