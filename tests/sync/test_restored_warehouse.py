"""A warehouse that was restored from a backup, or made anew, beside the watermark that Airflow has kept."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from datetime import timedelta

import pytest

from include.orderhouse.sync.request import Mode
from include.orderhouse.warehouse.embedded import Server
from include.orderhouse.warehouse.engine import connect as connect_warehouse
from tests.sandbox import history
from tests.sandbox.running import Sandbox
from tests.sync.conftest import NOW, System
from tests.warehouse.conftest import database

OVERLAP, SAFETY = timedelta(minutes=10), timedelta(seconds=60)
HOUR = timedelta(hours=1)

Copy = Callable[[System], System]


@pytest.fixture
def copy(server: Server) -> Iterator[Copy]:
    """Makes of a system the same one on a copy of its warehouse as it is now, with the very watermark."""
    with ExitStack() as stack:

        def made(system: System) -> System:
            warehouse = system.runtime.warehouse
            warehouse.dispose()
            copied = connect_warehouse(stack.enter_context(database(server, of=str(warehouse.url.database))))
            stack.callback(copied.dispose)
            return System(replace(system.runtime, warehouse=copied), runs=100)

        yield made


@pytest.fixture
def anew(server: Server, synced: System) -> Iterator[System]:
    """The synced system on a warehouse that was made anew."""
    with database(server) as url:
        warehouse = connect_warehouse(url)
        yield System(replace(synced.runtime, warehouse=warehouse), runs=100)
        warehouse.dispose()


def test_what_a_restored_warehouse_lacks_is_read_again(odoo: Sandbox, synced: System, copy: Copy) -> None:
    """H8: the next sync begins where the warehouse's own ledger stands, not where the watermark does."""
    restored = copy(synced)
    odoo.clock.advance(HOUR.total_seconds())
    created = odoo.act(history.create)
    odoo.clock.advance(HOUR.total_seconds())
    synced.sync()
    odoo.clock.advance(HOUR.total_seconds())
    row = restored.sync()
    assert str(created) in restored.order_ids()
    assert (row["mode"], row["window_start"]) == ("incremental", NOW - SAFETY - OVERLAP)
    assert row["watermark_before"] == NOW + 2 * HOUR - SAFETY
    assert row["watermark_after"] == restored.mark == NOW + 3 * HOUR - SAFETY


def test_a_warehouse_that_was_made_anew_gets_the_initial_window(odoo: Sandbox, synced: System, anew: System) -> None:
    """H8: and the next sync is incremental again."""
    odoo.clock.advance(HOUR.total_seconds())
    assert anew.sync()["mode"] == "initial"
    assert anew.order_ids() == synced.order_ids()
    odoo.clock.advance(HOUR.total_seconds())
    assert anew.sync()["mode"] == "incremental"


def test_a_watermark_that_a_person_entered_is_believed(odoo: Sandbox, anew: System) -> None:
    """It says from where on a warehouse that holds nothing yet is to be filled."""
    anew.watermark.text = (NOW - 24 * HOUR).isoformat()
    row = anew.sync()
    assert (row["mode"], row["window_start"]) == ("incremental", NOW - 24 * HOUR - OVERLAP)


def test_a_restored_warehouse_is_read_from_where_a_person_has_set_the_watermark_back_to(
    odoo: Sandbox, synced: System, copy: Copy
) -> None:
    restored = copy(synced)
    odoo.clock.advance(HOUR.total_seconds())
    synced.sync()
    told = json.loads(restored.watermark.text or "") | {"watermark": (NOW - 24 * HOUR).isoformat()}
    restored.watermark.text = json.dumps(told)
    assert restored.sync()["window_start"] == NOW - 24 * HOUR - OVERLAP


@pytest.mark.parametrize("is_restored", [True, False], ids=["restored", "made anew"])
def test_a_window_does_not_hide_what_the_warehouse_lacks(
    odoo: Sandbox, synced: System, copy: Copy, anew: System, is_restored: bool
) -> None:
    """H7, H8: the watermark stays the one that the warehouse does not know, until a sync has read what is missing."""
    lacking = copy(synced) if is_restored else anew
    odoo.clock.advance(HOUR.total_seconds())
    created = odoo.act(history.create)
    odoo.clock.advance(HOUR.total_seconds())
    synced.sync()
    odoo.clock.advance(HOUR.total_seconds())
    kept = lacking.watermark.text
    lacking.sync(Mode.WINDOW, window_start=NOW + 1.5 * HOUR, window_end=NOW + 3 * HOUR)
    assert lacking.watermark.text == kept
    lacking.sync()
    assert str(created) in lacking.order_ids()


def test_a_restored_warehouse_is_told_in_the_log(
    odoo: Sandbox, synced: System, copy: Copy, caplog: pytest.LogCaptureFixture
) -> None:
    restored = copy(synced)
    odoo.clock.advance(HOUR.total_seconds())
    last = synced.sync()
    restored.sync()
    assert f"does not know the sync {last['sync_id']}, which moved the watermark of odoo" in caplog.text
    assert f"read again, from {(NOW - SAFETY).isoformat()} on" in caplog.text
