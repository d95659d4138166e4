"""What becomes of Acumatica's orders: statuses and amounts."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from include.orderhouse.configuration.connections import Connection
from include.orderhouse.configuration.options import Options
from include.orderhouse.connectors.acumatica import CONNECTOR, amounts, references, values
from include.orderhouse.connectors.acumatica.codes import APPROVALS, LINE_TYPES, STATUSES
from include.orderhouse.raw_order import RawOrder
from include.orderhouse.transform.batch import Transform
from tests.connectors.acumatica_site import NAME, NOW, an_order, connect, playing, served, still
from tests.connectors.conftest import SourceFor
from tests.sandbox import history
from tests.sandbox.dialects.acumatica.lines import on_receipts
from tests.sandbox.dialects.acumatica.orders import key_of
from tests.sandbox.running import Sandbox

__all__ = ["connect", "served", "still"]


def test_what_came_of_a_completed_order_is_still_to_be_billed(connect: SourceFor, served: Sandbox) -> None:
    """An order is completed, and not yet closed, while something of it is not billed; all the same if less came."""
    order = an_order(served.company)
    for line in order.goods_lines:
        served.act(history.receive, order_id=order.id, line_id=line.id, quantity=line.quantity * Decimal("0.9"))
        served.act(history.close_line, order_id=order.id, line_id=line.id)
    (page,) = CONNECTOR.read(connect(served), [key_of(order)])
    (record,) = page.records
    assert record["Status"]["value"] == "Completed"
    assert (values.status(record), values.receipt_status(record)) == ("received", "partial")


@pytest.mark.parametrize("elements", ["shown", "hidden"])
def test_an_order_that_is_billed_in_part_is_partially_invoiced_where_bills_are_told(
    connect: SourceFor, served: Sandbox, elements: str
) -> None:
    order = an_order(served.company)
    line = next(line for line in order.goods_lines if not line.receipts)
    served.act(history.receive, order_id=order.id, line_id=line.id, quantity=line.quantity)
    served.act(history.invoice, order_id=order.id, line_id=line.id, quantity=line.quantity / 2)
    with playing(served.company, elements=elements) as site:
        (page,) = CONNECTOR.read(connect(site), [key_of(order)])
    (record,) = page.records
    (told,) = (row for row in record["Details"] if row["LineNbr"]["value"] == line.number)
    word = "invoiced" if elements == "shown" else "received"
    assert values.status(record).removeprefix("partially ") == word
    assert values.line_status(told) == ("partially invoiced" if elements == "shown" else "received")
    assert ("CuryBilledAmt" in told) is (elements == "shown")


def test_what_is_billed_before_it_came_is_still_to_come() -> None:
    line = {"LineType": {"value": "Goods for IN"}, "OrderQty": {"value": 10}, "CompletedQty": 0, "BilledQty": 10}
    assert values.line_status(line) == "open"
    assert values.line_status({**line, "CompletedQty": 4}) == "partially received"
    assert values.line_status({**line, "CompletedQty": 10}) == "invoiced"
    for came, told in ((0, "Open"), (4, "partially received"), (10, "invoiced")):
        assert values.status(valued(Status="Open") | {"Details": [{**line, "CompletedQty": came}]}) == told
    assert values.status(valued(Status="Completed") | {"Details": [line]}) == "invoiced", "nothing more comes"


def test_a_service_that_is_billed_without_a_receipt_is_invoiced_and_not_closed_short() -> None:
    line = {"LineType": {"value": "Service"}, "OrderQty": {"value": 1}, "CompletedQty": 0, "Completed": {"value": True}}
    order = {"Status": {"value": "Closed"}, "Details": [{**line, "BilledQty": 1}]}
    assert values.status(order) == values.line_status({**line, "BilledQty": 1}) == "invoiced"
    assert values.line_status({**line, "BilledQty": 0}) == "closed"
    of_an_amount = line | valued(OrderQty=0) | {"BilledQty": 0}
    assert values.line_status(of_an_amount) == "closed", "no quantity tells what came of it"
    assert values.line_status(of_an_amount | valued(Completed=False)) == "open"
    assert values.status({**order, "Details": [{**line, "BilledQty": 0}]}) == "Closed"


@pytest.mark.parametrize("ordered", [0, 1, 10])
@pytest.mark.parametrize(
    ("bills", "completed", "told"),
    [
        ({"BilledQty": 0, "CuryBilledAmt": 90}, True, ("invoiced", "full")),
        ({"BilledQty": 0, "CuryBilledAmt": 60}, False, ("partially invoiced", "partial")),
        ({"BilledQty": 0, "CuryBilledAmt": 60}, True, ("closed", "partial")),
        ({"BilledQty": "0.5", "CuryBilledAmt": 90}, True, ("invoiced", "full")),
        ({"BilledQty": 0, "CuryBilledAmt": 0}, False, ("open", "none")),
    ],
)
def test_a_service_that_bills_complete_by_its_amount_is_as_far_as_that(
    ordered: int, bills: dict[str, Any], completed: bool, told: tuple[str, str]
) -> None:
    line = valued(LineType="Service", OrderQty=ordered, ExtendedCost=100, Completed=completed) | bills
    service = line | {"CompletedQty": 0, "CuryDiscAmt": 10}
    order = valued(Status="Closed" if completed else "Open") | {"Details": [service]}
    assert (values.line_status(service), values.invoice_status(order)) == told
    step = {"full": "invoiced", "partial": "partially invoiced"}.get(told[1], "Open")
    assert values.status(order) == (step if not completed or told[1] == "full" else "Closed")


def test_a_service_that_is_billed_by_quantity_and_goods_are_as_far_as_that() -> None:
    """Its price may have been another one; goods are completed by their receipts, whatever their bills come to."""
    billed = valued(OrderQty=10, ExtendedCost=100) | {"BilledQty": 4, "CuryBilledAmt": 100, "CompletedQty": 0}
    service, goods = (billed | valued(LineType=kind, Completed=False) for kind in ("Service", "Goods for IN"))
    assert values.line_status(service) == values.line_status(goods) == "partially invoiced"
    assert values.line_status(goods | {"BilledQty": 0}) == "open"
    assert values.line_status(goods | valued(Completed=True)) == "closed"
    whole = service | valued(Completed=True) | {"BilledQty": 10, "CuryBilledAmt": 60}
    assert values.line_status(whole) == "invoiced"


def test_a_service_that_is_received_is_billed_by_its_amount_all_the_same() -> None:
    service = valued(LineType="Service", OrderQty=1, ExtendedCost=100, Completed=True) | {"CompletedQty": 1}
    for amount, told in ((0, "received"), (60, "partially invoiced"), (100, "invoiced")):
        assert values.line_status(service | {"BilledQty": 0, "CuryBilledAmt": amount}) == told


def test_a_service_that_was_billed_counts_beside_goods_that_are_still_to_come() -> None:
    """Its bill completes it, without a receipt."""
    service = valued(LineType="Service", OrderQty=1, Completed=True) | {"CompletedQty": 0, "BilledQty": 1}
    goods = valued(LineType="Goods for IN", OrderQty=10) | {"CompletedQty": 0, "BilledQty": 0}
    order = valued(Status="Open") | {"Details": [service, goods]}
    assert (values.receipt_status(order), values.invoice_status(order)) == ("none", "partial")
    assert values.status(order) == "partially invoiced"
    received = order | {"Details": [service, goods | {"CompletedQty": 10}]}
    assert values.receipt_status(received) == "full", "the service is not received"
    given_up = order | {"Details": [service, goods | valued(Completed=True)]}
    assert values.invoice_status(given_up) == "full"


def test_all_that_came_of_a_closed_order_is_billed_whether_or_not_bills_are_told() -> None:
    line = valued(LineType="Goods for IN", OrderQty=10, QtyOnReceipts=10, Completed=True)
    order = valued(Status="Closed") | {"Details": [line]}
    assert (values.invoice_status(order), values.status(order)) == (None, "invoiced")
    less = line | valued(QtyOnReceipts=9)
    assert values.status(order | {"Details": [less]}) == "Closed"


@pytest.mark.parametrize("told", ["On Hold", "Pending Approval", "Canceled"])
def test_an_order_that_is_held_or_cancelled_after_something_came_is_no_received_one(told: str) -> None:
    line = valued(LineType="Goods for IN", OrderQty=10) | {"CompletedQty": 4, "BilledQty": 4}
    order = valued(Status=told) | {"Details": [line]}
    assert (values.receipt_status(order), values.status(order)) == ("partial", told)


def test_a_cancelled_line_does_not_count_even_if_some_of_it_came() -> None:
    def line(**fields: Any) -> dict[str, Any]:
        told = {"LineType": "Goods for IN", "OrderQty": 10, **fields}
        return {name: {"value": value} for name, value in told.items()}

    received, cancelled = line(QtyOnReceipts=10, Completed=True), line(QtyOnReceipts=4, Cancelled=True)
    assert values.receipt_status({"Details": [received, cancelled]}) == "full"
    assert values.receipt_status({"Details": [cancelled]}) == "partial"


@pytest.mark.parametrize("elements", ["shown", "hidden"])
def test_a_receipt_on_hold_is_not_received_where_released_ones_are_told(
    connect: SourceFor, still: Sandbox, elements: str
) -> None:
    order, line = next(
        (order, line)
        for order in still.company.orders.values()
        for line in order.goods_lines
        if on_receipts(order, line) > 0 == line.quantity_received
    )
    with playing(still.company, elements=elements) as served:
        (page, *_) = CONNECTOR.read(connect(served), [key_of(order)])
    (told,) = (row for row in page.records[0]["Details"] if row["LineNbr"]["value"] == line.number)
    is_told = elements == "shown"
    assert values.line_status(told) == ("open" if is_told else "received")
    assert values.invoice_status(page.records[0]) == (order.invoice_progress.value if is_told else None)


@pytest.mark.parametrize("elements", ["shown", "hidden"])
def test_the_subtotal_is_after_line_discounts_whether_or_not_they_are_told(
    connect: SourceFor, still: Sandbox, elements: str
) -> None:
    order = next(
        order
        for order in still.company.orders.values()
        if order.charges and any(line.discount_percent for line in order.goods_lines)
    )
    with playing(still.company, elements=elements) as served:
        (page, *_) = CONNECTOR.read(connect(served), [key_of(order)])
    (record,) = page.records
    assert amounts.subtotal(record) == order.subtotal
    assert amounts.charges(record) == order.charges_amount
    nets = [amounts.net(line) for line in record["Details"]]
    assert (sum(nets) == record["LineTotal"]["value"]) is (elements == "shown")
    discounts = [line.get("CuryDiscAmt") for line in record["Details"]]
    assert (None in discounts) is (elements == "hidden")


def test_h25_amounts_of_eighteen_digits_are_exact(connect: SourceFor, still: Sandbox) -> None:
    huge = max(still.company.orders.values(), key=lambda order: order.total)
    (page,) = CONNECTOR.read(connect(still), [key_of(huge)])
    assert len(huge.total.as_tuple().digits) >= 18
    assert page.records[0]["OrderTotal"]["value"] == huge.total


def valued(**fields: Any) -> dict[str, Any]:
    """Fields of the endpoint, which are objects with their value inside."""
    return {name: {"value": value} for name, value in fields.items()}


EXEMPT = valued(TaxID="EXEMPT", TaxAmount=0)
GST = valued(TaxID="GST", TaxAmount=10, RetainedTaxAmount=0)
DUTY = valued(TaxID="DUTY", TaxAmount=5)
CENTS = valued(TaxID="CENTS", TaxAmount=Decimal("0.5"))


@pytest.mark.parametrize(
    ("taxes", "total", "subtotal", "is_inclusive"),
    [
        ([GST, EXEMPT], 115, 105, False),
        ([GST, EXEMPT], 105, 95, True),
        ([GST, DUTY], 110, 95, True),
        ([GST, DUTY], 105, 90, True),
        ([GST], 112, 105, False),
        ([CENTS], 105, Decimal("104.5"), True),
        ([], 105, 105, False),
    ],
)
def test_tax_that_the_lines_hold_is_no_part_of_the_subtotal(
    taxes: list[Any], total: int, subtotal: Decimal | int, is_inclusive: bool
) -> None:
    """Which taxes are inclusive is not told: OrderTotal leaves out what the lines hold already."""
    lines = [valued(ExtendedCost=108) | {"CuryDiscAmt": 3}]
    tax = sum(row["TaxAmount"]["value"] for row in taxes)
    order = valued(LineTotal=105, TaxTotal=tax, OrderTotal=total) | {"Details": lines, "TaxDetails": taxes}
    with_discount = order | {"CuryDiscTot": 0}
    assert (amounts.subtotal(with_discount), amounts.tax_inclusive(with_discount)) == (subtotal, is_inclusive)
    assert (amounts.subtotal(order), amounts.tax_inclusive(order)) == (105, None), "a discount is not told"


def test_amounts_that_are_not_told_are_none_of_zero() -> None:
    """An endpoint of one's own may leave them out."""
    assert amounts.net(valued(LineType="Description") | {"CuryDiscAmt": 0}) is None
    assert amounts.tax(valued(OrderTotal=100) | {"TaxDetails": []}) is None
    told, untold = valued(ExtendedCost=60) | {"CuryDiscAmt": 10}, valued(ExtendedCost=40)
    assert amounts.subtotal({"Details": [told, untold]}) == 90, "before the discount that is not told"
    order = valued(LineTotal=85, TaxTotal=5, OrderTotal=90) | {"CuryDiscTot": 0, "Details": [told, untold]}
    assert (amounts.subtotal(order), amounts.tax_inclusive(order)) == (85, None)
    order |= {"Details": [told]}
    assert amounts.tax_inclusive(order) is False
    assert {amounts.tax_inclusive({**order, name: {}}) for name in ("TaxTotal", "OrderTotal")} == {None}


def test_what_is_retained_is_owed_with_its_tax() -> None:
    """OrderTotal counts it, LineTotal and TaxTotal do not."""
    lines = [valued(ExtendedCost=100) | {"CuryDiscAmt": 0}]
    taxes = [valued(TaxAmount=9, RetainedTaxAmount=1)]
    order = valued(LineTotal=90, TaxTotal=9, OrderTotal=110) | {"Details": lines, "TaxDetails": taxes, "CuryDiscTot": 0}
    assert (amounts.subtotal(order), amounts.tax(order), amounts.tax_inclusive(order)) == (100, 10, False)


PURPOSES = ("SO", "FS", "MFG", "Project", "Drop-Ship")


@pytest.mark.parametrize(
    "line_type",
    ["Goods for IN", "Goods for RP", "Non-Stock"]
    + [f"{kind} for {purpose}" for kind in ("Goods", "Non-Stock") for purpose in PURPOSES],
)
def test_lines_of_every_edition_count_for_what_has_come(line_type: str) -> None:
    """The manufacturing edition adds types of its own to those of the screen."""
    line = valued(LineType=line_type, OrderQty=10, QtyOnReceipts=10) | {"CompletedQty": 10, "BilledQty": 0}
    order = valued(Status="Open") | {"Details": [line]}
    assert (values.receipt_status(order), values.status(order)) == ("full", "received")
    assert LINE_TYPES[line_type] == "goods"


@pytest.mark.parametrize(
    "told",
    ["Pending Approval", "Rejected", "Pending Printing", "Pending Email", "Awaiting Link", "Printed", "Open"],
)
def test_every_status_that_the_screen_lists_has_a_meaning(told: str) -> None:
    """An order on hold, or cancelled, says nothing of its approval."""
    refused = {"Pending Approval": ("pending_approval", "pending"), "Rejected": ("draft", "rejected")}
    assert (STATUSES[told], APPROVALS[told]) == refused.get(told, ("approved", "approved"))


def test_a_unit_stands_beside_its_standard_code_as_the_site_writes_it(connect: SourceFor, still: Sandbox) -> None:
    names = {"BOX": "XBX", "Each": "EA", "KGM": "KGM", "FLY": None}
    order = next(order for order in still.company.orders.values() if len(order.goods_lines) >= len(names))
    source = connect(still)
    (page,) = CONNECTOR.read(source, [key_of(order)])
    (record,) = page.records
    lines = [line | valued(UOM=name) for line, name in zip(record["Details"], names, strict=False)]
    connection = Connection(
        name="test", options=Options(connector=NAME, customer="tests"), connector=CONNECTOR, settings=source.settings
    )
    frames = Transform(connection).frames([RawOrder(NOW, {**record, "Details": lines})])
    told = frames["purchase_order_line"].to_pylist()
    assert {line["unit_source"]: line["unit"] for line in told} == names


@pytest.mark.parametrize(
    ("of_type", "told"), [("Blanket", "PO9"), ("Standard", "PO9"), ("Normal", None), ("Drop-Ship", None), (None, None)]
)
def test_a_line_is_called_off_from_a_blanket_order_of_either_kind(of_type: str | None, told: str | None) -> None:
    assert references.blanket(valued(OrigPONbr="PO9", OrigPOType=of_type)) == told
