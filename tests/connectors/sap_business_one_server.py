"""A server of SAP Business One to test against: its orders by key, and what becomes of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from include.orderhouse.configuration.connections import Connection
from include.orderhouse.configuration.options import Options
from include.orderhouse.connector import Page, Source, Window
from include.orderhouse.connectors.sap_business_one import CONNECTOR
from include.orderhouse.mapping import Record
from include.orderhouse.raw_order import RawOrder
from include.orderhouse.transform.batch import Transform
from tests.connectors.conftest import SourceFor
from tests.sandbox import history
from tests.sandbox.clock import Clock
from tests.sandbox.company import Company
from tests.sandbox.generate import generate
from tests.sandbox.order import Order, Stage
from tests.sandbox.running import Sandbox, sandbox

NAME = "sap_business_one"
NOW = datetime(2026, 10, 1, 12, 0, 0, 123456, tzinfo=UTC)
EVER = Window(None, None)
QUIET = {"reread_open_orders": False, "undated_orders": False}
"""Settings under which a window holds nothing but what changed in it."""
Row = dict[str, Any]


@pytest.fixture(scope="module")
def still() -> Iterator[Sandbox]:
    """A company in which nothing happens."""
    with sandbox(generate(5, orders=150, now=NOW), [NAME], Clock(frozen_at=NOW)) as running:
        yield running


@pytest.fixture
def company() -> Company:
    return generate(6, orders=60, now=NOW)


@pytest.fixture
def play() -> dict[str, str]:
    """How the server behaves; tests replace it."""
    return {}


@pytest.fixture
def served(company: Company, play: dict[str, str]) -> Iterator[Sandbox]:
    with serving(company, **play) as running:
        yield running


@pytest.fixture(name="order")
def a_sent_order(company: Company) -> Order:
    """A sent order of one line, of which nothing came."""
    orders = (o for o in company.orders.values() if o.stage is Stage.SENT and len(o.goods_lines) == 1)
    return next(o for o in orders if not o.goods_lines[0].receipts)


@pytest.fixture
def connect(source_for: SourceFor) -> SourceFor:
    """A source over a sandbox."""

    def build(running: Sandbox, **options: Any) -> Source:
        return source_for(NAME, running, **{"company_db": "SBO_ORCHARD", "page_size": 20, **options})

    return build


def serving(company: Company, **play: str) -> Any:
    return sandbox(company, [NAME], Clock(frozen_at=NOW), options={NAME: play})


def keys(orders: Iterable[Order]) -> list[str]:
    return sorted(str(order.id) for order in orders)


def found(pages: Iterable[Page]) -> list[str]:
    return sorted(str(record["DocEntry"]) for page in pages for record in page.records)


def fetched(source: Source, window: Window) -> list[str]:
    return found(CONNECTOR.fetch(source, window))


def an_order(company: Company) -> Order:
    """An open order with a goods line of which nothing came, last changed more than three days ago."""
    return next(
        order
        for order in company.orders.values()
        if order.is_open
        and not order.goods_lines[0].receipts
        and order.modified_at < NOW - timedelta(days=3)
        and not order.lacks_modified_at
    )


def receive(served: Sandbox, order: Order, quantity: Decimal, rejected: Decimal = Decimal(0)) -> None:
    line = order.goods_lines[0]
    served.act(history.receive, order_id=order.id, line_id=line.id, quantity=quantity, rejected=rejected)


def receive_all(served: Sandbox, order: Order) -> None:
    for line in order.goods_lines:
        served.act(history.receive, order_id=order.id, line_id=line.id, quantity=line.quantity)


def invoice(served: Sandbox, order: Order, quantity: Decimal) -> None:
    served.act(history.invoice, order_id=order.id, line_id=order.goods_lines[0].id, quantity=quantity)


def read(source_for: SourceFor, served: Sandbox, ids: list[int], **options: Any) -> tuple[Row, dict[str, list[Row]]]:
    source = source_for(NAME, served, company_db="SBO_ORCHARD", **options)
    return mapped(source, [r for page in CONNECTOR.read(source, [str(i) for i in ids]) for r in page.records])


def told(source_for: SourceFor, served: Sandbox, order: Order, **settings: Any) -> tuple[Row, Row]:
    """The order and its only line."""
    found, lines = read(source_for, served, [order.id], **settings)
    (line,) = [line for line in lines[str(order.id)] if line["line_type"] != "text"]
    return found[str(order.id)], line


def mapped(source: Source, records: list[Record], **options: Any) -> tuple[dict[str, Row], dict[str, list[Row]]]:
    """The orders by key and their lines by the order's key, as the warehouse would hold them."""
    told = Options(connector=NAME, customer="tests", time_zone=source.time_zone, **options)
    connection = Connection(name="test", options=told, connector=CONNECTOR, settings=source.settings)
    frames = Transform(connection).frames([RawOrder(NOW, record) for record in records])
    assert frames["reject"].num_rows == 0
    assert "DIGITS_LOST" not in frames["issue"].column("code").to_pylist()
    found = {row["order_id"]: row for row in frames["purchase_order"].to_pylist()}
    lines: dict[str, list[Row]] = {row["source_order_id"]: [] for row in found.values()}
    for line in frames["purchase_order_line"].to_pylist():
        lines[found[line["order_id"]]["source_order_id"]].append(line)
    return {row["source_order_id"]: row for row in found.values()}, lines
