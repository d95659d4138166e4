"""What amounts are held to: net amounts, subtotals and totals against what they are made of."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest

from include.orderhouse.expectations.outcomes import Outcomes
from include.orderhouse.expectations.validator import Validator
from include.orderhouse.frames import Frames
from include.orderhouse.model import ORDER
from tests.unit.expectations.conftest import batch, empty_frames
from tests.unit.expectations.test_checks import SECOND, Check, codes


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


@pytest.mark.parametrize("order", [{"status": "cancelled"}, {"status": "deleted"}, {"is_deleted": True}])
def test_amounts_and_lines_of_an_order_that_is_over_are_left_alone(check: Check, order: dict[str, Any]) -> None:
    line = {"net_amount": Decimal(0), "quantity_received": Decimal(50)}
    nothing = {"subtotal_amount": Decimal(7), "total_amount": Decimal(0)}
    assert check(order={**nothing, **order}, line=line, schedules=[{"quantity": Decimal(1)}]) == []


def test_a_discount_of_all_there_is_leaves_a_net_amount_of_nothing(check: Check) -> None:
    for discount in ({"discount_percent": Decimal(100)}, {"discount_amount": Decimal(200)}):
        free = {**SECOND, **discount, "net_amount": Decimal(0)}
        assert check(more_lines=[free]) == []
        assert codes(check(more_lines=[{**free, "net_amount": Decimal("0.02")}])) == {"NET_AMOUNT_DIFFERS"}


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


@pytest.mark.parametrize("is_alone", [True, False])
@pytest.mark.parametrize(("subtotal", "odd"), [("190", True), ("0.01", False), (None, False)])
def test_an_order_without_lines_has_no_subtotal(
    validator: Validator, is_alone: bool, subtotal: str | None, odd: bool
) -> None:
    amounts = {"order_id": "empty", "subtotal_amount": subtotal and Decimal(subtotal), "total_amount": None}
    whole = batch()
    orders = [batch(order=amounts)[ORDER.name]] if is_alone else [whole[ORDER.name], batch(order=amounts)[ORDER.name]]
    made = empty_frames() if is_alone else whole
    (found,) = validator.check([Outcomes.of(Frames({**made.tables, ORDER.name: pa.concat_tables(orders)}))])
    told = [(finding.order_id, finding.code, finding.reason) for finding in found]
    assert told == ([("empty", "SUBTOTAL_DIFFERS", "190, but its lines add up to 0")] if odd else [])


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
