"""A pod of Oracle Fusion to test against: its orders by id, and those that tests change."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from include.orderhouse.connector import Page, Source, Window
from include.orderhouse.connectors.oracle_fusion import CONNECTOR
from tests.connectors.conftest import SourceFor, credentials_for
from tests.sandbox.clock import Clock
from tests.sandbox.company import Company
from tests.sandbox.dialects.oracle_fusion.statuses import is_draft
from tests.sandbox.dialects.oracle_fusion.values import order_id
from tests.sandbox.generate import generate
from tests.sandbox.order import Order
from tests.sandbox.running import Sandbox, sandbox

NAME = "oracle_fusion"
NOW = datetime(2026, 10, 1, 12, 0, 0, 123456, tzinfo=UTC)
SINCE = NOW + timedelta(seconds=30)
EVER = Window(None, None)
LATER = Window(SINCE, None)
ORDERS = "purchaseOrders"


@pytest.fixture
def company() -> Company:
    return generate(5, orders=90, now=NOW)


@pytest.fixture
def options() -> dict[str, str]:
    """How the dialect plays what the vendor leaves open; tests replace it."""
    return {}


@pytest.fixture
def served(company: Company, options: dict[str, str]) -> Iterator[Sandbox]:
    with sandbox(company, [NAME], Clock(frozen_at=NOW), options={NAME: options}) as running:
        yield running


@pytest.fixture
def connect(source_for: SourceFor, served: Sandbox) -> SourceFor:
    """A source over the served sandbox."""

    def build(**settings: Any) -> Source:
        secrets = {"token_url": "{url}/oauth2/v1/token", **settings.pop("secrets", {})}
        credentials = credentials_for(NAME, served, **secrets)
        return source_for(NAME, served, credentials=credentials, **{"page_size": 20, **settings})

    return build


def key(order: Order) -> str:
    return str(order_id(order.id))


def keys(orders: Iterable[Order]) -> list[str]:
    return sorted(map(key, orders))


def found(pages: Iterable[Page]) -> list[str]:
    return sorted(str(record["POHeaderId"]) for page in pages for record in page.records)


def fetched(source: Source, window: Window = EVER) -> list[str]:
    return found(CONNECTOR.fetch(source, window))


def an_order(company: Company) -> Order:
    """An approved order that is open, with a goods line that has not been received."""
    orders = company.orders.values()
    return next(o for o in orders if not is_draft(o) and o.is_open and not o.goods_lines[0].receipts)


def a_record(source: Source, order: Order) -> dict[str, Any]:
    (page,) = CONNECTOR.read(source, [key(order)])
    (record,) = page.records
    return dict(record)
