"""What becomes of the values of QuickBooks: progress, addresses, prices, custom fields."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest

from include.orderhouse.connectors.quickbooks import CONNECTOR, progress
from include.orderhouse.connectors.quickbooks.assembly import Assembly
from include.orderhouse.expectations.outcomes import Outcomes
from include.orderhouse.expectations.validator import Validator
from tests.connectors.conftest import SourceFor
from tests.connectors.quickbooks_realm import (
    EVER,
    NAME,
    an_order,
    changed_at,
    company,
    connect,
    one,
    ours,
    serve,
    served,
    transformed,
)
from tests.sandbox import arithmetic, history
from tests.sandbox.company import Company
from tests.sandbox.dialects.quickbooks.orders import has_bill
from tests.sandbox.order import invoices_of
from tests.sandbox.running import Sandbox

__all__ = ["company", "connect", "served"]


def test_h25_amounts_of_eighteen_digits_are_exact(connect: SourceFor, company: Company) -> None:
    huge = max(ours(company), key=lambda order: order.total)
    assert one(connect(), huge)["TotalAmt"] == huge.total


def test_h1_instants_come_with_the_companys_offset_and_dates_stay_dates(connect: SourceFor, company: Company) -> None:
    order = an_order(company)
    record = one(connect(), order)
    assert record["MetaData"]["LastUpdatedTime"].endswith(("-07:00", "-08:00"))
    assert datetime.fromisoformat(record["MetaData"]["LastUpdatedTime"]) == changed_at(order).replace(microsecond=0)
    assert record["TxnDate"] == order.order_date.isoformat()


def test_h21_custom_fields_come_by_name_and_type(connect: SourceFor, company: Company) -> None:
    order = next(o for o in ours(company) if o.custom["budget"] and o.custom["review_date"])
    record = one(connect(), order)
    assert record["custom_Budget"] == order.custom["budget"]
    assert record["custom_Review date"] == str(order.custom["review_date"])
    line = next(line for line in order.goods_lines if line.custom["needs_inspection"] is not None)
    told = next(one_line for one_line in record["Line"] if one_line["Id"] == str(line.id))
    assert told["custom_Needs inspection"] is line.custom["needs_inspection"]


def test_h23_lines_without_received_and_in_the_schemas_own_form_are_read(connect: SourceFor, company: Company) -> None:
    order = an_order(company)
    with serve(company, received="sparse", details="purchase_order_item") as running:
        line = one(connect(running), order)["Line"][0]
    assert "Received" not in line
    assert line["DetailType"] == "PurchaseOrderItemLineDetail"
    assert line["detail"]["OpenQty"] == order.goods_lines[0].quantity_open


def test_a_line_that_was_closed_before_anything_came_is_not_still_to_come(connect: SourceFor, company: Company) -> None:
    order = next(o for o in ours(company) if o.is_open and len(o.goods_lines) > 1 and not o.goods_lines[-1].receipts)
    with serve(company, details="purchase_order_item") as running:
        for line in order.goods_lines[:-1]:
            for come in (history.receive, history.invoice):
                running.act(come, order_id=order.id, line_id=line.id, quantity=line.quantity)
        record = one(connect(running), order)
        assert (progress.receipt_status(record), progress.invoice_status(record)) == ("partial", "partial")
        running.act(history.cancel_line, order_id=order.id, line_id=order.goods_lines[-1].id)
        record = one(connect(running), order)
    assert (progress.receipt_status(record), progress.invoice_status(record)) == ("full", "full")


def test_lines_of_a_closed_order_are_closed_unless_all_has_come(connect: SourceFor, company: Company) -> None:
    order = next(o for o in ours(company) if o.is_open and len(o.goods_lines) > 1 and not has_bill(o))
    first, *others = order.goods_lines
    with serve(company) as running:
        for come in (history.receive, history.invoice):
            running.act(come, order_id=order.id, line_id=first.id, quantity=first.quantity)
        running.act(history.short_close, order_id=order.id)
        source = connect(running)
        frames = transformed(source, one(source, order))
    assert frames.tables["purchase_order"].to_pylist()[0]["status"] == "closed"
    lines = {row["source_line_id"]: row for row in frames.tables["purchase_order_line"].to_pylist()}
    told = [(lines[str(line.id)]["line_status"], lines[str(line.id)]["is_closed"]) for line in (first, *others)]
    assert told == [("invoiced", True), *[("closed", True) for _ in others]]


def test_lines_that_are_booked_to_an_account_come_by_amounts(connect: SourceFor, company: Company) -> None:
    order = next(
        o for o in ours(company) if o.is_open and len(o.goods_lines) == 2 and not any(i.receipts for i in o.goods_lines)
    )
    seen = []
    with serve(company, details="account") as running:
        source = connect(running)
        for come in (history.receive, history.invoice):
            for line in order.goods_lines:
                running.act(come, order_id=order.id, line_id=line.id, quantity=line.quantity)
                record = one(source, order)
                status = progress.line_status(record["Line"][0])
                seen.append((progress.receipt_status(record), progress.invoice_status(record), status))
    assert seen == [
        ("partial", "none", "received"),
        ("full", "none", "received"),
        ("full", "partial", "invoiced"),
        ("full", "full", "invoiced"),
    ]


@pytest.mark.parametrize("quantity", [None, 0])
def test_lines_for_an_item_without_a_quantity_are_billed_by_amounts(
    connect: SourceFor, company: Company, quantity: int | None
) -> None:
    order = next(o for o in ours(company) if o.is_open and not any(i.receipts for i in o.goods_lines))
    for line in order.goods_lines:
        line.discount_percent = Decimal(0)
        arithmetic.price(line, company.digits(order.currency))
    with serve(company, details="amount") as running:
        source = connect(running)
        for line in order.goods_lines:
            for come in (history.receive, history.invoice):
                running.act(come, order_id=order.id, line_id=line.id, quantity=line.quantity)
        record = one(source, order)
    for line in record["Line"]:
        line["detail"] |= {"Qty": quantity}
    frames = transformed(source, record)
    (told,) = frames.tables["purchase_order"].to_pylist()
    lines = [row for row in frames.tables["purchase_order_line"].to_pylist() if row["line_type"] == "goods"]
    assert told["invoice_status"] == "full"
    assert {(row["line_status"], row["quantity_ordered"], row["quantity_invoiced"]) for row in lines} == {
        ("invoiced", quantity, None)
    }


def test_a_row_without_an_item_is_documentation_whose_amount_does_not_count(
    connect: SourceFor, company: Company
) -> None:
    order = next(o for o in ours(company) if o.is_open and any(line.is_text for line in o.lines))
    with serve(company, notes="item") as running:
        for line in order.goods_lines:
            for come in (history.receive, history.invoice):
                running.act(come, order_id=order.id, line_id=line.id, quantity=line.quantity)
        source = connect(running)
        frames = transformed(source, one(source, order))
    (told,) = frames.tables["purchase_order"].to_pylist()
    assert (told["receipt_status"], told["invoice_status"]) == ("full", "full")
    assert told["subtotal_amount"] == order.subtotal
    lines = {row["source_line_id"]: row for row in frames.tables["purchase_order_line"].to_pylist()}
    notes = [lines[str(line.id)] for line in order.lines if line.is_text]
    names = ("line_type", "line_status", "quantity_received", "quantity_invoiced", "net_amount")
    assert {tuple(note[name] for name in names) for note in notes} == {("text", None, None, None, None)}


def test_without_bills_it_is_unknown_what_was_invoiced(connect: SourceFor, company: Company) -> None:
    source = connect(read_bills=False)
    frames = transformed(source, one(source, next(order for order in ours(company) if has_bill(order))))
    assert frames.tables["purchase_order"].to_pylist()[0]["invoice_status"] is None
    assert {row["quantity_invoiced"] for row in frames.tables["purchase_order_line"].to_pylist()} == {None}


@pytest.mark.parametrize("drawn_by", ["Bill", "Check"])
@pytest.mark.parametrize("links", ["header", "order", "mixed"])
def test_a_bill_or_check_that_does_not_name_the_orders_lines_leaves_unknown_what_was_invoiced(
    connect: SourceFor, company: Company, links: str, drawn_by: str
) -> None:
    """Also where only one of several does not."""
    billed = next(o for o in ours(company) if sum(line.quantity_invoiced > 0 for line in o.goods_lines) > 1)
    other = an_order(company)
    with serve(company, links=links, drawn_by=drawn_by) as running:
        source = connect(running)
        orders = [transformed(source, one(source, order)) for order in (billed, other)]
    told = [frames.tables["purchase_order"].to_pylist()[0]["invoice_status"] for frames in orders]
    assert told == [None, "none"]
    assert {row["quantity_invoiced"] for row in orders[0].tables["purchase_order_line"].to_pylist()} == {None}


@pytest.mark.parametrize("link_type", ["Purchase", "Check", "Expense"])
def test_what_an_expense_or_a_check_has_drawn_is_invoiced(connect: SourceFor, company: Company, link_type: str) -> None:
    """However the link is called: Intuit's description of orders tells of bills only."""
    order = next(order for order in ours(company) if has_bill(order))
    with serve(company, drawn_by=link_type) as running:
        source = connect(running)
        frames = transformed(source, one(source, order))
    assert frames.tables["purchase_order"].to_pylist()[0]["invoice_status"] == invoices_of(order.goods_lines).value
    lines = {row["source_line_id"]: row for row in frames.tables["purchase_order_line"].to_pylist()}
    told = [lines[str(line.id)]["quantity_invoiced"] for line in order.goods_lines]
    assert told == [line.quantity_invoiced for line in order.goods_lines]
    assert any(told)


def test_links_that_are_neither_bill_nor_expense_draw_nothing(connect: SourceFor, company: Company) -> None:
    source = connect()
    links = [{"TxnId": "900001", "TxnType": "Estimate"}, {"TxnType": "Bill"}, "900002", None]
    links += [{"TxnId": None, "TxnType": "Bill"}]
    order = one(source, an_order(company)) | {"LinkedTxn": links}
    (whole,) = Assembly(source).whole([order])
    assert (progress.invoice_status(whole), whole["Line"][0]["bill_lines"]) == ("none", [])


@pytest.mark.parametrize("more", [None, [None], ["none"]], ids=str)
def test_h32_an_order_of_which_not_all_lines_are_lines_is_rejected_alone(
    connect: SourceFor, company: Company, more: list[Any] | None
) -> None:
    source = connect()
    order, other = (one(source, order) for order in ours(company)[:2])
    bad = order | {"Line": None if more is None else order["Line"] + more}
    refused, made = (transformed(source, record) for record in Assembly(source).whole([bad, other]))
    assert (refused["purchase_order"].num_rows, made["reject"].num_rows) == (0, 0)
    (reject,) = refused["reject"].to_pylist()
    assert (reject["source_order_id"], reject["code"]) == (order["Id"], "PAYLOAD_INCOMPLETE")


def test_a_bill_that_is_linked_and_cannot_be_read_leaves_unknown_what_was_invoiced(
    connect: SourceFor, company: Company
) -> None:
    source = connect()
    order = one(source, an_order(company)) | {"LinkedTxn": [{"TxnId": "900001", "TxnType": "Bill"}]}
    (whole,) = Assembly(source).whole([order])
    assert (progress.invoice_status(whole), whole["Line"][0]["bill_lines"]) == (None, None)


def test_an_address_that_was_edited_in_its_order_keeps_its_place(connect: SourceFor, company: Company) -> None:
    """Intuit's own example of an order has the place in the fourth line."""
    order = an_order(company)
    with serve(company, addresses="free") as running:
        source = connect(running)
        record = one(source, order)
    address = {"Line1": "Grace Pariente", "Line2": "Cool Cars", "Line3": "65 Ocean Dr.", "Line4": "Half Moon Bay"}
    address["Line5"] = "CA 94213"
    records = (record, {**record, "ShipAddr": address})
    edited, example = (transformed(source, told).tables["purchase_order"].to_pylist()[0] for told in records)
    assert str(company.vendors[order.vendor].address.city) in edited["vendor_line3"]
    assert example["ship_to_line3"] == "65 Ocean Dr., Half Moon Bay, CA 94213"


def test_prices_are_net_though_the_order_is_shown_with_tax(connect: SourceFor, company: Company) -> None:
    source = connect()
    record = one(source, an_order(company))
    line = record["Line"][0]
    detail = line["detail"] | {"UnitPrice": Decimal("591.5"), "Qty": 2, "TaxInclusiveAmt": Decimal("1301.3")}
    told = {"GlobalTaxCalculation": "TaxInclusive", "TxnTaxDetail": {"TotalTax": Decimal("118.3")}}
    lines = [{**line, "Amount": 1183, "detail": detail}]
    frames = transformed(source, {**record, **told, "TotalAmt": Decimal("1301.3"), "Line": lines})
    order, mapped = (frames.tables[name].to_pylist()[0] for name in ("purchase_order", "purchase_order_line"))
    amounts = [mapped[name] for name in ("net_amount", "tax_amount", "total_amount")]
    assert amounts == [1183, Decimal("118.3"), Decimal("1301.3")]
    assert (order["tax_inclusive"], order["tax_amount"]) == (False, Decimal("118.3"))
    (findings,) = Validator("test", "a sync").check([Outcomes.of(frames)])
    assert [finding for finding in findings if "amount" in (finding.field or "")] == []


def test_h22_a_new_field_and_a_retyped_one_are_kept_as_they_come(connect: SourceFor, served: Sandbox) -> None:
    source = connect()
    served.world(NAME).faults.add("new_field", times=None, path="query", field="surprise", value=[1])
    assert {tuple(r["surprise"]) for page in CONNECTOR.fetch(source, EVER) for r in page.records} == {(1,)}
    served.world(NAME).faults.clear()
    served.world(NAME).faults.add("retyped_field", times=None, path="query", field="VendorRef", value="text")
    assert {r["VendorRef"] for page in CONNECTOR.fetch(source, EVER) for r in page.records} == {"text"}
