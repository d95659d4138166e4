"""Connections, runs and rejects as pages and programs read them from the warehouse."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import NAMESPACE_OID, uuid5

import pytest
import sqlalchemy as sa

from include.orderhouse.warehouse.reading.overview import RECENT, read_overview
from include.orderhouse.warehouse.reading.paging import CursorInvalid
from include.orderhouse.warehouse.reading.rejects import RejectFilter, count_reasons, read_reject, read_rejects
from include.orderhouse.warehouse.reading.runs import RunFilter, read_run, read_runs
from include.orderhouse.warehouse.syncs.ledger import SyncRow, start_sync
from tests.warehouse.orders import DAWN, Order, hour, load_orders, reject_id, rows

_ENDED = sa.text("""
    UPDATE ops.sync SET state = :state, started_at = :at, finished_at = :at + interval '10 minutes',
        watermark_after = :watermark WHERE sync_id = :sync_id
""")


def sync_id(number: float) -> str:
    return str(uuid5(NAMESPACE_OID, str(number)))


def ran(engine: sa.Engine, number: float, mode: str = "incremental", state: str = "succeeded", **more: Any) -> None:
    """A sync began that many hours after dawn and ended ten minutes later."""
    told = {"connection": "acme_us", "customer": "acme", "watermark": None, "window_start": None, "scope": ()} | more
    names = (told["connection"], told["customer"], "test", mode, f"run {number}", "manual")
    start_sync(engine, SyncRow(sync_id(number), *names, told["window_start"], None, None, told["scope"], 1))
    ended = {"state": state, "at": hour(number), "watermark": told["watermark"], "sync_id": sync_id(number)}
    with engine.begin() as session:
        session.execute(_ENDED, ended)


def test_an_overview_tells_of_each_connection_that_is_asked_for_by_itself(engine: sa.Engine) -> None:
    load_orders(engine, Order("1"), Order("2", lines=()), rejects=[Order("3"), Order("2", version=0)])
    load_orders(engine, Order("1", connection="acme_eu"))
    with engine.begin() as session:
        session.execute(sa.text("DELETE FROM ops.sync"))
    found = read_overview(engine, ["acme_us", "nobody"])
    assert found.keys() == {"acme_us", "nobody"}
    told = {name: (one.orders, one.lines, one.open_rejects, one.latest) for name, one in found.items()}
    assert told == {"acme_us": (2, 1, 1, None), "nobody": (0, 0, 0, None)}


def test_an_overview_tells_success_freshness_and_what_counts_for_the_schedule_apart(engine: sa.Engine) -> None:
    ran(engine, 1, "initial", watermark=hour(20))
    ran(engine, 2, watermark=hour(9))
    ran(engine, 3, "window")
    ran(engine, 4, "reconcile", watermark=None)
    ran(engine, 5, state="failed", watermark=hour(30))
    ran(engine, 6, state="stopped", customer="globex")
    ran(engine, 9, connection="acme_eu", watermark=hour(40))
    one = read_overview(engine, ["acme_us"])["acme_us"]
    assert one.last_success_at == hour(4) + timedelta(minutes=10)
    assert one.fresh_as_of == hour(9), "a person may have moved the watermark back"
    assert one.last_due_at == hour(2)
    assert one.customer == "globex"
    assert [run.mode for run in one.recent] == ["initial", "incremental", "window", "reconcile", *["incremental"] * 2]
    assert one.latest is not None
    assert (one.latest.state, one.latest.seconds) == ("stopped", 600)


@pytest.mark.parametrize(("mode", "counts"), [("initial", True), ("full_resync", True), ("orders", False)])
def test_a_sync_counts_for_the_schedule_where_it_reads_what_has_changed(
    engine: sa.Engine, mode: str, counts: bool
) -> None:
    ran(engine, 1)
    ran(engine, 2, mode)
    assert read_overview(engine, ["acme_us"])["acme_us"].last_due_at == hour(2 if counts else 1)


def test_an_overview_shows_the_latest_syncs_the_oldest_of_them_first(engine: sa.Engine) -> None:
    for number in range(RECENT + 2):
        ran(engine, number)
    recent = read_overview(engine, ["acme_us"])["acme_us"].recent
    assert [run.sync_id for run in recent] == [sync_id(number) for number in range(2, RECENT + 2)]


def test_runs_are_found_by_connection_state_mode_and_start(engine: sa.Engine) -> None:
    ran(engine, 1, "initial")
    ran(engine, 2, state="failed")
    ran(engine, 3)
    ran(engine, 4, connection="acme_eu")
    us = RunFilter(["acme_us"])

    def found(chosen: RunFilter) -> list[float]:
        return [(run.started_at - DAWN) / timedelta(hours=1) for run in read_runs(engine, chosen, None, 10).data]

    assert found(us) == [3, 2, 1]
    assert found(replace(us, connections=["acme_eu", "acme_us"], state="succeeded")) == [4, 3, 1]
    assert found(replace(us, mode="incremental")) == [3, 2]
    assert found(replace(us, started_from=hour(2))) == [3, 2], "the start is included"
    assert found(replace(us, started_to=hour(2))) == [1], "the end is not"
    assert read_run(engine, ["acme_us"], sync_id(4)) is None
    run: Any = read_run(engine, ["acme_eu"], sync_id(4))
    assert (run.run_id, run.seconds) == ("run 4", 600)


def test_runs_of_one_instant_come_once_each_on_pages_of_one(engine: sa.Engine) -> None:
    for number in range(3):
        ran(engine, number)
    with engine.begin() as session:
        session.execute(sa.text("UPDATE ops.sync SET started_at = now()"))
    found, cursor, pages = [], None, 0
    while cursor is not None or not pages:
        page = read_runs(engine, RunFilter(["acme_us"]), cursor, 1)
        found, cursor, pages = [*found, *(run.sync_id for run in page.data)], page.next_cursor, pages + 1
    assert (sorted(found), pages) == (sorted(sync_id(number) for number in range(3)), 3)
    with pytest.raises(CursorInvalid):
        read_runs(engine, RunFilter(["acme_us"]), "bm9uZQ", 1)


def test_rejects_are_found_by_state_code_field_and_time_and_counted_alike(engine: sa.Engine) -> None:
    bad = [Order(str(number)) for number in range(1, 5)]
    load_orders(engine, rejects=bad)
    load_orders(engine, rejects=[Order("5", connection="acme_eu")])
    load_orders(engine, Order("4", version=2))
    columns = "rejected_at = cast(:at AS timestamptz), code = :code, field = :field"
    with engine.begin() as session:
        for number, code, field in (("1", "ODD", "a"), ("2", "ODD", "b"), ("3", "NONE", "b"), ("4", "ODD", "a")):
            told = {"at": hour(int(number)), "code": code, "field": field, "number": number}
            session.execute(sa.text(f"UPDATE ops.reject SET {columns} WHERE source_order_id = :number"), told)
    us = RejectFilter(["acme_us"])

    def found(chosen: RejectFilter) -> list[str | None]:
        return [one.source_order_id for one in read_rejects(engine, chosen, None, 10).data]

    assert found(us) == ["3", "2", "1"]
    assert found(replace(us, state="resolved")) == ["4"]
    assert found(replace(us, state="all")) == ["4", "3", "2", "1"]
    assert found(replace(us, code="ODD")) == ["2", "1"]
    assert found(replace(us, field="b")) == ["3", "2"]
    assert found(replace(us, rejected_from=hour(2))) == ["3", "2"], "the start is included"
    assert found(replace(us, rejected_to=hour(2))) == ["1"], "the end is not"
    assert count_reasons(engine, replace(us, state="all")) == [("ODD", "a", 2), ("NONE", "b", 1), ("ODD", "b", 1)]
    assert read_reject(engine, ["acme_eu"], reject_id(bad[0])) is None
    whole = read_reject(engine, ["acme_us"], reject_id(bad[0]))
    assert whole is not None
    assert (whole.reject.code, whole.payload) == ("ODD", bad[0].payload)


def test_a_reject_whose_payload_is_kept_no_longer_is_read_without_it(engine: sa.Engine) -> None:
    load_orders(engine, rejects=[Order()])
    with engine.begin() as session:
        session.execute(sa.text("UPDATE ops.reject SET payload = NULL"))
    ((known,),) = rows(engine, "SELECT reject_id::text FROM ops.reject")
    whole = read_reject(engine, ["acme_us"], known)
    assert whole is not None
    assert whole.payload is None
