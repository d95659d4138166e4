"""A system of SAP S/4HANA to test against: its orders by number, in both of its services."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

import pytest

from include.orderhouse.connector import Page, Source, Window
from include.orderhouse.connectors.sap_s4hana import CONNECTOR
from tests.connectors.conftest import SourceFor
from tests.sandbox.clock import Clock
from tests.sandbox.company import Company
from tests.sandbox.dialects.sap_s4hana.names import order_number
from tests.sandbox.generate import generate
from tests.sandbox.order import Order
from tests.sandbox.running import Sandbox, sandbox

NAME = "sap_s4hana"
NOW = datetime(2026, 10, 1, 12, tzinfo=UTC)
EVER = Window(None, None)


@pytest.fixture
def company() -> Company:
    return generate(11, orders=300, now=NOW)


@pytest.fixture
def sap(company: Company) -> Iterator[Sandbox]:
    with sandbox(company, [NAME], Clock(NOW)) as running:
        yield running


@pytest.fixture(params=["v4", "v2"])
def source(request: pytest.FixtureRequest, sap: Sandbox, source_for: SourceFor) -> Source:
    return source_for(NAME, sap, page_size=40, service=request.param)


@pytest.fixture
def v4(sap: Sandbox, source_for: SourceFor) -> Source:
    return source_for(NAME, sap, page_size=40)


def fetched(source: Source, window: Window = EVER) -> list[str]:
    return keys(CONNECTOR.fetch(source, window))


def keys(pages: Iterator[Page] | Sequence[Page]) -> list[str]:
    return [str(record["PurchaseOrder"]) for page in pages for record in page.records]


def numbers(orders: Iterator[Order] | Sequence[Order]) -> list[str]:
    return sorted(order_number(order) for order in orders)


def read_column(column: Any, line: dict[str, Any]) -> Any:
    """What the first of a column's places that is not empty tells."""
    found = (line.get(place) if isinstance(place, str) else place(line) for place in column.places)
    return next((value for value in found if value is not None), None)
