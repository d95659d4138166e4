"""What one sync leaves to the next: unchanged rows, rejects and raw orders."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from include.orderhouse.errors import StagedFilesMissing
from include.orderhouse.sync import steps, verdict
from include.orderhouse.sync.extract import kept_orders
from include.orderhouse.sync.extract.staged_page import staged_pages
from include.orderhouse.sync.request import Mode
from tests.sandbox import history
from tests.sandbox.clock import Clock
from tests.sandbox.generate import generate
from tests.sandbox.running import Sandbox, sandbox
from tests.sync.conftest import NOW, Connect, System, lose_numbers
from tests.warehouse.orders import physical_rows


def order_ids(odoo: Sandbox) -> list[int]:
    return sorted(odoo.company.orders)


def test_a_second_sync_loads_only_what_changed(odoo: Sandbox, synced: System) -> None:
    odoo.clock.advance(3600)
    odoo.act(history.change_header, order_ids(odoo)[0], "Another memo")
    odoo.act(history.create)
    row = synced.sync()
    assert (row["mode"], row["orders_inserted"], row["orders_updated"]) == ("incremental", 1, 1)
    assert row["orders_extracted"] < 10


def test_a_sync_that_finds_no_new_content_rewrites_no_row(odoo: Sandbox, synced: System) -> None:
    """H6: not one row of any table is written or even locked, although saved orders came again with a later time."""
    before = physical_rows(synced.runtime.warehouse)
    odoo.clock.advance(60)
    odoo.act(history.touch_some, 10)
    assert synced.sync()["orders_unchanged"] >= 10
    assert synced.sync(Mode.FULL_RESYNC)["orders_unchanged"] == 40
    assert len(before) > 40
    assert physical_rows(synced.runtime.warehouse) == before


def test_a_rejected_order_is_kept_and_replayed_without_the_source(odoo: Sandbox, connect: Connect) -> None:
    """H32."""
    odoo.act(lose_numbers, order_ids(odoo)[:2])
    system = connect("odoo", odoo)
    assert system.sync()["orders_rejected"] == 2
    kept = system.rows("SELECT source_order_id, field, reason FROM ops.reject WHERE resolved_at IS NULL")
    assert {row["source_order_id"] for row in kept} == {str(number) for number in order_ids(odoo)[:2]}
    assert {row["field"] for row in kept} == {"order_number"}
    odoo.world("odoo").log.clear()
    mended = connect("odoo", odoo, overrides={"order": {"order_number": {"source": "id"}}})
    assert mended.sync(Mode.REPLAY, run_id="replay")["orders_inserted"] == 2
    assert odoo.world("odoo").log.count() == 0
    assert system.rows("SELECT 1 FROM ops.reject WHERE resolved_at IS NULL") == []


def test_chosen_rejects_that_do_not_wait_are_counted(synced: System, caplog: pytest.LogCaptureFixture) -> None:
    twice = ("5f3c0000-0000-0000-0000-000000000001",) * 2
    assert synced.sync(Mode.REPLAY, reject_ids=twice)["orders_extracted"] == 0
    assert "1 of the 1 chosen rejects of odoo are not mapped again" in caplog.text
    caplog.clear()
    synced.sync(Mode.REPLAY)
    assert "not mapped again" not in caplog.text


def test_a_replay_loads_what_passes_however_many_fail_again(
    odoo: Sandbox, connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    """H32."""
    monkeypatch.setattr(verdict, "REJECTS_ALWAYS_TOLERATED", 2)
    odoo.act(lose_numbers, order_ids(odoo))
    assert connect("odoo", odoo).sync(max_reject_share=Decimal(1))["orders_rejected"] == 40
    mended = connect("odoo", odoo, overrides={"order": {"order_number": {"source": "partner_ref"}}})
    row = mended.sync(Mode.REPLAY, run_id="replay")
    waiting = mended.rows("SELECT 1 FROM ops.reject WHERE resolved_at IS NULL")
    assert row["orders_rejected"] == len(waiting) > 2
    assert row["orders_inserted"] == 40 - len(waiting) > 0


def test_a_replay_that_is_tried_again_maps_what_waits_then(
    odoo: Sandbox, system: System, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The last page of the first attempt has the reject that somebody has given up meanwhile."""
    monkeypatch.setattr(kept_orders, "ORDERS_PER_BATCH", 1)
    odoo.act(lose_numbers, order_ids(odoo)[:3])
    system.sync()
    request = system.request(Mode.REPLAY)
    system.sync_until("extract", request)
    last = "reject_id = (SELECT reject_id FROM ops.reject ORDER BY reject_id DESC LIMIT 1)"
    with system.runtime.warehouse.begin() as warehouse:
        warehouse.exec_driver_sql(f"UPDATE ops.reject SET resolved_at = now(), resolution = 'dismissed' WHERE {last}")
    staged = system.sync_until("load", request)
    assert system.ledger_row(staged)["orders_rejected"] == 2


def test_kept_orders_are_mapped_as_many_at_a_time_as_fit_into_memory(
    synced: System, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Orders of many lines, say: a thousand of them are more than a batch of what is fetched may have."""
    monkeypatch.setattr(kept_orders, "BYTES_PER_BATCH", 50_000)
    staged = synced.sync_until("extract", synced.request(Mode.REMAP))
    pages = list(staged_pages(synced.runtime.staging(staged)))
    assert sum(page.orders for page in pages) == 40
    assert all(50_000 <= page.json_bytes < 100_000 for page in pages[:-1])
    assert 0 < pages[-1].json_bytes < 100_000


def test_a_page_of_kept_orders_that_is_gone_is_missed(synced: System, monkeypatch: pytest.MonkeyPatch) -> None:
    """What it held would stay as an earlier mapping made it, and the remap would look whole."""
    monkeypatch.setattr(kept_orders, "ORDERS_PER_BATCH", 4)
    staging = synced.runtime.staging(synced.sync_until("extract", synced.request(Mode.REMAP)))
    assert [page.orders for page in staged_pages(staging)] == [4] * 10
    staging.remove("raw/kept")
    with pytest.raises(StagedFilesMissing, match="40 orders of odoo were staged, and 0 are there"):
        steps.transform(synced.runtime, staging.folder.rpartition("/")[2])


def test_a_remap_brings_a_new_custom_field_without_the_source(odoo: Sandbox, connect: Connect, synced: System) -> None:
    """H21."""
    odoo.world("odoo").log.clear()
    richer = connect("odoo", odoo, custom_fields=[{"table": "order", "source": "name", "name": "told_name"}])
    richer.sync(Mode.REMAP, run_id="remap")
    assert odoo.world("odoo").log.count() == 0
    rows = richer.rows("SELECT order_number, custom_fields FROM procurement.purchase_order")
    assert len(rows) == 40
    assert all(row["custom_fields"]["told_name"] == row["order_number"] for row in rows)


def test_a_remap_brings_what_a_later_release_reads_otherwise(synced: System, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its lists of codes may know more, and neither the connector's version nor the connection tells that."""
    currencies = "SELECT DISTINCT currency FROM procurement.purchase_order WHERE currency IS NOT NULL ORDER BY 1"
    known = synced.rows(currencies)
    with monkeypatch.context() as earlier:
        earlier.setattr("include.orderhouse.transform.columns.normalise", lambda *_: None)
        synced.sync(Mode.REMAP, run_id="under the earlier release")
        assert synced.rows(currencies) == []
    row = synced.sync(Mode.REMAP, run_id="under the later release")
    assert (row["orders_older"], row["orders_updated"]) == (0, 40)
    assert synced.rows(currencies) == known != []


@pytest.mark.parametrize("mode", [Mode.FULL_RESYNC, Mode.RECONCILE])
def test_a_zone_that_is_corrected_does_not_leave_out_what_is_read_again(connect: Connect, mode: Mode) -> None:
    """All times are earlier ones then than those that the warehouse has."""
    with sandbox(generate(7, orders=20, now=NOW), ["sap_business_one"], Clock(NOW)) as running:
        connect("sap_business_one", running, time_zone="America/New_York").sync()
        right = connect("sap_business_one", running, time_zone="Asia/Tokyo")
        row = right.sync(mode, run_id="right")
        assert (row["orders_older"], row["orders_updated"]) == (0, row["orders_extracted"])


@pytest.mark.parametrize("are_included", [True, False])
def test_open_orders_from_before_the_window_come_where_the_connection_wants_them(
    odoo: Sandbox, connect: Connect, are_included: bool
) -> None:
    system = connect("odoo", odoo, initial_days=30, include_open_orders=are_included)
    system.sync()
    (found,) = system.rows("SELECT min(source_modified_at) AS earliest FROM procurement.purchase_order")
    assert (found["earliest"] < NOW - timedelta(days=31)) is are_included
