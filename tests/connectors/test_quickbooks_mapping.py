"""Where QuickBooks tells a value in one of several places, or lines by several facts: hand-made orders and lines."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from include.orderhouse.connectors.quickbooks import progress, taxes
from include.orderhouse.connectors.quickbooks import values as v
from include.orderhouse.connectors.quickbooks.assembly import Assembly
from tests.connectors.conftest import SourceFor
from tests.connectors.quickbooks_realm import an_order, company, connect, one, ours, served, transformed
from tests.sandbox.company import Company

__all__ = ["company", "connect", "served"]

Raw = dict[str, Any]
ITEM = "ItemBasedExpenseLineDetail"


def a_line(come: int = 0, billed: int = 0, *, closed: bool = False, **other: Any) -> Raw:
    """A line of four pieces, what came of it and what was billed of it."""
    detail = {"ItemRef": {"value": "7"}, "Qty": Decimal(4), "ManuallyClosed": closed}
    bill_lines = [{"detail": {"Qty": Decimal(billed)}}] if billed else []
    return {"DetailType": ITEM, "Received": Decimal(come), "detail": detail, "bill_lines": bill_lines, **other}


@pytest.mark.parametrize(
    ("line", "status"),
    [
        (a_line(), "open"),
        (a_line(3), "partially_received"),
        (a_line(4), "received"),
        (a_line(4, 3), "partially_invoiced"),
        (a_line(0, 3), "partially_invoiced"),
        (a_line(0, 4), "invoiced"),
        (a_line(closed=True), "closed"),
        (a_line(3, 3, closed=True), "closed"),
        (a_line(4, 3, closed=True), "received"),
        (a_line(4, 3, order_is_closed=True), "received"),
        (a_line(4, 4, closed=True), "invoiced"),
        (a_line(4, is_charge=True), None),
        ({**a_line(), "detail": {"ItemRef": {"value": "7"}, "Qty": Decimal(0)}}, "open"),
    ],
)
def test_how_far_a_line_has_come(line: Raw, status: str | None) -> None:
    assert progress.line_status(line) == status


@pytest.mark.parametrize(
    ("closed_line", "received", "invoiced"),
    [(a_line(closed=True), "full", "full"), (a_line(1, closed=True), "partial", "partial"),
     (a_line(0, 1, closed=True), "partial", "partial")],
)  # fmt: skip
def test_a_line_that_was_closed_counts_only_if_something_came_or_was_billed(
    closed_line: Raw, received: str, invoiced: str
) -> None:
    order = {"Line": [a_line(4, 4), closed_line]}
    assert (progress.receipt_status(order), progress.invoice_status(order)) == (received, invoiced)


def of_an_amount(come: int, billed: int) -> Raw:
    """A line for an item of 100, without a quantity."""
    bill_lines = [{"Amount": Decimal(billed), "detail": {"Qty": Decimal(1)}}] if billed else []
    other = {"detail": {"ItemRef": {"value": "7"}}, "Amount": Decimal(100), "bill_lines": bill_lines}
    return {**a_line(come), **other}


@pytest.mark.parametrize(
    ("come", "billed", "told"),
    [
        (0, 0, ("open", "none", "none")),
        (0, 40, ("partially_invoiced", "none", "partial")),
        (0, 100, ("invoiced", "none", "full")),
        (1, 0, ("partially_received", "full", "none")),
    ],
)
def test_a_line_for_an_item_without_a_quantity_is_billed_by_its_amount(
    come: int, billed: int, told: tuple[str, ...]
) -> None:
    line = of_an_amount(come, billed)
    order = {"Line": [line]}
    assert (progress.line_status(line), progress.receipt_status(order), progress.invoice_status(order)) == told
    assert (progress.quantity_received(line), progress.quantity_invoiced(line)) == (come, None)


def test_of_an_order_that_buys_nothing_nothing_has_come() -> None:
    order = {"Line": [a_line(4, 4, is_charge=True)]}
    assert (progress.receipt_status(order), progress.invoice_status(order)) == ("none", "none")


@pytest.mark.parametrize(
    ("told", "status"),
    [
        ({"EmailStatus": "EmailSent", "PrintStatus": "NotSet"}, "Open, sent"),
        ({"EmailStatus": "NotSet", "PrintStatus": "PrintComplete"}, "Open, sent"),
        ({"EmailStatus": "NeedToSend", "PrintStatus": "NeedToPrint"}, "Open"),
        ({"POStatus": "Closed", "EmailStatus": "EmailSent"}, "Closed"),
    ],
)
def test_an_order_is_sent_by_mail_or_on_paper(told: Raw, status: str) -> None:
    assert v.status({"Line": [a_line()], **told}) == status


def test_a_company_of_one_currency_names_it_on_no_order(connect: SourceFor, company: Company) -> None:
    source = connect()
    record = one(source, an_order(company))
    known = {name: value for name, value in record.items() if name not in ("CurrencyRef", "ExchangeRate")}
    told = transformed(source, known).tables["purchase_order"].to_pylist()[0]
    assert (told["currency"], told["currency_source"], told["company_currency"]) == ("USD", "USD", "USD")
    foreign = {**known, "CurrencyRef": {"value": "CAD"}}
    assert transformed(source, foreign).tables["purchase_order"].to_pylist()[0]["currency"] == "CAD"


@pytest.mark.parametrize("by", ["name", "id"])
def test_lines_are_charges_by_item_too(connect: SourceFor, company: Company, by: str) -> None:
    order = next(o for o in ours(company) if o.charges and o.goods_lines)
    item = next(line["detail"]["ItemRef"] for line in one(connect(), order)["Line"] if line["detail"].get("ItemRef"))
    source = connect(charge_accounts=(), charge_items=(item["value" if by == "id" else "name"],))
    lines = one(source, order)["Line"]
    assert [line["is_charge"] for line in lines] == [line["detail"].get("ItemRef") == item for line in lines]
    assert not all(line["is_charge"] for line in lines)


def test_what_an_order_says_itself_goes_before_what_is_known_of_its_vendor_and_items(
    connect: SourceFor, company: Company
) -> None:
    source = connect()
    record = one(source, an_order(company))
    record["vendor"] = {**record["vendor"], "PrimaryEmailAddr": {"Address": "office@vendor.example"}}
    detail = {**record["Line"][0]["detail"], "ItemRef": {"value": "7", "name": "Bolt"}, "ClassRef": {"name": "Yard"}}
    line = {**record["Line"][0], "detail": detail, "item": {"Sku": "B-7", "Name": "Bolt M8"}}
    other = {**line, "Id": "2", "detail": {**detail, "ClassRef": None}, "item": None}
    told = {"POEmail": {"Address": "sales@vendor.example"}, "Memo": "To you", "PrivateNote": "To us"}
    told |= {"ClassRef": {"name": "Works"}, "Line": [line, other]}
    first, second = (
        transformed(source, {**record, **told, **less}).tables for less in ({}, {"POEmail": None, "Memo": None})
    )
    orders = [tables["purchase_order"].to_pylist()[0] for tables in (first, second)]
    assert [(order["vendor_email"], order["memo"]) for order in orders] == [
        ("sales@vendor.example", "To you"), ("office@vendor.example", "To us")
    ]  # fmt: skip
    lines = first["purchase_order_line"].to_pylist()
    assert [(row["item_code"], row["item_name"], row["cost_center"]) for row in lines] == [
        ("B-7", "Bolt M8", "Yard"), ("7", "Bolt", "Works")
    ]  # fmt: skip


def test_a_masked_tax_number_is_none() -> None:
    """Those of American vendors come masked but for their last digits."""
    assert v.vendor_tax_id({"vendor": {"TaxIdentifier": "XXXXXXX4321"}}) is None
    assert v.vendor_tax_id({"vendor": {"TaxIdentifier": "12-3454321"}}) == "12-3454321"
    assert v.vendor_tax_id({"vendor": None}) is None


@pytest.mark.parametrize(
    ("order", "told"),
    [
        ({"GlobalTaxCalculation": "NotApplicable"}, 0),
        ({"GlobalTaxCalculation": "TaxExcluded", "TxnTaxDetail": {"TotalTax": Decimal(19)}}, 19),
        ({"TxnTaxDetail": {"TotalTax": Decimal(19)}}, 19),
        ({"GlobalTaxCalculation": "TaxExcluded"}, None),
    ],
)
def test_an_order_without_a_tax_detail_is_untaxed_only_where_tax_does_not_apply(order: Raw, told: int | None) -> None:
    assert taxes.tax(order) == told


@pytest.mark.parametrize(
    ("gross", "net", "tax"), [(Decimal(119), Decimal(100), 19), (None, Decimal(100), None), (Decimal(119), None, None)]
)
def test_a_line_tells_its_tax_by_amounts_with_and_without_it(gross: Any, net: Any, tax: int | None) -> None:
    assert taxes.line_tax({"Amount": net, "detail": {"TaxInclusiveAmt": gross}}) == tax


def test_whether_prices_include_tax_is_told_only_by_companies_whose_orders_bear_it() -> None:
    told = [taxes.tax_inclusive({"GlobalTaxCalculation": kind}) for kind in ("TaxInclusive", "NotApplicable", None)]
    assert told == [False, False, None]


def test_a_subtotal_of_services_is_none() -> None:
    detail = {"ItemRef": {"value": "7"}}
    told = {"DetailType": "SubTotalLineDetail", "detail": detail, "item": {"Type": "Service"}}
    assert v.line_type(told) == "SubTotalLineDetail"


def test_an_order_whose_lines_and_custom_fields_are_left_out_has_none(connect: SourceFor, company: Company) -> None:
    order = {"Id": "4711", "CustomField": [None, {"Name": "Budget", "Type": "StringType", "StringValue": "A"}]}
    (whole,) = Assembly(connect()).whole([order])
    assert (whole["Line"], whole["custom_Budget"]) == ([], "A")
