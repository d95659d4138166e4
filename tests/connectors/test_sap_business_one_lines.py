"""What a line of SAP Business One tells by several of its fields: its price, its tax, its kind, its unit."""

from __future__ import annotations

import pytest

from include.orderhouse.connectors.sap_business_one import CONNECTOR
from include.orderhouse.connectors.sap_business_one.values import received
from include.orderhouse.connectors.sap_business_one.values.line import line_status, line_type, tax, unit_price
from include.orderhouse.mapping import Derived, Expression
from tests.connectors.sap_business_one_server import Row


@pytest.mark.parametrize(
    ("different", "expected"),
    [
        ({}, 9),
        ({"Currency": "EUR"}, 3),
        ({"Currency": None}, 9),
        ({"Currency": "EUR", "Order": {}}, 9),
        ({"Currency": "EUR", "Quantity": 0}, None),
        ({"Currency": "EUR", "DiscountPercent": 100}, None),
        ({"Currency": "EUR", "LineTotal": None}, None),
    ],
)
def test_a_price_is_told_as_it_stands_unless_it_is_known_to_be_in_another_currency(
    different: Row, expected: int | None
) -> None:
    line = {"UnitPrice": 9, "Currency": "USD", "Quantity": 5, "DiscountPercent": 20, "LineTotal": 12}
    assert unit_price(line | {"Order": {"DocCurrency": "USD"}} | different) == expected


@pytest.mark.parametrize(
    ("amounts", "expected"),
    [({}, 2), ({"GrossTotalFC": None}, None), ({"RowTotalFC": None}, None), ({"Order": {"IsForeign": False}}, 7)],
)
def test_the_tax_of_a_line_in_a_foreign_currency_is_what_its_gross_amount_is_above_its_net(
    amounts: Row, expected: int | None
) -> None:
    """TaxTotal is in local currency."""
    line = {"Order": {"IsForeign": True}, "TaxTotal": 7, "GrossTotalFC": 12, "RowTotalFC": 10}
    assert tax(line | amounts) == expected


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ({"ItemCode": "A", "Item": {"ItemType": "itLabor"}}, "itLabor"),
        ({"ItemCode": "A"}, "dlt_Regular"),
        ({}, "no item"),
        ({"ItemCode": "A", "Item": {"ItemType": "itItems"}, "LineType": "dlt_Resource"}, "dlt_Resource"),
    ],
)
def test_a_line_is_what_its_item_is_where_that_is_known(line: Row, expected: str) -> None:
    assert line_type({"LineType": "dlt_Regular"} | line) == expected


@pytest.mark.parametrize(
    ("kind", "status"), [("dslt_Text", None), ("dslt_Subtotal", None), ("dlt_Regular", "cancelled")]
)
def test_a_text_between_lines_has_no_status(kind: str, status: str | None) -> None:
    assert line_status({"LineType": kind, "Order": {"Cancelled": "tYES"}}) == status


@pytest.mark.parametrize(
    ("line", "expected", "own"),
    [
        ({"UoMCode": "Manual", "MeasureUnit": "kg"}, "KGM", "kg"),
        ({"UoMCode": None, "MeasureUnit": "Boxes"}, "XBX", "Boxes"),
        ({"UoMCode": "STK", "UnitOfMeasurement": {"InternationalSymbol": "H87"}}, "H87", "STK"),
        ({"UoMCode": "Flyover"}, "Flyover", "Flyover"),
        ({}, None, None),
    ],
)
def test_units_are_told_by_symbol_code_or_words_beside_the_companys_own(
    line: Row, expected: str | None, own: str | None
) -> None:
    unit = CONNECTOR.mapping.lines.form.unit
    assert isinstance(unit, Expression)
    standard, called = unit.all_places
    assert isinstance(standard, Derived)
    assert isinstance(called, Derived)
    assert (standard(line), called(line)) == (expected, own)


@pytest.mark.parametrize(
    ("code", "holds", "expected"),
    [("BOX", 12, 24), ("Manual", 12, 24), ("Manual", 1, 2), ("Manual", None, 24), (None, 1, 2), ("", 1, 2)],
)
def test_a_unit_written_by_hand_is_told_apart_by_what_it_holds(
    code: str | None, holds: int | None, expected: int
) -> None:
    """All of these units have one code: ten boxes of twelve were ordered, and 24 boxes or pieces came."""
    line = {"UoMCode": code, "UnitsOfMeasurment": 12, "Quantity": 10, "Invoices": []}
    came = {"UoMCode": code, "UnitsOfMeasurment": holds, "Quantity": 24, "InventoryQuantity": 24 * (holds or 12)}
    assert received(line | {"Receipts": [came]}) == expected
