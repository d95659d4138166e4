"""A connection's limits hold across threads and processes."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from itertools import combinations
from typing import Any

import pytest
import sqlalchemy as sa

from include.orderhouse.errors import ConfigurationInvalid, RateLimitExceeded, SourceUnavailable, WarehouseUnavailable
from include.orderhouse.home import PROJECT
from include.orderhouse.http import Api
from include.orderhouse.http.auth import basic
from include.orderhouse.warehouse.syncs.limiter import SLACK_SECONDS, WINDOW_SECONDS, SharedLimiter, end_pause
from tests.security.servers import serving
from tests.warehouse.orders import rows

WORK = """
import sys, time
from concurrent.futures import ThreadPoolExecutor
import psycopg
from include.orderhouse.warehouse.engine import connect
from include.orderhouse.warehouse.syncs.limiter import SharedLimiter
url, rate, concurrency, requests = sys.argv[1], *map(int, sys.argv[2:])
engine = connect(url)
def request(_):
    with limiter.slot():
        limiter.pace()
        with engine.begin() as log:
            begun = log.exec_driver_sql("SELECT clock_timestamp()").scalar_one()
            time.sleep(0.01)
            log.exec_driver_sql("INSERT INTO public.request SELECT %s, clock_timestamp()", (begun,))
with SharedLimiter(engine, "acme_us", rate or None, concurrency or None) as limiter, ThreadPoolExecutor(4) as pool:
    list(pool.map(request, range(requests)))
"""


@pytest.fixture
def log(engine: sa.Engine) -> sa.Engine:
    """The warehouse, with a table in which requests write down when they began and ended."""
    with engine.begin() as connection:
        connection.execute(sa.text("CREATE TABLE public.request (begun timestamptz, ended timestamptz)"))
    return engine


def work_in_processes(url: str, rate: int, concurrency: int, requests: int) -> None:
    """Three processes of four threads send ``requests`` each."""
    command = [sys.executable, "-c", WORK, url, str(rate), str(concurrency), str(requests)]
    environment = {**os.environ, "PYTHONPATH": str(PROJECT)}
    running = [subprocess.Popen(command, cwd=PROJECT, env=environment) for _ in range(3)]
    assert [process.wait() for process in running] == [0, 0, 0]


def test_requests_of_several_processes_are_never_closer_than_the_rate_allows(log: sa.Engine, url: str) -> None:
    rate = 1200
    work_in_processes(url, rate=rate, concurrency=0, requests=20)
    begun = [float(at) for (at,) in rows(log, "SELECT extract(epoch FROM begun) FROM public.request ORDER BY 1")]
    assert len(begun) == 60
    spacing = (WINDOW_SECONDS + SLACK_SECONDS) / rate
    for first, last in combinations(range(60), 2):
        assert begun[last] - begun[first] >= (last - first) * spacing - SLACK_SECONDS


def test_no_window_of_a_minute_holds_more_turns_than_the_limit(
    engine: sa.Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two minutes' turns, taken down as they are handed out, by a process that need not wait for them."""
    limit = 30
    waited = [0.0]
    monkeypatch.setattr("include.orderhouse.warehouse.syncs.limiter._sleep", waited.append)
    monkeypatch.setattr(SharedLimiter, "_is_paused", lambda _: False)
    turns = []
    with SharedLimiter(engine, "acme_us", limit, None) as limiter:
        for _ in range(2 * limit):
            limiter.pace()
            ((next_at,),) = rows(engine, "SELECT extract(epoch FROM next_at) FROM ops.limiter")
            turns.append(float(next_at))
    assert all(later - earlier > WINDOW_SECONDS for earlier, later in zip(turns, turns[limit:], strict=False))
    assert waited[-1] > WINDOW_SECONDS


def test_a_clock_that_is_set_back_holds_no_request_up_for_as_long(
    engine: sa.Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The turns that were given out before lie ahead of it, by hours where it had been set to another zone's time."""
    waited: list[float] = []
    monkeypatch.setattr("include.orderhouse.warehouse.syncs.limiter._sleep", waited.append)
    with SharedLimiter(engine, "acme_us", 60, 4) as limiter:
        limiter.pace()
        with engine.begin() as session:
            session.execute(sa.text("UPDATE ops.limiter SET next_at = next_at + interval '2 hours'"))
        limiter.pace()
        limiter.pace()
    assert max(waited) < 250


def test_who_waits_for_the_end_of_a_pause_goes_on_one_after_the_other(
    engine: sa.Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where more turns than a queue is long lie between now and then."""
    monkeypatch.setattr("include.orderhouse.warehouse.syncs.limiter._sleep", lambda _: None)
    monkeypatch.setattr(SharedLimiter, "_is_paused", lambda _: False)
    turns = []
    with SharedLimiter(engine, "acme_us", 6100, 4) as limiter:
        limiter.pause(3600)
        for _ in range(3):
            limiter.pace()
            turns += rows(engine, "SELECT round(extract(epoch FROM next_at - paused_until), 3) FROM ops.limiter")
    assert [float(turn) for (turn,) in turns] == [0.01, 0.02, 0.03]


def test_as_many_requests_run_at_once_as_the_limit_allows_over_all_processes(log: sa.Engine, url: str) -> None:
    work_in_processes(url, rate=0, concurrency=3, requests=20)
    ((sent, most),) = rows(
        log,
        """
        SELECT count(*), max((SELECT count(*) FROM public.request AS other
                              WHERE other.begun <= request.begun AND other.ended > request.begun)) FROM public.request
        """,
    )
    assert sent == 60
    assert 2 <= most <= 3


def test_a_pause_holds_back_the_other_processes_too(engine: sa.Engine) -> None:
    with SharedLimiter(engine, "acme_us", None, None) as here, SharedLimiter(engine, "acme_us", None, None) as there:
        there.pace()
        here.pause(0.3)
        ((until,),) = rows(engine, "SELECT paused_until FROM ops.limiter")
        here.pause(0.01)
        there.pace()
        ((now, still),) = rows(engine, "SELECT clock_timestamp(), paused_until FROM ops.limiter")
    assert now >= until == still


def test_who_is_held_up_before_asking_for_a_turn_does_not_send_before_it(
    engine: sa.Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On a busy machine, or with a warehouse that is far away: that time is not part of the pause."""
    asking = SharedLimiter._ask

    def held_up(limiter: SharedLimiter, statement: str, **values: Any) -> Any:
        time.sleep(0.1)
        return asking(limiter, statement, **values)

    with SharedLimiter(engine, "acme_us", None, None) as limiter:
        limiter.pause(0.5)
        monkeypatch.setattr(SharedLimiter, "_ask", held_up)
        limiter.pace()
        ((now, until),) = rows(engine, "SELECT clock_timestamp(), paused_until FROM ops.limiter")
    assert now >= until


def test_a_long_pause_is_told_to_the_caller_instead_of_holding_its_worker(engine: sa.Engine) -> None:
    with SharedLimiter(engine, "acme_us", 60, None) as here, SharedLimiter(engine, "acme_us", 60, None) as there:
        here.pause(60)
        with pytest.raises(RateLimitExceeded) as caught:
            there.pace()
    assert 50 < (caught.value.retry_after or 0) < 62


def test_a_source_that_is_down_for_long_is_left_alone_until_it_said_by_a_later_try_too(engine: sa.Engine) -> None:
    down = b"HTTP/1.1 503 Service Unavailable\r\nRetry-After: 600\r\nContent-Length: 0\r\n\r\n"
    with (
        serving(lambda _head, connection: connection.sendall(down)) as served,
        SharedLimiter(engine, "acme_us", None, None) as limiter,
        Api(served.url("http"), basic("a", "s3cret"), limiter, lambda _: None) as api,
    ):
        with pytest.raises(SourceUnavailable):
            api.get("orders")
        with pytest.raises(RateLimitExceeded) as told:
            api.get("orders")
        assert len(served.heads) == 1
    assert told.value.retry_after == pytest.approx(600, abs=30)


def test_a_pause_of_one_connection_is_not_one_of_another(engine: sa.Engine) -> None:
    with SharedLimiter(engine, "acme_us", None, None) as here, SharedLimiter(engine, "acme_eu", None, None) as there:
        here.pause(3600)
        there.pace()
    assert rows(engine, "SELECT connection FROM ops.limiter WHERE paused_until > clock_timestamp()") == [("acme_us",)]


def test_a_pause_that_a_person_ends_holds_no_request_back_any_more_and_no_other_connection_is_asked(
    engine: sa.Engine,
) -> None:
    with SharedLimiter(engine, "acme_us", 3, None) as here, SharedLimiter(engine, "acme_eu", 3, None) as other:
        for limiter in (here, other):
            limiter.pause(3600)
            with pytest.raises(RateLimitExceeded, match=r"lasts 3\d\d\d s more"):
                limiter.pace()
        assert [end_pause(engine, "acme_us"), end_pause(engine, "acme_us")] == [True, False]
        begun = time.monotonic()
        here.pace()
        assert time.monotonic() - begun < 10
        with pytest.raises(RateLimitExceeded) as told:
            other.pace()
    assert "scripts/orderhouse reconnect acme_eu" in told.value.action


def test_the_slot_of_a_process_that_dies_is_free_again(engine: sa.Engine, url: str) -> None:
    hold = """
import os, sys
from include.orderhouse.warehouse.engine import connect
from include.orderhouse.warehouse.syncs.limiter import SharedLimiter
with SharedLimiter(connect(sys.argv[1]), "acme_us", None, 1).slot():
    os.kill(os.getpid(), 9)
"""
    environment = {**os.environ, "PYTHONPATH": str(PROJECT)}
    subprocess.run([sys.executable, "-c", hold, url], cwd=PROJECT, env=environment, check=False)
    with SharedLimiter(engine, "acme_us", None, 1) as limiter, limiter.slot():
        held = rows(engine, "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND granted")
    assert held == [(1,)]


def test_a_slot_is_given_back_after_an_error(engine: sa.Engine) -> None:
    with SharedLimiter(engine, "acme_us", None, 1) as limiter:
        with pytest.raises(KeyError), limiter.slot():
            raise KeyError
        with limiter.slot():
            pass


def test_threads_of_one_process_hold_different_slots(engine: sa.Engine) -> None:
    together = threading.Barrier(3)
    with SharedLimiter(engine, "acme_us", None, 3) as limiter, ThreadPoolExecutor(3) as pool:

        def hold(_: int) -> int:
            with limiter.slot():
                return together.wait(timeout=60)

        assert sorted(pool.map(hold, range(3))) == [0, 1, 2]


def test_a_lost_connection_is_an_outage_and_the_next_request_connects_again(engine: sa.Engine) -> None:
    with SharedLimiter(engine, "acme_us", 60000, 1) as limiter:
        limiter.pace()
        rows(engine, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() "
                     "AND pid <> pg_backend_pid()")  # fmt: skip
        with pytest.raises(WarehouseUnavailable):
            limiter.pace()
        limiter.pace()


def test_a_slot_of_a_lost_connection_is_not_given_back_for_another_that_holds_it_now(engine: sa.Engine) -> None:
    with SharedLimiter(engine, "acme_us", None, 1) as limiter:
        before, now = limiter.slot(), limiter.slot()
        before.__enter__()
        rows(engine, "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND granted")
        with pytest.raises(WarehouseUnavailable):
            limiter.pause(0)
        now.__enter__()
        before.__exit__(None, None, None)
        assert rows(engine, "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND granted") == [(1,)]
        now.__exit__(None, None, None)
        assert rows(engine, "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND granted") == [(0,)]


def test_a_slot_that_another_session_took_is_told_instead_of_held_for_good(engine: sa.Engine) -> None:
    """As behind PgBouncer with `pool_mode = transaction`: what gives the slot back arrives in another session."""
    with SharedLimiter(engine, "acme_us", None, 1) as limiter:
        slot = limiter.slot()
        slot.__enter__()
        assert limiter._session is not None
        limiter._session.execute("SELECT pg_advisory_unlock_all()")
        with pytest.raises(ConfigurationInvalid, match="pool_mode = session"):
            slot.__exit__(None, None, None)
        with limiter.slot():
            pass
