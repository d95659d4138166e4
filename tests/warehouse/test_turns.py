"""Who asks for a connection's turn or slot gets it when it is theirs: no sooner, no later, and one after the other."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psycopg
import pytest
import sqlalchemy as sa

from include.orderhouse.errors import RateLimitExceeded, WarehouseUnavailable
from include.orderhouse.warehouse.syncs.limiter import SLACK_SECONDS, SharedLimiter
from tests.warehouse.orders import rows

LIMITER = "include.orderhouse.warehouse.syncs.limiter."
SLEEP = LIMITER + "_sleep"


def test_time_in_which_nobody_asked_is_not_made_up_for_by_a_burst(
    engine: sa.Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    waited: list[float] = []
    monkeypatch.setattr(SLEEP, waited.append)
    with SharedLimiter(engine, "acme_us", 6, None) as limiter:
        limiter.pace()
        with engine.begin() as session:
            session.execute(sa.text("UPDATE ops.limiter SET next_at = next_at - interval '1 hour'"))
        limiter.pace()
        limiter.pace()
    assert waited[1] <= 0 < 9 < waited[2]


def test_who_leaves_later_than_its_turn_takes_another(engine: sa.Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    """On a busy machine. The requests behind it keep to their turns, and would crowd the window with it."""
    late = iter([SLACK_SECONDS + 0.1])
    monkeypatch.setattr(SLEEP, lambda _: time.sleep(next(late, 0)))
    with SharedLimiter(engine, "acme_us", 6000, None) as limiter:
        limiter.pace()
        ((turn_ago,),) = rows(engine, "SELECT extract(epoch FROM clock_timestamp() - next_at) FROM ops.limiter")
    assert turn_ago < SLACK_SECONDS


def test_a_pause_counts_for_who_waits_for_a_turn_already_and_only_while_it_lasts(
    engine: sa.Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    with SharedLimiter(engine, "acme_us", 6, None) as here, SharedLimiter(engine, "acme_eu", 6, None) as other:
        pauses = iter([here])
        monkeypatch.setattr(SLEEP, lambda wait: [each.pause(3600) for each in pauses] if wait > SLACK_SECONDS else None)
        here.pace()
        other.pace()
        with pytest.raises(RateLimitExceeded):
            here.pace()
        other.pace()
        with engine.begin() as session:
            session.execute(sa.text("UPDATE ops.limiter SET paused_until = clock_timestamp()"))
        here.pace()


def test_who_waits_for_a_slot_first_is_served_first(engine: sa.Engine) -> None:
    """Who waits for long looks less often: it would be overtaken by each who comes after it."""
    served: list[str] = []
    with SharedLimiter(engine, "acme_us", None, 1) as limiter, ThreadPoolExecutor(2) as pool:

        def hold(name: str) -> None:
            with limiter.slot():
                served.append(name)

        with limiter.slot():
            waiting = [pool.submit(hold, "first")]
            time.sleep(0.7)
            waiting.append(pool.submit(hold, "second"))
            time.sleep(0.05)
        for each in waiting:
            each.result(timeout=60)
    assert served == ["first", "second"]


def test_a_request_takes_one_slot_and_leaves_the_others_to_other_processes(
    engine: sa.Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(SLEEP, lambda _: pytest.fail("a slot is free"))
    with SharedLimiter(engine, "acme_us", None, 2) as here, SharedLimiter(engine, "acme_us", None, 2) as there:
        with here.slot(), there.slot():
            pass
        with there.slot(), there.slot():
            pass


def test_who_waits_for_a_slot_looks_ever_less_often_but_never_forgets_to(
    engine: sa.Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks: list[float] = []
    with SharedLimiter(engine, "acme_us", None, 1) as limiter, SharedLimiter(engine, "acme_us", None, 1) as other:
        held = other.slot()
        held.__enter__()

        def sleep(wait: float) -> None:
            looks.append(wait)
            if len(looks) == 20:
                held.__exit__(None, None, None)

        monkeypatch.setattr(SLEEP, sleep)
        with limiter.slot():
            pass
    assert looks[0] <= 0.01
    assert 0.1 < max(looks) <= 0.25


def test_a_limiter_that_is_closed_holds_nothing_any_more(engine: sa.Engine) -> None:
    """As where a thread is still at its request when another has failed."""
    limiter = SharedLimiter(engine, "acme_us", None, 1)
    slot = limiter.slot()
    slot.__enter__()
    limiter.close()
    with SharedLimiter(engine, "acme_us", None, 1) as other, other.slot():
        pass
    slot.__exit__(None, None, None)


def slow_answers(monkeypatch: pytest.MonkeyPatch, seconds: float) -> list[str]:
    """Let each answer take so long; the statements that are answered."""
    asked: list[str] = []
    answer = SharedLimiter._execute

    def slowly(limiter: SharedLimiter, statement: str, **values: object) -> psycopg.Cursor[Any]:
        asked.append(statement)
        time.sleep(seconds)
        return answer(limiter, statement, **values)

    monkeypatch.setattr(SharedLimiter, "_execute", slowly)
    return asked


def test_a_warehouse_that_answers_so_late_that_no_turn_can_be_kept_is_told_as_an_outage(
    engine: sa.Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(LIMITER + "SLACK_SECONDS", 0.02)
    with SharedLimiter(engine, "acme_us", 60_000, None) as limiter:
        asked = slow_answers(monkeypatch, 0.03)
        with pytest.raises(WarehouseUnavailable, match="took too long to answer"):
            limiter.pace()
    assert len(asked) == 30


def test_turns_that_many_threads_ask_for_one_after_the_other_are_kept_all_the_same(
    engine: sa.Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With a warehouse that is far away the last of them waits for its answer for longer than it may be late."""
    monkeypatch.setattr(LIMITER + "SLACK_SECONDS", 0.5)
    with SharedLimiter(engine, "acme_us", 60_000, None) as limiter, ThreadPoolExecutor(8) as pool:
        limiter.pace()
        asked = slow_answers(monkeypatch, 0.1)
        list(pool.map(lambda _: limiter.pace(), range(8)))
    assert len(asked) == 8
