"""Stock that NetSuite was told to bill in advance of its receipt."""

from __future__ import annotations

import pytest

from include.orderhouse.connectors.netsuite import values as v
from tests.connectors.conftest import SourceFor
from tests.connectors.netsuite_account import NAME, NOW, Row, frames_of, line_of, serving
from tests.sandbox import history
from tests.sandbox.generate import generate
from tests.sandbox.order import LineKind


@pytest.mark.parametrize(
    ("facts", "status", "told"),
    [
        ({}, "B", "open"),
        ({"itemtype": "Assembly"}, "PurchOrd:B", "open"),
        ({"quantityshiprecv": "1"}, "E", "partially_received"),
        ({"quantityshiprecv": "2"}, "D", "invoiced"),
        ({}, "F", "invoiced"),
        ({}, "G", "invoiced"),
        ({}, "H", "invoiced"),
        ({"isclosed": "T"}, "B", "closed"),
        ({"dropship": "T"}, "B", "invoiced"),
        ({"itemtype": "Service"}, "B", "invoiced"),
        ({"itemtype": "NonInvtPart"}, "B", "invoiced"),
    ],
)
def test_stock_that_is_billed_before_it_came_is_still_to_come(facts: Row, status: str, told: str) -> None:
    """Accounts may bill in advance of receipt; the order's status says whether receipts are pending."""
    line = {"itemtype": "InvtPart", "quantity": "2", "quantitybilled": "2", **facts}
    assert v.line_status(line, {"status": status}) == told


@pytest.mark.parametrize(("order_type", "told"), [("standard", "open"), ("drop_ship", "invoiced")])
def test_a_billed_line_waits_for_its_goods_but_not_for_what_ships_to_a_customer(
    source_for: SourceFor, order_type: str, told: str
) -> None:
    company = generate(5, orders=60, now=NOW)
    nothing_came = (o for o in company.orders.values() if o.sent_at and not any(x.receipts for x in o.goods_lines))
    order = next(o for o in nothing_came if o.is_open)
    order.order_type = order_type
    line = order.goods_lines[0]
    line.kind = LineKind.GOODS
    with serving(company) as served:
        served.act(history.invoice, order_id=order.id, line_id=line.id, quantity=line.quantity)
        frames = frames_of(source_for(NAME, served), order)
    assert line_of(frames, line)["line_status"] == told
