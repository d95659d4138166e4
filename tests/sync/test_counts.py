"""Every order and line that a sync reads is accounted for, however often it came."""

from __future__ import annotations

import pytest

from include.orderhouse.sync import steps
from include.orderhouse.sync.request import Mode
from include.orderhouse.sync.transform import batching
from tests.sandbox import history
from tests.sandbox.clock import Clock
from tests.sandbox.generate import generate
from tests.sandbox.running import Sandbox, sandbox
from tests.sync.conftest import NOW, Connect, System, lose_numbers, unaccounted

NOTHING = {"orders": 0, "lines": 0}


@pytest.fixture(autouse=True)
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    """Copies of an order come in several batches."""
    monkeypatch.setattr(batching, "ORDERS_PER_BATCH", 7)


@pytest.fixture
def synced(system: System) -> System:
    """Synced in these batches."""
    system.sync()
    return system


@pytest.mark.parametrize("connector", ["netsuite", "odoo"])
def test_orders_that_move_while_they_are_paged_through_are_counted_once(connector: str, connect: Connect) -> None:
    """H5, H18: the same orders lie in many slices, because they are changed after every answer."""
    with sandbox(generate(7, orders=40, now=NOW), [connector], Clock(NOW)) as running:
        system = connect(connector, running, slice_days=10, page_size=10, concurrency=1)
        running.world(connector).faults.add("moving_rows", times=None, count=3)
        row = system.sync()
        (held,) = system.rows("SELECT count(*) AS orders FROM procurement.purchase_order")
        (lines,) = system.rows("SELECT count(*) AS lines FROM procurement.purchase_order_line")
    assert unaccounted(row) == NOTHING
    assert row["orders_duplicate"] > 0
    assert row["orders_extracted"] == row["orders_inserted"] == held["orders"]
    assert row["lines_extracted"] == row["lines_written"] == lines["lines"]


def test_rejects_and_their_lines_are_accounted_for(odoo: Sandbox, system: System) -> None:
    """H32."""
    bad = sorted(odoo.company.orders)[:3]
    odoo.act(lose_numbers, bad)
    odoo.world("odoo").faults.add("moving_rows", times=None, value=bad)
    row = system.sync()
    assert unaccounted(row) == NOTHING
    assert (row["orders_extracted"], row["orders_rejected"], row["orders_inserted"]) == (40, 3, 37)
    assert row["lines_rejected"] == sum(len(odoo.company.orders[number].lines) for number in bad)
    told = system.rows("SELECT sum(line_count) AS lines FROM ops.reject")
    assert told == [{"lines": row["lines_rejected"]}]


def test_what_is_older_or_unchanged_is_accounted_for(odoo: Sandbox, synced: System) -> None:
    early = synced.sync_until("extract", synced.request(Mode.FULL_RESYNC))
    odoo.clock.advance(60)
    odoo.act(history.touch_some, 10)
    again = synced.sync(Mode.FULL_RESYNC)
    for step in (steps.transform, steps.validate, steps.load):
        step(synced.runtime, early)
    late = synced.ledger_row(early)
    assert (again["orders_unchanged"], late["orders_older"]) == (40, 40)
    assert again["lines_unchanged"] == late["lines_older"] == late["lines_extracted"] > 40
    assert unaccounted(again) == unaccounted(late) == NOTHING


def test_a_remap_and_a_replay_account_for_what_they_read(odoo: Sandbox, system: System) -> None:
    odoo.act(lose_numbers, sorted(odoo.company.orders)[:3])
    system.sync()
    for mode, orders in ((Mode.REMAP, 37), (Mode.REPLAY, 3)):
        row = system.sync(mode)
        assert (row["orders_extracted"], unaccounted(row)) == (orders, NOTHING)
