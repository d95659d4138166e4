"""A site of ERPNext to test against: its orders by name, and those that tests change."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from include.orderhouse.connector import Page, Source, Window
from include.orderhouse.connectors.erpnext import CONNECTOR
from tests.connectors.conftest import SourceFor
from tests.sandbox.clock import Clock
from tests.sandbox.company import Company
from tests.sandbox.dialects.erpnext.orders import modified_at, order_name
from tests.sandbox.generate import generate
from tests.sandbox.order import Order
from tests.sandbox.running import Sandbox, sandbox

NAME = "erpnext"
NOW = datetime(2026, 10, 1, 12, tzinfo=UTC)
EVER = Window(None, None)
WAYS = ["tables", "documents"]
"""How child tables are read."""


@pytest.fixture
def company() -> Company:
    return generate(11, orders=120, now=NOW)


@pytest.fixture
def site(company: Company) -> Iterator[Sandbox]:
    """A site in India; its clock stands still."""
    with sandbox(company, [NAME], Clock(NOW)) as running:
        yield running


@pytest.fixture
def source(site: Sandbox, source_for: SourceFor) -> Source:
    return source_for(NAME, site, page_size=30)


def fetched(source: Source, window: Window) -> list[str]:
    return ids(CONNECTOR.fetch(source, window))


def ids(pages: Iterator[Page] | Sequence[Page]) -> list[str]:
    return [order["name"] for page in pages for order in page.records]


def names(company: Company, naming: str = "series") -> set[str]:
    return {order_name(order, naming) for order in company.orders.values()}


def read_one(source: Source, order: Order) -> Any:
    return next(iter(CONNECTOR.read(source, [order_name(order)]))).records[0]


def an_open_order(company: Company) -> Order:
    """An order with the vendor that last changed before noon of the day before."""
    return next(
        order
        for order in company.orders.values()
        if order.is_open and not order.lacks_modified_at and modified_at(order) < NOW - timedelta(days=1)
    )
