"""What one sync leaves to the next: watermark, deletions, staged pages, rejects and raw orders."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from include.orderhouse.errors import (
    WatermarkInvalid,
)
from include.orderhouse.sync.request import Mode
from tests.sandbox import history
from tests.sandbox.clock import Clock
from tests.sandbox.company import Company
from tests.sandbox.generate import generate
from tests.sandbox.running import Sandbox, sandbox
from tests.sync.conftest import Connect, System

NOW = datetime(2026, 10, 1, 12, 0, 0, tzinfo=UTC)
ROW_VERSIONS = "SELECT order_id, xmin::text, loaded_at, sync_id FROM procurement.purchase_order ORDER BY order_id"


@pytest.fixture
def odoo() -> Iterator[Sandbox]:
    with sandbox(generate(7, orders=40, now=NOW), ["odoo"], Clock(NOW)) as running:
        yield running


@pytest.fixture
def system(odoo: Sandbox, connect: Connect) -> System:
    return connect("odoo", odoo, slice_days=400, page_size=5, concurrency=1)


@pytest.fixture
def synced(system: System) -> System:
    system.sync()
    return system


def order_ids(odoo: Sandbox) -> list[int]:
    return sorted(odoo.company.orders)


def lose_numbers(company: Company, clock: Clock, ids: list[int]) -> None:
    """Leave these orders without a number."""
    for order_id in ids:
        company.orders[order_id].number = ""
    history.touch_all(company, clock, ids)


def test_a_second_sync_loads_only_what_changed(odoo: Sandbox, synced: System) -> None:
    odoo.clock.advance(3600)
    odoo.act(history.change_header, order_ids(odoo)[0], "Another memo")
    odoo.act(history.create)
    row = synced.sync()
    assert (row["mode"], row["orders_inserted"], row["orders_updated"]) == ("incremental", 1, 1)
    assert row["orders_extracted"] < 10


def test_a_sync_that_finds_nothing_new_rewrites_no_row(odoo: Sandbox, synced: System) -> None:
    before = synced.rows(ROW_VERSIONS)
    odoo.clock.advance(60)
    odoo.act(history.touch_some, 10)
    synced.sync()
    synced.sync(Mode.FULL_RESYNC)
    after = synced.rows(ROW_VERSIONS)
    touched = [row for row in after if row not in before]
    assert len(before) == 40
    assert len(touched) <= 10


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("yesterday", "no instant"),
        ("{", "not valid JSON"),
        ("2026-01-01T00:00:00", "offset"),
        ("2027-01-01T00:00:00Z", "future"),
    ],
)
def test_a_watermark_that_cannot_be_used_stops_the_sync(system: System, text: str, problem: str) -> None:
    """H9."""
    system.watermark.text = text
    with pytest.raises(WatermarkInvalid, match=problem):
        system.sync()
    assert system.watermark.text == text


def test_reconcile_marks_what_is_gone_and_fetches_what_is_missing(odoo: Sandbox, synced: System) -> None:
    """H15."""
    gone = order_ids(odoo)[3]
    odoo.act(history.delete, gone)
    missed = odoo.act(history.create_in_future, -3 * 86_400.0)
    row = synced.sync(Mode.RECONCILE)
    deleted = synced.rows("SELECT source_order_id FROM procurement.purchase_order WHERE deleted_at IS NOT NULL")
    assert [found["source_order_id"] for found in deleted] == [str(gone)]
    assert row["orders_deleted"] == 1
    assert synced.rows(f"SELECT 1 FROM procurement.purchase_order WHERE source_order_id = '{missed}'")


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


def test_a_remap_brings_a_new_custom_field_without_the_source(odoo: Sandbox, connect: Connect, synced: System) -> None:
    """H21."""
    odoo.world("odoo").log.clear()
    richer = connect("odoo", odoo, custom_fields=[{"table": "order", "source": "name", "name": "told_name"}])
    richer.sync(Mode.REMAP, run_id="remap")
    assert odoo.world("odoo").log.count() == 0
    rows = richer.rows("SELECT order_number, custom_fields FROM procurement.purchase_order")
    assert len(rows) == 40
    assert all(row["custom_fields"]["told_name"] == row["order_number"] for row in rows)
