"""A source's clock that is set back, as one that ran ahead is: what is saved next bears times that were read before."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from include.orderhouse.sync.request import Mode
from tests.sandbox import history
from tests.sandbox.running import Sandbox
from tests.sync.conftest import NOW, SMALL_PAGES, Connect, System

HOUR, OVERLAP, SAFETY = timedelta(hours=1), timedelta(minutes=10), timedelta(seconds=60)
remembering = pytest.mark.parametrize("rediscover_every", ["0s", "6h"], ids=["asked for the time", "taken to know it"])


@pytest.fixture
def system(odoo: Sandbox, connect: Connect, rediscover_every: str) -> System:
    """A connection after its initial sync, which found the source's clock right."""
    system = connect("odoo", odoo, **SMALL_PAGES | {"rediscover_every": rediscover_every})
    system.sync()
    return system


def pass_time(odoo: Sandbox, system: System, time: timedelta) -> None:
    """Let time pass at the source and in the warehouse, whose own clock nobody here can move."""
    odoo.clock.advance(time.total_seconds())
    past = sa.text("UPDATE ops.sync SET started_at = started_at - :time")
    with system.runtime.warehouse.begin() as warehouse:
        warehouse.execute(past.bindparams(time=time))


@remembering
def test_what_is_saved_after_a_clock_was_set_back_is_found(odoo: Sandbox, system: System) -> None:
    """H36: also by the syncs after that one, and whatever time passes between them."""
    odoo.clock.advance(-3 * HOUR.total_seconds())
    pass_time(odoo, system, HOUR)
    for _ in range(3):
        created = odoo.act(history.create)
        pass_time(odoo, system, HOUR / 2)
        row = system.sync()
        assert (row["mode"], row["state"]) == ("incremental", "succeeded")
        assert str(created) in system.order_ids()


@pytest.mark.parametrize("rediscover_every", ["0s"])
def test_the_watermark_waits_until_a_clock_that_was_set_back_has_passed_it(odoo: Sandbox, system: System) -> None:
    """H36: what is saved meanwhile is read again and again, not left out."""
    odoo.clock.advance(-HOUR.total_seconds())
    first = system.sync()
    assert (first["watermark_after"], system.mark) == (None, NOW - SAFETY)
    assert first["window_start"] < NOW - HOUR - OVERLAP + SAFETY
    pass_time(odoo, system, 2 * HOUR)
    row = system.sync()
    assert row["window_start"] < NOW - HOUR - OVERLAP + SAFETY, "the sync that moved the watermark began then"
    assert system.mark > NOW


@remembering
def test_a_clock_that_was_set_back_is_told_in_the_log(
    odoo: Sandbox, system: System, caplog: pytest.LogCaptureFixture
) -> None:
    system.sync()
    assert "set back" not in caplog.text
    odoo.clock.advance(-HOUR.total_seconds())
    system.sync()
    told = f"The clock of odoo was set back, or the warehouse's forward: its watermark is {system.mark.isoformat()}"
    assert told in caplog.text


@pytest.mark.parametrize("rediscover_every", ["6h"])
def test_a_sync_that_met_a_clock_that_was_set_back_leaves_nothing_of_its_first_plan(
    odoo: Sandbox, system: System
) -> None:
    odoo.clock.advance(-HOUR.total_seconds())
    row = system.sync()
    assert row["attempts"] == 2
    assert system.sync()["attempts"] == 1, "the time is known from then on"


@pytest.mark.parametrize("rediscover_every", ["6h"])
def test_orders_that_are_asked_for_by_their_ids_are_read_once_though_the_clock_was_set_back(
    odoo: Sandbox, system: System
) -> None:
    """No window is theirs, and so no time matters."""
    odoo.clock.advance(-HOUR.total_seconds())
    assert system.sync(Mode.ORDERS, order_ids=("1",))["attempts"] == 1
