"""What analysts see of how fresh each connection's orders are."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import sqlalchemy as sa

from include.orderhouse.warehouse.load import GoneOrder
from include.orderhouse.warehouse.syncs.status import set_status
from tests.warehouse.orders import Order, hour, load_orders, rows
from tests.warehouse.test_reading_lists import ran


def test_history_and_freshness_are_of_what_was_loaded_and_the_state_is_of_the_latest_sync(engine: sa.Engine) -> None:
    ran(engine, 1, "initial", window_start=hour(-48), watermark=hour(1))
    ran(engine, 2, window_start=hour(0), watermark=hour(2), customer="globex")
    ran(engine, 3, state="failed", window_start=hour(-99), watermark=hour(50), customer="globex")
    told = "SELECT history_since, fresh_as_of, last_success_at, last_sync_state, customer, connector, state"
    loaded = (hour(-48), hour(2), hour(2) + timedelta(minutes=10), "failed")
    assert rows(engine, f"{told} FROM procurement.data_freshness") == [(*loaded, "globex", "test", None)]
    set_status(engine, "acme_us", "initech", "odoo", "online")
    assert rows(engine, f"{told} FROM procurement.data_freshness") == [(*loaded, "initech", "odoo", "online")]


def test_what_waits_of_deleted_orders_makes_none_stale_and_what_is_settled_does_not_wait(engine: sa.Engine) -> None:
    """What was gone before any of it was held is no order."""
    gone = Order("1", is_deleted=True)
    load_orders(
        engine, gone, Order("2"), Order("3"), rejects=[gone.at(3), Order("2", version=3), Order("3", version=0)]
    )
    load_orders(engine, replace(gone, connection="acme_eu"))
    load_orders(engine, gone=(GoneOrder("4", None, "tombstone", hour(1).isoformat()),))
    told = "SELECT connection, orders, stale_orders, open_rejects FROM procurement.data_freshness ORDER BY 1"
    assert rows(engine, told) == [("acme_eu", 1, 0, 0), ("acme_us", 3, 1, 2)]
