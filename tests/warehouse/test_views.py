"""What analysts see."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa

from include.orderhouse.warehouse.load import load
from include.orderhouse.warehouse.records.raw import open_orders
from include.orderhouse.warehouse.syncs.ledger import set_watermark_after
from include.orderhouse.warehouse.syncs.status import set_status
from tests.warehouse.orders import Line, Order, frames, hour, load_orders, rows, started_task


def line(number: str = "10", **values: Any) -> Line:
    """A line of ten pieces at a net amount of 100."""
    numbers = {
        name: Decimal(value) if isinstance(value, int) and name.startswith("quantity") else value
        for name, value in values.items()
    }
    return Line(number, {"quantity_ordered": Decimal(10), "net_amount": Decimal(100), **numbers})


OPEN_QUANTITIES = [
    ("untouched", {}, (10, 10)),
    ("partly received", {"quantity_received": 4}, (6, 10)),
    ("partly received and invoiced", {"quantity_received": 4, "quantity_invoiced": 4}, (6, 6)),
    ("partly cancelled", {"quantity_cancelled": 3, "quantity_received": 4}, (3, 7)),
    ("over-received", {"quantity_received": 12}, (0, 12)),
    ("over-received and invoiced as ordered", {"quantity_received": 12, "quantity_invoiced": 10}, (0, 2)),
    ("over-received and invoiced", {"quantity_received": 12, "quantity_invoiced": 12}, None),
    ("over-invoiced", {"quantity_received": 4, "quantity_invoiced": 11}, (6, 0)),
    ("short-closed", {"quantity_received": 4, "is_closed": True}, (0, 4)),
    ("short-closed and invoiced", {"quantity_received": 4, "quantity_invoiced": 4, "is_closed": True}, None),
    ("closed as its status says", {"quantity_received": 4, "line_status": "closed"}, (0, 4)),
    ("cancelled", {"is_cancelled": True}, None),
    ("taken out of its order", {"is_deleted": True}, None),
    ("cancelled as its status says", {"line_status": "cancelled"}, None),
    ("deleted as its status says", {"line_status": "deleted"}, None),
    ("open as the source tells it", {"quantity_received": 4, "quantity_open": 5}, (5, 10)),
    ("invoiced", {"line_status": "invoiced"}, None),
    ("invoiced before it came", {"line_status": "invoiced", "quantity_received": 4, "quantity_open": 6}, (6, 0)),
    ("invoiced and closed", {"line_status": "invoiced", "quantity_open": 6, "is_closed": True}, None),
    ("invoiced and come", {"line_status": "invoiced", "quantity_received": 12, "quantity_open": -2}, None),
    ("charge", {"line_type": "charge"}, (0, 10)),
    ("text", {"line_type": "text"}, None),
    ("ordered by its amount", {"quantity_ordered": None}, (None, None)),
    ("ordered by its amount and received", {"quantity_ordered": None, "line_status": "received"}, (0, None)),
    ("ordered by its amount and invoiced", {"quantity_ordered": None, "line_status": "invoiced"}, None),
    ("without quantity and amount", {"quantity_ordered": None, "net_amount": Decimal(0)}, None),
]


@pytest.mark.parametrize(
    ("values", "expected"), [case[1:] for case in OPEN_QUANTITIES], ids=[case[0] for case in OPEN_QUANTITIES]
)
def test_h29_a_line_shows_what_is_still_to_receive_and_to_invoice(
    engine: sa.Engine, values: dict[str, Any], expected: tuple[int, int] | None
) -> None:
    load_orders(engine, Order(lines=(line(**values),)))
    found = rows(engine, "SELECT quantity_to_receive, quantity_to_invoice FROM procurement.open_order_lines")
    assert found == ([] if expected is None else [expected])


def test_an_open_order_sums_its_open_lines(engine: sa.Engine) -> None:
    due = date(2026, 5, 1)
    load_orders(
        engine,
        Order(
            "1",
            lines=(line("10", quantity_received=4, promised_delivery_date=due), line("20", is_closed=True), line("30")),
        ),
        Order("2", values={"status": "closed"}, lines=(line(),)),
        Order("3", values={"status": "draft"}, lines=(line(),)),
        Order("4", lines=(line(quantity_received=10, quantity_invoiced=10),)),
        Order("5", is_deleted=True, lines=(line(),)),
    )
    told = "SELECT order_number, lines_to_receive, lines_to_invoice, next_due_date, net_amount_to_receive"
    assert rows(engine, f"{told} FROM procurement.open_orders") == [("1", 2, 2, due, 160)]


def test_lines_that_are_ordered_by_their_amount_are_open_with_all_of_it(engine: sa.Engine) -> None:
    due = date(2026, 5, 1)
    amounts = {"net_amount": Decimal(50000), "net_amount_company": Decimal(55000)}
    by_amount = line("20", quantity_ordered=None, promised_delivery_date=due, **amounts)
    load_orders(engine, Order(lines=(line("10", quantity_received=4), by_amount)))
    told = "SELECT lines_to_receive, lines_to_invoice, next_due_date, net_amount_to_receive, net_amount_to_invoice"
    assert rows(engine, f"{told} FROM procurement.open_orders") == [(2, 2, due, 50060, 50100)]
    told = "SELECT net_amount_to_receive_company, net_amount_to_invoice_company"
    assert rows(engine, f"{told} FROM procurement.open_orders") == [(55000, 55000)]
    told = "SELECT net_amount_to_receive, net_amount_late, net_amount_late_company FROM procurement.late_lines"
    assert rows(engine, told) == [(50000, 50000, 55000)]


@pytest.mark.parametrize("quantity", [None, 2], ids=["by its amount", "with a quantity"])
def test_of_a_charge_nothing_is_to_receive(engine: sa.Engine, quantity: int | None) -> None:
    amounts = {"net_amount": Decimal(60), "net_amount_company": Decimal(66)}
    load_orders(engine, Order(lines=(line(line_type="charge", quantity_ordered=quantity, **amounts),)))
    told = "SELECT net_amount_to_receive, net_amount_to_receive_company, net_amount_to_invoice FROM procurement"
    assert rows(engine, f"{told}.open_order_lines") == rows(engine, f"{told}.open_orders") == [(0, 0, 60)]


def test_of_an_invoiced_line_without_a_quantity_nothing_is_to_invoice(engine: sa.Engine) -> None:
    open_ones = {"quantity_ordered": None, "quantity_open": 6, "net_amount_company": Decimal(66)}
    load_orders(engine, Order(lines=(line(line_status="invoiced", **open_ones),)))
    told = "SELECT quantity_to_receive, net_amount_to_receive, net_amount_to_invoice, net_amount_to_invoice_company"
    assert rows(engine, f"{told} FROM procurement.open_order_lines") == [(6, None, 0, 0)]


def test_a_blanket_order_is_not_open_beside_its_releases_but_read_again(engine: sa.Engine) -> None:
    load_orders(
        engine,
        Order("1", values={"order_type": "blanket"}, lines=(line(),)),
        Order("2", values={"order_type": "release"}, lines=(line(),)),
        Order("3", values={"order_type": "blanket", "status": "closed"}, lines=(line(),)),
    )
    assert rows(engine, "SELECT order_number FROM procurement.open_orders") == [("2",)]
    assert open_orders(engine, "acme_us") == {"1", "2"}


def test_a_line_is_late_from_the_day_after_it_was_due(engine: sa.Engine) -> None:
    ((today,),) = rows(engine, "SELECT current_date")
    early, late = today - timedelta(days=3), today
    load_orders(
        engine,
        Order(
            "1", values={"requested_delivery_date": early}, lines=(line("10"), line("20", promised_delivery_date=late))
        ),
        Order("2", lines=(line("10", requested_delivery_date=early, quantity_received=10),)),
        Order("3", values={"requested_delivery_date": early, "promised_delivery_date": late}, lines=(line("10"),)),
    )
    assert rows(engine, "SELECT order_number, line_number, days_late FROM procurement.late_lines") == [("1", None, 3)]


EARLY, LATER, TODAY, SOON = (timedelta(days) for days in (-30, -1, 0, 30))
"""Days from today."""


def schedule(quantity: int, received: int | None, due: timedelta | None, **values: Any) -> dict[str, Any]:
    """A delivery schedule."""
    came = received if received is None else Decimal(received)
    return {"quantity": Decimal(quantity), "quantity_received": came, "requested_delivery_date": due, **values}


DUE_BY_SCHEDULES: list[tuple[str, list[dict[str, Any]], dict[str, Any], tuple[timedelta | None, int | None, int]]] = [
    ("one that has come", [schedule(6, 6, EARLY), schedule(4, 1, LATER)], {"quantity_received": 7}, (LATER, 3, 3)),
    ("one that is not due yet", [schedule(6, 2, EARLY), schedule(4, 0, SOON)], {"quantity_received": 2}, (EARLY, 8, 4)),
    ("nothing that was due", [schedule(6, 6, EARLY), schedule(4, 0, TODAY)], {"quantity_received": 6}, (TODAY, 4, 0)),
    ("nothing told of receipts", [schedule(6, None, EARLY), schedule(4, None, SOON)], {}, (EARLY, 10, 6)),
    ("more than ordered", [schedule(6, 8, EARLY), schedule(4, 0, LATER)], {"quantity_received": 8}, (LATER, 2, 2)),
    ("one that is cancelled", [schedule(6, 0, EARLY, status="cancelled"), schedule(4, 0, SOON)], {}, (SOON, 10, 0)),
    ("one that is received", [schedule(6, None, EARLY, status="received"), schedule(4, None, SOON)], {}, (SOON, 10, 0)),
    ("one that is closed", [schedule(6, 2, EARLY, status="closed"), schedule(4, 0, SOON)], {}, (SOON, 10, 0)),
    ("one that is deleted", [schedule(6, 0, EARLY, is_deleted=True), schedule(4, 0, SOON)], {}, (SOON, 10, 0)),
    ("a promise", [schedule(10, 0, SOON, promised_delivery_date=EARLY)], {}, (EARLY, 10, 10)),
    ("a date of the line", [schedule(10, 0, SOON)], {"confirmed_delivery_date": EARLY}, (EARLY, 10, 10)),
    ("no date", [schedule(10, 0, None)], {"requested_delivery_date": EARLY}, (EARLY, 10, 10)),
    ("no quantity", [{"requested_delivery_date": EARLY}], {"quantity_ordered": None}, (None, None, 0)),
]


@pytest.mark.parametrize(
    ("schedules", "values", "expected"),
    [case[1:] for case in DUE_BY_SCHEDULES],
    ids=[case[0] for case in DUE_BY_SCHEDULES],
)
def test_a_line_is_due_and_late_by_the_schedules_that_await_goods(
    engine: sa.Engine, schedules: list[dict[str, Any]], values: dict[str, Any], expected: tuple[Any, ...]
) -> None:
    ((today,),) = rows(engine, "SELECT current_date")

    def dated(row: dict[str, Any]) -> dict[str, Any]:
        return {name: today + value if isinstance(value, timedelta) else value for name, value in row.items()}

    parts = {str(number): dated(one) for number, one in enumerate(schedules, 1)}
    load_orders(engine, Order(lines=(replace(line(**dated(values)), schedules=tuple(parts), part_values=parts),)))
    after, to_receive, late = expected
    due = None if after is None else today + after
    told = "SELECT due_date, quantity_to_receive, quantity_late"
    assert rows(engine, f"{told} FROM procurement.open_order_lines") == [(due, to_receive, late)]
    if late:
        assert rows(engine, f"{told}, net_amount_late FROM procurement.late_lines") == [
            (due, to_receive, late, 10 * late)
        ]
    else:
        assert rows(engine, f"{told} FROM procurement.late_lines") == []


def test_how_much_is_late_of_a_line_that_is_ordered_by_its_amount_is_not_told_by_a_quantity(engine: sa.Engine) -> None:
    ((past,),) = rows(engine, "SELECT current_date - 1")
    by_amount = line(quantity_ordered=None, net_amount=Decimal(50000))
    due = {"1": {"quantity": Decimal(5), "requested_delivery_date": past}}
    load_orders(engine, Order(lines=(replace(by_amount, schedules=("1",), part_values=due),)))
    told = "SELECT due_date, quantity_late, net_amount_late FROM procurement.late_lines"
    assert rows(engine, told) == [(past, None, 50000)]


def test_spend_is_summed_by_vendor_month_and_currency(engine: sa.Engine) -> None:
    def bought(number: str, day: date, amount: str, company: str | None, **more: str) -> Order:
        values = {"vendor_code": "V1", "order_date": day, "currency": "EUR", "company_currency": "USD"}
        amounts = {"total_amount": Decimal(amount), "total_amount_company": company and Decimal(company)}
        return Order(number, values={**values, **amounts, **more})

    load_orders(
        engine,
        bought("1", date(2026, 1, 1), "100.01", "110"),
        bought("2", date(2026, 1, 31), "200.02", None),
        bought("3", date(2026, 2, 1), "1", "1.1"),
        bought("4", date(2026, 1, 5), "5", "5", status="cancelled"),
        bought("5", date(2026, 1, 5), "7", "8", order_type="blanket"),
    )
    told = "SELECT month, orders, total_amount, total_amount_company, orders_without_company_amount"
    assert rows(engine, f"{told} FROM procurement.spend_by_vendor_month ORDER BY 1") == [
        (date(2026, 1, 1), 2, Decimal("300.03"), 110, 1),
        (date(2026, 2, 1), 1, 1, Decimal("1.1"), 0),
    ]


NET_AMOUNTS = [
    ("from the subtotal", {"subtotal": 100, "charges": 10, "discount": 5, "tax": 20, "total": 125}, 105),
    ("without a total", {"subtotal": 100, "charges": 10}, 110),
    ("without a subtotal", {"tax": 20, "total": 125}, 105),
    ("with neither", {"charges": 10, "tax": 20}, None),
    ("without tax", {"total": 125}, None),
]


@pytest.mark.parametrize("suffix", ["", "_company"])
@pytest.mark.parametrize(("told", "net"), [case[1:] for case in NET_AMOUNTS], ids=[case[0] for case in NET_AMOUNTS])
def test_spend_without_tax_is_told_where_a_source_tells_no_total(
    engine: sa.Engine, told: dict[str, int], net: int | None, suffix: str
) -> None:
    load_orders(engine, Order(values={f"{name}_amount{suffix}": Decimal(value) for name, value in told.items()}))
    left_out = "orders_without_total_amount" if not suffix else "orders_without_company_amount"
    query = f"SELECT net_amount{suffix}, {left_out}, orders_without_net_amount{suffix}"
    assert rows(engine, f"{query} FROM procurement.spend_by_vendor_month") == [
        (net, int("total" not in told), int(net is None))
    ]


@pytest.mark.parametrize("part", ["charges", "discount"])
def test_an_amount_in_company_currency_without_all_its_parts_is_none(engine: sa.Engine, part: str) -> None:
    amounts = {"subtotal_amount": 100, f"{part}_amount": 10, "subtotal_amount_company": 110}
    load_orders(engine, Order(values={name: Decimal(value) for name, value in amounts.items()}))
    told = "SELECT net_amount_company, orders_without_net_amount_company FROM procurement.spend_by_vendor_month"
    assert rows(engine, told) == [(None, 1)]


def test_vendors_without_a_code_are_told_apart(engine: sa.Engine) -> None:
    def bought(number: str, **vendor: str) -> Order:
        return Order(number, values={"total_amount": Decimal(number), **vendor})

    load_orders(
        engine,
        bought("1", vendor_name="Acme"),
        bought("2", vendor_name="Zenith"),
        bought("3", vendor_name="Zenith"),
        bought("4", vendor_code="V1", vendor_name="Zenith"),
        bought("5", vendor_code="V1", vendor_name="Zenith Ltd"),
    )
    told = "SELECT vendor_code, vendor_name, total_amount FROM procurement.spend_by_vendor_month ORDER BY 3"
    assert rows(engine, told) == [(None, "Acme", 1), (None, "Zenith", 5), ("V1", "Zenith Ltd", 9)]


def test_freshness_tells_history_watermark_staleness_and_state(engine: sa.Engine) -> None:
    task = started_task(engine)
    load(engine, task, [frames(Order(), Order("4712"))])
    set_watermark_after(engine, "acme_us", task.sync_id, hour(7))
    load_orders(engine, rejects=[Order(version=9)])
    set_status(engine, "acme_us", "acme", "test", "offline", "SOURCE_UNAVAILABLE", "down")
    set_status(engine, "acme_eu", "acme", "test", "online")
    told = "SELECT connection, state, fresh_as_of, last_sync_state, orders, stale_orders, open_rejects"
    assert rows(engine, f"{told} FROM procurement.data_freshness ORDER BY 1") == [
        ("acme_eu", "online", None, None, 0, 0, 0),
        ("acme_us", "offline", hour(7), "succeeded", 2, 1, 1),
    ]
