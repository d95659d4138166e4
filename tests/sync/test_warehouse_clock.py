"""A warehouse's clock that ran ahead and is right again: what was read meanwhile is dated in the future."""

from __future__ import annotations

from decimal import Decimal

import pytest
import sqlalchemy as sa

from include.orderhouse.sync.request import Mode
from tests.sandbox import history
from tests.sandbox.clock import Clock
from tests.sandbox.company import Company
from tests.sandbox.running import Sandbox
from tests.sync.conftest import System, lose_numbers

DATED = (
    *("sync.started_at", "sync.attempted_at", "sync.finished_at", "order_raw.fetched_at"),
    *("order_version.version_at", "order_version.fetched_at", "order_version.gone_at"),
    *("reject.version_at", "reject.fetched_at"),
)


def date_ahead(system: System, *names: str) -> None:
    """Date what the warehouse holds a year later, as clocks of both sides that are a year ahead would have done."""
    with system.runtime.warehouse.begin() as warehouse:
        for table, name in (each.split(".") for each in names or DATED):
            warehouse.execute(sa.text(f"UPDATE ops.{table} SET {name} = {name} + interval '1 year'"))


@pytest.fixture
def ahead(synced: System, odoo: Sandbox) -> System:
    """A connection whose initial sync was made by a clock that is right since."""
    date_ahead(synced)
    odoo.clock.advance(3600)
    return synced


def an_open_order(odoo: Sandbox, system: System) -> int:
    return next(each.id for each in odoo.company.orders.values() if each.is_open and str(each.id) in system.order_ids())


def test_h37_a_change_is_loaded(ahead: System, odoo: Sandbox, caplog: pytest.LogCaptureFixture) -> None:
    held = len(ahead.order_ids())
    odoo.act(history.change_header, an_open_order(odoo, ahead), "Changed")
    assert ahead.sync()["orders_updated"] == 1
    assert f"ran ahead and was set right: {held} orders of odoo were read meanwhile" in caplog.text


def test_h37_a_change_is_loaded_where_the_clock_jumped_ahead_while_a_sync_ran(synced: System, odoo: Sandbox) -> None:
    date_ahead(synced, *(name for name in DATED if name != "sync.started_at"))
    odoo.clock.advance(3600)
    odoo.act(history.change_header, an_open_order(odoo, synced), "Changed")
    assert synced.sync()["orders_updated"] == 1


def test_h37_a_receipt_that_moves_no_time_is_found_by_a_reconcile(ahead: System, odoo: Sandbox) -> None:
    order = odoo.company.orders[an_open_order(odoo, ahead)]
    odoo.act(history.receive, order.id, order.goods_lines[0].id, Decimal(1))
    assert ahead.sync(Mode.RECONCILE)["orders_updated"] == 1


def test_h37_a_deletion_is_found_and_one_that_was_found_then_can_be_taken_back(ahead: System, odoo: Sandbox) -> None:
    gone = an_open_order(odoo, ahead)
    backup = dict(odoo.company.orders)
    odoo.act(history.delete, gone)
    assert ahead.sync(Mode.RECONCILE)["orders_deleted"] == 1
    date_ahead(ahead, "order_version.gone_at", "sync.started_at")
    odoo.act(history.restore, backup)
    ahead.sync(Mode.RECONCILE)
    assert str(gone) in ahead.order_ids()


def test_h37_an_order_that_was_rejected_then_is_loaded_when_it_is_right(synced: System, odoo: Sandbox) -> None:
    bad = an_open_order(odoo, synced)
    number = odoo.company.orders[bad].number
    odoo.clock.advance(3600)
    odoo.act(lose_numbers, [bad])
    assert synced.sync()["orders_rejected"] == 1
    date_ahead(synced)
    odoo.clock.advance(3600)
    odoo.act(regain_number, bad, number)
    synced.sync()
    assert synced.rows("SELECT DISTINCT resolution FROM ops.reject") == [{"resolution": "superseded"}]


def regain_number(company: Company, clock: Clock, order_id: int, number: str) -> None:
    company.orders[order_id].number = number
    history.touch(company, clock, order_id)


def test_what_is_dated_back_can_be_mapped_again(ahead: System) -> None:
    ahead.sync()
    row = ahead.sync(Mode.REMAP)
    assert (row["orders_older"], row["orders_unchanged"]) == (0, row["orders_extracted"])
    assert ahead.rows("SELECT order_id FROM ops.order_version WHERE fetched_at > now()") == []


def test_a_clock_that_is_right_is_not_spoken_of(synced: System, caplog: pytest.LogCaptureFixture) -> None:
    dated = "SELECT order_id, version_at, fetched_at FROM ops.order_version ORDER BY 1"
    before = synced.rows(dated)
    assert synced.sync()["orders_extracted"] == 0
    assert synced.rows(dated) == before
    assert "ran ahead" not in caplog.text
