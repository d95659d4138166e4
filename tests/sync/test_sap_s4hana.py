"""SAP S/4HANA in the warehouse: items of which no receipt is expected, and what analysts see of its orders."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from include.orderhouse.sync.request import Mode
from include.orderhouse.warehouse.records.raw import open_orders
from tests.sandbox import history
from tests.sandbox.clock import Clock
from tests.sandbox.company import Company
from tests.sandbox.dialects.sap_s4hana import conditions, names
from tests.sandbox.dialects.sap_s4hana.fields import Subject
from tests.sandbox.dialects.sap_s4hana.names import order_number
from tests.sandbox.generate import generate
from tests.sandbox.order import LineKind, Order
from tests.sandbox.running import Sandbox, sandbox
from tests.sync.conftest import NOW, SETTINGS, Connect, System

NAME = "sap_s4hana"
PRICES = """
    SELECT source_order_id, line_number, unit_price, price_basis_quantity, line.discount_percent, currency
    FROM procurement.purchase_order_line AS line JOIN procurement.purchase_order USING (connection, order_id)
"""
SUBTOTALS = """
    SELECT source_order_id, subtotal_amount, coalesce(sum(net_amount) FILTER (WHERE NOT is_cancelled), 0) AS net_amount
    FROM procurement.purchase_order JOIN procurement.purchase_order_line AS line USING (connection, order_id)
    GROUP BY source_order_id, subtotal_amount
"""


@pytest.fixture
def sap() -> Iterator[Sandbox]:
    with sandbox(generate(7, orders=120, now=NOW), [NAME], Clock(NOW)) as running:
        yield running


@pytest.fixture(params=["v4", "v2"])
def system(request: pytest.FixtureRequest, sap: Sandbox, connect: Connect) -> System:
    return connect(NAME, sap, settings=SETTINGS[NAME] | {"service": request.param})


def order_a_service(company: Company, clock: Clock) -> Order:
    """An order for a single service that was due long ago."""
    order = company.orders[history.create(company, clock)]
    line = order.goods_lines[0]
    order.lines = [line]
    line.kind, line.discount_percent = LineKind.SERVICE, Decimal(0)
    for schedule in line.schedules:
        schedule.requested_date = date(2026, 1, 15)
    company.note_silently(order)
    return order


def test_a_service_is_never_late_and_ends_with_its_final_invoice(sap: Sandbox, system: System) -> None:
    order = sap.act(order_a_service)
    [line] = order.goods_lines
    key = order_number(order)
    system.sync()
    assert told(system, key) == ("approved", None, None, "open", 0, False)
    assert to_come(system, key) == [(0, line.quantity)]
    assert late(system, key) == []
    assert key in open_orders(system.runtime.warehouse, NAME)

    sap.clock.advance(60)
    sap.act(history.invoice, order.id, line.id, line.quantity)
    system.sync(Mode.RECONCILE)
    assert told(system, key) == ("closed", None, "full", "invoiced", 0, True)
    assert to_come(system, key) == late(system, key) == []
    assert key not in open_orders(system.runtime.warehouse, NAME)


def test_a_price_that_is_kept_abroad_or_by_another_unit_is_the_orders_net_price(sap: Sandbox, system: System) -> None:
    """Price and price unit come from the same place, and the discounts that are in the price are not told again."""
    system.sync()
    lines = {(order_number(order), str(line.number)): (order, line) for order, line in sap.company.lines()}
    kinds = set()
    for row in system.rows(PRICES):
        order, line = lines[row["source_order_id"], row["line_number"]]
        is_abroad, is_by_order_unit = conditions.is_abroad(order, line), conditions.is_by_order_unit(line)
        net = conditions.net_price(Subject(sap.company, order, line))
        is_net = is_abroad or is_by_order_unit
        price = (net, None) if is_net else (line.price, line.discount_percent or None)
        assert (row["unit_price"], row["discount_percent"]) == price
        assert (row["price_basis_quantity"], row["currency"]) == (line.price_basis, order.currency)
        kinds |= {(is_abroad, is_by_order_unit, bool(line.discount_percent), order.currency == "EUR")}
    assert {(True, False, True, True), (True, False, False, True)} <= kinds
    assert any(is_by_order_unit and not is_abroad for is_abroad, is_by_order_unit, *_ in kinds)


def test_an_orders_subtotal_is_the_sum_of_its_lines_and_counts_as_spend(sap: Sandbox, system: System) -> None:
    order = next(order for order in sap.company.orders.values() if order.is_open and len(order.goods_lines) > 2)
    order.goods_lines[0].is_cancelled = True
    system.sync()
    sums = system.rows(SUBTOTALS)
    assert len(sums) > 100
    assert [row for row in sums if row["subtotal_amount"] != row["net_amount"]] == []
    [row] = [row for row in sums if row["source_order_id"] == order_number(order)]
    assert row["subtotal_amount"] == sum(line.net_amount for line in order.goods_lines[1:])
    assert system.rows("SELECT * FROM ops.issue WHERE code = 'SUBTOTAL_DIFFERS'") == []
    spend = system.rows("SELECT orders, subtotal_amount FROM procurement.spend_by_vendor_month")
    assert spend
    assert [row for row in spend if row["subtotal_amount"] is None] == []


AWAITED = "SELECT order_number, line_number FROM procurement.open_order_lines"
RETURNS = """
    SELECT source_order_id, line_number, quantity_ordered, net_amount, unit_price, quantity_received, quantity_open,
        (SELECT sum(quantity) FROM procurement.purchase_order_schedule AS part
         WHERE part.line_id = line.line_id) AS scheduled,
        (SELECT sum(amount) FROM procurement.purchase_order_distribution AS part
         WHERE part.line_id = line.line_id) AS shared
    FROM procurement.purchase_order JOIN procurement.purchase_order_line AS line USING (connection, order_id)
"""


@pytest.mark.parametrize("service", ["v4", "v2"])
def test_what_goes_back_is_less_spent_and_nothing_to_receive(service: str, connect: Connect) -> None:
    """SAP tells quantities and values of returns items without a sign, beside those of items that are bought."""
    with sandbox(generate(7, orders=60, now=NOW), [NAME], Clock(NOW), options={NAME: {"returns": "3"}}) as sap:
        system = connect(NAME, sap, settings=SETTINGS[NAME] | {"service": service})
        system.sync()
        told = [(order_number(order), line) for order, line in sap.company.lines() if not line.is_text]
    lines = {(order, str(line.number)): line for order, line in told}
    back = {key for key, line in lines.items() if names.is_return(line, 3)}
    rows = {(row["source_order_id"], row["line_number"]): row for row in system.rows(RETURNS)}
    assert rows.keys() == lines.keys()
    for key, line in lines.items():
        row, sign = rows[key], -1 if key in back else 1
        assert (row["quantity_ordered"], row["net_amount"]) == (sign * line.quantity, sign * line.net_amount)
        assert (row["scheduled"], row["shared"]) == (row["quantity_ordered"], row["net_amount"])
        assert row["unit_price"] >= 0
        assert (row["quantity_received"] or 0) * sign >= 0
    assert {rows[key]["quantity_open"] for key in back} == {0}
    assert {sign for key in back if (sign := rows[key]["quantity_received"] or 0) < 0} or service == "v2"
    assert [row for row in system.rows(SUBTOTALS) if row["subtotal_amount"] != row["net_amount"]] == []
    codes = {row["code"] for row in system.rows("SELECT DISTINCT code FROM ops.issue")}
    assert not codes & {"SUBTOTAL_DIFFERS", "SCHEDULES_DIFFER"}
    awaited = {tuple(row.values()) for row in system.rows(AWAITED)}
    assert awaited
    assert not awaited & back


def told(system: System, key: str) -> tuple[Any, ...]:
    """How far the order and its only line have come."""
    [row] = system.rows(
        "SELECT status, receipt_status, invoice_status, line_status, quantity_open, is_closed"
        " FROM procurement.purchase_order JOIN procurement.purchase_order_line USING (connection, order_id)"
        f" WHERE source_order_id = '{key}'"
    )
    return tuple(row.values())


def to_come(system: System, key: str) -> list[tuple[Any, ...]]:
    """What the order's open lines await."""
    query = "SELECT quantity_to_receive, quantity_to_invoice FROM procurement.open_order_lines"
    return [tuple(row.values()) for row in system.rows(f"{query} WHERE order_number = '{key}'")]


def late(system: System, key: str) -> list[Any]:
    """The order's late lines."""
    return system.rows(f"SELECT line_number FROM procurement.late_lines WHERE order_number = '{key}'")


def test_what_is_delivered_and_finally_invoiced_is_not_to_be_invoiced_again(sap: Sandbox, system: System) -> None:
    order = next(
        order
        for order in sap.company.orders.values()
        if order.is_open
        and len(order.goods_lines) > 1
        and not any(line.quantity_received for line in order.goods_lines)
    )
    line = order.goods_lines[0]
    sap.act(history.receive, order.id, line.id, line.quantity)
    sap.act(history.invoice, order.id, line.id, line.quantity)
    system.sync()
    lines = system.rows(f"""
        SELECT line_number, quantity_to_receive, quantity_to_invoice FROM procurement.open_order_lines
        WHERE order_number = '{order_number(order)}'
    """)
    assert len(lines) == len(order.goods_lines) - 1


def test_goods_that_were_finally_invoiced_before_they_came_are_to_come(sap: Sandbox, connect: Connect) -> None:
    system = connect(NAME, sap)
    order = next(one for one in sap.company.orders.values() if one.is_open and one.order_type == "standard")
    line = next(line for line in order.goods_lines if line.quantity_open and line.kind is LineKind.GOODS)
    left = line.quantity_open
    sap.act(history.invoice, order.id, line.id, line.quantity)
    system.sync()
    open_line = f"""
        SELECT line_status, quantity_to_receive, quantity_to_invoice FROM procurement.open_order_lines
        WHERE order_number = '{order_number(order)}' AND line_number = '{line.number}'
    """
    assert [tuple(row.values()) for row in system.rows(open_line)] == [("invoiced", left, 0)]

    sap.clock.advance(60)
    sap.act(history.receive, order.id, line.id, left)
    system.sync(Mode.RECONCILE)
    assert system.rows(open_line) == []
