"""SAP S/4HANA in the warehouse: items of which no receipt is expected, and what analysts see of its orders."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from include.orderhouse.sync.request import Mode
from include.orderhouse.warehouse.raw import open_orders
from tests.sandbox import history
from tests.sandbox.clock import Clock
from tests.sandbox.company import Company
from tests.sandbox.dialects.sap_s4hana.names import order_number
from tests.sandbox.generate import generate
from tests.sandbox.order import LineKind, Order
from tests.sandbox.running import Sandbox, sandbox
from tests.sync.conftest import NOW, SETTINGS, Connect, System

NAME = "sap_s4hana"


@pytest.fixture
def sap() -> Iterator[Sandbox]:
    with sandbox(generate(7, orders=40, now=NOW), [NAME], Clock(NOW)) as running:
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
    assert told(system, key) == ("closed", None, "full", "closed", 0, True)
    assert to_come(system, key) == late(system, key) == []
    assert key not in open_orders(system.runtime.warehouse, NAME)


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
