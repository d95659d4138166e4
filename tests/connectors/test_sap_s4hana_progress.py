"""How far SAP S/4HANA's orders have come, and which of their items count at all."""

from __future__ import annotations

from typing import Any

import pytest

from include.orderhouse.connectors.sap_s4hana.codes import LINE_TYPES
from include.orderhouse.connectors.sap_s4hana.mapping.line import LINE
from include.orderhouse.connectors.sap_s4hana.mapping.order import ORDER
from include.orderhouse.connectors.sap_s4hana.values.amounts import charges, subtotal
from include.orderhouse.connectors.sap_s4hana.values.line import line_type
from include.orderhouse.connectors.sap_s4hana.values.progress import is_closed, line_status, quantity_open
from include.orderhouse.connectors.sap_s4hana.values.status import invoice_status, receipt_status, status
from tests.connectors.sap_s4hana_system import read_column

GOODS = {"GoodsReceiptIsExpected": True, "InvoiceIsExpected": True}
NO_RECEIPT = GOODS | {"GoodsReceiptIsExpected": False}
NO_INVOICE = GOODS | {"InvoiceIsExpected": False}
NEITHER = {"GoodsReceiptIsExpected": False, "InvoiceIsExpected": False}
DELIVERED, INVOICED = {"IsCompletelyDelivered": True}, {"IsFinallyInvoiced": True}
COME = {"_PurchaseOrderScheduleLineTP": [{"ScheduleLineOrderQuantity": 5, "OpenPurchaseOrderQuantity": 2}]}
FREIGHT = {"ConditionClass": "A", "ConditionCategory": "F", "ConditionAmount": 7}
FREIGHT_ON_500 = {"NetAmount": 500, "_PurOrdPricingElement": [FREIGHT]}


@pytest.mark.parametrize(
    ("line", "told"),
    [
        (GOODS, ("open", False)),
        (GOODS | DELIVERED, ("delivered", True)),
        (GOODS | INVOICED, ("invoiced", False)),
        (GOODS | DELIVERED | INVOICED, ("delivered and invoiced", True)),
        (NO_RECEIPT, ("open", False)),
        (NO_RECEIPT | INVOICED, ("delivered and invoiced", True)),
        (NO_RECEIPT | DELIVERED | COME, ("open", False)),
        (NO_INVOICE, ("open", False)),
        (NO_INVOICE | INVOICED, ("open", False)),
        (GOODS | COME, ("partly delivered", False)),
        (NO_INVOICE | DELIVERED, ("delivered and invoiced", True)),
        (NEITHER, ("nothing expected", True)),
    ],
)
def test_an_item_awaits_only_what_is_expected_of_it(line: dict[str, Any], told: tuple[str, bool]) -> None:
    assert (line_status(line), is_closed(line)) == told


@pytest.mark.parametrize(
    ("line", "quantity"),
    [(GOODS, 5), (NO_INVOICE, 5), (GOODS | DELIVERED, 0), (NO_RECEIPT, 0), (NO_RECEIPT | INVOICED, 0), (NEITHER, 0)],
)
def test_nothing_is_to_come_where_no_receipt_is_expected(line: dict[str, Any], quantity: int) -> None:
    schedule = {"ScheduleLineOrderQuantity": 5, "OpenPurchaseOrderQuantity": 5}
    assert quantity_open(line | {"_PurchaseOrderScheduleLineTP": [schedule]}) == quantity


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        ([NO_RECEIPT], ("released", None, None)),
        ([NO_RECEIPT | INVOICED], ("delivered and invoiced", None, "full")),
        ([NO_RECEIPT | INVOICED, NO_RECEIPT], ("partly invoiced", None, "partial")),
        ([NO_INVOICE], ("released", None, None)),
        ([NO_INVOICE | DELIVERED], ("delivered and invoiced", "full", None)),
        ([NO_INVOICE | DELIVERED, NO_RECEIPT], ("delivered", "full", None)),
        ([NO_INVOICE | DELIVERED, NO_RECEIPT | INVOICED], ("delivered and invoiced", "full", "full")),
        ([GOODS | DELIVERED, NO_INVOICE], ("partly delivered", "partial", None)),
        ([GOODS, NEITHER], ("released", None, None)),
        ([GOODS | DELIVERED | INVOICED, NEITHER], ("delivered and invoiced", "full", "full")),
        ([NEITHER], ("nothing expected", None, None)),
    ],
)
def test_an_order_comes_as_far_as_what_its_items_expect(lines: list[Any], told: tuple[str, Any, Any]) -> None:
    order = {"_PurchaseOrderItem": lines}
    assert (status(order), receipt_status(order), invoice_status(order)) == told


def test_a_statistical_item_is_not_bought_and_keeps_nothing_open() -> None:
    """It notes what its sub-items order: only they are received, invoiced and paid."""
    amounts = {"OrderQuantity": 10, "NetAmount": 500, "_PurOrdPricingElement": [FREIGHT]}
    schedule = {"ScheduleLineOrderQuantity": 10, "OpenPurchaseOrderQuantity": 10}
    noted = GOODS | amounts | {"IsStatisticalItem": True, "_PurchaseOrderScheduleLineTP": [schedule]}
    assert (read_column(LINE.line_type, noted), LINE_TYPES[line_type(noted)]) == ("statistical", "text")
    assert (line_status(noted), is_closed(noted), quantity_open(noted)) == ("nothing expected", True, 0)
    assert (read_column(LINE.quantity_ordered, noted), read_column(LINE.net_amount, noted)) == (None, None)
    order = {"_PurchaseOrderItem": [noted, GOODS | DELIVERED | INVOICED | amounts]}
    assert (subtotal(order), charges(order), status(order)) == (500, 7, "delivered and invoiced")
    assert (receipt_status(order), invoice_status(order)) == ("full", "full")
    assert status({"_PurchaseOrderItem": [noted]}) == status({"_PurchaseOrderItem": []}) == "without items"
    archived = {"PurchaseOrderDeletionCode": "L", "_PurchaseOrderItem": [noted | DELIVERED]}
    assert (status(archived), read_column(ORDER.is_deleted, archived)) == ("deleted", True)


@pytest.mark.parametrize("come", [DELIVERED, INVOICED, DELIVERED | INVOICED, COME], ids=repr)
@pytest.mark.parametrize("code", ["L", "X"])
def test_what_was_bought_stays_bought_when_it_is_made_ready_for_archiving(come: dict[str, Any], code: str) -> None:
    """Archiving sets deletion codes on finished items, years later often; their spend is no less for it."""
    archived = GOODS | come | FREIGHT_ON_500 | {"PurchasingDocumentDeletionCode": code}
    assert (line_status(archived), is_closed(archived), quantity_open(archived)) == ("delivered and invoiced", True, 0)
    assert read_column(LINE.is_cancelled, archived) is False
    for header in ({}, {"PurchaseOrderDeletionCode": code}):
        order = header | {
            "_PurchaseOrderItem": [archived, GOODS | FREIGHT_ON_500 | {"PurchasingDocumentDeletionCode": code}]
        }
        assert (status(order), read_column(ORDER.is_deleted, order)) == ("delivered and invoiced", False)
        assert (receipt_status(order), invoice_status(order)) == ("full", "full")
        assert (subtotal(order), charges(order)) == (500, 7)


ALL_OPEN, NONE_OPEN, UNTOLD = (
    {"_PurchaseOrderScheduleLineTP": [{"ScheduleLineOrderQuantity": 5, "OpenPurchaseOrderQuantity": left}]}
    for left in (5, 0, None)
)


@pytest.mark.parametrize("line", [GOODS, GOODS | ALL_OPEN, GOODS | NONE_OPEN, GOODS | UNTOLD, NEITHER])
def test_an_item_is_cancelled_by_a_deletion_code_where_nothing_is_known_to_have_come(line: dict[str, Any]) -> None:
    """No more is to come of a deleted item either, so no open quantity does not tell that all came."""
    deleted = line | FREIGHT_ON_500 | {"PurchasingDocumentDeletionCode": "L"}
    assert (line_status(deleted), quantity_open(deleted)) == ("deleted", 0)
    assert read_column(LINE.is_cancelled, deleted) is True
    order = {"_PurchaseOrderItem": [deleted]}
    assert (status(order), subtotal(order), charges(order)) == ("all items deleted", 0, None)
    archived = order | {"PurchaseOrderDeletionCode": "L"}
    assert (status(archived), read_column(ORDER.is_deleted, archived)) == ("deleted", True)


def test_what_the_delivery_of_a_deleted_item_would_have_cost_is_no_charge() -> None:
    line = {"NetAmount": 500, "_PurOrdPricingElement": [FREIGHT]}
    order = {"_PurchaseOrderItem": [line, line | {"PurchasingDocumentDeletionCode": "L"}]}
    assert (subtotal(order), charges(order)) == (500, 7)
    assert charges({"_PurchaseOrderItem": [{"NetAmount": 500}]}) is None
