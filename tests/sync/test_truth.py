"""One truth, many dialects: what the warehouse holds of one company is what the company is, field by field.

``expected_orders`` tells each field as the dialect can carry it; ``CANNOT_CARRY`` beside it says where and why that is
not the truth as it stands.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from importlib import import_module
from itertools import product
from typing import Any

import pytest

from include.orderhouse.connectors import CONNECTORS
from include.orderhouse.model import TABLES
from tests.sandbox import history
from tests.sandbox.clock import Clock
from tests.sandbox.company import Company
from tests.sandbox.generate import generate
from tests.sandbox.order import Stage
from tests.sandbox.running import Sandbox, sandbox
from tests.sync.conftest import Connect, System

NOW = datetime(2026, 10, 1, 12, 0, 0, tzinfo=UTC)
TRUTHS = {name: import_module(f"tests.truth.{name}") for name in CONNECTORS}
PARTS = {"lines": "source_line_id", "schedules": "schedule_number", "distributions": "distribution_number"}
"""The parts of a row that are rows themselves, and the column that tells them apart."""

Row = Mapping[str, Any]


@pytest.fixture(scope="module")
def company() -> Company:
    found = generate(11, orders=300, now=NOW)
    _end_lines(found, Clock(NOW))
    return found


@pytest.fixture(scope="module")
def systems(company: Company) -> Iterator[Sandbox]:
    with sandbox(company, list(TRUTHS), Clock(NOW), options={"odoo": {"version": "18"}}) as running:
        yield running


@pytest.mark.parametrize("connector", TRUTHS)
def test_the_warehouse_agrees_with_the_truth_field_by_field(
    connector: str, systems: Sandbox, company: Company, connect: Connect
) -> None:
    system = connect(connector, systems)
    system.sync()
    expected = TRUTHS[connector].expected_orders(company)
    found = _orders(system)
    assert found.keys() == expected.keys()
    assert _differences(expected, found) == []
    assert _unknown_codes(system) <= {"FLY", "Flyover crate"}, "only the company's own unit is no standard one"


@pytest.mark.parametrize("connector", TRUTHS)
def test_what_a_dialect_cannot_carry_names_a_table_of_the_model_and_a_reason(connector: str) -> None:
    tables = {table.name for table in TABLES}
    for place, reason in TRUTHS[connector].CANNOT_CARRY.items():
        assert place.split(".")[0] in tables
        assert reason


def _end_lines(company: Company, clock: Clock) -> None:
    """Cancel or close a line of some orders, beside others that came, were invoiced, or are still to come."""
    untouched = (order for order in company.orders.values() if order.stage is Stage.SENT and len(order.goods_lines) > 2)
    orders = [o for o in untouched if not any(line.receipts or line.is_void for line in o.goods_lines)]
    ends = ((history.cancel_line, 0), (history.close_line, 0), (history.close_line, Decimal("0.1")))
    plays = list(product(ends, (0, 1, 9), (False, True)))
    assert len(orders) > len(plays)
    for order, ((end, came), still_to_come, is_invoiced) in zip(orders, plays, strict=False):
        *others, last = order.goods_lines
        for line in others[still_to_come:]:
            history.receive(company, clock, order.id, line.id, line.quantity)
            if is_invoiced:
                history.invoice(company, clock, order.id, line.id, line.quantity)
        if came:
            history.receive(company, clock, order.id, last.id, last.quantity * came)
        end(company, clock, order.id, last.id)


def _orders(system: System) -> dict[str, Row]:
    """The orders by source order id, with their lines, schedules and distributions inside."""
    orders, lines = _by_id(system, "purchase_order", "order_id"), _by_id(system, "purchase_order_line", "line_id")
    for part in ("schedule", "distribution"):
        for row in system.rows(f"SELECT * FROM procurement.purchase_order_{part}"):
            lines[row["line_id"]].setdefault(f"{part}s", []).append(row)
    for line in lines.values():
        orders[line["order_id"]].setdefault("lines", []).append(line)
    return {order["source_order_id"]: order for order in orders.values()}


def _unknown_codes(system: System) -> set[str]:
    noted = system.rows("SELECT DISTINCT source_value FROM ops.issue WHERE code = 'UNKNOWN_CODE'")
    return {row["source_value"] for row in noted}


def _by_id(system: System, table: str, key: str) -> dict[Any, dict[str, Any]]:
    return {row[key]: row for row in system.rows(f"SELECT * FROM procurement.{table}")}


def _differences(expected: Mapping[str, Row], found: Mapping[str, Row], path: str = "") -> list[str]:
    """Where rows that were told apart by a key differ, in the columns that are expected."""
    told = [f"{path}{key} is {'missing' if key in expected else 'too many'}" for key in expected.keys() ^ found.keys()]
    for key in expected.keys() & found.keys():
        for name, wanted in expected[key].items():
            value = found[key].get(name)
            if name in PARTS:
                told += _differences(_keyed(wanted, name), _keyed(value or [], name), f"{path}{key}.{name}.")
            elif value != wanted:
                told.append(f"{path}{key}.{name}: {wanted!r} became {value!r}")
    return sorted(told)


def _keyed(rows: list[Row], part: str) -> dict[str, Row]:
    keyed = {row[PARTS[part]]: row for row in rows}
    assert len(keyed) == len(rows)
    return keyed
