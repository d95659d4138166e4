"""What an order of ERPNext tells by its payment schedule, its workflow and its kind."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from include.orderhouse.connectors.erpnext.values import order as of_order
from include.orderhouse.connectors.erpnext.values import terms

Raw = dict[str, Any]

FROM_INVOICE, FROM_MONTH = "Day(s) after invoice date", "Day(s) after the end of the invoice month"


def part(days: int, based_on: str = FROM_INVOICE, **other: Any) -> Raw:
    """A row of the payment schedule with its payment term."""
    return {"_payment_term": {"credit_days": days, "due_date_based_on": based_on}, "discount": Decimal(0), **other}


def discounted(discount: str, kind: str = "Percentage", based_on: str = FROM_INVOICE) -> Raw:
    term = {"discount_validity": 10, "discount_validity_based_on": based_on}
    return {"discount": Decimal(discount), "discount_type": kind, "_payment_term": term}


def scheduled(*parts: Raw) -> Raw:
    return {"payment_schedule": list(parts)}


@pytest.mark.parametrize(
    ("parts", "days"),
    [
        ([part(30)], 30),
        ([part(30), part(60)], 60),
        ([part(30), part(60, FROM_MONTH)], None),
        ([part(30), {"due_date": "2026-10-31"}], None),
        ([part(30, credit_days=14, due_date_based_on=FROM_INVOICE)], 14),
        ([part(30, credit_days=14, due_date_based_on=FROM_MONTH)], None),
        ([part(30, credit_days=0, due_date_based_on=None)], 30),
        ([{"credit_days": 14, "due_date_based_on": FROM_INVOICE}], 14),
        ([], None),
    ],
)
def test_net_days_are_those_of_the_last_instalment_where_all_count_from_the_invoice(
    parts: list[Raw], days: int | None
) -> None:
    """From version 16 on instalments tell what they took from a template, which may differ from its payment term."""
    assert terms.net_days(scheduled(*parts)) == days


@pytest.mark.parametrize(
    ("parts", "percent", "days"),
    [
        ([part(30), discounted("2")], 2, 10),
        ([discounted("2", based_on=FROM_MONTH)], 2, None),
        ([discounted("2") | {"discount_validity": 5, "discount_validity_based_on": FROM_INVOICE}], 2, 5),
        ([discounted("25", "Amount")], None, None),
        ([discounted("2"), discounted("3")], None, None),
        ([part(30)], None, None),
    ],
)
def test_a_discount_for_early_payment_is_that_of_one_instalment_in_percent(
    parts: list[Raw], percent: int | None, days: int | None
) -> None:
    assert (terms.discount_percent(scheduled(*parts)), terms.discount_days(scheduled(*parts))) == (percent, days)


def test_an_order_is_due_with_its_last_instalment() -> None:
    parts = [part(30, due_date="2026-11-30"), part(60, due_date="2026-12-30"), part(0, due_date="2026-10-31"), part(9)]
    assert terms.due_date(scheduled(*parts)) == "2026-12-30"


def test_instalments_that_are_described_alike_are_described_once() -> None:
    parts = [part(30, description=text) for text in ("half", "half", "rest", " ", None)]
    assert terms.description(scheduled(*parts)) == "half; rest"


@pytest.mark.parametrize(
    ("workflow", "docstatus", "told"),
    [
        (None, 0, None),
        (None, 1, "Submitted"),
        ("Draft", 0, None),
        ("Rejected", 0, "Rejected"),
        ("Pending Approval", 0, "Pending Approval"),
        ("Cancelled", 2, None),
    ],
)
def test_approval_is_told_by_the_workflow_or_else_by_submission(
    workflow: str | None, docstatus: int, told: str | None
) -> None:
    assert of_order.approval_status({"workflow_state": workflow, "docstatus": docstatus}) == told


@pytest.mark.parametrize(
    ("order", "kind"),
    [
        ({"is_subcontracted": 1, "customer": "CUST-1"}, "subcontract"),
        ({"is_subcontracted": 0, "customer": "CUST-1"}, "drop shipment"),
        ({"items": [{"delivered_by_supplier": 1, "blanket_order": "BO-1"}]}, "drop shipment"),
        ({"items": [{}, {"blanket_order": "BO-1"}]}, "call-off"),
        ({"is_subcontracted": "No", "items": [{}]}, "standard"),
    ],
)
def test_what_kind_an_order_is(order: Raw, kind: str) -> None:
    assert of_order.order_type(order) == kind


@pytest.mark.parametrize(
    ("order", "told"),
    [
        ({"status": "To Receive and Bill", "order_confirmation_date": "2026-10-01"}, "To Receive and Bill, confirmed"),
        ({"status": "To Receive and Bill"}, "To Receive and Bill"),
        ({"status": "Draft", "order_confirmation_date": "2026-10-01"}, "Draft"),
        ({"status": "Delivered", "order_confirmation_date": "2026-10-01"}, "Delivered, received"),
        ({"status": "To Bill"}, "To Bill, received"),
        (
            {"status": "To Receive and Bill", "order_confirmation_date": "2026-10-01", "per_received": Decimal(1)},
            "To Receive and Bill, partly received",
        ),
    ],
)
def test_an_order_is_acknowledged_by_its_confirmation_until_something_comes(order: Raw, told: str) -> None:
    assert of_order.status({"docstatus": 1, **order}) == told


def test_an_amended_order_counts_its_revision_in_its_name() -> None:
    """The document that it amends is cancelled and keeps its own name."""
    amended = {"name": "PUR-ORD-2026-00001-2", "amended_from": "PUR-ORD-2026-00001-1"}
    assert of_order.revision(amended) == "2"
    assert of_order.revision({"name": "PUR-ORD-2026-00001", "amended_from": None}) is None
