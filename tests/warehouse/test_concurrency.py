"""Loads that run side by side, and loads that die."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from include.orderhouse.configuration.options import Retention
from include.orderhouse.errors import WarehouseUnavailable
from include.orderhouse.frames import Frames
from include.orderhouse.home import PROJECT
from include.orderhouse.warehouse.clock import warehouse_now
from include.orderhouse.warehouse.engine import connect
from include.orderhouse.warehouse.keys.keyring import Keyring
from include.orderhouse.warehouse.keys.resealing import reseal
from include.orderhouse.warehouse.load import keep_rejects, load
from include.orderhouse.warehouse.load import transaction as loading
from include.orderhouse.warehouse.records.dated_ahead import date_back
from include.orderhouse.warehouse.records.retention import enforce
from tests.warehouse.orders import DAWN, Line, Order, frames, load_orders, rows, started_task

DIE_MIDWAY = """
import os, sys
from include.orderhouse.warehouse.engine import connect
from include.orderhouse.warehouse.load import load
from tests.warehouse.orders import Order, frames, started_task
engine = connect(sys.argv[1])
def batches():
    yield frames(*(Order(str(number)) for number in range(100)))
    if sys.argv[2] == "copying":
        os.kill(os.getpid(), 9)
if sys.argv[2] == "merging":
    import include.orderhouse.warehouse.load.transaction as loading
    settle = loading.settle_rejects
    def die(*arguments):
        settle(*arguments)
        os.kill(os.getpid(), 9)
    loading.settle_rejects = die
load(engine, started_task(engine), batches())
"""


@pytest.mark.parametrize("moment", ["copying", "merging"])
def test_h30_a_load_killed_midway_leaves_nothing_and_the_next_one_is_whole(
    engine: sa.Engine, url: str, moment: str
) -> None:
    command = [sys.executable, "-c", DIE_MIDWAY, url, moment]
    died = subprocess.run(command, cwd=PROJECT, env={**os.environ, "PYTHONPATH": str(PROJECT)}, check=False)
    assert died.returncode == -signal.SIGKILL
    for table in (
        "procurement.purchase_order",
        "procurement.purchase_order_line",
        "ops.order_version",
        "ops.order_raw",
    ):
        assert rows(engine, f"SELECT count(*) FROM {table}") == [(0,)]
    assert rows(engine, "SELECT state FROM ops.sync") == [("running",)]
    assert load_orders(engine, *(Order(str(number)) for number in range(100))).inserted == 100


def test_loads_of_one_connection_wait_for_each_other_and_the_latest_version_wins(engine: sa.Engine, url: str) -> None:
    """Eight runs load different versions of the same orders at once."""
    versions = [
        [Order(str(n), version=v, values={"memo": str(v)}, lines=(Line(str(v)),)) for n in range(20)] for v in range(8)
    ]
    engines = [connect(url) for _ in versions]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda pair: load_orders(pair[0], *pair[1]), zip(engines, versions, strict=True)))
    for other in engines:
        other.dispose()
    assert rows(engine, "SELECT DISTINCT memo FROM procurement.purchase_order") == [("7",)]
    living = "SELECT source_line_id, count(*) FROM procurement.purchase_order_line WHERE NOT is_deleted GROUP BY 1"
    assert rows(engine, living) == [("7", 20)]


def test_h26_readers_see_the_old_orders_until_the_new_ones_are_there(engine: sa.Engine) -> None:
    load_orders(engine, Order(values={"memo": "old"}))
    seen: list[list[tuple[object, ...]]] = []

    def batches() -> Iterator[Frames]:
        yield frames(Order(version=2, values={"memo": "new"}))
        seen.append(rows(engine, "SELECT memo FROM procurement.purchase_order"))

    load(engine, started_task(engine), batches())
    assert seen == [[("old",)]]
    assert rows(engine, "SELECT memo FROM procurement.purchase_order") == [("new",)]


WAITING = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
"""Of a database of its own: nobody else waits there."""


def wait_for_lock(engine: sa.Engine, begun: Sequence[Future[Any]], sessions: int = 1) -> None:
    """Wait until so many sessions wait for a lock, or none of what was begun goes on."""
    while not all(each.done() for each in begun) and rows(engine, WAITING) < [(sessions,)]:
        time.sleep(0.01)


def seal_anew(engine: sa.Engine) -> int:
    """Give the customer a new data key, and seal by it what is kept."""
    keyring = Keyring.of(engine)
    keyring.rotate("acme")
    return reseal(engine, keyring.cipher("acme"))


def date_back_by_the_ledger(engine: sa.Engine) -> int:
    """Let the ledger say that the clock ran ahead, and date back what was read then."""
    with engine.begin() as session:
        session.execute(sa.text("UPDATE ops.sync SET started_at = now() + interval '1 year' WHERE state = 'succeeded'"))
    return date_back(engine, "acme_us")


UPKEEP: dict[str, Callable[[sa.Engine], object]] = {
    "retention": lambda engine: enforce(engine, "acme_us", Retention(raw=timedelta(days=30))),
    "sealing anew": seal_anew,
    "dating back": date_back_by_the_ledger,
}


def test_a_load_merges_only_when_the_load_before_it_has_ended(engine: sa.Engine) -> None:
    with ThreadPoolExecutor(1) as pool:
        with engine.begin() as held:
            held.execute(sa.text("SELECT pg_advisory_xact_lock(hashtextextended('orderhouse.load:acme_us', 0))"))
            late = pool.submit(load_orders, engine, Order())
            wait_for_lock(engine, [late])
            assert rows(engine, "SELECT count(*) FROM procurement.purchase_order") == [(0,)]
            assert not late.done()
        assert late.result().inserted == 1


@pytest.mark.parametrize("upkeep", UPKEEP)
def test_upkeep_waits_for_a_load_and_takes_nothing_that_it_has_just_read_again(
    engine: sa.Engine, monkeypatch: pytest.MonkeyPatch, upkeep: str
) -> None:
    load_orders(engine, Order())
    refuse = loading.refuse_disconnected
    with ThreadPoolExecutor(1) as pool:
        begun: list[Future[object]] = []

        def begin_upkeep_before_the_merge(*arguments: Any) -> None:
            begun.append(pool.submit(UPKEEP[upkeep], engine))
            wait_for_lock(engine, begun)
            assert not begun[0].done()
            refuse(*arguments)

        monkeypatch.setattr(loading, "refuse_disconnected", begin_upkeep_before_the_merge)
        again = (warehouse_now(engine) - DAWN).total_seconds() / 3600
        assert load_orders(engine, Order().at(1, fetched=again)).unchanged == 1
        begun[0].result()
    kept = "SELECT raw.fetched_at - version.fetched_at FROM ops.order_version AS version LEFT JOIN ops.order_raw AS raw"
    assert rows(engine, f"{kept} USING (connection, order_id)") == [(timedelta(0),)]


def test_two_attempts_of_a_sync_at_once_load_it_once(engine: sa.Engine) -> None:
    """As where Airflow gives a task up that is alive, and tries it again."""
    task = started_task(engine)
    with ThreadPoolExecutor(2) as pool:
        with engine.begin() as held:
            held.execute(sa.text("SELECT pg_advisory_xact_lock(hashtextextended('orderhouse.load:acme_us', 0))"))
            both = [pool.submit(load, engine, task, [frames(Order())]) for _ in range(2)]
            wait_for_lock(engine, both, sessions=2)
        assert both[0].result() == both[1].result()
    assert rows(engine, "SELECT orders_inserted, orders_older FROM ops.sync") == [(1, 0)]
    assert rows(engine, "SELECT count(*) FROM ops.webhook_event WHERE kind = 'sync.completed'") == [(1,)]


def test_a_sync_that_has_succeeded_is_not_stopped_any_more(engine: sa.Engine) -> None:
    task = started_task(engine)
    load(engine, task, [frames(Order())])
    assert keep_rejects(engine, task, [frames(rejects=[Order(version=2)])]) == 0
    assert rows(engine, "SELECT state FROM ops.sync") == [("succeeded",)]
    assert rows(engine, "SELECT count(*) FROM ops.reject") == [(0,)]


def test_loads_of_different_connections_do_not_wait_for_each_other(engine: sa.Engine) -> None:
    with engine.begin() as held:
        held.execute(sa.text("SELECT pg_advisory_xact_lock(hashtextextended('orderhouse.load:acme_eu', 0))"))
        assert load_orders(engine, Order()).inserted == 1


def test_a_server_that_goes_away_midway_is_an_outage_and_leaves_nothing(engine: sa.Engine) -> None:
    def batches() -> Iterator[Frames]:
        yield frames(Order())
        with engine.connect() as other:
            others = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database()"
            other.execute(sa.text(f"{others} AND pid <> pg_backend_pid()"))
        yield frames(Order("4712"))

    task = started_task(engine)
    with pytest.raises(WarehouseUnavailable):
        load(engine, task, batches())
    assert rows(engine, "SELECT count(*) FROM procurement.purchase_order") == [(0,)]


def test_an_address_where_no_server_answers_is_an_outage(engine: sa.Engine) -> None:
    nowhere = connect(str(engine.url.set(query={"host": "/nonexistent"})))
    with pytest.raises(WarehouseUnavailable, match="cannot be used"), nowhere.connect():
        pass
