"""What becomes of Oracle's statuses, open quantities, rates and charge accounts."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from include.orderhouse.connectors.oracle_fusion.assembly import at_site
from include.orderhouse.connectors.oracle_fusion.codes import STATUSES
from include.orderhouse.connectors.oracle_fusion.values import order as values
from include.orderhouse.connectors.oracle_fusion.values.line import (
    line_status,
    quantity_invoiced,
    quantity_open,
    quantity_received,
    receipt_date,
)
from tests.connectors.conftest import SourceFor
from tests.connectors.oracle_pod import (
    a_record,
    an_order,
    company,
    connect,
    options,
    served,
)
from tests.sandbox.company import Company

__all__ = ["company", "connect", "options", "served"]


@pytest.mark.parametrize(("code", "came"), [("CANCELED", 4), ("CANCELLED", 0), ("CLOSED", 0), ("FINALLY CLOSED", 0)])
def test_lines_of_which_nothing_more_comes_do_not_count_where_the_order_does_not_say_so(code: str, came: int) -> None:
    def line(code: str, came: int) -> dict[str, Any]:
        schedules = [{"ReceivedQuantity": came, "BilledQuantity": came}]
        return {"StatusCode": code, "Quantity": 10, "_is_charge": False, "schedules": schedules}

    order = {"StatusCode": "ON HOLD", "lines": [line("CLOSED", 10), line(code, came)]}
    assert (values.receipt_status(order), values.invoice_status(order)) == ("full", "full")
    assert values.receipt_status({**order, "lines": [line("OPEN", 10), line("FINALLY CLOSED", 4)]}) == "partial"
    short = {"StatusCode": "FINALLY CLOSED", "lines": [line("FINALLY CLOSED", 8)]}
    assert (values.receipt_status(short), values.invoice_status(short)) == ("full", "full")
    assert values.receipt_status({**order, "lines": [line(code, 0)]}) == "none"
    assert values.receipt_status({**order, "lines": [line("CLOSED", 10), line("OPEN", 0)]}) == "partial"
    billed = {**line("CLOSED", 0), "schedules": [{"ReceivedQuantity": 0, "BilledQuantity": 4}]}
    assert values.invoice_status({**order, "lines": [line("CLOSED", 10), billed]}) == "partial"


def test_a_line_that_was_closed_before_its_bill_came_is_not_as_if_it_never_was() -> None:
    whole, closed = (
        {"StatusCode": "CLOSED", "Quantity": 10, "_is_charge": False, "schedules": [schedule]}
        for schedule in ({"ReceivedQuantity": 10, "BilledQuantity": 10}, {"ReceivedQuantity": 4})
    )
    order = {"StatusCode": "ON HOLD", "lines": [whole, closed]}
    assert (values.receipt_status(order), values.invoice_status(order)) == ("partial", "partial")
    assert values.invoice_status({**order, "lines": [closed]}) == "none"


@pytest.mark.parametrize(("billed", "told"), [(0, "received"), (4, "partially invoiced"), (10, "invoiced")])
def test_an_order_of_which_nothing_more_comes_is_as_far_as_its_bills(billed: int, told: str) -> None:
    schedules = [{"Quantity": 10, "ReceivedQuantity": 10, "BilledQuantity": billed}]
    line = {"StatusCode": "CLOSED FOR RECEIVING", "Quantity": 10, "_is_charge": False, "schedules": schedules}
    assert values.status({"StatusCode": "CLOSED FOR RECEIVING", "lines": [line]}) == told


@pytest.mark.parametrize(
    ("service", "order", "told"),
    [
        ("OPEN", "OPEN", "partial"),
        ("CLOSED FOR RECEIVING", "OPEN", "partial"),
        ("CLOSED FOR INVOICING", "OPEN", "full"),
        ("CLOSED", "OPEN", "full"),
        ("CANCELED", "OPEN", "full"),
        ("OPEN", "CLOSED FOR INVOICING", "full"),
    ],
)
def test_an_order_is_not_invoiced_before_its_services_of_an_amount_are(service: str, order: str, told: str) -> None:
    """Lines of fixed price services have an amount and no quantity that could be compared."""
    goods = {"StatusCode": "CLOSED", "Quantity": 10, "schedules": [{"ReceivedQuantity": 10, "BilledQuantity": 10}]}
    priced = {"StatusCode": service, "Quantity": None, "schedules": [{"ReceivedQuantity": None}]}
    lines = [line | {"_is_charge": False} for line in (goods, priced)]
    both = {"StatusCode": order, "lines": lines}
    assert (values.receipt_status(both), values.invoice_status(both)) == ("full", told)
    if order == "OPEN":
        assert values.status(both) == {"full": "invoiced", "partial": "partially invoiced"}[told]
    assert values.invoice_status({"StatusCode": order, "lines": lines[1:]}) is None


@pytest.mark.parametrize(
    ("codes", "line", "open_"),
    [
        (("OPEN", "OPEN"), "OPEN", 9),
        (("CANCELED", "OPEN"), "OPEN", 5),
        (("OPEN", "FINALLY CLOSED"), "OPEN", 4),
        (("CLOSED FOR RECEIVING", "CLOSED FOR INVOICING"), "OPEN", 5),
        (("OPEN", "OPEN"), "CLOSED FOR RECEIVING", 0),
        (("OPEN", "OPEN"), "CANCELED", 0),
    ],
)
def test_of_a_schedule_that_is_cancelled_or_closed_nothing_is_to_come(
    codes: tuple[str, str], line: str, open_: int
) -> None:
    quantities = ((6, 2), (5, None))
    schedules = [
        {"ScheduleStatusCode": code, "Quantity": ordered, "ReceivedQuantity": came}
        for code, (ordered, came) in zip(codes, quantities, strict=True)
    ]
    assert quantity_open({"StatusCode": line, "Quantity": 11, "schedules": schedules}) == open_
    assert quantity_open({"StatusCode": line, "Quantity": None, "schedules": schedules}) is None
    assert quantity_open({"StatusCode": line, "Quantity": 11, "schedules": []}) is None


def test_what_came_above_one_schedule_is_not_taken_off_another() -> None:
    schedules = [{"Quantity": 4, "ReceivedQuantity": 6}, {"Quantity": 6, "ReceivedQuantity": 0}]
    assert quantity_open({"StatusCode": "OPEN", "Quantity": 10, "schedules": schedules}) == 6


@pytest.mark.parametrize(
    ("matched", "came", "told"),
    [
        ("3-WAY", 0, "OPEN"),
        ("4-Way", 4, "partially received"),
        ("3-WAY", 10, "CLOSED FOR INVOICING"),
        ("2-WAY", 0, "CLOSED FOR INVOICING"),
        (None, 0, "CLOSED FOR INVOICING"),
    ],
)
def test_goods_that_were_invoiced_before_they_came_are_still_to_come(matched: str | None, came: int, told: str) -> None:
    schedule = {"ScheduleStatusCode": "CLOSED FOR INVOICING", "Quantity": 10, "ReceivedQuantity": came}
    schedule |= {"BilledQuantity": 10, "MatchApprovalLevelCode": matched}
    line = {"StatusCode": "CLOSED FOR INVOICING", "Quantity": 10, "schedules": [schedule]}
    assert line_status(line) == told
    assert values.status({"StatusCode": "ON HOLD", "lines": [line | {"_is_charge": False}]}) == "ON HOLD"
    for code in ("OPEN", "CLOSED FOR INVOICING"):
        of_order = values.status({"StatusCode": code, "lines": [line | {"_is_charge": False}]})
        assert STATUSES[str(of_order)] == {"OPEN": "approved"}.get(told, STATUSES[told])


def test_an_order_is_not_ahead_for_goods_of_a_part_that_is_billed_or_for_a_charge_that_is_not_received() -> None:
    def line(quantity: int, come: int, billed: int, is_charge: bool) -> dict[str, Any]:
        schedule = {"Quantity": quantity, "ReceivedQuantity": come, "BilledQuantity": billed}
        return {"StatusCode": "OPEN", "Quantity": quantity, "schedules": [schedule], "_is_charge": is_charge}

    partly, whole, freight = line(10, 6, 4, False), line(10, 10, 10, False), line(1, 0, 1, True)
    assert values.status({"StatusCode": "OPEN", "lines": [partly]}) == "partially invoiced"
    assert values.status({"StatusCode": "OPEN", "lines": [whole, freight]}) == "invoiced"


def test_what_no_schedule_tells_is_unknown_and_not_zero() -> None:
    line = {"schedules": [{"Quantity": 4, "ReceivedQuantity": 0}, {"Quantity": 6, "ReceivedQuantity": None}]}
    assert (quantity_received(line), quantity_invoiced(line)) == (0, None)


@pytest.mark.parametrize(
    ("line", "come", "told"),
    [
        ({"StatusCode": "OPEN", "Quantity": 10}, (0, 0), "OPEN"),
        ({"StatusCode": "OPEN", "Quantity": 10}, (4, 0), "partially received"),
        ({"StatusCode": "OPEN", "Quantity": 10}, (4, 4), "partially invoiced"),
        ({"StatusCode": "OPEN", "Quantity": None}, (1, 1), "OPEN"),
        ({"StatusCode": "ON HOLD", "Quantity": 10}, (4, 0), "ON HOLD"),
        ({"StatusCode": "CLOSED FOR RECEIVING", "Quantity": 10}, (10, 4), "CLOSED FOR RECEIVING"),
    ],
)
def test_only_an_open_line_of_a_quantity_is_as_far_as_its_schedules(
    line: dict[str, Any], come: tuple[int, int], told: str
) -> None:
    schedules = [{"Quantity": 10, "ReceivedQuantity": come[0], "BilledQuantity": come[1]}]
    assert line_status({**line, "schedules": schedules}) == told


@pytest.mark.parametrize(
    ("order", "told"),
    [
        ({"StatusCode": "OPEN", "ConversionRate": Decimal("1.1")}, Decimal("1.1")),
        ({"StatusCode": "OPEN", "ConversionRate": None}, 1),
        ({"StatusCode": "CLOSED", "ConversionRate": None, "ConversionRateTypeCode": None}, 1),
        ({"StatusCode": "OPEN", "ConversionRate": None, "ConversionRateTypeCode": "Corporate"}, None),
        ({"StatusCode": "INCOMPLETE", "ConversionRate": None}, None),
        ({"StatusCode": "OPEN"}, None),
    ],
)
def test_an_order_in_the_ledgers_currency_has_no_rate_of_its_own(order: dict[str, Any], told: Any) -> None:
    assert values.exchange_rate(order) == told


def test_the_first_and_the_latest_receipt_are_those_by_their_dates_in_whatever_order_they_come() -> None:
    receipts = [{"ReceiptDate": f"2026-0{month}-01T09:00:00+00:00"} for month in (5, 3, 9, 4)]
    first, latest = (receipt_date(which)({"_receipts": receipts}) for which in ("first", "latest"))
    assert (first, latest) == ("2026-03-01T09:00:00+00:00", "2026-09-01T09:00:00+00:00")
    assert receipt_date("first")({"_receipts": []}) is None


def test_charge_accounts_are_taken_apart_as_the_connection_names_their_segments(
    connect: SourceFor, company: Company
) -> None:
    order = an_order(company)
    names = ("company", "cost_center", "gl_account", "department")
    told = a_record(connect(account_segments=names), order)["lines"][0]["_distributions"][0]
    truth = order.goods_lines[0].distributions[0]
    assert told["_account"]["gl_account"] == truth.gl_account
    assert told["_account"]["cost_center"] == truth.cost_center
    assert a_record(connect(), order)["lines"][0]["_distributions"][0]["_account"] is None
    assert a_record(connect(account_segments=names[:2]), order)["lines"][0]["_distributions"][0]["_account"] is None


@pytest.mark.parametrize(
    ("site", "addresses", "told"),
    [
        (1, [11, 12], 12),
        (2, [11, 12], None),
        (9, [11, 12], None),
        (9, [11], 11),
        (None, [11], 11),
        (1, [11], 11),
        (1, [], None),
    ],
)
def test_a_suppliers_address_is_that_of_the_orders_site_or_its_only_one(
    site: int | None, addresses: list[int], told: int | None
) -> None:
    """A site may name no address, or one that the user may not see."""
    supplier = {
        "SupplierNumber": "4711", "links": [],
        "sites": [{"SupplierSiteId": 1, "SupplierAddressId": 12}, {"SupplierSiteId": 2, "SupplierAddressId": None}],
        "addresses": [{"SupplierAddressId": number} for number in addresses],
    }  # fmt: skip
    found = at_site(supplier, {"SupplierSiteId": site})
    assert found is not None
    assert (found["address"] or {}).get("SupplierAddressId") == told
    assert found.keys() == {"SupplierNumber", "site", "address"}
    assert at_site(None, {"SupplierSiteId": site}) is None
