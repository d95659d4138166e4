"""Organisations of Xero to test against: their orders, and what becomes of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from include.orderhouse.configuration.connections import Connection
from include.orderhouse.configuration.options import Options
from include.orderhouse.connector import Page, Source, Window
from include.orderhouse.connectors.xero import CONNECTOR
from include.orderhouse.raw_order import RawOrder
from include.orderhouse.transform.batch import Transform
from tests.connectors.conftest import SourceFor, credentials_for
from tests.sandbox.clock import Clock
from tests.sandbox.company import Company
from tests.sandbox.dialect import Dialect
from tests.sandbox.dialects.xero.contacts import tenant_id
from tests.sandbox.dialects.xero.orders import moves, status
from tests.sandbox.dialects.xero.values import cut, identifier
from tests.sandbox.generate import generate
from tests.sandbox.order import Order
from tests.sandbox.running import Sandbox, sandbox

NAME = "xero"
NOW = datetime(2026, 10, 1, 12, 0, 0, 123456, tzinfo=UTC)
EVER = Window(None, None)
SETTINGS = {"charge_accounts": ("425",), "cost_center_tracking": "Cost centre"}


@pytest.fixture
def company() -> Company:
    return generate(5, orders=90, now=NOW)


@pytest.fixture
def served(company: Company) -> Iterator[Sandbox]:
    with serve(company) as running:
        yield running


def serve(company: Company, served_as: Dialect | str = NAME, **options: str) -> Any:
    return sandbox(company, [served_as], Clock(frozen_at=NOW), options={NAME: options})


@pytest.fixture
def connect(source_for: SourceFor, served: Sandbox) -> SourceFor:
    """A source over the served sandbox."""

    def build(running: Sandbox = served, **options: Any) -> Source:
        options.setdefault("credentials", credentials_for(NAME, running, token_url="{url}/connect/token"))
        return source_for(NAME, running, **{**SETTINGS, **options})

    return build


def key(company: Company, order: Order) -> str:
    return f"{tenant_id(company.entity_of(order))}/{identifier('order', order.id)}"


def keys(company: Company, orders: Iterable[Order] | None = None) -> list[str]:
    """The keys of some orders; of all that Xero lists, deleted ones included, if none are given."""
    listed = [*company.orders.values(), *(gone.order for gone in company.deleted_orders.values())]
    return sorted(key(company, order) for order in (listed if orders is None else orders))


def found(pages: Iterable[Page]) -> list[str]:
    return sorted(record["source_order_id"] for page in pages for record in page.records)


def fetched(source: Source, window: Window) -> list[str]:
    return found(CONNECTOR.fetch(source, window))


def one(source: Source, company: Company, order: Order) -> dict[str, Any]:
    (page,) = CONNECTOR.read(source, [key(company, order)])
    return dict(page.records[0])


def changed_at(order: Order) -> datetime:
    return cut(order.changed_at(moves({})))


def an_order(company: Company) -> Order:
    """An open order that has not been received or invoiced, unchanged for a day."""
    return next(
        order
        for order in company.orders.values()
        if status(order) == "AUTHORISED" and order.goods_lines and changed_at(order) < NOW - timedelta(days=1)
    )


def mapped(source: Source, records: list[dict[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    """What the transform makes of raw orders, by table."""
    connection = Connection(
        name="test", options=Options(connector=NAME, customer="test"), connector=CONNECTOR, settings=source.settings
    )
    frames = Transform(connection).frames([RawOrder(NOW, record) for record in records])
    return {name: table.to_pylist() for name, table in frames.tables.items()}
