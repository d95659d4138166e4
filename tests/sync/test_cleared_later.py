"""A run that is cleared days after it failed: what it had fetched is old, and what it had proved may hold no more."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa

from include.orderhouse.errors import SourceUnavailable, WatermarkUnavailable
from include.orderhouse.sync import steps
from include.orderhouse.sync.extract import extraction
from include.orderhouse.sync.extract.reconciliation import ASKED, GONE
from include.orderhouse.sync.failed.failure import record_failure
from include.orderhouse.sync.plan import FILE as PLAN
from include.orderhouse.sync.plan import sync_id
from include.orderhouse.sync.request import Mode, SyncRequest
from include.orderhouse.warehouse.clock import warehouse_now
from include.orderhouse.warehouse.records.raw import open_orders
from tests.sandbox import history
from tests.sandbox.running import Sandbox
from tests.sync.conftest import NOW, System, unaccounted
from tests.sync.test_deletions import tell
from tests.sync.test_reconcile import deleted

_WEEK_OLD = """
    UPDATE ops.sync SET started_at = started_at - interval '7 days';
    UPDATE ops.order_version SET fetched_at = fetched_at - interval '7 days'
"""


def pass_days(system: System, request: SyncRequest, days: float) -> None:
    """Let so many days pass since a sync began, and a week since those before it."""
    identity, age = sync_id(system.runtime, request), timedelta(days=days)
    staging = system.runtime.staging(identity)

    def earlier(at: str) -> str:
        return (datetime.fromisoformat(at) - age).isoformat()

    plan = staging.read_json(PLAN)
    staging.write_json(PLAN, {**plan, "begun_at": earlier(plan["begun_at"])})
    if staging.exists(ASKED):
        staging.write_json(ASKED, earlier(staging.read_json(ASKED)))
        staging.write_json(GONE, [[*order, earlier(at)] for *order, at in staging.read_json(GONE)])
    with system.runtime.warehouse.begin() as warehouse:
        for statement in _WEEK_OLD.split(";"):
            warehouse.execute(sa.text(statement))
        set_back = "UPDATE ops.sync SET started_at = now() - cast(:age AS interval) WHERE sync_id = :key"
        warehouse.execute(sa.text(set_back), {"age": age, "key": identity})


@contextmanager
def hidden(odoo: Sandbox, system: System) -> Iterator[None]:
    """An order that the warehouse has as finished, so that nobody reads it again, is not shown for a while."""
    key = min(set(odoo.company.orders) - set(map(int, open_orders(system.runtime.warehouse, "odoo"))))
    order = odoo.company.orders.pop(key)
    odoo.company.version += 1
    yield
    odoo.company.orders[key] = order
    odoo.company.version += 1


def test_it_begins_anew_where_it_began_longer_ago_than_it_may_fetch(odoo: Sandbox, synced: System) -> None:
    """H17: an order that was hidden when it first looked, and is there again, is not deleted by what it saw then."""
    request = synced.request(Mode.RECONCILE)
    with hidden(odoo, synced):
        first = synced.sync_until("extract", request)
    gone = max(odoo.company.orders)
    odoo.act(history.delete, gone)
    pass_days(synced, request, days=4)
    assert synced.sync_until("advance_watermark", request) == first
    assert deleted(synced) == {str(gone)}
    row = synced.ledger_row(first)
    assert row["finished_at"] - row["started_at"] < timedelta(days=1), "its proof dates from when it began anew"


def test_one_that_failed_before_it_had_a_plan_begins_when_it_is_cleared(odoo: Sandbox, synced: System) -> None:
    """H15: what a later one had compared before counts no more."""
    request = synced.request(Mode.RECONCILE)
    odoo.world("odoo").faults.add("server_error", times=None)
    with pytest.raises(SourceUnavailable) as caught:
        synced.sync_until("extract", request)
    record_failure(synced.runtime, request, caught.value)
    odoo.world("odoo").faults.clear()
    before = synced.last_sync()["started_at"]
    synced.sync(Mode.RECONCILE)
    gone = max(odoo.company.orders)
    odoo.act(history.delete, gone)
    row = synced.ledger_row(synced.sync_until("advance_watermark", request))
    assert deleted(synced) == {str(gone)}
    assert (row["started_at"] > before, row["attempts"]) == (True, 2)


def test_it_goes_on_with_what_it_has_where_it_began_lately(odoo: Sandbox, synced: System) -> None:
    """H30."""
    request = synced.request(Mode.RECONCILE)
    synced.sync_until("extract", request)
    pass_days(synced, request, days=2)
    odoo.world("odoo").log.clear()
    synced.sync_until("extract", request)
    assert odoo.world("odoo").log.count() == 0


def test_what_it_did_not_find_more_than_a_day_ago_it_asks_for_again(odoo: Sandbox, synced: System) -> None:
    """H17: its list of what is missing is old, and some of that is there again."""
    gone = max(odoo.company.orders)
    odoo.act(history.delete, gone)
    request = synced.request(Mode.RECONCILE)
    with hidden(odoo, synced):
        synced.sync_until("validate", request)
    pass_days(synced, request, days=2)
    staged = synced.sync_until("advance_watermark", request)
    assert deleted(synced) == {str(gone)}
    assert unaccounted(synced.ledger_row(staged)) == {"orders": 0, "lines": 0}


def test_what_was_read_while_it_waited_and_then_deleted_is_marked_when_it_goes_on(
    odoo: Sandbox, synced: System
) -> None:
    """H15: what it proves dates from when it asked, not from when it began."""
    request = synced.request(Mode.RECONCILE)
    odoo.world("odoo").faults.add("server_error", times=None, after=5)
    with pytest.raises(SourceUnavailable):
        synced.sync_until("extract", request)
    odoo.world("odoo").faults.clear()
    gone = max(odoo.company.orders)
    odoo.clock.advance(60)
    odoo.act(history.touch, gone)
    assert synced.sync()["orders_extracted"] > 0
    odoo.act(history.delete, gone)
    synced.sync_until("advance_watermark", request)
    assert deleted(synced) == {str(gone)}


@pytest.mark.parametrize(("days", "is_believed"), [(0.9, True), (1.1, False)])
def test_what_it_did_not_find_more_than_a_day_ago_is_not_marked_by_its_load(
    odoo: Sandbox, synced: System, days: float, is_believed: bool, caplog: pytest.LogCaptureFixture
) -> None:
    """H17: cleared from its load on, it does not look again."""
    request = synced.request(Mode.RECONCILE)
    with hidden(odoo, synced):
        staged = synced.sync_until("validate", request)
    pass_days(synced, request, days)
    caplog.set_level("WARNING")
    steps.load(synced.runtime, staged)
    assert synced.ledger_row(staged)["state"] == "succeeded"
    assert len(deleted(synced)) == int(is_believed)
    assert ("reconcile again" in caplog.text) is not is_believed


def test_what_a_feed_told_to_be_deleted_is_marked_however_late_it_is_loaded(odoo: Sandbox, synced: System) -> None:
    """H15: the feed of the next sync begins after it."""
    gone = max(odoo.company.orders)
    odoo.act(history.delete, gone)
    tell(synced, deleted=[str(gone)])
    request = synced.request()
    staged = synced.sync_until("validate", request)
    pass_days(synced, request, days=2)
    steps.load(synced.runtime, staged)
    assert deleted(synced) == {str(gone)}


def test_one_that_failed_between_pages_and_is_cleared_late_is_not_told_that_its_source_never_ends(
    odoo: Sandbox, synced: System
) -> None:
    odoo.world("odoo").faults.add("server_error", times=None, after=30)
    request = synced.request(Mode.FULL_RESYNC)
    with pytest.raises(SourceUnavailable):
        synced.sync_until("extract", request)
    odoo.world("odoo").faults.clear()
    pass_days(synced, request, days=4)
    assert synced.ledger_row(synced.sync_until("advance_watermark", request))["orders_extracted"] == 40


def test_one_that_gets_its_last_page_later_than_it_may_fetch_has_all_of_them(
    synced: System, monkeypatch: pytest.MonkeyPatch
) -> None:
    request = synced.request(Mode.FULL_RESYNC)
    staging = synced.runtime.staging(synced.sync_until("extract", request))
    last = max(name for folder in staging.folders("raw") for name in staging.names(folder) if name.endswith(".json"))
    staging.remove(last)
    staging.remove(f"{last.removesuffix('.json')}.zst")
    pass_days(synced, request, days=2.99)
    monkeypatch.setattr(extraction, "warehouse_now", lambda engine: warehouse_now(engine) + timedelta(hours=1))
    assert synced.ledger_row(synced.sync_until("advance_watermark", request))["orders_extracted"] == 40


def test_what_a_later_reconcile_has_compared_again_no_earlier_one_marks(odoo: Sandbox, synced: System) -> None:
    """H17."""
    with hidden(odoo, synced):
        staged = synced.sync_until("extract", synced.request(Mode.RECONCILE))
    synced.sync(Mode.RECONCILE)
    for step in (steps.transform, steps.validate, steps.load, steps.advance_watermark):
        step(synced.runtime, staged)
    assert synced.ledger_row(staged)["state"] == "succeeded"
    assert deleted(synced) == set()


def test_one_that_failed_after_its_load_goes_on_as_the_same_sync(odoo: Sandbox, synced: System) -> None:
    odoo.clock.advance(3600)
    request = synced.request()
    staged = synced.sync_until("load", request)
    record_failure(synced.runtime, request, WatermarkUnavailable("It is not given.", action="Try again."))
    assert synced.sync_until("advance_watermark", request) == staged
    states = synced.rows("SELECT state, watermark_after IS NULL AS is_behind FROM ops.sync")
    assert states == [{"state": "succeeded", "is_behind": False}] * 2


def test_one_that_failed_after_its_load_and_is_cleared_days_later_is_another_sync(
    odoo: Sandbox, synced: System
) -> None:
    """H7: it reads anew, and what it reads is loaded before the watermark passes it."""
    odoo.clock.advance(3600)
    request = synced.request()
    first = synced.sync_until("load", request)
    pass_days(synced, request, days=4)
    created = odoo.act(history.create)
    odoo.clock.advance(3600)
    second = synced.sync_until("advance_watermark", request)
    assert synced.mark == NOW + timedelta(seconds=7140)
    assert str(created) in synced.order_ids()
    assert synced.ledger_row(second)["watermark_after"] == synced.mark
    assert synced.ledger_row(first)["watermark_after"] is None


def test_a_remap_that_was_loaded_and_not_tidied_up_maps_again_when_it_is_cleared(synced: System) -> None:
    request = synced.request(Mode.REMAP)
    first = synced.sync_until("load", request)
    second = synced.sync_until("advance_watermark", request)
    assert first != second
    assert {synced.ledger_row(staged)["state"] for staged in (first, second)} == {"succeeded"}


def test_one_that_is_cleared_from_a_later_task_on_runs_again(synced: System) -> None:
    request = synced.request()
    staged = synced.sync_until("extract", request)
    record_failure(synced.runtime, request, WatermarkUnavailable("It is not given.", action="Try again."))
    assert synced.ledger_row(staged)["state"] == "failed"
    steps.transform(synced.runtime, staged)
    row = synced.ledger_row(staged)
    assert (row["state"], row["attempts"], row["error_code"], row["finished_at"]) == ("running", 2, None, None)
