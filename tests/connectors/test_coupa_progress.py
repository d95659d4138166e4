"""How far Coupa's orders and lines have come by what was received and invoiced of them, in whichever order."""

from __future__ import annotations

from typing import Any

import pytest

from include.orderhouse.connectors.coupa.values import line as line_values
from include.orderhouse.connectors.coupa.values import order as order_values


@pytest.mark.parametrize(
    ("facts", "told"),
    [
        ({}, "open"),
        ({"received": "3.0"}, "partly received"),
        ({"received": "4.0"}, "invoiced"),
        ({"invoiced": "50.00"}, "partly invoiced"),
        ({"asset-tags": [{"tag": "A1"}]}, "open"),
        ({"receipt-required": False}, "invoiced"),
        ({"receipt-required": None}, "invoiced"),
        ({"service-type": "quantity_deliverable"}, "invoiced"),
        ({"type": "OrderAmountLine", "quantity": None}, "invoiced"),
        ({"status": "received"}, "invoiced"),
        ({"status": "soft_closed_for_receiving"}, "invoiced"),
        ({"_order": {"status": "supplier_hold"}}, "open"),
        ({"_order": {"status": "exported"}}, "open"),
        ({"_order": {"status": "closed"}}, "closed"),
        ({"_order": {"status": "expensed"}}, "invoiced"),
    ],
)
def test_goods_that_are_invoiced_before_they_came_are_still_to_come(facts: dict[str, Any], told: str) -> None:
    """Coupa says of each line whether a receipt is required; what needs none is done with its invoice."""
    line = {"type": "OrderQuantityLine", "quantity": "4.0", "total": "100.00", "received": "0.0", "invoiced": "100.00"}
    required = {"status": "created", "receipt-required": True, "_order": {"status": "issued"}}
    assert line_values.line_status({**line, **required, **facts}) == told


@pytest.mark.parametrize(
    ("facts", "told"),
    [
        ({}, "issued"),
        ({"received": "3.0"}, "issued, partly received"),
        ({"received": "4.0"}, "issued, invoiced"),
        ({"invoiced": "50.00"}, "issued, partly invoiced"),
        ({"receipt-required": False}, "issued, invoiced"),
        ({"status": "soft_closed_for_receiving", "received": "3.0"}, "issued, invoiced"),
    ],
)
def test_an_order_that_is_invoiced_before_its_goods_came_stands_where_its_receipts_do(
    facts: dict[str, Any], told: str
) -> None:
    line = {"type": "OrderQuantityLine", "quantity": "4.0", "total": "100.00", "received": "0.0", "invoiced": "100.00"}
    required = {"status": "created", "receipt-required": True, "_order": {"status": "issued"}}
    order = {"status": "issued", "order-lines": [{**line, **required, **facts}]}
    assert order_values.status(order) == told
    acknowledged = order_values.status({**order, "acknowledged-flag": True})
    assert acknowledged == ("issued, acknowledged" if told == "issued" else told)


@pytest.mark.parametrize(
    ("status", "received", "invoiced", "order", "told"),
    [
        ("soft_closed_for_receiving", "3.0", "0.00", "issued", "received"),
        ("soft_closed_for_receiving", "3.0", "25.00", "issued", "partly invoiced"),
        ("soft_closed_for_receiving", "4.0", "100.00", "issued", "invoiced"),
        ("soft_closed_for_receiving", "0.0", "0.00", "issued", "soft_closed"),
        ("soft_closed_for_receiving", "3.0", "0.00", "soft_closed", "soft_closed"),
        ("soft_closed_for_invoicing", "3.0", "25.00", "issued", "soft_closed"),
        ("soft_closed", "3.0", "25.00", "issued", "soft_closed"),
    ],
)
def test_a_line_that_is_closed_for_receiving_alone_is_still_to_be_invoiced(
    status: str, received: str, invoiced: str, order: str, told: str
) -> None:
    """Coupa closes and reopens a line for receiving and for invoicing by actions of their own."""
    line = {"quantity": "4.0", "total": "100.00", "received": received, "invoiced": invoiced, "receipt-required": True}
    line |= {"status": status, "_order": {"status": order}}
    assert line_values.line_status(line) == told
    assert line_values.is_closed(line) is (told == "soft_closed")


@pytest.mark.parametrize(
    ("facts", "told"),
    [
        ({}, ("partial", "partial")),
        ({"status": "cancelled", "received": "4.0", "invoiced": "40.00"}, ("full", "full")),
        ({"status": "closed"}, ("full", "full")),
        ({"status": "soft_closed_for_receiving"}, ("full", "full")),
        ({"status": "soft_closed", "received": "4.0"}, ("partial", "partial")),
        ({"status": "soft_closed", "invoiced": "40.00"}, ("partial", "partial")),
        ({"type": "OrderAmountLine", "quantity": None, "received": "99.99"}, ("partial", "partial")),
        ({"type": "OrderAmountLine", "quantity": None, "received": "100.00", "invoiced": "100.00"}, ("full", "full")),
    ],
)
def test_an_order_waits_for_what_is_neither_cancelled_nor_closed_with_nothing_come(
    facts: dict[str, Any], told: tuple[str, str]
) -> None:
    """What came of a line of an amount is an amount, too."""
    whole = {"status": "received", "quantity": "10.0", "total": "100.00", "received": "10.0", "invoiced": "100.00"}
    other = whole | {"status": "created", "received": "0.0", "invoiced": "0.00", **facts}
    order = {"status": "issued", "order-lines": [whole, other]}
    assert (order_values.receipt_status(order), order_values.invoice_status(order)) == told


def test_a_line_of_which_receipts_are_left_out_is_invoiced() -> None:
    line = {"type": "OrderQuantityLine", "quantity": "4.0", "total": "100.00", "invoiced": "100.00"}
    assert line_values.line_status(line | {"receipt-required": True, "_order": {"status": "issued"}}) == "invoiced"
