"""A server of Odoo to test against: its orders by id, and those that tests change."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from include.orderhouse.connector import Page, Source, Window
from include.orderhouse.connectors.odoo import CONNECTOR
from tests.connectors.conftest import SourceFor
from tests.sandbox.clock import Clock
from tests.sandbox.company import Company
from tests.sandbox.dialects.odoo.orders import STATES, is_stocked, written_at
from tests.sandbox.generate import generate
from tests.sandbox.order import Order
from tests.sandbox.running import Sandbox, sandbox

NAME = "odoo"
NOW = datetime(2026, 10, 1, 12, 0, 0, tzinfo=UTC)
EVER = Window(None, None)
VERSIONS = ["17", "18", "19"]


@pytest.fixture
def company() -> Company:
    return generate(11, orders=300, now=NOW)


@pytest.fixture
def odoo(company: Company) -> Iterator[Sandbox]:
    """Odoo 18; its clock stands still."""
    with sandbox(company, [NAME], Clock(NOW)) as running:
        yield running


@pytest.fixture
def source(odoo: Sandbox, source_for: SourceFor) -> Source:
    return source_for(NAME, odoo, page_size=40)


@pytest.fixture(params=VERSIONS)
def any_version(request: pytest.FixtureRequest, company: Company, source_for: SourceFor) -> Iterator[Source]:
    with sandbox(company, [NAME], Clock(NOW), options={NAME: {"version": request.param}}) as running:
        yield source_for(NAME, running, page_size=40)


def fetched(source: Source, window: Window) -> list[Any]:
    return ids(CONNECTOR.fetch(source, window))


def records(source: Source) -> list[Any]:
    return [record for page in CONNECTOR.fetch(source, EVER) for record in page.records]


def ids(pages: Iterator[Page] | Sequence[Page]) -> list[Any]:
    return [order["id"] for page in pages for order in page.records]


def a_sent_order(company: Company, *, of_goods_alone: bool = False) -> Order:
    """An order with the vendor whose header moved before noon of the day before."""
    return next(
        order
        for order in company.orders.values()
        if order.is_open and not order.lacks_modified_at and written_at(order) < NOW - timedelta(days=1)
        if not of_goods_alone or _is_untouched(company, order)
    )


def _is_untouched(company: Company, order: Order) -> bool:
    """An order of goods to which nothing has happened yet but its confirmation."""
    is_confirmed = STATES[order.stage] == "purchase" and not order.charges
    return is_confirmed and all(is_stocked(company, line) and not line.quantity_received for line in order.lines)
