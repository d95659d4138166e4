"""An environment of Finance & Operations to test against: its orders, and what becomes of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from include.orderhouse.configuration.connections import Connection
from include.orderhouse.configuration.options import Options
from include.orderhouse.connector import Page, Source, Window
from include.orderhouse.connectors.dynamics_fo import CONNECTOR
from include.orderhouse.raw_order import RawOrder
from include.orderhouse.transform.batch import Transform
from tests.connectors.conftest import SourceFor, credentials_for
from tests.sandbox.clock import Clock
from tests.sandbox.company import Company
from tests.sandbox.generate import generate
from tests.sandbox.order import Order
from tests.sandbox.running import Sandbox, sandbox
from tests.truth.dynamics_fo import key as key_of

NAME = "dynamics_fo"
NOW = datetime(2026, 10, 1, 12, 0, 0, 123456, tzinfo=UTC)
EVER = Window(None, None)
TOKEN_URL = "{url}/00000000-0000-0000-0000-000000000002/oauth2/v2.0/token"
STAMPS = {"header_change_field": "ModifiedDateTime", "line_change_field": "ModifiedDateTime1"}
HEADERS = "PurchaseOrderHeadersV2"


@pytest.fixture
def company() -> Company:
    return generate(5, orders=120, now=NOW)


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
    """A source over the served sandbox; ``stamped=False`` for a site without change fields."""

    def build(*, stamped: bool = True, **settings: Any) -> Source:
        secrets = {"token_url": TOKEN_URL, **settings.pop("secrets", {})}
        credentials = credentials_for(NAME, served, **secrets)
        known = (STAMPS if stamped else {}) | {"page_size": 20} | settings
        return source_for(NAME, served, credentials=credentials, **known)

    return build


def keys(company: Company, orders: Iterable[Order] | None = None) -> list[str]:
    return sorted(key_of(company, order) for order in (company.orders.values() if orders is None else orders))


def found(pages: Iterable[Page]) -> list[str]:
    return sorted(f"{r['dataAreaId']}/{r['PurchaseOrderNumber']}" for page in pages for r in page.records)


def fetched(source: Source, window: Window = EVER) -> list[str]:
    return found(CONNECTOR.fetch(source, window))


def an_order(company: Company) -> Order:
    """An open order with a goods line that has not been received, saved before the present."""
    orders = company.orders.values()
    return next(o for o in orders if o.is_open and not o.lacks_modified_at and not o.goods_lines[0].receipts)


def a_record(source: Source, company: Company, order: Order) -> dict[str, Any]:
    (page,) = CONNECTOR.read(source, [key_of(company, order)])
    (record,) = page.records
    return dict(record)


def mapped(source: Source, record: dict[str, Any]) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """What the transform makes of a raw order: the order and its lines."""
    options = Options(connector=NAME, customer="test")
    connection = Connection(name="test", options=options, connector=CONNECTOR, settings=source.settings)
    tables = Transform(connection).frames([RawOrder(NOW, record)]).tables
    (order,) = tables["purchase_order"].to_pylist()
    return order, tables["purchase_order_line"].to_pylist()
