"""Goods returns and A/P credit memos of SAP Business One: what they take back of an order, and that they are found."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta
from typing import Any

import pytest

from include.orderhouse.connector import Window
from include.orderhouse.connectors.sap_business_one.drawn import CREDITS, INVOICES, RECEIPTS, RETURNS, orders_behind
from include.orderhouse.connectors.sap_business_one.values import invoiced, received
from include.orderhouse.protocols.odata import CollectionPage
from include.orderhouse.protocols.service_layer import ServiceLayer
from tests.connectors.conftest import SourceFor
from tests.connectors.sap_business_one_server import (
    NAME,
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
from tests.sandbox.company import Company
from tests.sandbox.dialects.sap_business_one.given_back import AFTERWARDS, credited
from tests.sandbox.dialects.sap_business_one.lines import line_number
from tests.sandbox.order import Order
from tests.sandbox.running import Sandbox

__all__ = ["a_sent_order", "company", "served"]


@pytest.fixture
def play() -> dict[str, str]:
    """What went back is to come again."""
    return {"returns": "reopen"}


def test_what_went_back_and_is_open_again_is_still_to_come(
    order: Order, served: Sandbox, source_for: SourceFor
) -> None:
    wanted = order.goods_lines[0].quantity
    receive(served, order, wanted, rejected=wanted / 4)
    found, line = told(source_for, served, order)
    assert (line["quantity_received"], line["quantity_open"]) == (wanted * 3 / 4, wanted / 4)
    assert (line["line_status"], line["is_closed"]) == ("partially_received", False)
    assert (found["status"], found["receipt_status"]) == ("partially_received", "partial")
    receive(served, order, wanted / 4)
    _, line = told(source_for, served, order)
    assert line["quantity_received"] == wanted, "not received twice"


@pytest.mark.parametrize("play", [{"returns": "keep"}])
def test_what_went_back_for_good_is_neither_received_nor_to_come(
    order: Order, served: Sandbox, source_for: SourceFor
) -> None:
    wanted = order.goods_lines[0].quantity
    receive(served, order, wanted, rejected=wanted / 4)
    found, line = told(source_for, served, order)
    assert (line["quantity_received"], line["quantity_open"]) == (wanted * 3 / 4, 0)
    assert (line["line_status"], line["is_closed"], found["status"]) == ("closed", True, "closed")


@pytest.mark.parametrize(
    ("play", "left"), [({"credits": "goods"}, (0, 0, "none")), ({"credits": "value"}, (1, 1, "full"))]
)
def test_a_credit_memo_takes_back_goods_and_invoice_unless_it_posts_no_quantity(
    order: Order, served: Sandbox, source_for: SourceFor, left: tuple[int, int, str]
) -> None:
    wanted = order.goods_lines[0].quantity
    receive(served, order, wanted)
    invoice(served, order, wanted)
    found, line = told(source_for, served, order)
    quantities = (line["quantity_received"], line["quantity_invoiced"], found["invoice_status"])
    assert quantities == (wanted * left[0], wanted * left[1], left[2])


@pytest.mark.parametrize(
    "play",
    [
        {"returns": "keep", "credits": "goods"},
        {"returns": "keep", "credits": "goods", "requests": "yes"},
        {"returns": "keep", "doubles": "binary"},
    ],
)
def test_quantities_of_all_orders_are_what_was_kept(
    company: Company, served: Sandbox, play: dict[str, str], source_for: SourceFor
) -> None:
    small = [order for order in company.orders.values() if order.total < 10**9]
    _, lines = read(source_for, served, [order.id for order in small])
    backs = set()
    for order in small:
        rows = {line["source_line_id"]: line for line in lines[str(order.id)]}
        for line in order.goods_lines:
            row, back = rows[str(line_number(line))], credited(order, line, play)
            came = max(line.quantity_received, line.quantity_invoiced) - line.quantity_rejected
            assert row["quantity_invoiced"] == line.quantity_invoiced - back
            assert row["quantity_received"] == came - back
            backs.add((bool(back), bool(line.quantity_rejected)))
    assert (False, True) in backs
    assert (True, False) in backs or "credits" not in play


@pytest.mark.parametrize(
    ("play", "change"),
    [
        ({"returns": "keep"}, receive),
        ({"returns": "keep", "requests": "yes"}, receive),
        ({"credits": "value"}, invoice),
        ({"credits": "value", "requests": "yes"}, invoice),
    ],
)
def test_h12_an_order_of_which_something_is_taken_back_is_found(
    order: Order, served: Sandbox, source_for: SourceFor, change: Any
) -> None:
    quantity = order.goods_lines[0].quantity
    receive(served, order, quantity, rejected=quantity)
    if change is invoice:
        invoice(served, order, quantity)
    served.clock.advance(AFTERWARDS.total_seconds() + 86_400)
    source = source_for(NAME, served, company_db="SBO_ORCHARD", **QUIET)
    assert str(order.id) in fetched(source, Window(served.clock.now() - timedelta(days=1), None))
    assert str(order.id) not in fetched(source, Window(served.clock.now() + timedelta(days=2), None))


@pytest.mark.parametrize(("entity", "kind"), [(RETURNS, 21), (CREDITS, 19), (RECEIPTS, 20), (INVOICES, 18)])
def test_h12_a_document_that_cancels_another_one_leads_to_the_order_behind_that(entity: str, kind: int) -> None:
    """What was taken back counts again then, though nothing else may have been saved of either."""
    documents = {entity: [{"DocEntry": 7, "DocumentLines": [{"BaseType": 22, "BaseEntry": 5, "BaseLine": 0}]}]}
    cancellation = {"DocEntry": 8, "DocumentLines": [{"BaseType": kind, "BaseEntry": 7, "BaseLine": 0}]}
    assert orders_behind(Kept(documents), [cancellation]) == {5}


class Kept(ServiceLayer):
    """A Service Layer that holds these documents."""

    def __init__(self, documents: dict[str, list[Any]]) -> None:
        self._documents = documents

    def by_keys(
        self, entity: str, key: str, keys: Iterable[Any], select: Sequence[str] = (), condition: str | None = None
    ) -> Iterator[CollectionPage]:
        wanted = set(keys)
        yield CollectionPage([row for row in self._documents.get(entity, ()) if row[key] in wanted], None, None)


def test_a_credit_memo_over_a_reserve_invoice_takes_no_goods_back() -> None:
    reserve = {"Document": {"DocEntry": 7, "ReserveInvoice": "tYES"}, "BaseType": 22, "UoMCode": "PCS", "Quantity": 10}
    receipt = {"Document": {"DocEntry": 8}, "BaseType": 18, "UoMCode": "PCS", "Quantity": 6}
    credit = {"Document": {"DocEntry": 9}, "BaseType": 18, "BaseEntry": 7, "UoMCode": "PCS", "Quantity": 4}
    line = {"UoMCode": "PCS", "Receipts": [receipt], "Invoices": [reserve], "Returns": [], "Credits": [credit]}
    assert (received(line), invoiced(line)) == (6, 6)
