"""What becomes of NetSuite's lines without a quantity: expenses, which book to an account, and discounts."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

import pytest

from include.orderhouse.connectors.netsuite import amounts
from include.orderhouse.connectors.netsuite import values as v
from tests.connectors.conftest import SourceFor
from tests.connectors.netsuite_account import NAME, Row, company, frames_of, line_of, serving
from tests.sandbox import history
from tests.sandbox.company import Company
from tests.sandbox.order import Line, LineKind, Order
from tests.sandbox.running import Sandbox

__all__ = ["company"]


@pytest.fixture
def order(company: Company) -> Order:
    """An order of goods whose last line is for a service, with nothing received yet."""
    order = next(
        order
        for order in company.orders.values()
        if order.is_open and len(order.goods_lines) > 1 and not any(line.receipts for line in order.goods_lines)
    )
    *goods, service = order.goods_lines
    for line in goods:
        line.kind = LineKind.GOODS
    service.kind = LineKind.SERVICE
    return order


@pytest.fixture
def served(company: Company) -> Iterator[Sandbox]:
    """NetSuite with services on the subtab Expenses, in the words that some accounts have for statuses."""
    with serving(company, services="expenses", status="prefixed") as running:
        yield running


def come(served: Sandbox, order: Order, *lines: Line, billed: bool) -> None:
    for line in lines:
        served.act(history.receive, order_id=order.id, line_id=line.id, quantity=line.quantity)
        if billed:
            served.act(history.invoice, order_id=order.id, line_id=line.id, quantity=line.quantity)


def test_an_expense_line_has_an_amount_and_no_quantity(order: Order, served: Sandbox, source_for: SourceFor) -> None:
    expense = order.goods_lines[-1]
    told = line_of(frames_of(source_for(NAME, served), order), expense)
    assert (told["line_type"], told["net_amount"], told["line_status"]) == ("service", expense.net_amount, "open")
    assert {told[name] for name in ("quantity_ordered", "quantity_invoiced", "unit", "unit_price")} == {None}


def test_nothing_is_left_to_invoice_of_a_fully_billed_order_with_an_expense(
    order: Order, served: Sandbox, source_for: SourceFor
) -> None:
    come(served, order, *order.goods_lines, billed=True)
    frames = frames_of(source_for(NAME, served), order)
    (told,) = frames["purchase_order"].to_pylist()
    assert (told["status"], told["receipt_status"], told["invoice_status"]) == ("invoiced", "full", "full")
    assert line_of(frames, order.goods_lines[-1])["line_status"] == "invoiced"


def test_an_order_whose_goods_are_billed_is_not_fully_invoiced_before_its_expense_is(
    order: Order, served: Sandbox, source_for: SourceFor
) -> None:
    come(served, order, *order.goods_lines[:-1], billed=True)
    frames = frames_of(source_for(NAME, served), order)
    (told,) = frames["purchase_order"].to_pylist()
    assert (told["receipt_status"], told["invoice_status"]) == ("partial", "partial")
    assert line_of(frames, order.goods_lines[-1])["line_status"] == "open"


@pytest.mark.parametrize(
    ("status", "line_status", "receipt_status", "invoice_status"),
    [
        ("A", "open", "none", "none"),
        ("B", "open", "none", "none"),
        ("E", "open", "none", "none"),
        ("F", "received", "full", "none"),
        ("PurchOrd:G", "invoiced", "full", "full"),
        ("G", "invoiced", "full", "full"),
        ("H", "closed", "none", "none"),
    ],
)
def test_an_expense_has_come_as_far_as_the_orders_status_says(
    status: str, line_status: str, receipt_status: str, invoice_status: str
) -> None:
    line = {"foreignamount": "100", "isclosed": "F"}
    order = {"status": status, "lines": [line]}
    assert v.line_status(line, order) == line_status
    assert (v.receipt_status(order), v.invoice_status(order)) == (receipt_status, invoice_status)


def test_a_discount_ends_with_its_order_and_a_note_has_no_status() -> None:
    discount, note = {"itemtype": "Discount", "rate": "-5", "foreignamount": "-5"}, {"itemtype": "Description"}
    assert [v.line_status(discount, {"status": letter}) for letter in "BG"] == ["open", "invoiced"]
    assert v.line_status(note, {"status": "G"}) is None


def test_an_other_charge_is_told_by_what_was_billed_of_it() -> None:
    charge = {"itemtype": "OthCharge", "quantity": "2"}
    told = [v.line_status({**charge, "quantitybilled": str(Decimal(n))}, {"status": "E"}) for n in range(3)]
    assert told == ["open", "partially_invoiced", "invoiced"]


@pytest.mark.parametrize("sign", [1, -1])
def test_an_expense_that_takes_something_off_is_negative_however_the_account_signs_purchases(sign: int) -> None:
    goods = {"itemtype": "InvtPart", "rate": "120", "foreignamount": str(120 * sign)}
    expense, credit = {"foreignamount": str(30 * sign)}, {"foreignamount": str(-50 * sign)}
    order = {"lines": [goods, expense, credit], "tax_lines": []}
    assert [amounts.signed("foreignamount")(line, order) for line in order["lines"]] == [120, 30, -50]
    assert amounts.sum_of_goods("foreignamount")(order) == 100


@pytest.mark.parametrize("sign", [1, -1])
def test_a_subtotal_does_not_count_what_stands_above_it_again(sign: int) -> None:
    """SuiteQL gives it, and the end of a group, an amount like any other line's."""
    goods, note = {"itemtype": "InvtPart", "foreignamount": str(100 * sign)}, {"itemtype": "Description"}
    subtotal = {"itemtype": "Subtotal", "foreignamount": str(100 * sign)}
    discount = {"itemtype": "Discount", "foreignamount": str(-30 * sign)}
    end = {"itemtype": "EndGroup", "foreignamount": str(-200 * sign)}
    order = {"lines": [goods, subtotal, discount, end, note], "tax_lines": []}
    assert [amounts.signed("foreignamount")(line, order) for line in order["lines"]] == [100, None, -30, None, None]


@pytest.mark.parametrize("sign", [1, -1])
def test_rates_say_what_is_taken_off_where_more_is_taken_off_than_bought(sign: int) -> None:
    goods = {"itemtype": "InvtPart", "rate": "40", "foreignamount": str(40 * sign)}
    discount = {"itemtype": "Discount", "rate": "-50", "foreignamount": str(-50 * sign)}
    order = {"lines": [goods, discount], "tax_lines": []}
    assert [amounts.signed("foreignamount")(line, order) for line in order["lines"]] == [40, -50]


@pytest.mark.parametrize("sign", [1, -1])
def test_the_two_tax_lines_of_a_reverse_charge_come_to_nothing(sign: int) -> None:
    goods = {"itemtype": "InvtPart", "rate": "100", "foreignamount": str(100 * sign)}
    taxes = [{"taxline": "T", "rate": rate, "foreignamount": str(n * sign)} for rate, n in (("20", 20), ("20", -20))]
    assert amounts.sum_of_taxes("foreignamount")({"lines": [goods], "tax_lines": taxes}) == 0
    assert amounts.sum_of_taxes("foreignamount")({"lines": [goods], "tax_lines": taxes[:1]}) == 20


@pytest.mark.parametrize("signs", ["positive", "negative"])
def test_amounts_are_the_same_however_the_account_signs_purchases(
    company: Company, order: Order, source_for: SourceFor, signs: str
) -> None:
    with serving(company, services="expenses", signs=signs) as served:
        frames = frames_of(source_for(NAME, served), order)
    (told,) = frames["purchase_order"].to_pylist()
    found = (told["subtotal_amount"], told["charges_amount"], told["tax_amount"], told["total_amount"])
    assert found == (order.subtotal, order.charges_amount, order.tax_amount, order.total)
    assert line_of(frames, order.goods_lines[-1])["net_amount"] == order.goods_lines[-1].net_amount


@pytest.mark.parametrize("prefix", ["", "PurchOrd:"])
@pytest.mark.parametrize(
    ("facts", "status", "told"),
    [
        ({}, "F", ("full", "received")),
        ({"itemtype": "NonInvtPart"}, "F", ("full", "received")),
        ({"quantitybilled": "5"}, "G", ("full", "invoiced")),
        ({"quantitybilled": "2"}, "F", ("full", "partially_invoiced")),
        ({}, "B", ("partial", "open")),
        ({}, "D", ("partial", "open")),
        ({}, "E", ("partial", "open")),
        ({"quantityshiprecv": "2"}, "F", ("partial", "partially_received")),
        ({"itemtype": "InvtPart"}, "F", ("partial", "open")),
        ({"itemtype": "Assembly"}, "F", ("partial", "open")),
    ],
)
def test_what_is_never_received_has_come_once_the_order_awaits_no_receipt(
    prefix: str, facts: Row, status: str, told: tuple[str, str]
) -> None:
    """The item record of a service says whether it can be received; its order waits for bills alone in the end."""
    stock = {"itemtype": "InvtPart", "quantity": "3", "quantityshiprecv": "3"}
    line = {"itemtype": "Service", "quantity": "5", "quantityshiprecv": "0", **facts}
    order = {"status": f"{prefix}{status}", "lines": [stock, line]}
    assert (v.receipt_status(order), v.line_status(line, order)) == told


def test_of_an_order_of_notes_alone_nothing_has_come() -> None:
    order = {"status": "B", "lines": [{"itemtype": "Description", "memo": "As agreed"}]}
    assert (v.receipt_status(order), v.invoice_status(order)) == ("none", "none")
