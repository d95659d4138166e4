"""Lines that were cancelled or closed are not what an order still waits for, in any system that tells them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from importlib import import_module
from typing import Any

import pytest

from include.orderhouse.configuration.connections import Connection
from include.orderhouse.configuration.options import Options
from include.orderhouse.connectors import load
from include.orderhouse.raw_order import RawOrder
from include.orderhouse.transform.batch import Transform
from tests.connectors.conftest import SourceFor, credentials_for
from tests.contract.conftest import NEEDED, SETTINGS
from tests.sandbox import history
from tests.sandbox.clock import Clock
from tests.sandbox.generate import generate
from tests.sandbox.order import Line, LineKind, Order, Stage
from tests.sandbox.running import Sandbox, sandbox

NOW = datetime(2026, 10, 1, 12, tzinfo=UTC)
CANCEL = ("acumatica", "coupa", "dynamics_fo", "netsuite", "odoo", "oracle_fusion", "sap_business_one", "sap_s4hana")
"""Systems in which a line can be cancelled, or closed or its receipt cancelled instead."""
CLOSE = (
    "acumatica",
    "coupa",
    "dynamics_fo",
    "netsuite",
    "odoo",
    "oracle_fusion",
    "sap_business_one",
    "sap_s4hana",
)
"""Systems that tell of a line that it was closed or its rest cancelled, or of an order that no receipt is pending."""
PLAYS = [
    pytest.param(end, Decimal(came), name, id=f"{name}, {end.__name__} with {came}")
    for end, came, names in (
        (history.cancel_line, "0", CANCEL),
        (history.close_line, "0", CLOSE),
        (history.close_line, "0.9", ("dynamics_fo", "odoo", "oracle_fusion", "sap_s4hana")),
    )
    for name in names
]


@pytest.fixture(scope="module")
def served() -> Iterator[Sandbox]:
    with sandbox(generate(8, orders=200, now=NOW), CANCEL, Clock(frozen_at=NOW)) as running:
        yield running


def an_order(served: Sandbox) -> Order:
    """An order of several goods, and no services, with the vendor, to which nothing has happened yet."""
    sent = (order for order in served.company.orders.values() if order.stage is Stage.SENT)
    several = (order for order in sent if len(order.goods_lines) > 1)
    return next(order for order in several if all(map(is_untouched, order.goods_lines)))


def is_untouched(line: Line) -> bool:
    """Whether a line is of goods of which nothing has come, and all may."""
    return line.kind is LineKind.GOODS and not line.receipts and not line.is_void


def receive_all(served: Sandbox, order: Order, last: Decimal) -> None:
    """Receive all of an order's lines, of the last one that share."""
    for line in order.goods_lines:
        quantity = line.quantity * (last if line is order.goods_lines[-1] else 1)
        if quantity:
            served.act(history.receive, order_id=order.id, line_id=line.id, quantity=quantity)


def mapped(source_for: SourceFor, served: Sandbox, name: str, order: Order) -> dict[str, Any]:
    """The order as the warehouse would hold it."""
    connector = load(name)
    credentials = credentials_for(name, served, **NEEDED.get(name, {}))
    source = source_for(name, served, credentials=credentials, **SETTINGS.get(name, {}))
    options = Options(connector=name, customer="tests")
    connection = Connection(name="test", options=options, connector=connector, settings=source.settings)
    keys = import_module(f"tests.truth.{name}").expected_orders(served.company)
    key = dict(zip(served.company.orders, keys, strict=True))[order.id]
    ((record,),) = (page.records for page in connector.read(source, [key]))
    (row,) = Transform(connection).frames([RawOrder(NOW, record)])["purchase_order"].to_pylist()
    return dict(row)


@pytest.mark.parametrize(("end", "came", "name"), PLAYS)
def test_an_order_is_received_when_nothing_more_comes_of_it(
    source_for: SourceFor, served: Sandbox, end: Any, came: Decimal, name: str
) -> None:
    order = an_order(served)
    receive_all(served, order, came)
    served.act(end, order_id=order.id, line_id=order.goods_lines[-1].id)
    told = mapped(source_for, served, name, order)
    assert (told["status"], told["receipt_status"]) == ("received", "full")
