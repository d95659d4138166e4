"""Whether a sync without a scheduler is still worked on: its process holds a lock for as long as it lives.

The lock belongs to a session of its own, which the server ends with the process. A thread gives signs of life, so that
nothing on the way takes the session for idle, and takes the lock again where the session was lost.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta

import sqlalchemy as sa

from include.orderhouse.errors import WarehouseUnavailable

COMMAND_LINE = "command line/"
"""How the ids of the runs begin that a command works on; all others are Airflow's."""
BEAT = timedelta(seconds=15)
RETURN = 4 * BEAT
"""How long after a start of the server every lock is held again."""

_TAKE = sa.text("SELECT pg_advisory_lock_shared(hashtextextended('orderhouse.run:' || :run_id, 0))")
_BEAT = sa.text("SELECT 1")
IS_PRESENT = """
    EXISTS (
        SELECT FROM pg_locks AS held
        WHERE held.locktype = 'advisory' AND held.granted AND held.objsubid = 1
          AND held.database = (SELECT oid FROM pg_database WHERE datname = current_database())
          AND held.classid::bigint << 32 | held.objid::bigint = hashtextextended('orderhouse.run:' || run_id, 0)
    )
"""
"""Whether somebody works on a row's run, as a condition of SQL."""


@contextmanager
def present(engine: sa.Engine, run_id: str) -> Iterator[None]:
    """Let everybody see, inside, that this process works on a run. WarehouseUnavailable where it cannot be begun."""
    session, ended = _taken(engine, run_id), threading.Event()
    keeper = threading.Thread(target=_keep, args=(engine, run_id, session, ended), daemon=True)
    keeper.start()
    try:
        yield
    finally:
        ended.set()
        keeper.join()


def _taken(engine: sa.Engine, run_id: str) -> sa.Connection:
    """A session that holds the lock, shared: one that the server has not yet missed keeps no later one waiting."""
    session = engine.connect().execution_options(isolation_level="AUTOCOMMIT")
    session.detach()
    session.execute(_TAKE, {"run_id": run_id})
    return session


def _keep(engine: sa.Engine, run_id: str, taken: sa.Connection, ended: threading.Event) -> None:
    session = taken
    while not ended.wait(BEAT.total_seconds()):
        with suppress(WarehouseUnavailable):
            if not _is_alive(session):
                session = _taken(engine, run_id)
    session.close()


def _is_alive(session: sa.Connection) -> bool:
    """Whether the session still holds its lock; one that was lost is closed."""
    if not session.closed:
        with suppress(WarehouseUnavailable):
            session.execute(_BEAT)
            return True
        session.close()
    return False
