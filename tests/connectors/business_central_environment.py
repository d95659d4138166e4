"""An environment of Business Central to test against: its companies and their orders."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from include.orderhouse.connector import Page, Source, Window
from include.orderhouse.connectors.business_central import CONNECTOR
from tests.connectors.conftest import SourceFor, credentials_for
from tests.sandbox.clock import Clock
from tests.sandbox.company import Company
from tests.sandbox.dialects.business_central.orders import is_listed
from tests.sandbox.dialects.business_central.values import guid
from tests.sandbox.generate import generate
from tests.sandbox.order import Order
from tests.sandbox.running import Sandbox, sandbox

NAME = "business_central"
NOW = datetime(2026, 10, 1, 12, 0, 0, 123456, tzinfo=UTC)
TENANT = "00000000-0000-0000-0000-000000000001"
ROOT = f"v2.0/{TENANT}/production"
EVER = Window(None, None)


@pytest.fixture
def company() -> Company:
    return generate(5, orders=300, now=NOW)


@pytest.fixture
def served(company: Company) -> Iterator[Sandbox]:
    with sandbox(company, [NAME], Clock(frozen_at=NOW)) as running:
        yield running


@pytest.fixture
def connect(source_for: SourceFor, served: Sandbox) -> SourceFor:
    """A source over the served sandbox."""

    def build(running: Sandbox = served, **options: Any) -> Source:
        secrets = {"token_url": f"{{url}}/{TENANT}/oauth2/v2.0/token", **options.pop("secrets", {})}
        credentials = credentials_for(NAME, running, **secrets)
        return source_for(NAME, running, credentials=credentials, **{"root": ROOT, "page_size": 50, **options})

    return build


def key(order: Order) -> str:
    return f"{guid('company', order.entity)}/{guid('purchaseOrder', order.id)}"


def keys(orders: Iterable[Order]) -> list[str]:
    return sorted(key(order) for order in orders if is_listed(order))


def found(pages: Iterable[Page]) -> list[str]:
    return sorted(f"{record['company']['id']}/{record['id']}" for page in pages for record in page.records)


def fetched(source: Source, window: Window) -> list[str]:
    return found(CONNECTOR.fetch(source, window))


def an_order(company: Company) -> Order:
    """An order that is listed and open, with a goods line that has not been received."""
    return next(
        order
        for order in company.orders.values()
        if is_listed(order) and order.is_open and not order.lacks_modified_at and not order.goods_lines[0].receipts
    )
