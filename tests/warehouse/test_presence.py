"""A sync of the command line is given up when its process has gone, and not before."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
import sqlalchemy as sa

from include.orderhouse.errors import WarehouseUnavailable
from include.orderhouse.warehouse.syncs import lost_syncs, presence
from include.orderhouse.warehouse.syncs.ledger import start_sync
from include.orderhouse.warehouse.syncs.lost_syncs import COMMAND_KILLED, note_killed_commands
from include.orderhouse.warehouse.syncs.presence import COMMAND_LINE, present
from tests.warehouse.orders import rows
from tests.warehouse.test_ledger import ROW

RUN = f"{COMMAND_LINE}1"
LEDGER = "SELECT state, error_code, finished_at IS NOT NULL FROM ops.sync ORDER BY connection"
EVENTS = "SELECT kind, data ->> 'error_code' FROM ops.webhook_event"
END_SESSIONS = """
    SELECT count(pg_terminate_backend(pid)) FROM pg_locks
    WHERE locktype = 'advisory' AND mode = 'ShareLock'
      AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
"""


@pytest.fixture(autouse=True)
def _server_that_has_run_for_long(monkeypatch: pytest.MonkeyPatch) -> None:
    """The tests' server has just begun."""
    monkeypatch.setattr(lost_syncs, "RETURN", timedelta())


def test_a_command_that_is_gone_has_failed_and_is_told_once(engine: sa.Engine) -> None:
    with present(engine, RUN):
        start_sync(engine, replace(ROW, run_id=RUN))
    assert _noted_in_time(engine) == 1
    assert note_killed_commands(engine) == 0
    assert rows(engine, LEDGER) == [("failed", COMMAND_KILLED.code, True)]
    assert rows(engine, EVENTS) == [("sync.failed", COMMAND_KILLED.code)]


def test_a_command_that_works_and_a_sync_of_airflows_are_left_alone(engine: sa.Engine) -> None:
    start_sync(engine, replace(ROW, connection="acme_eu", run_id="purchase_orders__test/manual__1"))
    with present(engine, RUN):
        start_sync(engine, replace(ROW, run_id=RUN))
        assert note_killed_commands(engine) == 0
    assert rows(engine, LEDGER) == [("running", None, False)] * 2


def test_a_command_that_has_lost_its_session_is_present_again_when_the_server_is(
    engine: sa.Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(presence, "BEAT", timedelta(milliseconds=50))
    with present(engine, RUN):
        start_sync(engine, replace(ROW, run_id=RUN))
        answers = iter([WarehouseUnavailable("away", action="wait"), WarehouseUnavailable("away", action="wait"), None])
        monkeypatch.setattr(presence, "_taken", partial(_taken_after, answers, presence._taken))
        for _ in range(2):
            assert rows(engine, END_SESSIONS) == [(1,)]
            time.sleep(1)
        assert next(answers, "none are left") == "none are left"
        assert note_killed_commands(engine) == 0


def _noted_in_time(engine: sa.Engine) -> int:
    """What is noted as soon as the server has ended the session, which a client does not wait for."""
    end = time.monotonic() + 10
    while not (noted := note_killed_commands(engine)) and time.monotonic() < end:
        time.sleep(0.05)
    return noted


def _taken_after(answers: Iterator[Exception | None], take: Any, *arguments: Any) -> Any:
    if error := next(answers, None):
        raise error
    return take(*arguments)


def test_nothing_is_given_up_while_sessions_may_still_come_back_to_a_server_that_has_just_begun(
    engine: sa.Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lost_syncs, "RETURN", timedelta(days=1))
    start_sync(engine, replace(ROW, run_id=RUN))
    assert note_killed_commands(engine) == 0
    assert rows(engine, LEDGER) == [("running", None, False)]
