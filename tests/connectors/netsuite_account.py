"""An account of NetSuite to test against: its orders by id, and those that tests change."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from include.orderhouse.configuration.connections import Connection
from include.orderhouse.configuration.options import Options
from include.orderhouse.connector import Page, Source, Window
from include.orderhouse.connectors.netsuite import CONNECTOR
from include.orderhouse.frames import Frames
from include.orderhouse.raw_order import RawOrder
from include.orderhouse.transform.batch import Transform
from tests.connectors.conftest import SourceFor
from tests.sandbox.clock import Clock
from tests.sandbox.company import Company
from tests.sandbox.dialects.netsuite.orders import HEADER_MOVES
from tests.sandbox.generate import generate
from tests.sandbox.order import Line, Order
from tests.sandbox.running import Sandbox, sandbox

NAME = "netsuite"
NOW = datetime(2026, 10, 1, 12, 0, 0, 123456, tzinfo=UTC)
EVER = Window(None, None)

Row = dict[str, Any]


@contextmanager
def serving(company: Company, **play: str) -> Iterator[Sandbox]:
    with sandbox(company, [NAME], Clock(frozen_at=NOW), options={NAME: play}) as running:
        yield running


@pytest.fixture
def company() -> Company:
    return generate(5, orders=300, now=NOW)


@pytest.fixture
def served(company: Company) -> Iterator[Sandbox]:
    with serving(company) as running:
        yield running


@pytest.fixture
def connect(source_for: SourceFor, served: Sandbox) -> SourceFor:
    """A source over the served sandbox."""

    def build(running: Sandbox = served, **options: Any) -> Source:
        return source_for(NAME, running, **options)

    return build


def keys(orders: Iterable[Order]) -> list[str]:
    return sorted(str(order.id) for order in orders)


def found(pages: Iterable[Page]) -> list[str]:
    return sorted(record["id"] for page in pages for record in page.records)


def fetched(source: Source, window: Window) -> list[str]:
    return found(CONNECTOR.fetch(source, window))


def one(source: Source, order: Order) -> dict[str, Any]:
    (page,) = CONNECTOR.read(source, [str(order.id)])
    return dict(page.records[0])


def changed_at(order: Order) -> datetime:
    """What NetSuite tells of an order's last change."""
    return order.changed_at(HEADER_MOVES).replace(microsecond=0)


def an_order(company: Company) -> Order:
    """An open order with a goods line that has not been received, not changed within the last day."""
    return next(
        order
        for order in company.orders.values()
        if order.is_open
        and not order.lacks_modified_at
        and not order.goods_lines[0].receipts
        and changed_at(order) < NOW - timedelta(days=1)
    )


def frames_of(source: Source, order: Order) -> Frames:
    options = Options(connector=NAME, customer="tests")
    connection = Connection(name="test", options=options, connector=CONNECTOR, settings=source.settings)
    (page,) = CONNECTOR.read(source, [str(order.id)])
    return Transform(connection).frames([RawOrder(NOW, record) for record in page.records])


def line_of(frames: Frames, line: Line) -> Row:
    return next(row for row in frames["purchase_order_line"].to_pylist() if row["source_line_id"] == str(line.id))
