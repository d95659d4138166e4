"""A realm of QuickBooks to test against: its orders, and what becomes of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from include.orderhouse.configuration.connections import Connection
from include.orderhouse.configuration.options import Options
from include.orderhouse.connector import Page, Source, Window
from include.orderhouse.connectors.quickbooks import CONNECTOR
from include.orderhouse.frames import Frames
from include.orderhouse.raw_order import RawOrder
from include.orderhouse.transform.batch import Transform
from tests.connectors.conftest import SourceFor, credentials_for
from tests.sandbox.clock import Clock
from tests.sandbox.company import Company
from tests.sandbox.dialect import Dialect
from tests.sandbox.dialects import quickbooks as dialect
from tests.sandbox.generate import generate
from tests.sandbox.order import Order
from tests.sandbox.running import Sandbox, sandbox

NAME = "quickbooks"
NOW = datetime(2026, 10, 1, 12, 0, 0, 123456, tzinfo=UTC)
EVER = Window(None, None)
RECENT = Window(NOW - timedelta(days=20), None)
SETTINGS = {"realm_id": dialect.REALM_ID, "charge_accounts": ("Freight & Delivery",)}


@pytest.fixture
def company() -> Company:
    return generate(5, orders=160, now=NOW)


@pytest.fixture
def served(company: Company) -> Iterator[Sandbox]:
    with serve(company) as running:
        yield running


def serve(company: Company, served_as: Dialect | str = NAME, clock: Clock | None = None, **options: str) -> Any:
    return sandbox(company, [served_as], clock or Clock(frozen_at=NOW), options={NAME: options})


@pytest.fixture
def connect(source_for: SourceFor, served: Sandbox) -> SourceFor:
    """A source over the served sandbox."""

    def build(running: Sandbox = served, **options: Any) -> Source:
        options.setdefault("credentials", credentials_for(NAME, running, token_url="{url}/oauth2/v1/tokens/bearer"))
        return source_for(NAME, running, **{**SETTINGS, **options})

    return build


def ours(company: Company) -> list[Order]:
    """The orders of the realm's legal entity."""
    return [order for order in company.orders.values() if order.entity == next(iter(company.entities))]


def keys(orders: Iterable[Order]) -> list[str]:
    return sorted(str(order.id) for order in orders)


def found(pages: Iterable[Page]) -> list[str]:
    return sorted(record["Id"] for page in pages for record in page.records)


def fetched(source: Source, window: Window) -> list[str]:
    return found(CONNECTOR.fetch(source, window))


def one(source: Source, order: Order) -> dict[str, Any]:
    (page,) = CONNECTOR.read(source, [str(order.id)])
    return dict(page.records[0])


def changed_at(order: Order) -> datetime:
    return max(change.at for change in order.changes)


def an_order(company: Company) -> Order:
    """An open order with a goods line that has been neither received nor invoiced, unchanged for a day."""
    return next(
        order
        for order in ours(company)
        if order.is_open
        and not any(line.receipts or line.quantity_invoiced for line in order.goods_lines)
        and changed_at(order) < NOW - timedelta(days=1)
    )


def transformed(source: Source, record: dict[str, Any]) -> Frames:
    """What the transform makes of a raw order."""
    connection = Connection(
        name="test", options=Options(connector=NAME, customer="test"), connector=CONNECTOR, settings=source.settings
    )
    return Transform(connection).frames([RawOrder(NOW, record)])


def queries(running: Sandbox, text: str) -> list[str]:
    return [record.note for record in running.world(NAME).log.records if text in record.note]
