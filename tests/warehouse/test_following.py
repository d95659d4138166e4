"""A program that follows the orders by ``follow_from`` misses none, whichever load is under way when it asks."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from include.orderhouse.warehouse.embedded import Server
from include.orderhouse.warehouse.engine import connect
from include.orderhouse.warehouse.load import load
from include.orderhouse.warehouse.reading.following import all_loaded_before
from include.orderhouse.warehouse.reading.orders import OrderFilter, OrderPage, read_orders
from include.orderhouse.warehouse.task import ALONE
from tests.warehouse.conftest import database
from tests.warehouse.orders import Order, frames, load_orders, started_task

_IN_HALVES = """
    SELECT pg_advisory_xact_lock((key >> 32)::int, ((key << 32) >> 32)::int)
    FROM hashtextextended('orderhouse.load:acme_us', 0) AS key
"""
"""A lock of two numbers that together are the one number of a load's."""

ACME = OrderFilter(["acme_us", "acme_eu"], with_deleted=True)


def ask(engine: sa.Engine, loaded_from: datetime | None, cursor: str | None = None, limit: int = 10) -> OrderPage:
    return read_orders(engine, replace(ACME, loaded_from=loaded_from), cursor, limit)


def names(page: OrderPage) -> list[str]:
    orders: list[Any] = page.data
    return [order.source_order_id for order in orders]


def test_what_a_load_brings_that_is_under_way_comes_with_the_next_question(engine: sa.Engine) -> None:
    """The load takes its time while nobody sees its rows, and another one ends meanwhile."""
    load_orders(engine, Order("1"))
    task, asked = started_task(engine), []

    def batches() -> Any:
        asked.append(ask(engine, None))
        yield frames(Order("2"))
        asked.append(ask(engine, asked[0].follow_from))

    load(engine, task, batches())
    first, second = asked
    assert names(first) == ["1"]
    assert names(second) == []
    assert names(ask(engine, second.follow_from)) == ["2"]
    settled = ask(engine, None).follow_from
    assert settled is not None
    assert names(ask(engine, settled)) == []


def test_a_load_of_other_connections_and_one_that_waits_hold_nothing_back(engine: sa.Engine) -> None:
    before = ask(engine, None).follow_from
    assert before is not None
    with engine.begin() as session:
        session.exec_driver_sql(ALONE, {"connection": "globex"})
        during = ask(engine, None).follow_from
        session.exec_driver_sql(ALONE, {"connection": "acme_us"})
        held = ask(engine, None).follow_from
        begun = session.execute(sa.text("SELECT now()")).scalar_one()
    assert during is not None
    assert during > begun
    assert held == begun


def test_only_a_load_of_this_warehouse_holds_back_and_no_lock_that_looks_like_its_own(
    engine: sa.Engine, server: Server
) -> None:
    """Of a server that several warehouses share, all may have a connection of one name."""
    with database(server) as url:
        other = connect(url)
        with other.begin() as elsewhere, engine.begin() as session:
            elsewhere.exec_driver_sql(ALONE, {"connection": "acme_us"})
            session.exec_driver_sql(_IN_HALVES)
            during = ask(engine, None).follow_from
            begun = max(one.execute(sa.text("SELECT now()")).scalar_one() for one in (elsewhere, session))
        other.dispose()
    assert during is not None
    assert during > begun


def test_the_lock_of_each_connection_is_found_whatever_number_it_has(engine: sa.Engine) -> None:
    """Half of them are below zero; PostgreSQL tells each in two halves without a sign."""
    names = [f"acme_{number}" for number in range(8)]
    with engine.begin() as session:
        for name in names:
            session.exec_driver_sql(ALONE, {"connection": name})
        begun = session.execute(sa.text("SELECT now()")).scalar_one()
        with engine.connect() as asking:
            assert {all_loaded_before(asking, [name]) for name in names} == {begun}


def test_all_pages_of_a_list_tell_the_mark_of_the_first(engine: sa.Engine) -> None:
    load_orders(engine, Order("1"), Order("2"))
    first = ask(engine, None, limit=1)
    load_orders(engine, replace(Order("1"), values={"memo": "changed"}).at(5))
    second = ask(engine, None, first.next_cursor, limit=1)
    assert first.follow_from == second.follow_from
    assert names(ask(engine, second.follow_from)) == ["1"]


def test_a_login_that_sees_no_transactions_of_others_is_told_nothing_rather_than_too_much(engine: sa.Engine) -> None:
    with engine.begin() as load, engine.connect() as stranger:
        stranger.exec_driver_sql("CREATE ROLE peeping")
        stranger.exec_driver_sql("SET ROLE peeping")
        assert all_loaded_before(stranger, ["acme_us"]) is not None
        load.exec_driver_sql(ALONE, {"connection": "acme_us"})
        stranger.exec_driver_sql("SELECT pg_stat_clear_snapshot()")
        assert all_loaded_before(stranger, ["acme_us"]) is None


def test_a_list_is_paged_also_where_there_is_no_mark(engine: sa.Engine) -> None:
    load_orders(engine, Order("1"), Order("2"))
    stranger = connect(engine.url.render_as_string(hide_password=False))
    sa.event.listen(stranger, "begin", lambda session: session.exec_driver_sql("SET LOCAL ROLE orderhouse_analyst"))
    with engine.begin() as load:
        load.exec_driver_sql(ALONE, {"connection": "acme_us"})
        first = ask(stranger, None, limit=1)
        second = ask(stranger, None, first.next_cursor, limit=1)
    stranger.dispose()
    assert {*names(first), *names(second)} == {"1", "2"}
    assert (first.follow_from, second.follow_from, second.next_cursor) == (None, None, None)
