"""Syncs that the ledger has as running although nothing works on them any more: their task was killed."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa

from include.orderhouse.warehouse.events import write_sync_event
from include.orderhouse.warehouse.operations import sync

CODE = "TASK_KILLED"
MESSAGE = (
    f"{CODE}: The run has ended, and this sync's task without a word: it was killed, as where memory runs out, a "
    "machine goes away, or somebody marks it as failed. Nothing was loaded. See the task's log; clear the task, or "
    "sync again."
)


@dataclass(frozen=True)
class RunningSync:
    """A sync that the ledger has as running, in this attempt."""

    connection: str
    sync_id: str
    run_id: str
    attempts: int


def running_syncs(engine: sa.Engine, run_ids: str) -> list[RunningSync]:
    """Those whose run's id begins so."""
    told = sync.c
    wanted = sa.select(told.connection, sa.cast(told.sync_id, sa.Text), told.run_id, told.attempts).where(
        told.state == "running", told.run_id.startswith(run_ids, autoescape=True)
    )
    with engine.connect() as warehouse:
        return [RunningSync(*row) for row in warehouse.execute(wanted)]


def give_up(engine: sa.Engine, lost: RunningSync) -> bool:
    """Note that the sync has failed, and write the event; False where it has ended or begun anew meanwhile."""
    mine = (sync.c.connection == lost.connection, sync.c.sync_id == lost.sync_id)
    same = (sync.c.state == "running", sync.c.attempts == lost.attempts)
    values = {
        "state": "failed",
        "error_code": CODE,
        "error_message": MESSAGE,
        "finished_at": sa.func.clock_timestamp(),
    }
    with engine.begin() as warehouse:
        is_lost = warehouse.execute(sa.update(sync).where(*mine, *same).values(values)).rowcount > 0
        if is_lost:
            write_sync_event(warehouse, "sync.failed", lost.connection, lost.sync_id)
        return is_lost
