"""Notifications that come while a run takes others on, or lets them wait anew: each is told of, and none fails."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa

from include.orderhouse.warehouse.messages.inbox import Letter, Mail, keep, put_back, take
from tests.warehouse.orders import rows
from tests.warehouse.test_inbox import AGAIN, FIRST, letter, pass_time

WAITING = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"


@contextmanager
def held_up(engine: sa.Engine, work: Callable[[], Any]) -> Iterator[Future[Any]]:
    """Work on the notifications that are there, which goes on behind the block."""
    with ThreadPoolExecutor(1) as pool, engine.begin() as busy:
        busy.execute(sa.text("SELECT FROM ops.notification FOR UPDATE"))
        begun = pool.submit(work)
        while rows(engine, WAITING) == [(0,)]:
            time.sleep(0.01)
        yield begun


def test_what_comes_while_a_run_takes_the_others_on_asks_for_a_run_of_its_own(engine: sa.Engine) -> None:
    """Taken for one more that waits, nobody would be told of it."""
    keep(engine, letter("1"))
    with ThreadPoolExecutor(1) as pool:
        with held_up(engine, lambda: take(engine, "run 1")) as taking:
            coming = pool.submit(keep, engine, letter("2"))
            assert wait([coming], timeout=0.5).not_done
        assert taking.result() == {"acme": Mail(("1",), (), True)}
        assert coming.result() == FIRST
    assert take(engine, "run 2") == {"acme": Mail(("2",), (), True)}


def test_what_comes_while_the_same_begins_to_wait_anew_is_no_second_one(engine: sa.Engine) -> None:
    keep(engine, letter("1"))
    take(engine, "run 1")
    pass_time(engine, 10)
    with ThreadPoolExecutor(1) as pool:
        with held_up(engine, lambda: put_back(engine, ["run 1"])) as putting:
            coming = pool.submit(keep, engine, letter("1"))
            assert wait([coming], timeout=0.5).not_done
        assert (putting.result(), coming.result()) == (1, AGAIN)


def test_what_was_not_understood_waits_anew_too(engine: sa.Engine) -> None:
    keep(engine, Letter("acme", b"unknown", problem="no JSON"))
    take(engine, "run 1")
    pass_time(engine, 10)
    assert put_back(engine, ["run 1"]) == 1
    assert take(engine, "run 2") == {"acme": Mail((), (), False)}
