"""The raw records of an order, which a person asks for by any of its names, and the rejects that wait."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from include.orderhouse.warehouse.reading.raw_records import read_raw_records
from include.orderhouse.warehouse.reading.rejects import read_waiting
from include.orderhouse.warehouse.records.dismissal import dismiss_rejects
from tests.warehouse.orders import Order, hour, load_orders, reject_id

LOADED = Order(values={"order_number": "PO-4711"})
REJECTED = LOADED.at(3, fetched=4)


@pytest.mark.parametrize("name", ["4711", "PO-4711"])
def test_what_was_loaded_comes_first_then_what_was_rejected_since(engine: sa.Engine, name: str) -> None:
    load_orders(engine, LOADED, Order("4712"), rejects=[Order(name, 3, 4)])
    loaded, rejected = read_raw_records(engine, "acme_us", name)
    assert (loaded.payload, loaded.fetched_at, loaded.customer) == (LOADED.payload, hour(2), "acme")
    assert (loaded.code, loaded.reason) == (None, None)
    assert (rejected.code, rejected.reason) == ("VALUE_INVALID", "total_amount is no number")
    assert rejected.fetched_at == hour(4)


def test_a_reject_has_its_own_id_and_is_not_shown_once_it_is_given_up(engine: sa.Engine) -> None:
    load_orders(engine, LOADED, rejects=[REJECTED])
    (found,) = read_raw_records(engine, "acme_us", reject_id(REJECTED))
    assert found.payload == REJECTED.payload
    assert read_raw_records(engine, "acme_eu", "4711") == []
    dismiss_rejects(engine, "acme_us", [reject_id(REJECTED)], "ann", "a test")
    assert [record.code for record in read_raw_records(engine, "acme_us", "4711")] == [None]


def test_the_rejects_that_wait_are_listed_by_connection_the_oldest_first(engine: sa.Engine) -> None:
    first, second, third = Order("1"), Order("2"), Order("3")
    for rejected in (first, second, third):
        load_orders(engine, rejects=[rejected])
    load_orders(engine, Order("9", connection="acme_eu"), rejects=[Order("4", connection="acme_eu")])
    dismiss_rejects(engine, "acme_us", [reject_id(third)], "ann", "a test")
    waiting = [("acme_eu", "4"), ("acme_us", "1"), ("acme_us", "2")]
    assert [(found.connection, found.order_number) for found in read_waiting(engine)] == waiting
    assert [found.order_number for found in read_waiting(engine, "acme_us")] == ["1", "2"]
