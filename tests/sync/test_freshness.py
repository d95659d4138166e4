"""Data that is older than its connection wants is told, once until it is fresh again."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from include.orderhouse.errors import WatermarkInvalid
from include.orderhouse.sync.request import Mode
from include.orderhouse.upkeep.freshness import tell_if_stale
from tests.sandbox.running import Sandbox
from tests.sync.conftest import Connect, System


def told(system: System) -> int:
    return len(system.rows("SELECT 1 FROM ops.webhook_event WHERE kind = 'connection.stale'"))


def stale(system: System) -> bool:
    connection = system.runtime.connection
    still_fresh_for = tell_if_stale(system.runtime.warehouse, connection.name, connection)
    return still_fresh_for is not None and still_fresh_for <= timedelta()


def move_back(system: System, minutes: int, *instants: str) -> None:
    """Let these instants of the ledger or of the events have been so long before."""
    with system.runtime.warehouse.begin() as session:
        for table, _, column in (instant.partition(".") for instant in instants):
            session.execute(sa.text(f"UPDATE ops.{table} SET {column} = {column} - interval '{minutes} minutes'"))


def grow_old(system: System) -> None:
    """Let all syncs and events have been two hours ago."""
    move_back(system, 120, "sync.started_at", "sync.finished_at", "webhook_event.occurred_at")


def test_stale_data_is_told_once_until_it_is_fresh_again(odoo: Sandbox, connect: Connect) -> None:
    system = connect("odoo", odoo, fresh_within="1h")
    assert stale(system), "nothing was ever synced"
    system.sync()
    assert not stale(system)
    assert told(system) == 1
    for times in (2, 2, 3):
        grow_old(system)
        if times == 3:
            system.sync()
            grow_old(system)
        assert stale(system)
        assert stale(system)
        assert told(system) == times


def test_data_that_was_fresh_for_a_while_is_told_again_though_its_sync_had_begun_before(
    odoo: Sandbox, connect: Connect
) -> None:
    system = connect("odoo", odoo, fresh_within="1h")
    assert stale(system)
    system.sync()
    move_back(system, 30, "sync.started_at")
    assert not stale(system), "the sync had begun before its data was told to be stale"
    grow_old(system)
    assert stale(system)
    assert told(system) == 2


def test_a_sync_that_took_too_long_to_be_fresh_at_its_end_is_not_told_again(odoo: Sandbox, connect: Connect) -> None:
    system = connect("odoo", odoo, fresh_within="1h")
    assert stale(system)
    move_back(system, 80, "webhook_event.occurred_at")
    system.sync()
    move_back(system, 90, "sync.started_at")
    assert stale(system)
    assert told(system) == 1


def test_certain_orders_do_not_make_the_data_fresh(odoo: Sandbox, connect: Connect) -> None:
    system = connect("odoo", odoo, fresh_within="1h")
    system.sync()
    grow_old(system)
    system.sync(Mode.ORDERS, order_ids=("1",))
    assert stale(system)


def test_neither_a_sync_that_failed_nor_one_of_another_connection_makes_the_data_fresh(
    odoo: Sandbox, connect: Connect
) -> None:
    beside, system = connect("odoo", odoo, "beside"), connect("odoo", odoo, fresh_within="1h")
    system.watermark.text = "yesterday"
    with pytest.raises(WatermarkInvalid):
        system.sync()
    beside.sync()
    assert stale(system)


def test_stale_data_is_told_although_that_of_another_connection_was(odoo: Sandbox, connect: Connect) -> None:
    both = [connect("odoo", odoo, name, fresh_within="1h") for name in ("odoo", "beside")]
    assert [stale(system) for system in both] == [True, True]
    assert told(both[0]) == 2


def test_stale_data_is_told_although_a_sync_that_failed_meanwhile_was(odoo: Sandbox, connect: Connect) -> None:
    """It is why the data is stale."""
    system = connect("odoo", odoo, fresh_within="1h")
    system.sync()
    grow_old(system)
    system.watermark.text = "yesterday"
    with pytest.raises(WatermarkInvalid):
        system.sync()
    assert len(system.rows("SELECT 1 FROM ops.webhook_event WHERE kind = 'sync.failed'")) == 1
    assert stale(system)
    assert told(system) == 1


def test_nobody_is_told_where_nobody_minds(system: System) -> None:
    assert not stale(system)
    assert told(system) == 0
