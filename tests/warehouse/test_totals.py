"""The totals that every load keeps agree with what a count would say."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import sqlalchemy as sa

from include.orderhouse.warehouse.clock import warehouse_now
from include.orderhouse.warehouse.load import GoneOrder, load
from tests.warehouse.orders import DAWN, Line, Order, frames, hour, load_orders, rows, started_task

FIRST = Order("1", lines=(Line("10"), Line("20")))
SECOND = Order("2")


def totals(engine: sa.Engine) -> list[tuple[object, ...]]:
    return rows(engine, "SELECT connection, orders, lines FROM ops.connection_total ORDER BY 1")


def counted(engine: sa.Engine) -> list[tuple[object, ...]]:
    query = """
        SELECT connection, count(DISTINCT order_id), count(line_id)
        FROM procurement.purchase_order LEFT JOIN procurement.purchase_order_line USING (connection, order_id)
        GROUP BY connection ORDER BY 1
    """
    return rows(engine, query)


def test_totals_follow_new_changed_repeated_and_deleted_orders(engine: sa.Engine) -> None:
    steps = [
        (FIRST, SECOND),
        (FIRST,),
        (replace(FIRST, lines=(Line("10"), Line("30"), Line("40"))).at(3, 4), Order("3", connection="acme_us")),
        (replace(SECOND, is_deleted=True).at(5, 6),),
        (replace(SECOND, lines=(Line("10"), Line("20"))).at(7, 8),),
    ]
    for orders in steps:
        load_orders(engine, *orders)
        assert totals(engine) == counted(engine) != []


def test_an_order_that_was_gone_before_it_was_held_counts_once_it_is(engine: sa.Engine) -> None:
    load_orders(engine, SECOND, gone=(GoneOrder("1", None, "tombstone"),))
    assert totals(engine) == counted(engine) == [("acme_us", 1, 1)]
    load_orders(engine, replace(FIRST, fetched=1 + (warehouse_now(engine) - DAWN) / timedelta(hours=1)))
    assert totals(engine) == counted(engine) == [("acme_us", 2, 3)]


def test_history_reaches_back_to_the_earliest_window_that_was_loaded(engine: sa.Engine) -> None:
    known = []
    for start in (None, 5, 3, 4, None):
        task = started_task(engine)
        with engine.begin() as session:
            at = None if start is None else hour(start)
            session.execute(sa.text("UPDATE ops.sync SET window_start = :at WHERE state = 'running'"), {"at": at})
        load(engine, task, [frames(FIRST)])
        known += rows(engine, "SELECT history_since, counted_at FROM ops.connection_total")
    assert [since for since, _ in known] == [None, hour(5), hour(3), hour(3), hour(3)]
    assert sorted({at for _, at in known}) == [at for _, at in known]


def test_a_load_that_adds_no_order_is_not_stopped_by_how_many_are_held(engine: sa.Engine) -> None:
    load_orders(engine, FIRST, SECOND)
    task = replace(started_task(engine), max_orders=1)
    assert load(engine, task, [frames(FIRST.at(2))]).unchanged == 1
