"""An instance of Coupa to test against: its orders by id, and those that tests change."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from include.orderhouse.configuration.connections import Connection
from include.orderhouse.configuration.options import Options
from include.orderhouse.connector import Page, Source, Window
from include.orderhouse.connectors.coupa import CONNECTOR
from include.orderhouse.raw_order import RawOrder
from include.orderhouse.transform.batch import Transform
from tests.connectors.conftest import SourceFor
from tests.sandbox.clock import Clock
from tests.sandbox.company import Company
from tests.sandbox.dialects.coupa.orders import updated_at
from tests.sandbox.generate import generate
from tests.sandbox.order import Order
from tests.sandbox.running import Sandbox, sandbox

NAME = "coupa"
NOW = datetime(2026, 10, 1, 12, tzinfo=UTC)
EVER = Window(None, None)
PLAYS: list[dict[str, str]] = [
    {},
    {"nothing": "empty"},
    {"sorting": "ignored"},
    {"time_zone": "Asia/Tokyo"},
    {"blank": "instants"},
]
"""What releases and instances differ in."""


@pytest.fixture
def company() -> Company:
    return generate(11, orders=120, now=NOW)


@pytest.fixture
def instance(company: Company) -> Iterator[Sandbox]:
    """An instance in California; its clock stands still."""
    with sandbox(company, [NAME], Clock(NOW)) as running:
        yield running


@pytest.fixture
def source(instance: Sandbox, source_for: SourceFor) -> Source:
    return source_for(NAME, instance, page_size=30)


def fetched(source: Source, window: Window) -> list[int]:
    return ids(CONNECTOR.fetch(source, window))


def ids(pages: Iterator[Page] | Sequence[Page]) -> list[int]:
    return [order["id"] for page in pages for order in page.records]


def read_one(source: Source, order: Order) -> Any:
    return next(iter(CONNECTOR.read(source, [str(order.id)]))).records[0]


def transformed(source: Source, record: dict[str, Any]) -> dict[str, list[dict[str, Any]]]:
    """What the transform makes of a raw order, by table."""
    options = Options(connector=NAME, customer="test")
    connection = Connection(name="test", options=options, connector=CONNECTOR, settings=source.settings)
    frames = Transform(connection).frames([RawOrder(NOW, record)])
    return {name: table.to_pylist() for name, table in frames.tables.items()}


def an_open_order(company: Company) -> Order:
    """An order with the vendor that last changed before noon of the day before."""
    return next(
        order
        for order in company.orders.values()
        if order.is_open and not order.lacks_modified_at and updated_at(order) < NOW - timedelta(days=1)
    )
