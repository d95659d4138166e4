"""Canonical orders as programs read them."""

from __future__ import annotations

import json
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa

from include.orderhouse.warehouse.reading.orders import OrderFilter, read_orders
from include.orderhouse.warehouse.reading.paging import CursorInvalid, write_cursor
from tests.warehouse.orders import Line, Order, hour, load_orders, rows

ACME = ["acme_us"]
SOME_ID = "5f0c3b0e-0000-5000-8000-000000000001"


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


def test_orders_are_found_from_a_start_that_is_included_to_an_end_that_is_not(engine: sa.Engine) -> None:
    days = [date(2026, 5, day) for day in (1, 2, 3)]
    orders = [Order(str(day.day), version=day.day, values={"order_date": day, "status": "sent"}) for day in days]
    gone = Order("9", version=2, values={"order_date": days[1]}, is_deleted=True)
    load_orders(engine, orders[0])
    load_orders(engine, orders[1], gone)
    load_orders(engine, orders[2])
    load_orders(engine, Order("7", connection="acme_eu"))

    def found(**chosen: Any) -> list[str]:
        page: list[Any] = read_orders(engine, OrderFilter(ACME, **chosen), None, 10).data
        return sorted(order.source_order_id for order in page)

    loaded_at = "SELECT DISTINCT loaded_at FROM procurement.purchase_order WHERE connection = 'acme_us' ORDER BY 1"
    loaded = [at for (at,) in rows(engine, loaded_at)]
    for name, (_, middle, last) in {"ordered": days, "modified": [hour(1), hour(2), hour(3)], "loaded": loaded}.items():
        assert found(**{f"{name}_from": middle}) == ["2", "3"]
        assert found(**{f"{name}_to": middle}) == ["1"]
        assert found(**{f"{name}_from": middle, f"{name}_to": last}, with_deleted=True) == ["2", "9"]
    assert found() == ["1", "2", "3"]
    assert found(status="sent") == ["1", "2", "3"]
    assert found(status="closed") == []


def test_lines_that_are_deleted_are_not_among_an_orders_lines(engine: sa.Engine) -> None:
    load_orders(engine, Order(lines=(Line("10"), Line("20", {"is_deleted": True}))), Order("4712", lines=()))
    lines = [[line["source_line_id"] for line in order["lines"]] for order in told(engine)]
    assert sorted(lines) == [[], ["10"]]


@pytest.mark.parametrize(
    "key",
    [
        ("acme_us\0", SOME_ID, ""),
        ("acme_us", "no id", ""),
        ("acme_us", SOME_ID, "2026-10-01T00:00:00"),
        ("acme_us", SOME_ID),
        ("acme_us", SOME_ID, "", ""),
    ],
    ids=["a NUL", "no id", "no offset", "too short", "too long"],
)
def test_a_cursor_that_no_answer_gave_is_told_as_such(engine: sa.Engine, key: tuple[str, ...]) -> None:
    with pytest.raises(CursorInvalid):
        read_orders(engine, OrderFilter(ACME), write_cursor(*key), 10)
