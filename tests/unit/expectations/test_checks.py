"""What orders are held to: every check fails on a bad row and holds for a good one."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from include.orderhouse.expectations import Finding
from include.orderhouse.expectations.outcomes import Outcomes
from tests.unit.expectations.conftest import empty_frames

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
        ({"schedules": [{"quantity": None, "order_id": "other"}]}, "purchase_order_schedule", "order_id"),
        ({"schedules": [{}, {"schedule_id": "2", "line_id": "other"}]}, "purchase_order_schedule", "line_id"),
        ({"distributions": [{}, {"percent": None, "order_id": "other"}]}, "purchase_order_distribution", "order_id"),
        ({"distributions": [{}, {"line_id": "other"}]}, "purchase_order_distribution", "line_id"),
    ],
)
def test_a_row_without_its_parent_is_critical(check: Check, spoiled: dict[str, Any], table: str, field: str) -> None:
    (finding,) = check(**spoiled)
    assert (finding.table, finding.field, finding.code, finding.critical) == (table, field, "PARENT_MISSING", True)


@pytest.mark.parametrize(
    ("schedules", "odd"),
    [
        ([{"quantity": Decimal(12)}, {"schedule_id": "2", "quantity": Decimal(8)}], False),
        ([{"quantity": Decimal(12)}], True),
        ([{"quantity": Decimal(12)}, {"schedule_id": "2", "quantity": Decimal("7.999997")}], True),
        ([{"quantity": Decimal(1), "unit": "XBX"}], False),
        ([{"quantity": Decimal(20), "unit": None}], False),
        ([{"quantity": Decimal(12), "unit": None}], True),
        ([{}, {"schedule_id": "2", "is_deleted": True}], False),
        ([{}, {"schedule_id": "2", "status": "cancelled"}], False),
        ([{"quantity": Decimal(12)}, {"schedule_id": "2", "quantity": Decimal(8), "status": "cancelled"}], False),
        ([{"quantity": Decimal(12)}, {"schedule_id": "2", "quantity": Decimal(9), "status": "received"}], True),
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


def test_an_account_assignment_that_is_deleted_is_none_of_the_100_percent(check: Check) -> None:
    assert check(distributions=[{}, {"distribution_id": "2", "is_deleted": True}]) == []


@pytest.mark.parametrize(
    ("spoiled", "field"),
    [
        ({"order": {"order_date": date(1979, 12, 31)}}, "order_date"),
        ({"order": {"order_date": date(2028, 12, 1)}}, "order_date"),
        ({"order": {"requested_delivery_date": date(2025, 9, 29)}}, "requested_delivery_date"),
        ({"order": {"valid_from": date(2026, 2, 1), "valid_to": date(2026, 1, 31)}}, "valid_to"),
        ({"line": {"promised_delivery_date": date(202, 10, 1)}}, "promised_delivery_date"),
        ({"order": {"promised_delivery_date": date(2025, 9, 29)}}, "promised_delivery_date"),
        ({"line": {"requested_delivery_date": date(2025, 9, 29)}}, "requested_delivery_date"),
        ({"line": {"confirmed_delivery_date": date(2025, 9, 29)}}, "confirmed_delivery_date"),
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
        {"order": {"requested_delivery_date": date(2025, 9, 30)}},
        {"order": {"valid_from": date(2026, 1, 31), "valid_to": date(2026, 1, 31)}},
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
