"""Syncs that nothing works on any more and that nobody was told of: killed, or failed without the next try."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa

from include.orderhouse.warehouse.messages.events import write_sync_event
from include.orderhouse.warehouse.operations import sync
from include.orderhouse.warehouse.syncs.presence import COMMAND_LINE, IS_PRESENT, RETURN


@dataclass(frozen=True)
class Death:
    """How a sync ended without a word: the code of the error, what happened, and what to do."""

    code: str
    told: str

    @property
    def message(self) -> str:
        """As errors of the product are told."""
        return f"{self.code}: {self.told}"


TASK_KILLED = Death(
    "TASK_KILLED",
    "The run has ended, and this sync's task without a word: it was killed, as where memory runs out, a machine goes "
    "away, or somebody marks it as failed. Nothing was loaded. See the task's log; clear the task, or sync again.",
)
COMMAND_KILLED = Death(
    "COMMAND_KILLED",
    "The command that ran this sync has ended without a word: it was killed, as where memory runs out or a machine "
    "goes away. Nothing was loaded. Sync again.",
)
_UNTOLD = sa.text("""
    SELECT connection, sync_id::text, run_id, attempts, state FROM ops.sync
    WHERE starts_with(run_id, :run_ids) AND (
        state = 'running'
        OR state = 'failed' AND finished_at > now() - interval '1 day' AND NOT EXISTS (
            SELECT FROM ops.webhook_event AS told
            WHERE told.connection = sync.connection AND told.kind = 'sync.failed'
              AND (told.data ->> 'sync_id', told.data ->> 'attempts') = (sync.sync_id::text, sync.attempts::text)
        )
    )
""")
_DESERTED = sa.text(f"""
    SELECT connection, sync_id::text, run_id, attempts, state FROM ops.sync
    WHERE starts_with(run_id, :run_ids) AND state = 'running' AND NOT ({IS_PRESENT})
      AND pg_postmaster_start_time() < clock_timestamp() - cast(:patience AS interval)
""")  # noqa: S608 - the condition is ours


@dataclass(frozen=True)
class UntoldSync:
    """A sync that the ledger has as running in this attempt, or as failed in it without having told so."""

    connection: str
    sync_id: str
    run_id: str
    attempts: int
    state: str


def untold_syncs(engine: sa.Engine, run_ids: str) -> list[UntoldSync]:
    """Those whose run's id begins so."""
    with engine.connect() as warehouse:
        return [UntoldSync(*row) for row in warehouse.execute(_UNTOLD, {"run_ids": run_ids})]


def note_killed_commands(engine: sa.Engine) -> int:
    """Tell of each sync whose command was killed that it has failed; how many they were."""
    told = {"run_ids": COMMAND_LINE, "patience": RETURN}
    with engine.connect() as warehouse:
        deserted = [UntoldSync(*row) for row in warehouse.execute(_DESERTED, told)]
    return sum(give_up(engine, found, COMMAND_KILLED) for found in deserted)


def give_up(engine: sa.Engine, lost: UntoldSync, death: Death = TASK_KILLED) -> bool:
    """Write the event that the sync has failed, and note so where it ran; False where it has gone on meanwhile.

    One that had failed keeps its error.
    """
    mine = (sync.c.connection == lost.connection, sync.c.sync_id == lost.sync_id)
    same = (sync.c.state == lost.state, sync.c.attempts == lost.attempts)
    killed = {"error_code": death.code, "error_message": death.message, "finished_at": sa.func.clock_timestamp()}
    values = {"state": "failed"} | (killed if lost.state == "running" else {})
    with engine.begin() as warehouse:
        is_lost = warehouse.execute(sa.update(sync).where(*mine, *same).values(values)).rowcount > 0
        if is_lost:
            write_sync_event(warehouse, "sync.failed", lost.connection, lost.sync_id)
        return is_lost
