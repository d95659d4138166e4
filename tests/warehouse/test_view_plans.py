"""What it costs to ask the views: no more than what is asked for."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import sqlalchemy as sa

from tests.warehouse.orders import Line, Order, load_orders

LINE = Line("10", {"quantity_ordered": Decimal(10), "net_amount": Decimal(100)})


def test_an_open_order_is_found_without_counting_the_lines_of_all(engine: sa.Engine) -> None:
    load_orders(engine, *(Order(str(number), lines=(LINE,)) for number in range(1000)))
    with engine.connect() as session:
        plan = session.exec_driver_sql("EXPLAIN SELECT * FROM procurement.open_orders WHERE order_number = '7'")
        told = "\n".join(line for (line,) in plan)
    assert "Index Scan using purchase_order_line_pkey" in told
    assert "Seq Scan on purchase_order_line" not in told


def test_all_open_orders_are_counted_without_looking_each_up(engine: sa.Engine) -> None:
    load_orders(engine, *(Order(str(number), lines=(LINE,)) for number in range(1000)))
    with engine.begin() as session:
        session.exec_driver_sql("ANALYZE procurement.purchase_order, procurement.purchase_order_line")
        told = "EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) SELECT * FROM procurement.open_orders"
        (plan,) = session.exec_driver_sql(told).scalar_one()
    scans = [node["Actual Loops"] for node in nodes(plan) if node.get("Relation Name") == "purchase_order"]
    assert sum(scans) <= 2


def nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Every node of a plan."""
    yield plan.get("Plan", plan)
    for below in plan.get("Plan", plan).get("Plans", []):
        yield from nodes(below)
