"""How far orders and lines have come where NetSuite bills them before, or besides, their receipt."""

from __future__ import annotations

from decimal import Decimal

import pytest

from include.orderhouse.connectors.netsuite import values as v
from include.orderhouse.connectors.netsuite.codes import ORDER_STATUSES
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


@pytest.mark.parametrize("prefix", ["", "PurchOrd:"])
@pytest.mark.parametrize(
    ("status", "billed", "told"),
    [
        ("B", 0, "approved"),
        ("B", 1, "partially_invoiced"),
        ("B", 2, "approved"),
        ("D", 1, "partially_invoiced"),
        ("E", 0, "partially_received"),
        ("E", 1, "partially_invoiced"),
        ("E", 2, "partially_received"),
        ("F", 0, "received"),
        ("F", 1, "partially_invoiced"),
        ("G", 2, "invoiced"),
        ("H", 1, "closed"),
        ("A", 0, "pending_approval"),
    ],
)
def test_an_order_that_is_billed_in_part_is_partially_invoiced_as_in_other_systems(
    prefix: str, status: str, billed: int, told: str
) -> None:
    """Billed as a whole ahead of its goods it stands where its receipts do."""
    line = {"itemtype": "InvtPart", "quantity": "2", "quantitybilled": str(billed)}
    assert ORDER_STATUSES[v.status({"status": f"{prefix}{status}", "lines": [line]})] == told


def test_a_partly_billed_order_is_told_so_in_the_warehouse(source_for: SourceFor) -> None:
    company = generate(5, orders=60, now=NOW)
    order = next(o for o in company.orders.values() if o.sent_at and o.is_open and o.goods_lines[0].quantity > 1)
    line = order.goods_lines[0]
    with serving(company) as served:
        for act in (history.receive, history.invoice):
            served.act(act, order_id=order.id, line_id=line.id, quantity=Decimal(1))
        (told,) = frames_of(source_for(NAME, served), order)["purchase_order"].to_pylist()
    assert (told["status"], told["invoice_status"]) == ("partially_invoiced", "partial")
    assert told["status_source"].endswith(", partly billed")


@pytest.mark.parametrize(
    ("closed", "received", "billed", "told"),
    [
        ("T", 0, 0, ("full", "full")),
        ("T", 4, 0, ("partial", "partial")),
        ("T", 0, 4, ("partial", "partial")),
        ("F", 0, 0, ("partial", "partial")),
    ],
)
def test_a_line_that_was_closed_before_anything_came_does_not_hold_its_order_up(
    closed: str, received: int, billed: int, told: tuple[str, str]
) -> None:
    """NetSuite cancels no lines; one that is not wanted any more is closed."""
    whole = {"itemtype": "InvtPart", "quantity": "10", "quantityshiprecv": "10", "quantitybilled": "10"}
    other = {"itemtype": "InvtPart", "quantity": "10", "isclosed": closed}
    other |= {"quantityshiprecv": str(received), "quantitybilled": str(billed)}
    order = {"status": "E", "lines": [whole, other]}
    assert (v.receipt_status(order), v.invoice_status(order)) == told
    assert v.receipt_status({"status": "H", "lines": [{**other, "isclosed": "T"}]}) == (
        "partial" if received else "none"
    )
