"""A site of Acumatica to test against: its orders by type and number, and those that tests change."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from include.orderhouse.connector import Page, Source, Window
from include.orderhouse.connectors.acumatica import CONNECTOR
from tests.connectors.conftest import SourceFor
from tests.sandbox.clock import Clock
from tests.sandbox.company import Company
from tests.sandbox.dialects.acumatica.orders import key_of, modified_at
from tests.sandbox.generate import generate
from tests.sandbox.order import Order
from tests.sandbox.running import Sandbox, sandbox

NAME = "acumatica"
NOW = datetime(2026, 10, 1, 12, 0, 0, 123456, tzinfo=UTC)
EVER = Window(None, None)
QUIET = {"reread_open_orders": False}


def small_company() -> Company:
    return generate(6, orders=60, now=NOW)


def playing(company: Company, **play: str) -> Any:
    return sandbox(company, [NAME], Clock(frozen_at=NOW), options={NAME: play})


@pytest.fixture(scope="module")
def still() -> Iterator[Sandbox]:
    """A company in which nothing happens."""
    with sandbox(generate(5, orders=120, now=NOW), [NAME], Clock(frozen_at=NOW)) as running:
        yield running


@pytest.fixture
def served() -> Iterator[Sandbox]:
    with playing(small_company()) as running:
        yield running


@pytest.fixture
def connect(source_for: SourceFor) -> SourceFor:
    """A source over a sandbox."""

    def build(running: Sandbox, **options: Any) -> Source:
        return source_for(NAME, running, **{"page_size": 20, **options})

    return build


def keys(orders: Iterable[Order]) -> list[str]:
    return sorted(key_of(order) for order in orders)


def found(pages: Iterable[Page]) -> list[str]:
    return sorted(f"{r['Type']['value']}/{r['OrderNbr']['value']}" for page in pages for r in page.records)


def fetched(source: Source, window: Window) -> list[str]:
    return found(CONNECTOR.fetch(source, window))


def an_order(company: Company) -> Order:
    """An open order with a goods line of which nothing came, last changed more than an hour ago."""
    return next(
        order
        for order in company.orders.values()
        if order.is_open and not order.goods_lines[0].receipts and modified_at(order, {}) < NOW - timedelta(hours=1)
    )
