"""From when on a program that follows the orders has to ask next time: a load's orders are seen when it has ended."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

import sqlalchemy as sa

_NOW = sa.text("SELECT clock_timestamp()")
_LOADING = sa.text("""
    SELECT activity.backend_start IS NULL AS is_hidden, activity.xact_start
    FROM pg_locks AS held JOIN pg_stat_activity AS activity USING (pid)
    WHERE held.locktype = 'advisory' AND held.granted AND held.objsubid = 1
      AND held.database = (SELECT oid FROM pg_database WHERE datname = current_database())
      AND held.classid::bigint << 32 | held.objid::bigint IN (
          SELECT hashtextextended('orderhouse.load:' || name, 0) FROM unnest(cast(:connections AS text[])) AS name
      )
""")
"""Who holds the lock of a load (`include.orderhouse.warehouse.task.ALONE`): one that waits for it has no time yet."""


def all_loaded_before(warehouse: sa.Connection, connections: Collection[str]) -> datetime | None:
    """All that was loaded with an earlier ``loaded_at`` is seen by the next statement of this session.

    Loads that are under way took their time within their transaction; those that begin from here on take a later one.
    None where a load is another login's, whose transactions this one may not see.
    """
    now: datetime = warehouse.execute(_NOW).scalar_one()
    loading = warehouse.execute(_LOADING, {"connections": list(connections)}).all()
    if any(load.is_hidden for load in loading):
        return None
    begun: list[datetime] = [load.xact_start for load in loading if load.xact_start is not None]
    return min([now, *begun])
