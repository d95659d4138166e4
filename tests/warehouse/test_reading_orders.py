"""Canonical orders as programs read them."""

from __future__ import annotations

import json
from datetime import datetime
from decimal import Decimal
from typing import Any

import sqlalchemy as sa

from include.orderhouse.warehouse.reading.orders import OrderFilter, read_orders
from tests.warehouse.orders import Line, Order, load_orders

ACME = ["acme_us"]


def told(engine: sa.Engine, loaded_from: datetime | None = None) -> list[dict[str, Any]]:
    """The orders with their lines, as JSON has them."""
    page = read_orders(engine, OrderFilter(ACME, loaded_from=loaded_from), None, 10, with_lines=True)
    orders: list[dict[str, Any]] = json.loads(page.model_dump_json())["data"]
    return orders


def test_an_order_of_which_only_a_line_changed_comes_to_who_follows(engine: sa.Engine) -> None:
    def received(quantity: int, version: float) -> Order:
        return Order(version=version, lines=(Line("10", {"quantity_received": Decimal(quantity)}), Line("20")))

    load_orders(engine, received(4, 1), Order("4712"))
    follow_from = read_orders(engine, OrderFilter(ACME), None, 10).follow_from
    load_orders(engine, received(5, 2), Order("4712", version=2))
    [order] = told(engine, follow_from)
    assert {line["quantity_received"] for line in order["lines"]} == {"5.000000", None}


def test_numbers_are_written_out_with_all_their_digits(engine: sa.Engine) -> None:
    """Also a price of nothing, and the numbers of custom fields, which the warehouse holds as JSON."""
    custom = '{"budget": 12345678901234567.89, "share": 0.00000001, "parts": [0.10, 7], "note": "1e5"}'
    line = {"unit_price": Decimal("0E-10"), "net_amount": Decimal("1E+3"), "custom_fields": '{"weight": 0.10}'}
    load_orders(engine, Order(values={"custom_fields": custom}, lines=(Line("10", line),)))
    [order] = told(engine)
    assert order["custom_fields"] == {
        "budget": "12345678901234567.89",
        "share": "0.00000001",
        "parts": ["0.10", 7],
        "note": "1e5",
    }
    [only] = order["lines"]
    assert (only["unit_price"], only["net_amount"]) == ("0.0000000000", "1000.000000")
    assert only["custom_fields"] == {"weight": "0.10"}


def test_lines_come_in_the_order_of_their_numbers(engine: sa.Engine) -> None:
    numbers = ["00100", "2", "1.10", "1.9", "00010", "A-9", "A-10", None]
    lines = tuple(Line(str(place), {"line_number": number}) for place, number in enumerate(numbers))
    load_orders(engine, Order(lines=lines))
    [order] = told(engine)
    came = [line["line_number"] for line in order["lines"]]
    assert came == ["1.9", "1.10", "2", "00010", "00100", "A-9", "A-10", None]
