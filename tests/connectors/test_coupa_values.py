"""Where Coupa's mapping looks for a value, and where it looks next if an order does not tell it there."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest

from include.orderhouse.configuration.connections import Connection
from include.orderhouse.configuration.options import Options
from include.orderhouse.connectors.coupa import CONNECTOR, Settings
from include.orderhouse.connectors.coupa.assembly import whole
from include.orderhouse.connectors.coupa.codes import UNITS
from include.orderhouse.raw_order import RawOrder
from include.orderhouse.transform.batch import Transform
from tests.connectors.coupa_instance import NAME, NOW

Row = dict[str, Any]

BARE = {"id": 1, "po-number": "PO1", "status": "issued", "order-lines": []}
LINE = {"id": 11, "type": "OrderQuantityLine", "quantity": "4.0", "total": "100.00", "received": "0", "invoiced": "0"}
PERSON = {"firstname": "Ann", "lastname": "Lee"}
NAMES = {"name-given": "Ann", "name-family": "Lee"}


def transformed(order: Row, **settings: Any) -> dict[str, list[Row]]:
    """The rows of an order by table."""
    chosen = Settings(**settings)
    options = Options(connector=NAME, customer="tests")
    connection = Connection(name="test", options=options, connector=CONNECTOR, settings=chosen)
    frames = Transform(connection).frames([RawOrder(NOW, whole({**BARE, **order}, chosen))])
    return {name: table.to_pylist() for name, table in frames.tables.items()}


def line_of(facts: Row, **settings: Any) -> Row:
    (row,) = transformed({"order-lines": [{**LINE, **facts}]}, **settings)["purchase_order_line"]
    return row


@pytest.mark.parametrize(
    ("column", "facts", "told"),
    [
        ("requester", {"requester": {"fullname": "Ann B. Lee", **PERSON}}, "Ann B. Lee"),
        ("requester", {"requester": PERSON, "requisition-header": {"requester": {"fullname": "Jo"}}}, "Ann Lee"),
        ("requester", {"requisition-header": {"requester": {"fullname": "Jo Doe", **PERSON}}}, "Jo Doe"),
        ("requester", {"requisition-header": {"requester": PERSON}}, "Ann Lee"),
        ("requester", {"requester": {"login": "alee"}}, "alee"),
        ("vendor_code", {"supplier": {"number": "S9", "id": 9}}, "S9"),
        ("vendor_code", {"supplier": {"id": 9}}, "9"),
        ("vendor_email", {"supplier": {"primary-contact": {"email": "a@x"}, "po-email": "b@x"}}, "a@x"),
        ("vendor_email", {"supplier": {"po-email": "b@x"}}, "b@x"),
        ("vendor_contact", {"supplier": {"primary-contact": {"name-fullname": "Ann B. Lee", **NAMES}}}, "Ann B. Lee"),
        ("vendor_contact", {"supplier": {"primary-contact": NAMES}}, "Ann Lee"),
        ("vendor_country", {"supplier": {"primary-address": {"country": {"name": "Germany"}}}}, "DE"),
        ("vendor_region_source", {"supplier": {"primary-address": {"state": "Bavaria"}}}, "Bavaria"),
        (
            "vendor_line3",
            {"supplier": {"primary-address": {"street3": "Hall 3", "street4": "Gate 4"}}},
            "Hall 3, Gate 4",
        ),
        ("ship_to_line3", {"ship-to-address": {"street4": "Gate 4"}}, "Gate 4"),
        ("ship_to_contact", {"ship-to-attention": "Jo", "ship-to-address": {"attention": "Desk"}}, "Jo"),
        ("ship_to_contact", {"ship-to-address": {"attention": "Desk"}, "ship-to-user": PERSON}, "Desk"),
        ("ship_to_contact", {"ship-to-user": PERSON}, "Ann Lee"),
        ("ship_to_email", {"ship-to-user": {"email": "a@x"}}, "a@x"),
        ("revision", {"version": 3, "internal-revision": 12}, "3"),
        ("source_version", {"version": 3, "internal-revision": 12}, "12"),
    ],
)
def test_an_order_tells_a_value_in_one_place_or_the_next(column: str, facts: Row, told: str) -> None:
    assert transformed(facts)["purchase_order"][0][column] == told


@pytest.mark.parametrize(
    ("column", "facts", "told"),
    [
        ("vendor_item_code", {"source-part-num": "A", "supp-aux-part-num": "B"}, "A"),
        ("vendor_item_code", {"supp-aux-part-num": "B"}, "B"),
        ("manufacturer_item_code", {"manufacturer_part_number": "M", "item": {"manufacturer-part-number": "N"}}, "M"),
        ("manufacturer_item_code", {"item": {"manufacturer-part-number": "N"}}, "N"),
        ("department", {"department": {"name": "Sales"}}, "Sales"),
        ("match_policy", {"match-type": "none"}, "none"),
        ("match_policy", {"match-type": "2-way"}, "two_way"),
        ("match_policy", {"match-type": "3-way"}, "three_way"),
        ("match_policy", {"match-type": "3-way-fifo"}, "three_way"),
        ("match_policy", {"match-type": "direct_matching"}, "three_way"),
        ("line_type", {}, "goods"),
        ("line_type", {"service-type": "non_service"}, "goods"),
        ("line_type", {"service-type": "resource"}, "service"),
        ("line_type", {"service-type": "quantity_deliverable"}, "service"),
        ("line_type", {"service-type": "amount_deliverable"}, "service"),
        ("line_type", {"type": "OrderAmountLine"}, "service"),
        ("line_type", {"commodity": {"name": "Shipping and Handling"}}, "charge"),
        ("line_type", {"commodity": {"name": "Shipping"}, "asset-tags": [{"tag": "A1"}]}, "charge"),
        ("line_type", {"asset-tags": [{"tag": "A1"}], "type": "OrderAmountLine"}, "asset"),
    ],
)
def test_a_line_tells_a_value_in_one_place_or_the_next(column: str, facts: Row, told: str) -> None:
    assert line_of(facts)[column] == told


def test_a_line_about_an_amount_has_no_quantities_and_no_price() -> None:
    row = line_of(
        {"type": "OrderAmountLine", "quantity": None, "price": "100.00", "invoiced": "50.00", "received": "50"}
    )
    names = ("quantity_ordered", "quantity_received", "quantity_invoiced", "unit_price")
    assert ({row[name] for name in names}, row["net_amount"]) == ({None}, 100)


COLUMNS = (
    "gl_account",
    "cost_center",
    "profit_center",
    "department",
    "project",
    "wbs_element",
    "internal_order",
    "fund",
)


def test_a_split_line_leaves_its_accounts_to_the_allocations_with_all_their_segments() -> None:
    segments = {f"segment-{number}": column for number, column in enumerate(COLUMNS, 1)}
    filled = {segment: f"of {column}" for segment, column in segments.items()} | {"segment-9": "X", "segment-10": None}
    share = {"id": 5, "pct": "40.0", "amount": "40.00", "account": {"id": 1, "code": "1-2", **filled}}
    line = {**LINE, "account": {"code": "whole", "segment-1": "own"}, "account-allocations": [share]}
    bare = {**LINE, "id": 12, "account-allocations": [{"id": 6, "account": {"id": 2, "code": "3"}}, {"id": 7}]}
    made = transformed({"order-lines": [line, bare]}, segments=segments)
    (row, _), (part, *others) = made["purchase_order_line"], made["purchase_order_distribution"]
    assert {row[name] for name in ("gl_account", "cost_center", "project", "department")} == {None}
    assert {name: part[name] for name in COLUMNS} == {name: f"of {name}" for name in COLUMNS}
    assert (part["distribution_number"], part["percent"], part["amount"]) == ("5", Decimal(40), Decimal(40))
    told = {**{segment: f"of {column}" for segment, column in segments.items()}, "segment-9": "X"}
    assert json.loads(part["dimensions"]) == told
    assert [other["dimensions"] for other in others] == [None, None]


def test_an_account_stands_whole_for_the_ledger_account_unless_a_segment_does() -> None:
    account = {"account": {"code": "10-20", "segment-2": "20"}}
    assert line_of(account)["gl_account"] == "10-20"
    assert line_of(account, segments={"segment-2": "cost_center"})["gl_account"] == "10-20"
    assert line_of(account, segments={"segment-2": "gl_account"})["gl_account"] == "20"


@pytest.mark.parametrize(
    ("names", "told"),
    [
        ({"name": "US01", "legal-entity-name": "Orchard Inc."}, ("US01", "Orchard Inc.")),
        ({"name": "US01"}, ("US01", "US01")),
        ({"name": ""}, (None, None)),
    ],
)
def test_the_company_is_that_of_the_chart_of_accounts(names: Row, told: tuple[str | None, str | None]) -> None:
    lines = [{**LINE, "account": {"account-type": names}}, {**LINE, "id": 12, "account": None}]
    (order,) = transformed({"order-lines": lines})["purchase_order"]
    assert (order["company_code"], order["company_name"]) == told


@pytest.mark.parametrize(
    ("missing", "told"),
    [
        ({}, (Decimal(90), Decimal(99), Decimal(10), Decimal(11))),
        ({"accounting-total": None}, (90, None, 10, 11)),
        ({"total": None}, (90, 99, 10, 11)),
    ],
)
def test_a_sum_is_unknown_where_a_line_does_not_tell_its_part(missing: Row, told: tuple[Any, ...]) -> None:
    """But for the subtotal, which the order's own total tells."""
    goods = {**LINE, "total": "90.00", "accounting-total": "99.00", **missing}
    freight = {**LINE, "id": 12, "commodity": {"name": "Freight"}, "total": "10.00", "accounting-total": "11.00"}
    (order,) = transformed({"order-lines": [goods, freight], "total": "100.00"})["purchase_order"]
    names = ("subtotal_amount", "subtotal_amount_company", "charges_amount", "charges_amount_company")
    assert tuple(order[name] for name in names) == told


@pytest.mark.parametrize(
    ("status", "told", "approval"),
    [
        ("draft", "draft", None),
        ("buyer_hold", "pending_approval", "pending"),
        ("currency_hold", "approved", "approved"),
        ("supplier_hold", "approved", "approved"),
        ("supplier_window_hold", "approved", "approved"),
        ("error", "approved", "approved"),
        ("issued", "sent", "approved"),
        ("exported", "sent", "approved"),
        ("expensed", "invoiced", None),
        ("closed", "closed", "approved"),
        ("soft_closed", "closed", "approved"),
        ("cancelled", "cancelled", None),
        ("brand_new", None, None),
    ],
)
def test_statuses_of_orders(status: str, told: str | None, approval: str | None) -> None:
    (order,) = transformed({"status": status, "order-lines": [LINE]})["purchase_order"]
    assert (order["status"], order["approval_status"]) == (told, approval)


@pytest.mark.parametrize(
    ("facts", "told"),
    [
        ({"received": "1.0"}, "partially_received"),
        ({"received": "4.0"}, "received"),
        ({"invoiced": "1.00"}, "partially_invoiced"),
        ({"invoiced": "100.00"}, "invoiced"),
        ({"status": "soft_closed_for_invoicing"}, "closed"),
        ({"status": "cancelled"}, "cancelled"),
    ],
)
def test_statuses_of_lines_and_of_held_orders(facts: Row, told: str) -> None:
    """What is held, and acknowledged or not, is refined by what came of it."""
    assert line_of(facts)["line_status"] == told
    if told.endswith(("received", "invoiced")):
        for status in ("error", "currency_hold", "exported"):
            order = {"status": status, "acknowledged-flag": True, "order-lines": [{**LINE, **facts}]}
            assert transformed(order)["purchase_order"][0]["status"] == told


@pytest.mark.parametrize("code", ["BG", "BO", "CA", "CS", "CT", "DR", "PL", "RO"])
def test_packages_are_known_by_their_codes_without_the_x(code: str) -> None:
    assert UNITS[code].startswith("X")
    assert line_of({"uom": {"code": code}})["unit"] == UNITS[code]
