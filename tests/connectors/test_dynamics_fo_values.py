"""What becomes of the values of Finance & Operations: statuses, amounts with and without tax, charges, discounts."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from include.orderhouse.connectors.dynamics_fo import amounts, values
from include.orderhouse.connectors.dynamics_fo.codes import LINE_STATUSES, LINE_TYPES, STATUSES
from tests.connectors.conftest import SourceFor
from tests.connectors.dynamics_fo_environment import a_record, an_order, company, connect, mapped, options, served
from tests.sandbox import history
from tests.sandbox.company import Company
from tests.sandbox.order import Order
from tests.sandbox.running import Sandbox

__all__ = ["company", "connect", "options", "served"]


def invoice_all_but_the_last(served: Sandbox, order: Order) -> None:
    for line in order.goods_lines[:-1]:
        for come in (history.receive, history.invoice):
            served.act(come, order_id=order.id, line_id=line.id, quantity=line.quantity)


@pytest.mark.parametrize("settings", [{}, {"invoiced_field": "OCHInvoicedQuantity"}])
@pytest.mark.parametrize(
    ("options", "event"), [({}, history.cancel_line), ({"deletes": "marked"}, history.delete_line)]
)
def test_an_order_is_invoiced_when_all_lines_are_of_which_anything_comes(
    connect: SourceFor, served: Sandbox, company: Company, settings: dict[str, str], event: Any
) -> None:
    order = next(o for o in company.orders.values() if o.is_open and len(o.goods_lines) > 1)
    invoice_all_but_the_last(served, order)
    served.act(event, order_id=order.id, line_id=order.goods_lines[-1].id)
    record = a_record(connect(**settings), company, order)
    assert (record["PurchaseOrderStatus"], values.status(record)) == ("Invoiced", "Invoiced")
    assert (values.receipt_status(record), values.invoice_status(record)) == ("full", "full")
    assert amounts.subtotal(record) == sum(line.net_amount for line in order.expected_lines)


def test_what_was_cancelled_is_no_part_of_what_is_bought() -> None:
    bought, cancelled = {"LineAmount": 60}, {"LineAmount": 40, "PurchaseOrderLineStatus": "Canceled"}
    deleted = cancelled | {"LineAmount": 9, "IsDeleted": "Yes"}
    assert amounts.subtotal({"_lines": [bought, cancelled, deleted]}) == 60
    assert amounts.subtotal({"_lines": [cancelled, deleted]}) == 40, "of a cancelled order the amount is kept"


def test_an_order_that_the_source_calls_invoiced_is_so_whatever_its_lines_say() -> None:
    line = {"PurchaseOrderLineStatus": "Received", "OrderedPurchaseQuantity": 10, "_received": 10, "_invoiced": 9}
    order = {"PurchaseOrderStatus": "Invoiced", "DocumentApprovalStatus": "Confirmed", "_lines": [line]}
    assert values.status(order) == "Invoiced"
    assert values.status({**order, "PurchaseOrderStatus": "Received"}) == "partially invoiced"


def test_a_site_that_tells_no_approval_has_open_orders() -> None:
    line = {"PurchaseOrderLineStatus": "Backorder", "OrderedPurchaseQuantity": 10, "_received": 0, "_invoiced": 0}
    assert STATUSES[values.status({"PurchaseOrderStatus": "Backorder", "_lines": [line]})] == "approved"


@pytest.mark.parametrize(
    ("approval", "before"), [("Draft", "draft"), ("InReview", "pending_approval"), ("Rejected", "draft")]
)
def test_what_was_received_counts_though_a_change_of_the_order_was_requested(approval: str, before: str) -> None:
    for received, told, come in (
        (0, "Backorder", before),
        (4, "Backorder", "partially_received"),
        (10, "Received", "received"),
    ):
        line = {"PurchaseOrderLineStatus": told, "OrderedPurchaseQuantity": 10, "_received": received, "_invoiced": 0}
        order = {"PurchaseOrderStatus": told, "DocumentApprovalStatus": approval, "_lines": [line]}
        assert STATUSES[values.status(order)] == come
        assert values.approval_status(order) == (None if approval == "Draft" else approval)


def test_a_line_that_is_invoiced_without_a_receipt_is_not_awaited() -> None:
    line = {"PurchaseOrderLineStatus": "Invoiced", "OrderedPurchaseQuantity": 10, "_received": 0, "_invoiced": None}
    goods = {"PurchaseOrderLineStatus": "Backorder", "OrderedPurchaseQuantity": 10, "_received": 0, "_invoiced": None}
    assert values.receipt_status({"_lines": [line]}) == values.invoice_status({"_lines": [line]}) == "full"
    assert values.receipt_status({"_lines": [line, goods]}) == "partial"


def test_a_line_that_has_gone_back_does_not_stand_for_one_that_has_not() -> None:
    gone = {"PurchaseOrderLineStatus": "Received", "OrderedPurchaseQuantity": -4, "_received": -4, "_invoiced": 0}
    waiting = {**gone, "PurchaseOrderLineStatus": "Backorder", "_received": 0}
    told = [values.receipt_status({"_lines": lines}) for lines in ([waiting], [gone, waiting], [gone, gone])]
    assert told == ["none", "partial", "full"]


def test_a_line_of_no_quantity_that_is_done_is_done() -> None:
    line = {"PurchaseOrderLineStatus": "Invoiced", "OrderedPurchaseQuantity": 0, "_received": 0, "_invoiced": 0}
    assert values.receipt_status({"_lines": [line]}) == values.invoice_status({"_lines": [line]}) == "full"


@pytest.mark.parametrize("told", ["Backorder", "Received", "Invoiced"])
def test_a_finalized_order_is_closed_and_a_cancelled_one_cancelled(told: str) -> None:
    line = {"PurchaseOrderLineStatus": told, "OrderedPurchaseQuantity": 10, "_received": 4, "_invoiced": 4}
    order = {"PurchaseOrderStatus": told, "DocumentApprovalStatus": "Finalized", "_lines": [line]}
    assert STATUSES[values.status(order)] == "closed"
    assert STATUSES[values.status({**order, "PurchaseOrderStatus": "Canceled"})] == "cancelled"


def test_an_order_of_cancelled_lines_only_counts_them() -> None:
    line = {"PurchaseOrderLineStatus": "Canceled", "OrderedPurchaseQuantity": 10, "_received": 0, "_invoiced": 0}
    assert values.receipt_status({"_lines": [line]}) == "none"


@pytest.mark.parametrize(
    ("told", "received", "invoiced", "status"),
    [
        ("Backorder", None, None, "open"),
        ("Backorder", 0, 0, "open"),
        ("Backorder", 4, None, "partially_received"),
        ("Backorder", 4, 2, "partially_invoiced"),
        ("Received", 10, 2, "received"),
        ("Canceled", 4, 4, "cancelled"),
    ],
)
def test_an_open_line_has_come_as_far_as_its_quantities(told: str, received: Any, invoiced: Any, status: str) -> None:
    line = {"PurchaseOrderLineStatus": told, "_received": received, "_invoiced": invoiced}
    assert LINE_STATUSES[values.line_status(line)] == status


def test_quantities_that_not_all_lines_tell_leave_it_to_their_statuses() -> None:
    line = {"PurchaseOrderLineStatus": "Backorder", "OrderedPurchaseQuantity": 10, "_received": 10}
    silent = {"PurchaseOrderLineStatus": "Received", "OrderedPurchaseQuantity": 10, "_received": None}
    assert values.receipt_status({"_lines": [line, line]}) == "full"
    assert values.receipt_status({"_lines": [line, silent]}) == "partial"
    assert values.receipt_status({"_lines": [line, silent | {"PurchaseOrderLineStatus": "Backorder"}]}) is None


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ({}, "service"),
        ({"ItemNumber": "A", "IsNewFixedAsset": "No"}, "goods"),
        ({"ItemNumber": "A", "IsNewFixedAsset": "Yes"}, "asset"),
        ({"FixedAssetNumber": "B"}, "asset"),
    ],
)
def test_a_line_for_an_asset_that_is_yet_to_be_made_is_for_an_asset(line: dict[str, str], kind: str) -> None:
    assert LINE_TYPES[values.line_type(line)] == kind


@pytest.mark.parametrize("options", [{"taxes": "included"}])
def test_amounts_of_an_order_whose_prices_include_sales_tax_are_not_told_as_net(
    connect: SourceFor, company: Company
) -> None:
    order = next(o for o in company.orders.values() if any(line.tax_amount for line in o.goods_lines))
    source = connect()
    told, lines = mapped(source, a_record(source, company, order))
    assert (told["tax_inclusive"], told["subtotal_amount"]) == (True, None)
    assert [line["net_amount"] for line in lines] == [None for _ in order.goods_lines]
    assert [line["total_amount"] for line in lines] == [line.total_amount for line in order.goods_lines]


@pytest.mark.parametrize("options", [{"taxes": "included"}])
def test_a_line_amount_of_120_with_sales_tax_is_the_total_of_its_line(connect: SourceFor, company: Company) -> None:
    source = connect()
    record = a_record(source, company, an_order(company))
    record["_lines"][0]["LineAmount"] = Decimal(120)
    line = mapped(source, record)[1][0]
    assert (line["net_amount"], line["total_amount"]) == (None, Decimal(120))


def test_amounts_of_an_order_whose_prices_do_not_include_sales_tax_are_net(
    connect: SourceFor, company: Company
) -> None:
    order, source = an_order(company), connect()
    told, lines = mapped(source, a_record(source, company, order))
    assert (told["tax_inclusive"], told["subtotal_amount"]) == (False, order.subtotal)
    assert [line["net_amount"] for line in lines] == [line.net_amount for line in order.goods_lines]
    assert {line["total_amount"] for line in lines} == {None}


@pytest.mark.parametrize("options", [{}, {"charge_percentage": "5"}])
def test_charges_are_told_where_all_are_fixed(connect: SourceFor, company: Company, options: dict[str, str]) -> None:
    order = next(o for o in company.orders.values() if o.charges)
    source = connect()
    told, _ = mapped(source, a_record(source, company, order))
    assert told["charges_amount"] == (None if options else order.charges_amount)


@pytest.mark.parametrize("category", ["Percent", "Pieces", "External", "Proportional"])
def test_a_charge_that_is_not_fixed_leaves_the_charges_unknown(category: str) -> None:
    fixed = {"ChargeCategory": "Fixed", "FixedChargeAmount": 3}
    other = {"ChargeCategory": category, "FixedChargeAmount": 0, "ChargePercentage": 5}
    assert amounts.charges({"_charges": [fixed]}) == 3
    assert amounts.charges({"_charges": [fixed, other]}) is None
    assert amounts.charges({"_charges": []}) == 0


@pytest.mark.parametrize(("currency", "charges"), [("USD", 3), ("", 3), (None, 3), ("EUR", None)])
def test_a_charge_in_another_currency_leaves_the_charges_unknown(currency: str | None, charges: int | None) -> None:
    charge = {"ChargeCategory": "Fixed", "FixedChargeAmount": 3, "ChargeAccountingCurrencyCode": currency}
    assert amounts.charges({"CurrencyCode": "USD", "_charges": [charge]}) == charges


def test_charges_that_are_not_read_are_unknown(connect: SourceFor, company: Company) -> None:
    order = next(o for o in company.orders.values() if o.charges)
    source = connect(charges="")
    told, _ = mapped(source, a_record(source, company, order))
    assert told["charges_amount"] is None


@pytest.mark.parametrize(
    ("street", "house", "first", "second"),
    [
        ("Hauptstrasse", "12a", "Hauptstrasse 12a", None),
        ("Hauptstrasse\nHinterhof", "12a", "Hauptstrasse 12a", "Hinterhof"),
        ("1 Main Street", "", "1 Main Street", None),
        ("", "12a", "12a", None),
        ("", "", None, None),
    ],
)
def test_a_house_number_that_stands_by_itself_belongs_to_the_street(
    connect: SourceFor, company: Company, street: str, house: str, first: str | None, second: str | None
) -> None:
    """Address formats of many countries have a component of its own for it."""
    source = connect()
    record = a_record(source, company, an_order(company))
    delivery = {"DeliveryAddressStreet": street, "DeliveryAddressStreetNumber": house}
    record = {**record, **delivery, "_vendor": {"AddressStreet": street, "AddressStreetNumber": house}}
    order, lines = mapped(source, {**record, "_lines": [{**record["_lines"][0], **delivery}]})
    told = [(order["ship_to_line1"], order["ship_to_line2"]), (order["vendor_line1"], order["vendor_line2"])]
    assert [*told, (lines[0]["ship_to_line1"], lines[0]["ship_to_line2"])] == [(first, second)] * 3


def test_a_receipt_that_was_cancelled_has_no_date() -> None:
    """Its line stays, with nothing received."""
    told = [("2026-09-01", 0), ("2026-09-03", 4), ("2026-09-05", 6), ("2026-09-07", 0)]
    receipts = [{"ProductReceiptDate": day, "ReceivedPurchaseQuantity": quantity} for day, quantity in told]
    line = {"_receipts": receipts}
    assert (values.first_received(line), values.last_received(line)) == ("2026-09-03", "2026-09-05")
    assert values.first_received({"_receipts": receipts[:1]}) is None


@pytest.mark.parametrize("options", [{"discounts": "multiline"}])
def test_a_discount_for_several_lines_is_told_as_the_amount_it_takes_off(connect: SourceFor, company: Company) -> None:
    order = next(o for o in company.orders.values() if any(line.discount_percent for line in o.goods_lines))
    source = connect()
    _, lines = mapped(source, a_record(source, company, order))
    for line, told in zip(order.goods_lines, lines, strict=True):
        basis = told["price_basis_quantity"]
        gross = (told["quantity_ordered"] * told["unit_price"] / basis).quantize(Decimal("1e-6"))
        assert told["discount_amount"] == (gross - line.net_amount if line.discount_percent else None)
        assert told["net_amount"] == line.net_amount


@pytest.mark.parametrize("options", [{"taxes": "included"}])
def test_orders_that_were_kept_by_earlier_versions_are_mapped_as_those_that_are_fetched(
    connect: SourceFor, company: Company
) -> None:
    source = connect()
    record = a_record(source, company, an_order(company))
    assert not any("_includes_tax" in line for line in record["_lines"])
    assert {line["net_amount"] for line in mapped(source, record)[1]} == {None}


@pytest.mark.parametrize(
    ("more", "discount"),
    [
        ({"FixedPriceCharges": 20, "LineAmount": 110}, 10),
        ({"FixedPriceCharges": 0, "LineAmount": 90}, 10),
        ({"LineAmount": 90}, 10),
        ({"PurchasePriceQuantity": 5, "FixedPriceCharges": 20, "LineAmount": 38}, 2),
        ({"PurchasePriceQuantity": 0, "LineAmount": 90}, 10),
        ({"PurchasePriceQuantity": 3, "LineAmount": 33}, Decimal("0.333333")),
        ({"FixedPriceCharges": 20, "LineAmount": 120, "LineDiscountAmount": 0}, None),
        ({"PurchasePrice": 12, "LineAmount": 110}, 10),
        ({"LineDiscountAmount": 0, "MultilineDiscountAmount": 1, "LineAmount": 90}, 10),
        ({"LineDiscountAmount": 0, "LineDiscountPercentage": 10, "LineAmount": 90}, None),
        ({"LineDiscountPercentage": 10, "MultilineDiscountPercentage": 5, "LineAmount": 76}, 24),
    ],
)
def test_charges_in_the_line_amount_take_nothing_off_the_discount(more: dict[str, Any], discount: Any) -> None:
    line = {"OrderedPurchaseQuantity": 10, "PurchasePrice": 10, "PurchasePriceQuantity": 1, "LineDiscountAmount": 1}
    assert amounts.discount_amount({**line, **more}) == discount
