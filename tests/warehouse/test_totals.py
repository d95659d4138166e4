"""The totals that every load keeps agree with what a count would say."""

from __future__ import annotations

from dataclasses import replace

import sqlalchemy as sa

from tests.warehouse.orders import Line, Order, load_orders, rows

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


def test_history_reaches_back_to_the_earliest_window_that_was_loaded(engine: sa.Engine) -> None:
    load_orders(engine, FIRST)
    load_orders(engine, SECOND)
    query = "SELECT min(window_start) FROM ops.sync WHERE state = 'succeeded'"
    assert rows(engine, "SELECT history_since FROM ops.connection_total") == rows(engine, query)
