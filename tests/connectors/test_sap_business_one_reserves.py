"""A/P reserve invoices of SAP Business One: paid ahead of the goods, which come by receipts drawn from the invoice."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from include.orderhouse.connector import Window
from include.orderhouse.connectors.sap_business_one.values import awaited
from include.orderhouse.connectors.sap_business_one.values.line import quantity_open
from tests.connectors.conftest import SourceFor
from tests.connectors.sap_business_one_server import (
    NAME,
    NOW,
    QUIET,
    a_sent_order,
    company,
    fetched,
    invoice,
    read,
    receive,
    served,
    told,
)
from tests.sandbox import history
from tests.sandbox.company import Company
from tests.sandbox.dialects.sap_business_one import drawn
from tests.sandbox.dialects.sap_business_one.lines import line_number
from tests.sandbox.order import Order, Stage
from tests.sandbox.running import Sandbox

__all__ = ["a_sent_order", "company", "served"]


@pytest.fixture
def play() -> dict[str, str]:
    return {"invoices": "reserve"}


def receive_next_day(served: Sandbox, order: Order, quantity: Decimal) -> None:
    served.clock.advance(86_400)
    receive(served, order, quantity)


def test_a_reserve_invoice_receives_nothing(order: Order, served: Sandbox, source_for: SourceFor) -> None:
    wanted = order.goods_lines[0].quantity
    invoice(served, order, wanted)
    found, line = told(source_for, served, order)
    assert (line["quantity_received"], line["quantity_invoiced"], line["quantity_open"]) == (0, wanted, wanted)
    assert (line["line_status"], line["is_closed"], line["first_received_date"]) == ("open", False, None)
    assert (found["status"], found["receipt_status"], found["invoice_status"]) == ("approved", "none", "full")


def test_goods_that_come_by_the_reserve_invoice_are_received(
    order: Order, served: Sandbox, source_for: SourceFor
) -> None:
    wanted = order.goods_lines[0].quantity
    invoice(served, order, wanted)
    receive_next_day(served, order, wanted / 2)
    found, line = told(source_for, served, order)
    assert (line["quantity_received"], line["quantity_open"]) == (wanted / 2, wanted / 2)
    assert (line["line_status"], line["is_closed"]) == ("partially_received", False)
    assert (found["status"], found["receipt_status"]) == ("partially_received", "partial")
    receive_next_day(served, order, wanted / 2)
    found, line = told(source_for, served, order)
    assert (line["quantity_received"], line["quantity_open"], line["quantity_invoiced"]) == (wanted, 0, wanted)
    assert (line["line_status"], line["is_closed"]) == ("invoiced", True)
    days = [(NOW + timedelta(days=number)).date() for number in (1, 2)]
    assert [line["first_received_date"], line["last_received_date"]] == days
    assert (found["status"], found["receipt_status"], found["invoice_status"]) == ("invoiced", "full", "full")


def test_what_is_reserved_of_a_line_and_what_is_not_is_open_together(
    order: Order, served: Sandbox, source_for: SourceFor
) -> None:
    wanted = order.goods_lines[0].quantity
    invoice(served, order, wanted / 4)
    found, line = told(source_for, served, order)
    assert (line["quantity_received"], line["quantity_open"], line["is_closed"]) == (0, wanted, False)
    assert (line["line_status"], found["status"]) == ("partially_invoiced", "partially_invoiced")
    served.act(history.short_close, order_id=order.id)
    _, line = told(source_for, served, order)
    assert (line["quantity_open"], line["is_closed"]) == (wanted / 4, False)


def test_more_than_the_reserve_invoice_is_received_from_the_order(
    order: Order, served: Sandbox, source_for: SourceFor
) -> None:
    line = order.goods_lines[0]
    invoice(served, order, line.quantity / 4)
    receive_next_day(served, order, line.quantity)
    (receipt,) = drawn.receipt_rows(order, {"invoices": "reserve"})
    assert [row["BaseType"] for row in receipt["DocumentLines"]] == [18, 22]
    _, row = told(source_for, served, order)
    assert (row["quantity_received"], row["quantity_open"], row["is_closed"]) == (line.quantity, 0, True)


def test_quantities_of_all_orders_are_the_same_whichever_way_they_were_invoiced(
    company: Company, served: Sandbox, source_for: SourceFor
) -> None:
    ahead = [o for o in company.orders.values() if o.stage is Stage.SENT and not any(x.receipts for x in o.goods_lines)]
    assert len(ahead) > 2
    for part, order in enumerate(ahead, 1):
        for line in order.goods_lines:
            served.act(history.invoice, order_id=order.id, line_id=line.id, quantity=line.quantity / min(part, 2))
    served.clock.advance(60)
    for order in ahead:
        line = order.goods_lines[0]
        served.act(history.receive, order_id=order.id, line_id=line.id, quantity=line.quantity / 4)
    _, lines = read(source_for, served, list(company.orders))
    for order in company.orders.values():
        rows = {line["source_line_id"]: line for line in lines[str(order.id)]}
        for line in order.goods_lines:
            row = rows[str(line_number(line))]
            quantities = (row["quantity_received"], row["quantity_invoiced"])
            assert quantities == (line.quantity_received, line.quantity_invoiced)
            if order in ahead:
                assert (row["quantity_open"], row["is_closed"]) == (line.quantity_open, False)


def test_an_order_that_a_reserve_invoice_closed_is_open_however_old_it_is(
    order: Order, served: Sandbox, source_for: SourceFor
) -> None:
    quantity = order.goods_lines[0].quantity
    invoice(served, order, quantity)
    source = source_for(NAME, served, company_db="SBO_ORCHARD", page_size=7)
    window = Window(None, NOW + timedelta(days=1), open_only=True)
    found = fetched(source, window)
    assert str(order.id) in found
    assert len(found) == len(set(found))
    assert str(order.id) not in fetched(source, Window(None, NOW - timedelta(days=4000), open_only=True))
    without = source_for(NAME, served, company_db="SBO_ORCHARD", read_drawn_documents=False)
    assert str(order.id) not in fetched(without, window)
    receive_next_day(served, order, quantity)
    assert str(order.id) not in fetched(source, window)


@pytest.mark.parametrize("change", [invoice, receive_next_day])
def test_h12_what_changes_by_way_of_a_reserve_invoice_is_found(
    order: Order, served: Sandbox, source_for: SourceFor, change: Any
) -> None:
    quantity = order.goods_lines[0].quantity
    if change is receive_next_day:
        invoice(served, order, quantity)
    served.clock.advance(5 * 86_400)
    source = source_for(NAME, served, company_db="SBO_ORCHARD", **QUIET)
    window = Window(served.clock.now(), None)
    assert str(order.id) not in fetched(source, window)
    change(served, order, quantity)
    assert str(order.id) in fetched(source, window)


def test_what_a_reserve_invoice_still_awaits_is_told_in_the_orders_unit() -> None:
    reserve = {"Document": {"ReserveInvoice": "tYES"}, "BaseType": 22, "UoMCode": "BOX", "Quantity": 5}
    reserve |= {"InventoryQuantity": 60, "RemainingOpenQuantity": 2, "RemainingOpenInventoryQuantity": 24}
    plain = reserve | {"Document": {"ReserveInvoice": "tNO"}}
    line = {"UoMCode": "PCS", "UnitsOfMeasurment": 1, "LineStatus": "bost_Close", "RemainingOpenQuantity": 7}
    assert awaited(line | {"Invoices": [reserve, plain]}) == 24
    assert awaited(line | {"UoMCode": "BOX", "Invoices": [reserve]}) == 2
    assert quantity_open(line | {"Invoices": [reserve]}) == 24
    assert quantity_open(line | {"Invoices": [reserve], "LineStatus": "bost_Open"}) == 31
    assert awaited(line | {"Invoices": [reserve | {"LineStatus": "bost_Close"}]}) == 0, "closed by hand"
    noise = reserve | {"RemainingOpenInventoryQuantity": Decimal("0.00000000000000888")}
    assert awaited(line | {"Invoices": [noise]}) == awaited(line) == quantity_open(line) == 0
