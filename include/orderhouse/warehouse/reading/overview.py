"""All connections at a glance, from the ledger and what loads keep; nothing here counts orders."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from pydantic import BaseModel, Field

RECENT = 12
"""How many of a connection's latest syncs are shown."""

_OVERVIEW = sa.text("""
    SELECT asked.connection, status.state, status.since AS state_since, status.error_code, status.error_message,
           CASE WHEN status.rests_until > now() THEN status.rests_until END AS rests_until,
           total.orders, total.lines, total.history_since,
           coalesce(waiting.rejects, 0) AS open_rejects,
           success.finished_at AS last_success_at, fresh.watermark_after AS fresh_as_of,
           due.started_at AS last_due_at, recent.syncs, recent.customer
    FROM unnest(cast(:connections AS text[])) AS asked (connection)
    LEFT JOIN ops.connection_status AS status USING (connection)
    LEFT JOIN ops.connection_total AS total USING (connection)
    LEFT JOIN (
        SELECT connection, count(*) AS rejects FROM ops.reject
        WHERE resolved_at IS NULL AND connection = ANY(:connections) GROUP BY connection
    ) AS waiting USING (connection)
    LEFT JOIN LATERAL (
        SELECT finished_at FROM ops.sync WHERE connection = asked.connection AND state = 'succeeded'
        ORDER BY started_at DESC LIMIT 1
    ) AS success ON true
    LEFT JOIN LATERAL (
        SELECT started_at FROM ops.sync WHERE connection = asked.connection AND state = 'succeeded'
          AND mode IN ('initial', 'incremental', 'full_resync')
        ORDER BY started_at DESC LIMIT 1
    ) AS due ON true
    LEFT JOIN LATERAL (
        SELECT watermark_after FROM ops.sync
        WHERE connection = asked.connection AND state = 'succeeded' AND watermark_after IS NOT NULL
        ORDER BY started_at DESC LIMIT 1
    ) AS fresh ON true
    LEFT JOIN LATERAL (
        SELECT array_agg(jsonb_build_object(
            'sync_id', sync_id, 'mode', mode, 'state', state, 'started_at', started_at, 'finished_at', finished_at,
            'orders', coalesce(orders_extracted, 0), 'rejected', coalesce(orders_rejected, 0), 'calls', calls,
            'run_id', run_id, 'report_path', report_path, 'error_code', error_code, 'error_message', error_message
        ) ORDER BY started_at) AS syncs, (array_agg(customer ORDER BY started_at DESC))[1] AS customer
        FROM (
            SELECT * FROM ops.sync WHERE connection = asked.connection ORDER BY started_at DESC LIMIT :recent
        ) AS latest
    ) AS recent ON true
""")


class RecentSync(BaseModel):
    """One of the latest syncs of a connection."""

    sync_id: str
    mode: str
    state: str = Field(description="running, succeeded, stopped or failed")
    started_at: datetime
    finished_at: datetime | None
    orders: int = Field(description="Orders read")
    rejected: int
    calls: int | None = Field(description="Requests sent to the source")
    run_id: str = Field(description="The ids of DAG and DAG run, with a slash between")
    report_path: str | None
    error_code: str | None
    error_message: str | None

    @property
    def seconds(self) -> float | None:
        """How long it took."""
        return (self.finished_at - self.started_at).total_seconds() if self.finished_at else None


@dataclass(frozen=True)
class Overview:
    """What the warehouse knows of one connection; ``recent`` begins with the oldest."""

    connection: str
    state: str | None
    state_since: datetime | None
    error_code: str | None
    error_message: str | None
    rests_until: datetime | None
    """Before then no scheduled run tries the credentials that the source refused; None where they do not rest."""
    orders: int
    lines: int
    history_since: datetime | None
    open_rejects: int
    last_success_at: datetime | None
    fresh_as_of: datetime | None
    last_due_at: datetime | None
    """Start of the latest sync that counts for the schedule."""
    customer: str | None
    """Whose the latest sync was."""
    recent: tuple[RecentSync, ...]

    @property
    def latest(self) -> RecentSync | None:
        """The latest sync."""
        return self.recent[-1] if self.recent else None


def read_overview(engine: sa.Engine, connections: Collection[str]) -> dict[str, Overview]:
    """By connection, what the warehouse knows; also of those that it knows nothing of."""
    with engine.connect() as warehouse:
        found = warehouse.execute(_OVERVIEW, {"connections": list(connections), "recent": RECENT}).mappings()
        return {row["connection"]: _overview(dict(row)) for row in found}


def _overview(row: dict[str, Any]) -> Overview:
    recent = tuple(RecentSync.model_validate(entry) for entry in row.pop("syncs") or ())
    return Overview(**{**row, "orders": row["orders"] or 0, "lines": row["lines"] or 0}, recent=recent)
