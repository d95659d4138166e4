"""What becomes of ERPNext's documents: taxes by item templates, discounts on the order, drop shipments, free lines.

Documents are calculated as `controllers/taxes_and_totals.py` and `purchase_order.py` of ERPNext do.
"""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest

from include.orderhouse.connector import Source
from include.orderhouse.connectors.erpnext import CONNECTOR
from include.orderhouse.connectors.erpnext.codes import STATUSES
from include.orderhouse.connectors.erpnext.values import line as of_line
from include.orderhouse.connectors.erpnext.values import order as of_order
from include.orderhouse.connectors.erpnext.values.amounts import sum_of_charges, sum_of_taxes, tax_rate
from tests.connectors.erpnext_site import company, read_one, site, source
from tests.connectors.validated import odd_amounts
from tests.sandbox.company import Company

__all__ = ["company", "site", "source"]

Raw = dict[str, Any]

GST_18 = {
    "Output Tax SGST - OM": 9, "Output Tax CGST - OM": 9, "Output Tax IGST - OM": 18, "Input Tax SGST - OM": 9,
    "Input Tax CGST - OM": 9, "Input Tax IGST - OM": 18, "Input Tax SGST RCM - OM": 9, "Input Tax CGST RCM - OM": 9,
    "Input Tax IGST RCM - OM": 18,
}  # fmt: skip
"""The item tax template "GST 18%" that India Compliance sets up: nine accounts, of which an order has one or two."""


def tax(account: str, rate: str = "0", **other: Any) -> Raw:
    """A row of an order's taxes."""
    return {
        "account_head": account, "_account_head": {"account_type": "Tax"}, "charge_type": "On Net Total",
        "rate": Decimal(rate), "category": "Total", "add_deduct_tax": "Add", **other,
    }  # fmt: skip


def line_of(taxes: list[Raw], **other: Any) -> Raw:
    return {"_order": {"status": "To Receive and Bill", "docstatus": 1, "taxes": taxes}, **other}


INPUT = [tax("Input Tax SGST - OM"), tax("Input Tax CGST - OM")]


@pytest.mark.parametrize(
    ("taxes", "own", "rate"),
    [
        (INPUT, GST_18, 18),
        ([tax("Input Tax IGST - OM", "5")], GST_18, 18),
        ([tax("VAT 19 - OM", "19"), tax("VAT 7 - OM", "7")], {"VAT 19 - OM": 0}, 7),
        ([tax("VAT 19 - OM", "19"), tax("VAT 7 - OM", "7")], {"VAT 19 - OM": "N/A", "VAT 7 - OM": 7}, 7),
        ([tax("VAT 19 - OM", "19")], {"VAT 19 - OM": "N/A"}, 0),
        ([tax("VAT 19 - OM", "19")], {}, 19),
        ([*INPUT, tax("Input Tax SGST RCM - OM", add_deduct_tax="Deduct")], GST_18, 9),
        ([*INPUT, tax("TDS - OM", charge_type="Actual", is_tax_withholding_account=1)], GST_18, 18),
        ([*INPUT, tax("Freight - OM", "2", _account_head={"account_type": "Chargeable"})], GST_18, 18),
        ([*INPUT, tax("Customs - OM", "5", category="Valuation")], GST_18, 18),
        ([*INPUT, tax("Cess - OM", "4", charge_type="On Previous Row Amount")], GST_18, None),
        ([], GST_18, None),
    ],
)
def test_a_line_is_taxed_by_the_accounts_of_its_order_alone(taxes: list[Raw], own: Raw, rate: int | None) -> None:
    assert tax_rate(line_of(taxes, item_tax_template="GST 18%", item_tax_rate=json.dumps(own))) == rate


def test_a_line_without_a_tax_template_has_its_orders_rate() -> None:
    assert tax_rate(line_of([tax("VAT 19 - OM", "19")], item_tax_rate=None)) == 19


def test_taxes_and_charges_of_an_order_are_told_apart_by_their_accounts() -> None:
    """What is only valued with the goods is owed to nobody; where accounts are hidden, actual amounts are charges."""
    vat = tax("VAT - OM", tax_amount=19, base_tax_amount=38)
    cess = tax("Cess - OM", charge_type="Actual", tax_amount=3, base_tax_amount=6, add_deduct_tax="Deduct")
    freight = tax("Freight - OM", tax_amount=50, base_tax_amount=100, _account_head={"account_type": "Chargeable"})
    customs = {**freight, "tax_amount": 7, "base_tax_amount": 14, "category": "Valuation"}
    order = {"taxes": [vat, cess, freight, customs]}
    assert (sum_of_taxes()(order), sum_of_charges()(order)) == (16, 50)
    assert (sum_of_taxes("base_")(order), sum_of_charges("base_")(order)) == (32, 100)
    hidden = {"taxes": [{**row, "_account_head": None} for row in order["taxes"]]}
    assert (sum_of_taxes()(hidden), sum_of_charges()(hidden)) == (69, -3)
    discounted = {"taxes": [{**vat, "tax_amount_after_discount_amount": 0}]}
    assert sum_of_taxes()(discounted) == 0


def an_order(source: Source, company: Company) -> Raw:
    """An order of two lines at least, with taxes, of which none is discounted."""
    wanted = (order for order in company.orders.values() if order.tax_amount and order.total < 10**9)
    several = (order for order in wanted if len(order.goods_lines) > 1)
    return dict(read_one(source, next(o for o in several if not any(line.discount_percent for line in o.goods_lines))))


def discounted(order: Raw, percent: Decimal) -> Raw:
    """The order with an additional discount on its net total, which ERPNext shares among the lines."""
    share = percent / 100
    items = []
    for line in order["items"]:
        net = (line["amount"] - line["amount"] * share).quantize(Decimal("0.01"))
        items.append({**line, "net_amount": net, "net_rate": net / line["qty"]})
    net_total = sum(line["net_amount"] for line in items)
    taxes = [
        {**row, "tax_amount_after_discount_amount": row["tax_amount"] * (1 - share)}
        if row["charge_type"] == "On Net Total"
        else row
        for row in order["taxes"]
    ]
    grand_total = net_total + sum(row["tax_amount_after_discount_amount"] for row in taxes)
    told = {"discount_amount": order["total"] - net_total, "net_total": net_total, "grand_total": grand_total}
    return {**order, **told, "apply_discount_on": "Net Total", "items": items, "taxes": taxes}


def test_a_discount_on_the_order_is_part_of_its_lines_discounts(source: Source, company: Company) -> None:
    order = discounted(an_order(source, company), Decimal("12.5"))
    line = order["items"][0]
    assert of_line.discount_amount(line) == line["amount"] - line["net_amount"] > 0
    assert odd_amounts(CONNECTOR, source, order) == []


def test_a_discount_is_what_the_rounded_rate_leaves_of_the_price(source: Source, company: Company) -> None:
    """10000 x 3.33 less 7 % is 30969, but the rate is rounded to 3.10 before it is multiplied."""
    order = an_order(source, company)
    sold = {"qty": Decimal(10_000), "price_list_rate": Decimal("3.33"), "discount_percentage": Decimal(7)}
    priced = {"rate": Decimal("3.10"), "amount": Decimal(31_000), "net_amount": Decimal(31_000)}
    order["items"] = [{**order["items"][0], **sold, **priced}]
    order |= {"net_total": Decimal(31_000), "taxes": [], "grand_total": Decimal(31_000)}
    assert of_line.discount_amount(order["items"][0]) == 2300
    assert odd_amounts(CONNECTOR, source, order) == []


def test_with_taxes_in_the_rates_only_the_lines_own_discount_is_told() -> None:
    sold = {"qty": Decimal(2), "price_list_rate": Decimal(130), "discount_percentage": Decimal("8.46"), "rate": 119}
    line = line_of([tax("VAT 19 - OM", "19", included_in_print_rate=1)], **sold, amount=238, net_amount=200)
    assert of_line.discount_amount(line) == 22
    assert of_line.discount_amount({**line, "_order": {"status": "Draft"}}) is None


@pytest.mark.parametrize(
    ("status", "per_received", "came", "line_status", "receipts"),
    [
        ("Draft", "0", 0, "Draft", "none"),
        ("To Receive and Bill", "0", 0, "open", "none"),
        ("Delivered", "0", 4, "received", "full"),
        ("To Bill", "100", 4, "received", "full"),
        ("To Receive and Bill", "40", 4, "received", "partial"),
    ],
)
def test_a_drop_shipment_has_come_when_it_is_delivered(
    status: str, per_received: str, came: int, line_status: str, receipts: str
) -> None:
    order = {"status": status, "docstatus": int(status != "Draft"), "per_received": Decimal(per_received)}
    line = {"qty": Decimal(4), "received_qty": Decimal(4), "amount": Decimal(8), "delivered_by_supplier": 1}
    line["_order"] = order
    assert of_line.quantity_received(line) == came
    assert of_line.line_status(line) == line_status
    assert of_order.receipt_status(order) == receipts
    assert of_line.quantity_received({**line, "delivered_by_supplier": 0}) == 4


@pytest.mark.parametrize(("per_billed", "billed", "line_status"), [("100", 3, "billed"), ("60", None, "received")])
def test_a_free_line_is_billed_with_its_order(per_billed: str, billed: int | None, line_status: str) -> None:
    """ERPNext tells what is billed by amounts alone, so that a line of none would wait for its bill for good."""
    line = {"qty": Decimal(3), "received_qty": Decimal(3), "amount": Decimal(0), "billed_amt": Decimal(0)}
    line["_order"] = {"status": "Completed", "docstatus": 1, "per_billed": Decimal(per_billed)}
    assert of_line.quantity_invoiced(line) == billed
    assert of_line.line_status(line) == line_status


@pytest.mark.parametrize(("stocked", "came", "line_status"), [(1, 0, "open"), (1, 3, "billed"), (0, 0, "billed")])
def test_goods_that_are_billed_before_they_came_are_still_to_come(stocked: int, came: int, line_status: str) -> None:
    """The order is "To Receive"; services need no receipt."""
    line = {"qty": Decimal(3), "received_qty": Decimal(came), "amount": Decimal(9), "billed_amt": Decimal(9)}
    line |= {"_order": {"status": "To Receive", "docstatus": 1}, "_item_code": {"is_stock_item": stocked}}
    assert of_line.line_status(line) == line_status


@pytest.mark.parametrize(
    ("stocked", "came", "status"), [(1, 0, "approved"), (1, 1, "partially_received"), (0, 0, "invoiced")]
)
def test_an_order_that_is_billed_before_its_goods_came_stands_where_its_receipts_do(
    stocked: int, came: int, status: str
) -> None:
    order = {"status": "To Receive", "docstatus": 1, "per_billed": Decimal(100), "per_received": Decimal(25 * came)}
    line = {"qty": Decimal(4), "received_qty": Decimal(came), "amount": Decimal(9), "billed_amt": Decimal(9)}
    line |= {"_order": order, "_item_code": {"is_stock_item": stocked}}
    assert STATUSES[of_order.status({**order, "items": [line]})] == status


def test_a_price_is_that_before_the_discount_with_its_margin() -> None:
    sold = {"rate": Decimal(99), "price_list_rate": Decimal(100), "rate_with_margin": Decimal(110)}
    assert of_line.unit_price({**sold, "discount_percentage": Decimal(10)}) == 110
    assert of_line.unit_price({**sold, "discount_percentage": Decimal(10), "rate_with_margin": 0}) == 100
    assert of_line.unit_price({**sold, "discount_percentage": Decimal(0)}) == 99
    unknown = line_of([], rate=99, qty=2, price_list_rate=0, rate_with_margin=0, discount_percentage=10)
    assert (of_line.unit_price(unknown), of_line.discount_amount(unknown)) == (None, None)


@pytest.mark.parametrize(
    ("line", "item", "told"),
    [
        ({"is_fixed_asset": 1}, {"is_stock_item": 0}, "asset"),
        ({}, {"is_fixed_asset": 1, "is_stock_item": 0}, "asset"),
        ({"is_fixed_asset": 0}, {"is_fixed_asset": 0, "is_stock_item": 1}, "stock item"),
        ({"is_fixed_asset": 0}, {"is_fixed_asset": 0, "is_stock_item": 0}, "non-stock item"),
        ({"is_fixed_asset": 0}, {}, None),
    ],
)
def test_what_a_line_buys_is_told_by_itself_or_by_its_item(line: Raw, item: Raw, told: str | None) -> None:
    assert of_line.line_type({**line, "_item_code": item}) == told


def test_only_barcodes_of_gs1_are_trade_item_numbers() -> None:
    barcodes = [{"barcode": "A-17", "barcode_type": "CODE-39"}, {"barcode": "X", "barcode_type": None}]
    assert of_line.gtin({"_item_code": {"barcodes": barcodes}}) is None
    barcodes.append({"barcode": "4006381333931", "barcode_type": "EAN-13"})
    assert of_line.gtin({"_item_code": {"barcodes": barcodes}}) == "4006381333931"


def test_only_a_draft_waits_for_approval() -> None:
    """A workflow may keep its state when the order has moved on."""
    order = {"status": "Draft", "docstatus": 0, "workflow_state": "Pending Approval"}
    assert of_order.status(order) == "Draft, pending approval"
    assert of_order.status({**order, "status": "Cancelled", "docstatus": 2}) == "Cancelled"


def test_a_line_that_was_closed_by_itself_is_closed() -> None:
    """ERPNext closes items by themselves since 2026, in the field ``closed`` (`controllers/item_close.py`)."""
    line = {"qty": Decimal(3), "received_qty": Decimal(1), "amount": Decimal(9), "closed": 1}
    line["_order"] = {"status": "To Receive and Bill", "docstatus": 1}
    assert of_line.is_closed(line)
    assert of_line.line_status(line) == "Closed"
    assert of_line.line_status({**line, "_order": {"status": "Cancelled", "docstatus": 2}}) == "Cancelled"
    assert not of_line.is_closed({**line, "closed": 0})
    assert of_line.line_status({**line, "closed": 0}) == "partly received"


@pytest.mark.parametrize(
    ("received", "billed", "status"),
    [(0, 0, "approved"), (40, 0, "partially_received"), (100, 0, "received"), (100, 30, "partially_invoiced")],
)
def test_an_order_that_waits_for_an_advance_payment_is_as_far_as_its_receipts_and_bills(
    received: int, billed: int, status: str
) -> None:
    """To Pay stands in place of what is to be received and billed while a payment request is out."""
    order = {"status": "To Pay", "docstatus": 1, "per_received": Decimal(received), "per_billed": Decimal(billed)}
    table = CONNECTOR.mapping.order.status.table or {}  # type: ignore[union-attr]
    assert table.get(of_order.status(order)) == status
