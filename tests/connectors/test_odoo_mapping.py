"""Odoo: what the records say, in canonical terms."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from include.orderhouse.connector import Source
from include.orderhouse.connectors.odoo import CONNECTOR
from include.orderhouse.connectors.odoo.values import line as of_line
from include.orderhouse.connectors.odoo.values import order as of_order
from tests.connectors.conftest import SourceFor
from tests.connectors.odoo_server import EVER, NAME, any_version, company, odoo, records, source
from tests.sandbox.company import Company
from tests.sandbox.dialects.odoo.orders import STATES, deadline
from tests.sandbox.running import Sandbox

__all__ = ["any_version", "company", "odoo", "source"]


def test_an_order_is_dated_by_its_confirmation_and_a_request_by_its_deadline(
    any_version: Source, company: Company
) -> None:
    """As Odoo prints them: "Order Date" and "Order Deadline"."""
    told = {record["id"]: str(of_order.order_date(record))[:10] for record in records(any_version)}
    moved = 0
    for order in company.orders.values():
        confirmed = order.approved_at if STATES[order.stage] in ("purchase", "done") else None
        assert told[order.id] == str((confirmed or deadline(order)).date())
        moved += confirmed is not None and (confirmed.year, confirmed.month) != (
            deadline(order).year,
            deadline(order).month,
        )
    assert moved > 20


def test_numbers_stay_exact(source: Source, company: Company) -> None:
    """H25: amounts of 18 digits come as the decimals the wire had."""
    huge = next(order for order in company.orders.values() if order.subtotal > 10**13)
    record = next(iter(CONNECTOR.read(source, [str(huge.id)]))).records[0]
    assert isinstance(record["amount_untaxed"], Decimal)
    assert record["amount_untaxed"] == huge.subtotal + huge.charges_amount


def test_noise_of_binary_floats_is_rounded_to_the_currency(source: Source, company: Company) -> None:
    """H25."""
    taxes = {line.id: line.tax_amount for order in company.orders.values() for line in order.lines}
    lines = [line for page in CONNECTOR.fetch(source, EVER) for order in page.records for line in order["order_line"]]
    told = {line["id"]: line for line in lines if not line["display_type"] and line["id"] in taxes}
    assert any(line["price_tax"] != taxes[number] for number, line in told.items())
    assert {n: of_line.tax_amount(line) for n, line in told.items()} == {n: taxes[n] for n in told}


def test_charge_lines_are_told_by_the_settings_products(odoo: Sandbox, source_for: SourceFor, company: Company) -> None:
    order = next(order for order in company.orders.values() if order.charges)
    for codes, charges in ((("FREIGHT",), order.charges_amount), (("OTHER",), Decimal(0))):
        source = source_for(NAME, odoo, charge_products=codes)
        record = next(iter(CONNECTOR.read(source, [str(order.id)]))).records[0]
        assert of_order.charges(record) == charges
        assert of_order.subtotal(record) == order.subtotal + order.charges_amount - charges


def test_a_locked_order_of_a_company_that_locks_all_is_not_closed() -> None:
    order = {"state": "done", "company_id": {"po_lock": "lock"}, "order_line": [], "receipt_status": "full"}
    assert of_order.status(order) == "purchase, received"
    assert of_order.status({**order, "company_id": {"po_lock": "edit"}}) == "locked"


@pytest.mark.parametrize("lock", [{"state": "done"}, {"state": "purchase", "locked": True}])
def test_an_order_that_was_locked_by_hand_still_waits_for_goods_and_bills(lock: dict[str, Any]) -> None:
    order = {**lock, "company_id": {"po_lock": "edit"}, "order_line": []}
    assert of_order.status({**order, "receipt_status": "pending", "invoice_status": "no"}) == "purchase"
    assert of_order.status({**order, "receipt_status": "partial"}) == "purchase, partly received"
    assert of_order.status({**order, "receipt_status": "full", "invoice_status": "to invoice"}) == "purchase, received"
    assert of_order.status({**order, "receipt_status": "full", "invoice_status": "invoiced"}) == "locked"


def test_lines_are_numbered_as_they_are_shown(source: Source, company: Company) -> None:
    """The sequence of all lines is 10 until somebody moves one of them."""
    for at in (0, 1):
        order = next(o for o in company.orders.values() if bool(o.id % 3) is bool(at) and len(o.lines) > 2)
        record = next(iter(CONNECTOR.read(source, [str(order.id)]))).records[0]
        lines = record["order_line"]
        assert [line["_number"] for line in lines] == list(range(1, len(lines) + 1))
        assert [line["id"] for line in lines] == [
            line["id"] for line in sorted(lines, key=lambda line: (line["sequence"], line["id"]))
        ]


def test_an_order_of_which_nothing_is_billed_is_not_invoiced() -> None:
    """Odoo says so of one with a cancelled bill of which nothing came, or of which all was sent back and credited."""
    line = {"display_type": False, "product_qty": Decimal(4), "qty_invoiced": Decimal(0)}
    order = {"invoice_status": "invoiced", "order_line": [line]}
    table = CONNECTOR.mapping.order.invoice_status.table or {}  # type: ignore[union-attr]
    assert table[of_order.billing(order)] == "none"
    assert table[of_order.billing({**order, "order_line": [{**line, "qty_invoiced": Decimal(4)}]})] == "full"
    assert table[of_order.billing({**order, "order_line": []})] == "full"


@pytest.mark.parametrize(
    ("method", "came", "told"),
    [
        ("stock_moves", 0, "purchase"),
        ("stock_moves", 1, "purchase, partly received"),
        ("manual", 0, "purchase, billed"),
    ],
)
def test_goods_that_are_billed_before_they_came_are_still_to_come(method: str, came: int, told: str) -> None:
    """Products may be billed by the ordered quantity; services need no receipt."""
    line = {"product_qty": Decimal(4), "qty_received": Decimal(came), "qty_invoiced": Decimal(4)}
    line |= {"display_type": False, "qty_received_method": method}
    line["order_id"] = {"state": "purchase", "receipt_status": "partial" if came else "pending"}
    assert of_line.line_status(line) == told
    assert of_line.line_status({**line, "qty_received": Decimal(4)}) == "purchase, billed"


@pytest.mark.parametrize(
    ("receipts", "came", "told"),
    [
        ("pending", 0, "purchase"),
        ("partial", 1, "purchase, partly received"),
        ("full", 4, "purchase, billed"),
        (False, 0, "purchase, billed"),
    ],
)
def test_an_order_that_is_billed_before_its_goods_came_stands_where_its_receipts_do(
    receipts: object, came: int, told: str
) -> None:
    """One of services alone has no receipts."""
    line = {"product_qty": Decimal(4), "qty_received": Decimal(came), "qty_invoiced": Decimal(4)}
    assert of_order.status({"state": "purchase", "receipt_status": receipts, "order_line": [line]}) == told


@pytest.mark.parametrize(
    ("receipts", "gone", "billed", "told"),
    [
        ("pending", 0, 0, "purchase"),
        ("partial", -1, 0, "purchase, partly received"),
        ("full", -3, 0, "purchase, received"),
        ("full", -4, -4, "purchase, billed"),
    ],
)
def test_goods_that_go_back_are_as_far_as_they_went(receipts: str, gone: int, billed: int, told: str) -> None:
    """Three of four, without a backorder, are all that go."""
    line = {"product_qty": Decimal(-4), "qty_received": Decimal(gone), "qty_invoiced": Decimal(billed)}
    line |= {"display_type": False, "qty_received_method": "stock_moves"}
    assert of_line.line_status({**line, "order_id": {"state": "purchase", "receipt_status": receipts}}) == told


def test_an_order_whose_receipts_were_all_cancelled_waits_for_no_goods() -> None:
    """Odoo empties receipt_status then, as if there were no receipts; the receipts stay in picking_ids."""
    order = {"state": "purchase", "receipt_status": False, "picking_ids": [34], "invoice_status": "no"}
    goods = {"product_qty": Decimal(4), "qty_received": Decimal(0), "qty_invoiced": Decimal(0), "display_type": False}
    goods |= {"qty_received_method": "stock_moves", "order_id": order}
    statuses, of_lines = CONNECTOR.mapping.order.status.table, CONNECTOR.mapping.lines.form.line_status.table  # type: ignore[union-attr]
    assert statuses[of_order.status({**order, "order_line": [goods]})] == "closed"
    assert of_lines[of_line.line_status(goods)] == "closed"
    assert of_line.is_closed(goods)
    service = {**goods, "qty_received_method": "manual"}
    for other, line, status in (
        ({"invoice_status": "to invoice"}, goods, "approved"),
        ({"picking_ids": []}, goods, "approved"),
        ({"state": "cancel"}, goods, "cancelled"),
        ({"state": "draft"}, goods, "draft"),
        ({}, service, "approved"),
    ):
        assert statuses[of_order.status({**order, **other, "order_line": [line]})] == status
        if other != {"invoice_status": "to invoice"}:
            assert not of_line.is_closed({**line, "order_id": {**order, **other}})


def test_of_a_line_that_was_set_to_nothing_nothing_is_to_come() -> None:
    """Lines of confirmed orders cannot be deleted. Down payments have no quantity, and a bill takes them off again."""
    order: dict[str, Any] = {"state": "purchase", "receipt_status": False, "invoice_status": "no"}
    none = {"product_qty": Decimal(0), "qty_received": Decimal(0), "qty_invoiced": Decimal(0), "display_type": False}
    line = {**none, "qty_received_method": "manual", "order_id": order}
    assert (of_line.line_status(line), of_line.is_closed(line)) == ("purchase, not received", True)
    assert of_line.line_status({**line, "qty_invoiced": Decimal(1)}) == "purchase, billed"
    assert of_order.status({**order, "order_line": [line]}) == "purchase, not received"
    assert of_order.status({**order, "order_line": [line, {**line, "product_qty": Decimal(2)}]}) == "purchase"
    for other in (
        {"order_id": {**order, "state": "draft"}},
        {"display_type": "line_note"},
        {"product_qty": Decimal(2)},
    ):
        assert not of_line.is_closed({**line, **other})
