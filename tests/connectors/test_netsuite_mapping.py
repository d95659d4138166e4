"""Where NetSuite's mapping looks for a value, and where it looks next if an account does not show it there."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from include.orderhouse.configuration.connections import Connection
from include.orderhouse.configuration.options import Options
from include.orderhouse.connectors.netsuite import CONNECTOR, Settings
from include.orderhouse.raw_order import RawOrder
from include.orderhouse.transform.batch import Transform
from tests.connectors.conftest import SourceFor
from tests.connectors.netsuite_account import NAME, NOW, Row, an_order, company, frames_of, serving
from tests.sandbox.company import Company

__all__ = ["company"]

BARE = {"id": "1", "tranid": "PO1", "type": "PurchOrd", "status": "B", "lines": [], "tax_lines": []}


def transformed(order: Row) -> tuple[Row, list[Row]]:
    """The rows of an order and of its lines."""
    options = Options(connector=NAME, customer="tests")
    connection = Connection(name="test", options=options, connector=CONNECTOR, settings=Settings())
    frames = Transform(connection).frames([RawOrder(NOW, {**BARE, **order})])
    (header,) = frames["purchase_order"].to_pylist()
    return header, frames["purchase_order_line"].to_pylist()


@pytest.mark.parametrize(
    ("column", "shown", "hidden"),
    [
        (
            "company_name",
            ({"subsidiary": {"name": "Parent GmbH"}, "main_line": {"subsidiary_name": "Parent"}}, "Parent GmbH"),
            ({"main_line": {"subsidiary_name": "Parent"}}, "Parent"),
        ),
        (
            "buyer_name",
            ({"buyer": {"entityid": "Ann Lee"}, "employee_name": "Lee"}, "Ann Lee"),
            ({"employee_name": "Lee"}, "Lee"),
        ),
        ("created_by", ({"createdby_name": "Ann", "createdby": "7"}, "Ann"), ({"createdby": "7"}, "7")),
        ("vendor_code", ({"vendor": {"entityid": "V9"}, "entity": "9"}, "V9"), ({"entity": "9"}, "9")),
        (
            "vendor_name",
            ({"vendor": {"companyname": "Acme", "entityid": "V9"}}, "Acme"),
            ({"vendor": {"entityid": "Jo Doe"}}, "Jo Doe"),
        ),
        (
            "vendor_phone",
            ({"vendor": {"phone": "1"}, "billing_address": {"addrphone": "2"}}, "1"),
            ({"billing_address": {"addrphone": "2"}}, "2"),
        ),
        (
            "payment_terms_code",
            ({"term": {"name": "Net 30"}, "terms_name": "N30"}, "Net 30"),
            ({"terms_name": "N30"}, "N30"),
        ),
        (
            "total_amount",
            ({"foreigntotal": "-9", "main_line": {"foreignamount": "8"}}, Decimal(9)),
            ({"main_line": {"foreignamount": "-8"}}, Decimal(8)),
        ),
    ],
)
def test_what_is_not_shown_in_one_place_is_told_by_another(
    column: str, shown: tuple[Row, Any], hidden: tuple[Row, Any]
) -> None:
    for order, told in (shown, hidden):
        assert transformed(order)[0][column] == told


@pytest.mark.parametrize(("terms", "told"), [("dated", (None, 2, None)), ("standard", (30, 2, 10))])
def test_terms_that_are_due_on_a_day_have_a_discount_and_no_days(
    company: Company, source_for: SourceFor, terms: str, told: tuple[int | None, ...]
) -> None:
    order = an_order(company)
    order.payment_term = "2-10-N30"
    with serving(company, terms=terms) as served:
        (header,) = frames_of(source_for(NAME, served), order)["purchase_order"].to_pylist()
    assert (header["net_days"], header["discount_percent"], header["discount_days"]) == told


def test_an_order_that_is_signed_as_a_credit_and_comes_to_its_lines_has_no_tax() -> None:
    line = {"id": "1", "itemtype": "InvtPart", "rate": "5", "foreignamount": "-50"}
    header, _ = transformed({"foreigntotal": "-50", "lines": [line]})
    assert (header["tax_amount"], header["total_amount"]) == (0, 50)


def test_addresses_are_told_to_their_last_line_and_contact() -> None:
    address = {"addr1": "Floor 1", "addr2": "Hall 2", "addr3": "Gate 3", "attention": "Jo Doe"}
    header, _ = transformed({"billing_address": address, "ship_to": {**address, "addr3": "Gate 4"}})
    assert [header[f"vendor_{name}"] for name in ("line3", "contact")] == ["Gate 3", "Jo Doe"]
    assert [header[f"ship_to_{name}"] for name in ("line3", "contact")] == ["Gate 4", "Jo Doe"]


def test_a_line_has_the_number_of_its_item_and_the_name_of_its_base_unit_where_nothing_better_is_shown() -> None:
    item, unit = {"itemid": "BOLT"}, {"abbreviation": "ea", "unitname": "Each"}
    lines = [
        {"id": "1", "item": "77", "item_record": item, "base_unit": unit},
        {"id": "2", "item": "77", "base_unit": {"unitname": "Each"}},
    ]
    _, rows = transformed({"lines": lines})
    assert [row["item_code"] for row in rows] == ["BOLT", "77"]
    assert [(row["base_unit"], row["base_unit_source"]) for row in rows] == [("EA", "ea"), ("EA", "Each")]


@pytest.mark.parametrize(
    ("kind", "told"),
    [
        ("InvtPart", "goods"),
        ("NonInvtPart", "goods"),
        ("Assembly", "goods"),
        ("Kit", "goods"),
        ("DwnLdItem", "goods"),
        ("GiftCert", "goods"),
        ("Service", "service"),
        (None, "service"),
        ("OthCharge", "charge"),
        ("ShipItem", "charge"),
        ("Discount", "charge"),
        ("Markup", "charge"),
        ("Description", "text"),
        ("Subtotal", "text"),
        ("Group", "text"),
        ("EndGroup", "text"),
        ("Brandnew", None),
    ],
)
def test_lines_are_of_the_type_of_their_item(kind: str | None, told: str | None) -> None:
    _, (row,) = transformed({"lines": [{"id": "1", "itemtype": kind, "foreignamount": "5"}]})
    assert (row["line_type"], row["line_type_source"]) == (told, kind or "Expense")
    assert row["net_amount"] == (None if told == "text" else 5)


@pytest.mark.parametrize("prefix", ["", "PurchOrd:"])
@pytest.mark.parametrize(
    ("letter", "told"),
    [("A", "pending_approval"), ("C", "draft"), ("D", "partially_received"), ("E", "partially_received"),
     ("F", "received"), ("G", "invoiced"), ("H", "closed"), ("P", "draft"), ("Y", "unknown"), ("Z", None)],
)  # fmt: skip
def test_statuses_come_bare_or_with_their_type(prefix: str, letter: str, told: str | None) -> None:
    header, _ = transformed({"status": f"{prefix}{letter}"})
    assert (header["status"], header["status_source"]) == (told, f"{prefix}{letter}")
