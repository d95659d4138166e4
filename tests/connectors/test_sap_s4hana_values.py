"""What the flags, conditions and parts of SAP S/4HANA's orders add up to, field by field."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from include.orderhouse.connectors.sap_s4hana.codes import LINE_TYPES, MATCH_POLICIES, ORDER_STATUSES, ORDER_TYPES
from include.orderhouse.connectors.sap_s4hana.mapping.line import DISTRIBUTION, LINE, SCHEDULE
from include.orderhouse.connectors.sap_s4hana.mapping.order import ORDER
from include.orderhouse.connectors.sap_s4hana.values import line as v
from include.orderhouse.connectors.sap_s4hana.values.amounts import charges, net_amount, subtotal
from include.orderhouse.connectors.sap_s4hana.values.conditions import discount_amount, discount_percent
from include.orderhouse.connectors.sap_s4hana.values.order import order_type
from include.orderhouse.connectors.sap_s4hana.values.progress import quantity_open, received
from include.orderhouse.connectors.sap_s4hana.values.status import approval_status, receipt_status, status
from include.orderhouse.connectors.sap_s4hana.values.terms import net_days
from tests.connectors.sap_s4hana_system import read_column

GOODS = {"GoodsReceiptIsExpected": True, "InvoiceIsExpected": True}
DELETED, BLOCKED = ({"PurchasingDocumentDeletionCode": code} for code in ("L", "S"))
HELD = {"PurchasingCompletenessStatus": True}
REJECTED, IN_RELEASE = {"PurchasingProcessingStatus": "08"}, {"ReleaseIsNotCompleted": True}


@pytest.mark.parametrize(
    ("header", "lines", "told"),
    [
        ({"PurchaseOrderDeletionCode": "L"} | HELD, [GOODS], "deleted"),
        (DELETED | HELD | REJECTED, [GOODS], "deleted"),
        (HELD, [GOODS | DELETED, GOODS | {"PurchasingDocumentDeletionCode": "X"}], "cancelled"),
        (HELD | REJECTED | IN_RELEASE, [GOODS | DELETED, GOODS], "draft"),
        (HELD | IN_RELEASE, [GOODS], "draft"),
        (REJECTED | IN_RELEASE, [GOODS], "draft"),
        (IN_RELEASE, [GOODS | {"IsCompletelyDelivered": True}], "pending_approval"),
        ({"PurchasingCompletenessStatus": False}, [GOODS | BLOCKED], "approved"),
        (BLOCKED, [GOODS], "approved"),
        ({"PurchasingProcessingStatus": "02"}, [], "approved"),
    ],
)
def test_a_state_of_the_whole_order_comes_before_how_far_its_items_are(
    header: dict[str, Any], lines: list[Any], told: str
) -> None:
    assert ORDER_STATUSES[status(header | {"_PurchaseOrderItem": lines})] == told


@pytest.mark.parametrize(
    ("header", "told"),
    [
        (REJECTED | IN_RELEASE, "rejected"),
        (IN_RELEASE | {"PurchasingProcessingStatus": "05"}, "in release"),
        ({"PurchasingProcessingStatus": "05", "ReleaseIsNotCompleted": False}, "released"),
        ({"PurchasingProcessingStatus": "02", "ReleaseIsNotCompleted": False}, None),
    ],
)
def test_an_order_that_was_never_subject_to_release_has_no_approval(header: dict[str, Any], told: str | None) -> None:
    assert approval_status(header) == told


OF_2_0 = {"ScheduleLineOrderQuantity": "5.000"}


@pytest.mark.parametrize(
    ("schedules", "told"),
    [
        ([{"ScheduleLineOrderQuantity": 5, "OpenPurchaseOrderQuantity": 2}] * 2, (6, 4, "partial")),
        ([{"ScheduleLineOrderQuantity": 5, "OpenPurchaseOrderQuantity": -1}], (6, 0, "partial")),
        ([{"ScheduleLineOrderQuantity": 5, "OpenPurchaseOrderQuantity": 2}, OF_2_0], (None, None, None)),
        ([OF_2_0], (None, None, None)),
        ([], (None, None, None)),
    ],
)
def test_quantities_that_are_not_told_are_unknown_and_not_zero(schedules: list[Any], told: tuple[Any, ...]) -> None:
    line = GOODS | {"_PurchaseOrderScheduleLineTP": schedules}
    order = {"_PurchaseOrderItem": [line]}
    assert (received(line), quantity_open(line), receipt_status(order)) == told


BASE = {"ConditionClass": "B", "ConditionAmount": "100.00"}
REBATE = {"ConditionClass": "A", "ConditionAmount": "-10.00"}
FREIGHT = {"ConditionClass": "A", "ConditionCategory": "F", "ConditionAmount": "7.00"}
CUSTOMS = {"ConditionClass": "A", "ConditionCategory": "B", "ConditionAmount": "3.00"}
TAX = {"ConditionClass": "D", "ConditionAmount": "19.00"}
UNUSED = [REBATE | {"ConditionIsForStatistics": True}, FREIGHT | {"ConditionInactiveReason": "A"}]


@pytest.mark.parametrize(("is_return", "sign"), [(False, 1), (True, -1)])
def test_price_and_discounts_are_the_net_amount_and_delivery_costs_are_charges(is_return: bool, sign: int) -> None:
    """2.0 has no net amount. Taxes are neither, and conditions that are inactive or statistical count for nothing."""
    conditions = [BASE, REBATE, FREIGHT, CUSTOMS, TAX, *UNUSED]
    line = {"IsReturnsItem": is_return, "to_PurchaseOrderPricingElement": {"results": conditions}}
    order = {"to_PurchaseOrderItem": {"results": [line]}}
    assert (net_amount(line), subtotal(order), charges(order)) == (sign * 90, sign * 90, sign * 10)


def test_what_is_not_told_of_goods_that_go_back_is_unknown_and_not_zero() -> None:
    columns = (LINE.quantity_ordered, LINE.net_amount, LINE.quantity_received, LINE.discount_amount)
    assert [read_column(column, {"IsReturnsItem": True}) for column in columns] == [None] * 4
    parts = (SCHEDULE.quantity, SCHEDULE.quantity_received, DISTRIBUTION.quantity, DISTRIBUTION.amount)
    assert [read_column(column, {"_is_return": True}) for column in parts] == [None] * 4


def test_a_discount_on_what_goes_back_is_taken_back_as_well() -> None:
    priced = BASE | {"ConditionRateValue": "10", "ConditionQuantity": "1"}
    line = {"IsReturnsItem": True, "_PurOrdPricingElement": [priced, REBATE, FREIGHT]}
    assert discount_amount(line) == -10
    assert discount_amount({"_PurOrdPricingElement": [priced, FREIGHT]}) is None


@pytest.mark.parametrize(
    ("discounts", "told"),
    [
        ([("A", {"ConditionRateRatio": "-10"})], 10),
        ([("A", {"ConditionRateValue": "-10.000"}), ("A", {"ConditionRateValue": "4.000"})], 6),
        ([("A", {"ConditionRateRatio": "-10"}), ("B", {"ConditionRateValue": "-15.00"})], 10),
        ([("B", {"ConditionRateValue": "-15.00"}), ("C", {"ConditionRateValue": "-1.50"})], None),
    ],
)
def test_only_discounts_in_percent_add_up_to_a_percentage(discounts: list[Any], told: int | None) -> None:
    """Others are amounts, for the item (B) or by its quantity (C); a surcharge counts against the discounts."""
    priced = BASE | {"ConditionRateValue": "10", "ConditionQuantity": "1"}
    found = [REBATE | rate | {"ConditionCalculationType": kind} for kind, rate in discounts]
    assert discount_percent({"_PurOrdPricingElement": [priced, *found]}) == told


@pytest.mark.parametrize(
    ("terms", "told"),
    [
        ({"PaymentTerms": "", "NetPaymentDays": "30"}, None),
        ({"NetPaymentDays": "30", "CashDiscount1Days": "10", "CashDiscount1Percent": "2.000"}, 30),
        ({"CashDiscount1Days": "10", "CashDiscount1Percent": "2.000", "CashDiscount2Days": "45"}, 45),
        ({"CashDiscount1Days": "14", "CashDiscount2Days": "45"}, 45),
        ({"CashDiscount1Days": "14"}, 14),
        ({"CashDiscount1Days": "10", "CashDiscount1Percent": "2.000"}, 0),
        ({}, 0),
    ],
)
def test_payment_is_due_with_the_step_that_grants_no_discount(terms: dict[str, Any], told: int | None) -> None:
    assert net_days({"PaymentTerms": "0001"} | terms) == told


@pytest.mark.parametrize(
    ("percent", "told"), [("2.000", ("2.000", "10")), ("0.000", (None, None)), (None, (None, None))]
)
def test_an_early_payment_counts_where_it_is_rewarded(percent: str | None, told: tuple[Any, Any]) -> None:
    order = {"CashDiscount1Percent": percent, "CashDiscount1Days": "10"}
    assert (read_column(ORDER.discount_percent, order), read_column(ORDER.discount_days, order)) == told


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ({"AccountAssignmentCategory": "A", "ProductType": "2"}, "asset"),
        ({"AccountAssignmentCategory": "K", "ProductType": "2"}, "service"),
        ({"ProductTypeCode": "2"}, "service"),
        ({"PurchaseOrderItemCategory": "9", "ProductTypeCode": "1"}, "service"),
        ({"PurchaseOrderItemCategory": "0", "ProductTypeCode": "1"}, "goods"),
        ({}, "goods"),
    ],
)
def test_a_line_is_an_asset_a_service_or_goods(line: dict[str, Any], told: str) -> None:
    assert LINE_TYPES[v.line_type(line)] == told


@pytest.mark.parametrize(
    ("line", "told"),
    [
        (GOODS | {"InvoiceIsGoodsReceiptBased": True}, "three_way"),
        (GOODS | {"InvoiceIsGoodsReceiptBased": False}, "three_way"),
        (GOODS | {"GoodsReceiptIsExpected": False, "InvoiceIsGoodsReceiptBased": True}, "three_way"),
        (GOODS | {"GoodsReceiptIsExpected": False, "InvoiceIsGoodsReceiptBased": False}, "two_way"),
        (GOODS | {"InvoiceIsExpected": False}, "none"),
    ],
)
def test_an_invoice_is_matched_with_what_the_item_expects(line: dict[str, Any], told: str) -> None:
    assert MATCH_POLICIES[v.match_policy(line)] == told


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        ([{"PurchaseOrderItemCategory": "3"}] * 2, "subcontract"),
        ([{"PurchaseOrderItemCategory": "5"}], "drop_ship"),
        ([{"PurchaseOrderItemCategory": "3"}, {"PurchaseOrderItemCategory": "0"}], "standard"),
        ([{"IsReturnsItem": True, "PurchaseOrderItemCategory": "3"}], "return"),
        ([{"IsReturnsItem": True}, {"IsReturnsItem": False}], "standard"),
        ([{"PurchaseOrderItemCategory": "7"}], "standard"),
        ([{"IsReturnsItem": True}, DELETED], "return"),
        ([{"PurchaseOrderItemCategory": "5"}, {"PurchaseOrderItemCategory": "0"} | DELETED], "drop_ship"),
        ([{"PurchaseOrderItemCategory": "5"} | DELETED], "drop_ship"),
        ([], "standard"),
    ],
)
def test_an_order_is_of_the_kind_that_all_its_items_are(lines: list[Any], told: str) -> None:
    """Deleted ones have a say only where there are no others."""
    assert ORDER_TYPES[order_type({"PurchaseOrderType": "NB", "_PurchaseOrderItem": lines})] == told


def test_a_stock_transfer_is_told_by_its_document_type_alone() -> None:
    assert ORDER_TYPES[order_type({"PurchaseOrderType": "UB", "_PurchaseOrderItem": []})] == "other"
    assert order_type({"PurchaseOrderType": "", "_PurchaseOrderItem": []}) is None


FIRST = {"AccountAssignmentNumber": "01", "GLAccount": "400000", "CostCenter": "CC1", "WBSElement": "00000012"}


def test_an_item_that_is_split_has_no_account_of_its_own() -> None:
    columns = (LINE.gl_account, LINE.cost_center, LINE.project)
    for assignments, told in (
        ([FIRST], ["400000", "CC1", "00000012"]),
        ([FIRST | {"WBSElementExternalID": "P-1.2"}], ["400000", "CC1", "P-1.2"]),
        ([FIRST, FIRST], [None, None, None]),
        ([FIRST, {"GLAccount": "410000", "IsDeleted": True}], ["400000", "CC1", "00000012"]),
        ([FIRST | {"IsDeleted": True}], [None, None, None]),
        ([], [None, None, None]),
    ):
        assert [read_column(column, {"_PurOrdAccountAssignment": assignments}) for column in columns] == told


@pytest.mark.parametrize(
    ("assignment", "told"),
    [
        (
            {"MultipleAcctAssgmtDistrPercent": "33.3", "FunctionalArea": "PROD"},
            (Decimal("33.3"), {"FunctionalArea": "PROD"}),
        ),
        ({"MultipleAcctAssgmtDistrPercent": "0.0", "SalesOrder": "", "SalesOrderItem": "000000"}, (None, None)),
        ({"SalesOrder": "15", "SalesOrderItem": "10"}, (None, {"SalesOrder": "15", "SalesOrderItem": "10"})),
    ],
)
def test_what_an_assignment_leaves_empty_or_zero_is_nothing(assignment: dict[str, Any], told: tuple[Any, Any]) -> None:
    columns = (DISTRIBUTION.percent, DISTRIBUTION.dimensions)
    assert tuple(read_column(column, assignment) for column in columns) == told


def test_delivery_is_requested_for_the_first_schedule_line_that_has_a_date() -> None:
    schedules: list[dict[str, Any]] = [
        {},
        {"ScheduleLineDeliveryDate": "2026-10-05"},
        {"ScheduleLineDeliveryDate": "2026-10-01"},
    ]
    assert read_column(LINE.requested_delivery_date, {"_PurchaseOrderScheduleLineTP": schedules}) == "2026-10-05"


def test_a_note_is_the_standard_text() -> None:
    notes = [{"TextObjectType": "F02", "PlainLongText": "internal"}, {"TextObjectType": "F01", "PlainLongText": "told"}]
    assert read_column(ORDER.memo, {"_PurchaseOrderNote": notes}) == "told"
    assert read_column(ORDER.memo, {"to_PurchaseOrderNote": {"results": notes[:1]}}) is None
