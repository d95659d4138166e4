"""What orders are held to: every check fails on a bad row and holds for a good one."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from include.orderhouse.expectations import Finding
from include.orderhouse.expectations.outcomes import Outcomes
from include.orderhouse.frames import empty_frames

Check = Callable[..., list[Finding]]

SECOND = {"line_id": "second", "source_line_id": "20", "line_number": "00020"}


def codes(findings: list[Finding]) -> set[str]:
    return {finding.code for finding in findings}


def test_a_good_order_has_no_findings(check: Check) -> None:
    assert check() == []


def test_an_empty_batch_has_no_findings(validator: Any) -> None:
    (findings,) = validator.check([Outcomes.of(empty_frames())])
    assert findings == []


@pytest.mark.parametrize(
    ("spoiled", "table", "field"),
    [
        ({"order": {"source_order_id": None}}, "purchase_order", "source_order_id"),
        ({"order": {"order_number": None}}, "purchase_order", "order_number"),
        ({"line": {"source_line_id": None}}, "purchase_order_line", "source_line_id"),
        ({"schedules": [{"schedule_number": None}]}, "purchase_order_schedule", "schedule_number"),
        ({"distributions": [{"distribution_id": None}]}, "purchase_order_distribution", "distribution_id"),
    ],
)
def test_a_missing_key_is_critical(check: Check, spoiled: dict[str, Any], table: str, field: str) -> None:
    (finding,) = check(**spoiled)
    assert (finding.table, finding.field, finding.code, finding.critical) == (table, field, "KEY_MISSING", True)
    assert finding.order_id == "order"


@pytest.mark.parametrize(
    ("spoiled", "table", "field"),
    [
        ({"more_lines": [{**SECOND, "order_id": "other"}]}, "purchase_order_line", "order_id"),
        ({"schedules": [{}, {"schedule_id": "2", "line_id": "other"}]}, "purchase_order_schedule", "line_id"),
        ({"distributions": [{}, {"line_id": "other"}]}, "purchase_order_distribution", "line_id"),
    ],
)
def test_a_row_without_its_parent_is_critical(check: Check, spoiled: dict[str, Any], table: str, field: str) -> None:
    (finding,) = check(**spoiled)
    assert (finding.table, finding.field, finding.code, finding.critical) == (table, field, "PARENT_MISSING", True)


@pytest.mark.parametrize(
    ("currency", "net", "odd"),
    [
        ("EUR", "190.01", False),
        ("EUR", "189.99", False),
        ("EUR", "190.010001", True),
        ("EUR", "189.98", True),
        ("JPY", "191", False),
        ("JPY", "191.000001", True),
        ("KWD", "190.001", False),
        ("KWD", "190.0011", True),
        (None, "190.01", False),
        (None, "190.02", True),
    ],
)
def test_a_net_amount_may_be_one_minor_unit_of_the_currency_off(
    check: Check, currency: str | None, net: str, odd: bool
) -> None:
    amounts = {"subtotal_amount": None, "total_amount": None, "currency": currency}
    findings = check(order=amounts, line={"net_amount": Decimal(net)})
    assert codes(findings) == ({"NET_AMOUNT_DIFFERS"} if odd else set())
    assert not any(finding.critical for finding in findings)


@pytest.mark.parametrize(
    ("line", "odd"),
    [
        ({"price_unit_conversion_factor": Decimal("0.5"), "net_amount": Decimal(95)}, False),
        ({"price_unit_conversion_factor": Decimal("0.5")}, True),
        ({"price_basis_quantity": None, "net_amount": Decimal(19000)}, False),
        ({"price_basis_quantity": Decimal(0), "net_amount": Decimal(19000)}, False),
        ({"discount_amount": Decimal(20), "net_amount": Decimal(180)}, False),
        ({"discount_amount": Decimal(20)}, True),
        ({"unit_price": None, "net_amount": Decimal(7)}, False),
        ({"net_amount": None}, False),
        ({"line_type": "text", "net_amount": Decimal(7)}, False),
        ({"line_status": "cancelled", "net_amount": Decimal(7)}, False),
        ({"is_cancelled": True, "net_amount": Decimal(7)}, False),
        ({"is_deleted": True, "net_amount": Decimal(7)}, False),
        ({"quantity_cancelled": Decimal(5), "net_amount": Decimal("142.5")}, False),
    ],
)
def test_a_net_amount_is_quantity_in_price_units_times_price_less_discount(
    check: Check, line: dict[str, Any], odd: bool
) -> None:
    findings = check(order={"subtotal_amount": None}, line=line)
    assert codes(findings) == ({"NET_AMOUNT_DIFFERS"} if odd else set())


def test_prices_with_tax_make_up_the_net_amount_and_its_tax(check: Check) -> None:
    line = {"net_amount": Decimal("159.66"), "tax_amount": Decimal("30.34")}
    assert check(order={"tax_inclusive": True, "subtotal_amount": None}, line=line) == []
    findings = check(order={"tax_inclusive": True, "subtotal_amount": None}, line={**line, "tax_amount": Decimal(31)})
    assert codes(findings) == {"NET_AMOUNT_DIFFERS"}


def test_amounts_of_eighteen_digits_are_compared_exactly(check: Check) -> None:
    line = {"quantity_ordered": Decimal(1), "price_basis_quantity": None, "discount_percent": None}
    line |= {"unit_price": Decimal("123456789012345678.91"), "net_amount": Decimal("123456789012345678.93")}
    findings = check(order={"subtotal_amount": None}, line=line, schedules=[])
    assert [finding.source_value for finding in findings] == ["123456789012345678.93"]
    line["net_amount"] = Decimal("123456789012345678.92")
    assert check(order={"subtotal_amount": None}, line=line, schedules=[]) == []


def test_lines_of_a_cancelled_order_are_left_alone(check: Check) -> None:
    line = {"net_amount": Decimal(0), "quantity_received": Decimal(50)}
    assert check(order={"status": "cancelled"}, line=line, schedules=[{"quantity": Decimal(1)}]) == []


@pytest.mark.parametrize(("subtotal", "odd"), [("190.01", False), ("190.02", True)])
def test_a_subtotal_may_be_a_minor_unit_a_line_off(check: Check, subtotal: str, odd: bool) -> None:
    findings = check(order={"subtotal_amount": Decimal(subtotal), "total_amount": None})
    assert codes(findings) == ({"SUBTOTAL_DIFFERS"} if odd else set())


def test_charge_and_text_lines_are_not_in_the_subtotal(check: Check) -> None:
    freight = {**SECOND, "line_type": "charge", "net_amount": Decimal("12.50"), "unit_price": None}
    note = {"line_id": "third", "source_line_id": "30", "line_type": "text", "net_amount": None}
    assert check(more_lines=[freight, note]) == []


def test_a_subtotal_may_hold_cancelled_lines_or_not(check: Check) -> None:
    cancelled = {**SECOND, "line_status": "cancelled"}
    assert check(more_lines=[cancelled]) == []
    assert check(more_lines=[cancelled], order={"subtotal_amount": Decimal(380), "total_amount": None}) == []


def test_a_subtotal_is_left_alone_where_a_line_has_no_net_amount(check: Check) -> None:
    assert check(more_lines=[{**SECOND, "net_amount": None}]) == []


@pytest.mark.parametrize(
    ("order", "odd"),
    [
        ({"total_amount": Decimal("240.99")}, False),
        ({"total_amount": Decimal("241.00")}, True),
        ({"discount_amount": Decimal("40.98"), "total_amount": Decimal("200.00")}, False),
        ({"discount_amount": Decimal("40.98")}, True),
        ({"charges_amount": None, "total_amount": Decimal("228.48")}, False),
        ({"tax_amount": None, "total_amount": Decimal("999")}, False),
        ({"status": "cancelled", "total_amount": Decimal("0")}, False),
    ],
)
def test_a_total_is_the_sum_of_its_parts(check: Check, order: dict[str, Any], odd: bool) -> None:
    assert codes(check(order=order)) == ({"TOTAL_DIFFERS"} if odd else set())


def test_a_total_has_a_minor_unit_for_each_line(check: Check) -> None:
    order = {"subtotal_amount": Decimal(380), "total_amount": Decimal("431.00")}
    assert codes(check(order=order, more_lines=[SECOND])) == set()
    order["total_amount"] = Decimal("431.01")
    assert codes(check(order=order, more_lines=[SECOND])) == {"TOTAL_DIFFERS"}


@pytest.mark.parametrize(
    ("schedules", "odd"),
    [
        ([{"quantity": Decimal(12)}, {"schedule_id": "2", "quantity": Decimal(8)}], False),
        ([{"quantity": Decimal(12)}], True),
        ([{"quantity": Decimal(12)}, {"schedule_id": "2", "quantity": Decimal("7.999997")}], True),
        ([{"quantity": Decimal(1), "unit": "XBX"}], False),
        ([{"quantity": Decimal(20), "unit": None}], False),
        ([{}, {"schedule_id": "2", "is_deleted": True}], False),
        ([], False),
    ],
)
def test_schedules_add_up_to_the_quantity_ordered(check: Check, schedules: list[dict[str, Any]], odd: bool) -> None:
    assert codes(check(schedules=schedules)) == ({"SCHEDULES_DIFFER"} if odd else set())


@pytest.mark.parametrize(
    ("percents", "odd"),
    [
        (["60", "40"], False),
        (["33.33", "33.33", "33.33"], False),
        (["60", "39.97"], True),
        (["60", None], False),
        ([], False),
    ],
)
def test_account_assignments_add_up_to_100_percent(check: Check, percents: list[str | None], odd: bool) -> None:
    rows = [{"distribution_id": str(i), "percent": each and Decimal(each)} for i, each in enumerate(percents)]
    assert codes(check(distributions=rows)) == ({"DISTRIBUTIONS_DIFFER"} if odd else set())


@pytest.mark.parametrize(
    ("spoiled", "field"),
    [
        ({"order": {"order_date": date(1979, 12, 31)}}, "order_date"),
        ({"order": {"order_date": date(2028, 12, 1)}}, "order_date"),
        ({"order": {"requested_delivery_date": date(2025, 9, 29)}}, "requested_delivery_date"),
        ({"order": {"valid_from": date(2026, 2, 1), "valid_to": date(2026, 1, 31)}}, "valid_to"),
        ({"line": {"promised_delivery_date": date(202, 10, 1)}}, "promised_delivery_date"),
        ({"line": {"first_received_date": date(2020, 10, 1)}}, "first_received_date"),
    ],
)
def test_an_implausible_date_is_noted(check: Check, spoiled: dict[str, Any], field: str) -> None:
    (finding,) = check(**spoiled)
    assert (finding.code, finding.field, finding.critical) == ("DATE_IMPLAUSIBLE", field, False)


@pytest.mark.parametrize(
    "spoiled",
    [
        {"order": {"order_date": date(1980, 1, 1)}},
        {"order": {"order_date": date(2028, 10, 31)}},
        {"order": {"order_date": None, "requested_delivery_date": date(2001, 1, 1)}},
        {"order": {"requested_delivery_date": date(2025, 10, 1)}},
        {"order": {"valid_from": date(2026, 1, 1), "valid_to": date(9999, 12, 31)}},
        {"line": {"promised_delivery_date": date(2026, 9, 1)}},
    ],
)
def test_a_date_at_the_edge_is_not_noted(check: Check, spoiled: dict[str, Any]) -> None:
    assert check(**spoiled) == []


def test_negative_numbers_are_noted_on_standard_orders_only(check: Check) -> None:
    line = {"quantity_ordered": Decimal(-20), "net_amount": Decimal(-190)}
    order = {"subtotal_amount": None}
    (finding,) = check(order=order, line=line, schedules=[])
    assert (finding.code, finding.field, finding.source_value) == ("NEGATIVE_NUMBER", "quantity_ordered", "-20")
    assert check(order={**order, "order_type": "return"}, line=line, schedules=[]) == []


@pytest.mark.parametrize(
    ("line", "odd"),
    [
        ({"quantity_received": Decimal(20)}, False),
        ({"quantity_received": Decimal("20.000001")}, True),
        ({"quantity_received": Decimal(22), "over_delivery_percent": Decimal(10)}, False),
        ({"quantity_received": Decimal(23), "over_delivery_percent": Decimal(10)}, True),
    ],
)
def test_receipts_beyond_the_tolerance_are_noted(check: Check, line: dict[str, Any], odd: bool) -> None:
    assert codes(check(line=line)) == ({"OVER_RECEIPT"} if odd else set())


def test_a_finding_says_where_and_what(check: Check) -> None:
    (finding,) = check(order={"subtotal_amount": None}, line={"net_amount": Decimal("200.00")})
    assert (finding.table, finding.order_id, finding.row_id) == ("purchase_order_line", "order", "line")
    assert finding.field == "net_amount"
    assert finding.reason == "200 instead of 190 by quantity, price and discount"
