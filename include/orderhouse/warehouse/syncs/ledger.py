"""The sync ledger: one row of ``ops.sync`` per sync of a connection."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from include.orderhouse.errors import ConfigurationInvalid
from include.orderhouse.warehouse.access.audit import Event, record
from include.orderhouse.warehouse.messages.events import write_sync_event
from include.orderhouse.warehouse.operations import sync
from include.orderhouse.warehouse.syncs.status import refuse_disconnected

NOTABLE = frozenset(
    {column.name for column in sync.columns if isinstance(column.type, sa.BigInteger)} - {"attempts", "mapping_version"}
    | {"report_path", "window_start", "window_end"}
)
"""The columns that ``note_counts`` may set."""

_NOW = sa.func.clock_timestamp()
_COVERED = sa.text("""
    WITH done AS (SELECT * FROM ops.sync WHERE connection = :connection AND state = 'succeeded')
    SELECT DISTINCT jsonb_array_elements_text(scope) FROM done
    WHERE watermark_after IS NOT NULL
      AND started_at >= coalesce((SELECT max(started_at) FROM done WHERE mode = 'full_resync'), '-infinity')
""")


@dataclass(frozen=True)
class SyncRow:
    """What is known of a sync when it starts. ``mode`` is never ``auto`` but what that became."""

    sync_id: str
    connection: str
    customer: str
    connector: str
    mode: str
    run_id: str
    triggered_by: str
    window_start: datetime | None
    window_end: datetime | None
    watermark_before: datetime | None
    scope: tuple[str, ...]
    mapping_version: int


def start_sync(engine: sa.Engine, row: SyncRow) -> None:
    """Write the row of a sync that starts, or starts again: running, one more attempt, its error cleared.

    ``started_at`` stays. A sync that has succeeded stays as it is. ConfigurationInvalid where the connection was
    disconnected.
    """
    values = {**asdict(row), "scope": list(row.scope)}
    added = insert(sync).values(**values, state="running", attempts=1, started_at=_NOW, attempted_at=_NOW)
    again = {name: added.excluded[name] for name in values if name not in ("connection", "sync_id")}
    statement = added.on_conflict_do_update(
        index_elements=[sync.c.connection, sync.c.sync_id],
        set_={
            **again,
            "state": "running",
            "attempts": sync.c.attempts + 1,
            "attempted_at": _NOW,
            "finished_at": None,
            "error_code": None,
            "error_message": None,
        },
        where=sync.c.state != "succeeded",
    )
    details = {"mode": row.mode, "run_id": row.run_id}
    with engine.begin() as connection:
        refuse_disconnected(connection, row.connection)
        connection.execute(statement)
        record(connection, Event("sync.started", row.triggered_by, row.connection, row.customer, row.sync_id, details))


def refuse_left(engine: sa.Engine, connection: str, customer: str) -> None:
    """Raise ConfigurationInvalid where a connection was disconnected, or moved to another customer."""
    with engine.connect() as warehouse:
        refuse_disconnected(warehouse, connection)
        if has_moved(warehouse, connection, customer):
            raise moved(connection, customer)


def has_moved(warehouse: sa.Connection, connection: str, customer: str) -> bool:
    """Whether the latest sync of a connection was another customer's, under whose key all that is kept of it lies."""
    latest = sa.select(sync.c.customer).where(sync.c.connection == connection).order_by(sync.c.started_at.desc())
    return warehouse.execute(latest.limit(1)).scalar() not in (None, customer)


def moved(connection: str, customer: str) -> ConfigurationInvalid:
    """What is wrong with a connection that was moved to this customer, and what to do."""
    return ConfigurationInvalid(
        f"Connection {connection!r} is of customer {customer!r} in connections.yaml, but what is kept of it is "
        "another customer's; nothing of it is read or loaded.",
        action="Give it back to that customer, and the new one a connection of another name. Or give it back, "
        f"remove what is kept (scripts/orderhouse erase {connection}), and only then change the customer, enter "
        f"its credentials and connect it again (scripts/orderhouse reconnect {connection}).",
    )


def restart_sync(engine: sa.Engine, connection: str, sync_id: str) -> None:
    """Note that a sync that had failed or was stopped goes on: running, one more attempt, its error cleared."""
    again = {"state": "running", "attempts": sync.c.attempts + 1, "attempted_at": _NOW}
    values = {**again, "finished_at": None, "error_code": None, "error_message": None}
    _update(engine, connection, sync_id, sync.c.state.in_(("failed", "stopped")), **values)


def begin_anew(engine: sa.Engine, connection: str, sync_id: str) -> None:
    """Note that nothing counts of what a sync has done so far: it starts now."""
    _update(engine, connection, sync_id, sync.c.state != "succeeded", started_at=_NOW)


def note_counts(engine: sa.Engine, connection: str, sync_id: str, **counts: int | str | datetime | None) -> None:
    """Set count columns, the window or the report's path of a sync's row. ValueError for any other column."""
    if unknown := counts.keys() - NOTABLE:
        raise ValueError(f"ops.sync has no count called {', '.join(sorted(unknown))}")
    if counts:
        _update(engine, connection, sync_id, **counts)


def count_calls(engine: sa.Engine, connection: str, sync_id: str, calls: int) -> None:
    """Add requests to those that a sync has sent to its source so far."""
    _update(engine, connection, sync_id, calls=sa.func.coalesce(sync.c.calls, 0) + calls)


def note_scope(engine: sa.Engine, connection: str, sync_id: str, scope: Sequence[str]) -> None:
    """Set what a sync covers, where that has changed since it began."""
    _update(engine, connection, sync_id, scope=list(scope))


def fail_sync(
    engine: sa.Engine,
    connection: str,
    sync_id: str,
    code: str,
    message: str,
    state: str = "failed",
    *,
    is_final: bool = True,
) -> None:
    """Note that an attempt ended without a load: ``failed``, or ``stopped`` by its own checks.

    A committed load stays succeeded. Where no further attempt follows by itself, the event ``sync.failed`` is written.
    """
    mine = (sync.c.connection == connection, sync.c.sync_id == sync_id, sync.c.state != "succeeded")
    values = {"state": state, "error_code": code, "error_message": message, "finished_at": _NOW}
    with engine.begin() as warehouse:
        if warehouse.execute(sa.update(sync).where(*mine).values(values)).rowcount and is_final:
            write_sync_event(warehouse, "sync.failed", connection, sync_id)


def note_mapping(engine: sa.Engine, connection: str, sync_id: str, mapping_version: int) -> None:
    """Set the mapping of a sync's orders, which may have changed since it began."""
    _update(engine, connection, sync_id, mapping_version=mapping_version)


def set_watermark_after(engine: sa.Engine, connection: str, sync_id: str, watermark: datetime) -> None:
    """Note the watermark that the sync left behind, moved or confirmed."""
    _update(engine, connection, sync_id, watermark_after=watermark)


def _update(engine: sa.Engine, connection: str, sync_id: str, *where: sa.ColumnElement[bool], **values: Any) -> None:
    mine = (sync.c.connection == connection, sync.c.sync_id == sync_id)
    with engine.begin() as warehouse:
        warehouse.execute(sa.update(sync).where(*mine, *where).values(values))


def finished_sync(engine: sa.Engine, connection: str, sync_id: str) -> Mapping[str, Any] | None:
    """The ledger row of a sync whose load has committed, else None."""
    wanted = sa.select(sync).where(
        sync.c.connection == connection, sync.c.sync_id == sync_id, sync.c.state == "succeeded"
    )
    with engine.connect() as warehouse:
        found = warehouse.execute(wanted).mappings().one_or_none()
    return dict(found) if found else None


def last_scope(engine: sa.Engine, connection: str) -> tuple[str, ...] | None:
    """The scope of the latest succeeded sync that moved or confirmed the watermark; None if there is none."""
    with engine.connect() as warehouse:
        scope = warehouse.execute(_latest_moved(connection, sync.c.scope)).scalar_one_or_none()
    return None if scope is None else tuple(scope)


def last_watermark(engine: sa.Engine, connection: str) -> datetime | None:
    """The watermark that the latest succeeded sync left behind which moved or confirmed it; None if there is none."""
    with engine.connect() as warehouse:
        return warehouse.execute(_latest_moved(connection, sync.c.watermark_after)).scalar_one_or_none()


def _latest_moved(connection: str, column: sa.ColumnElement[Any]) -> sa.Select[Any]:
    mine = (sync.c.connection == connection, sync.c.state == "succeeded", sync.c.watermark_after.is_not(None))
    return sa.select(column).where(*mine).order_by(sync.c.started_at.desc()).limit(1)


def covered_scope(engine: sa.Engine, connection: str) -> set[str]:
    """All that syncs covered which moved or confirmed the watermark, since the last full resync."""
    with engine.connect() as warehouse:
        return set(warehouse.execute(_COVERED, {"connection": connection}).scalars())
