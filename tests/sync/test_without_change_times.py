"""A source that tells no modification times: what changed shows in the content of what is read again."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from include.orderhouse.sync.request import Mode
from tests.sandbox import history
from tests.sandbox.clock import Clock
from tests.sandbox.dialects.dynamics_fo.values import order_number
from tests.sandbox.generate import generate
from tests.sandbox.order import Order
from tests.sandbox.running import Sandbox, sandbox
from tests.sync.conftest import SETTINGS, Connect, System

NAME = "dynamics_fo"
NOW = datetime(2026, 10, 1, 12, 0, 0, tzinfo=UTC)
ORDERS = 60


@pytest.fixture
def plain() -> Iterator[Sandbox]:
    """Finance & Operations as it is delivered, without fields that a site has added."""
    with sandbox(generate(3, orders=ORDERS, now=NOW), [NAME], Clock(NOW), options={NAME: {"extensions": "none"}}) as on:
        yield on


@pytest.fixture
def synced(plain: Sandbox, connect: Connect) -> System:
    system = connect(NAME, plain, settings={}, initial_days=1200)
    assert system.sync()["orders_inserted"] == ORDERS
    return system


def old_orders(plain: Sandbox) -> list[Order]:
    return [o for o in plain.company.orders.values() if o.order_date < (NOW - timedelta(days=5)).date()]


def test_orders_that_are_read_again_without_a_change_rewrite_nothing(synced: System) -> None:
    row = synced.sync()
    assert row["orders_unchanged"] > 5
    assert (row["orders_inserted"], row["orders_updated"]) == (0, 0)


def test_h11_a_line_of_an_old_open_order_that_changes_is_loaded(plain: Sandbox, synced: System) -> None:
    order = next(o for o in old_orders(plain) if o.is_open)
    plain.act(history.change_description, order_id=order.id, line_id=order.goods_lines[0].id, text="Another text")
    row = synced.sync()
    assert (row["orders_inserted"], row["orders_updated"]) == (0, 1)
    held = synced.rows("SELECT 1 FROM procurement.purchase_order_line WHERE description = 'Another text'")
    assert len(held) == 1


def test_h16_a_line_deleted_from_an_old_open_order_is_marked(plain: Sandbox, synced: System) -> None:
    order = next(o for o in old_orders(plain) if o.is_open and len(o.goods_lines) > 1)
    plain.act(history.delete_line, order_id=order.id, line_id=order.goods_lines[0].id)
    assert synced.sync()["orders_updated"] == 1
    gone = synced.rows("SELECT delete_evidence FROM procurement.purchase_order_line WHERE is_deleted")
    assert [row["delete_evidence"] for row in gone] == ["absent_in_order"]


def test_an_order_that_was_finished_meanwhile_is_read_by_its_key(plain: Sandbox, synced: System) -> None:
    """It is among the open ones no more, and too old for the window; the warehouse knows that it was open."""
    order = next(o for o in old_orders(plain) if o.is_open)
    plain.act(history.cancel, order_id=order.id)
    assert synced.sync()["orders_updated"] == 1
    number = order_number(plain.company, order)
    held = synced.rows(f"SELECT status FROM procurement.purchase_order WHERE order_number = '{number}'")
    assert "cancelled" in [row["status"] for row in held]
    assert synced.sync(Mode.FULL_RESYNC)["orders_updated"] == 0


def test_open_orders_that_came_already_are_not_asked_for_by_their_keys(synced: System) -> None:
    staged = synced.sync_until("extract", synced.request())
    assert [folder for folder in synced.runtime.staging(staged).folders("raw") if "held_open" in folder] == []


def test_a_draft_that_was_given_up_is_read_by_its_key(plain: Sandbox, synced: System) -> None:
    order = next(o for o in old_orders(plain) if o.stage == "draft")
    plain.act(history.cancel, order_id=order.id)
    assert synced.sync()["orders_updated"] == 1


def test_orders_that_the_warehouse_holds_as_open_are_read_again_only_where_needed(
    plain: Sandbox, connect: Connect
) -> None:
    system = connect(NAME, plain, settings={"reread_open_orders": "never"}, initial_days=1200)
    system.sync()
    order = next(o for o in old_orders(plain) if o.is_open)
    plain.act(history.cancel, order_id=order.id)
    assert system.sync()["orders_updated"] == 0


def test_h15_a_deleted_order_is_found_by_a_reconcile(plain: Sandbox, synced: System) -> None:
    order = old_orders(plain)[0]
    plain.act(history.delete, order_id=order.id)
    assert synced.sync()["orders_deleted"] == 0
    assert synced.sync(Mode.RECONCILE)["orders_deleted"] == 1


CHANGES = ("header_change_field", "line_change_field")


@pytest.mark.parametrize(
    ("mode", "fields"),
    [(mode, (*CHANGES, "created_field")) for mode in (Mode.AUTO, Mode.FULL_RESYNC, Mode.RECONCILE)]
    + [(Mode.AUTO, CHANGES)],
)
def test_h14_later_changes_arrive_where_the_source_has_stopped_to_tell_times_or_begun_to(
    connect: Connect, mode: Mode, fields: tuple[str, ...]
) -> None:
    """Fields of the site's own are taken out of the settings, be it without that of the creation, and put back."""
    without = {name: value for name, value in SETTINGS[NAME].items() if name not in fields}
    with sandbox(generate(7, orders=20, now=NOW), [NAME], Clock(NOW)) as running:
        system = connect(NAME, running)
        system.sync()
        order = next(o for o in running.company.orders.values() if o.is_open)
        for text, settings in (("Untimed", without), ("Timed again", SETTINGS[NAME])):
            running.clock.advance(3600)
            running.act(history.change_description, order_id=order.id, line_id=order.goods_lines[0].id, text=text)
            then = connect(NAME, running, settings=settings)
            then.watermark.text = system.watermark.text
            assert then.sync(mode, run_id=text)["orders_older"] == 0
            held = f"SELECT 1 FROM procurement.purchase_order_line WHERE description = '{text}'"
            assert len(then.rows(held)) == 1
