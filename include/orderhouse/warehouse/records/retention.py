"""What a connection no longer keeps in the warehouse. A round waits for loads, and commits, so that none waits long."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from include.orderhouse.configuration.options import Retention
from include.orderhouse.warehouse.task import ALONE

_AT_ONCE = 5000
_RAW = """
    DELETE FROM ops.order_raw WHERE connection = :connection AND order_id IN (
        SELECT order_id FROM ops.order_raw WHERE connection = :connection AND fetched_at < now() - :kept LIMIT :most
    )
"""
_WAITING = """
    UPDATE ops.reject SET payload = NULL WHERE connection = :connection AND reject_id IN (
        SELECT reject_id FROM ops.reject
        WHERE connection = :connection AND payload IS NOT NULL AND fetched_at < now() - :kept LIMIT :most
    )
"""
_CLOSED = """
    DELETE FROM ops.reject WHERE connection = :connection AND reject_id IN (
        SELECT reject_id FROM ops.reject
        WHERE connection = :connection AND resolved_at < now() - :kept AND rejected_at < now() - :kept LIMIT :most
    )
"""
"""One that was dismissed may have been read, and rejected, since: forgotten, it would wait again."""
_ENDED = sa.text("""
    SELECT sync_id::text, greatest(started_at, attempted_at, finished_at) < now() - cast(:kept AS interval)
        - CASE state WHEN 'running' THEN cast(:at_work AS interval) ELSE '0' END
    FROM ops.sync WHERE connection = :connection
""")
_OTHERS = sa.text("SELECT connection FROM ops.connection_total WHERE connection <> ALL(:known) ORDER BY connection")


def enforce(engine: sa.Engine, connection: str, keep: Retention) -> dict[str, int]:
    """Remove what is older than its time; how many rows of each kind."""
    told = {"closed rejects": _exhaust(engine, _CLOSED, connection, keep.rejects)}
    if keep.raw is None:
        return told
    raw = _exhaust(engine, _RAW, connection, keep.raw)
    return told | {"raw records": raw, "payloads of rejects": _exhaust(engine, _WAITING, connection, keep.raw)}


def syncs_over(engine: sa.Engine, connection: str, kept: timedelta, at_work: timedelta) -> Mapping[str, bool]:
    """By the id of every sync of a connection, whether it was over that long ago.

    One that the ledger has as running is over when it has run for longer than ``at_work``: it was killed, and nobody
    has noted so.
    """
    with engine.connect() as warehouse:
        rows = warehouse.execute(_ENDED, {"connection": connection, "kept": kept, "at_work": at_work}).all()
    return {sync_id: bool(is_over) for sync_id, is_over in rows}


def others(engine: sa.Engine, known: Collection[str]) -> list[str]:
    """The connections of which the warehouse holds something, but for the known ones."""
    with engine.connect() as warehouse:
        return list(warehouse.execute(_OTHERS, {"known": list(known)}).scalars())


def _exhaust(engine: sa.Engine, statement: str, connection: str, kept: timedelta) -> int:
    told: dict[str, Any] = {"connection": connection, "kept": kept, "most": _AT_ONCE}
    total = 0
    while True:
        with engine.begin() as warehouse:
            warehouse.exec_driver_sql(ALONE, {"connection": connection})
            done = warehouse.execute(sa.text(statement), told).rowcount
        total += done
        if done < _AT_ONCE:
            return total
