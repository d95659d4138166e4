"""Custom fields and overrides: what a connection changes about its connector's mapping."""

from __future__ import annotations

import json
import re
from decimal import Decimal
from typing import Any

import pytest
from pydantic import ValidationError

from include.orderhouse import wire
from include.orderhouse.errors import ConfigurationInvalid
from include.orderhouse.options import CustomField, Override
from tests.unit.small_source import connection, frames, line, made, only, order

CUSTOM = (
    CustomField(table="order", source="extra.budget", name="budget", type="decimal"),
    CustomField(table="order", source="extra.review", name="review", type="date"),
    CustomField(table="order", pattern="YY1_*"),
    CustomField(table="line", source="weight", type="decimal"),
)


def test_custom_fields_land_under_their_names_and_types() -> None:
    extra = {"budget": "100.10", "review": "2026-12-24"}
    batch = frames(order(extra=extra, YY1_Phase="B", lines=[line(weight="2.50")]), custom_fields=CUSTOM)
    found = wire.decode(only(batch)["custom_fields"].encode())
    assert found == {"budget": Decimal("100.10"), "review": "2026-12-24", "YY1_Phase": "B"}
    assert only(batch, "purchase_order_line")["custom_fields"] == '{"weight":2.50}'


def test_h22_a_custom_field_of_another_type_is_kept_as_text_with_an_issue() -> None:
    batch = frames(order(extra={"budget": "tbd", "review": {"by": "Ann"}}), custom_fields=CUSTOM)
    assert json.loads(only(batch)["custom_fields"]) == {"budget": "tbd", "review": '{"by":"Ann"}'}
    assert {(row["field"], row["code"]) for row in made(batch, "issue")} == {
        ("custom_fields.budget", "CUSTOM_FIELD_DRIFTED"),
        ("custom_fields.review", "CUSTOM_FIELD_DRIFTED"),
    }


def test_h22_a_custom_field_with_a_nul_character_stops_nothing() -> None:
    batch = frames(order(YY1_Phase="a\x00\x00b", YY1_Path=r"c:\u0000"), custom_fields=CUSTOM)
    assert json.loads(only(batch)["custom_fields"]) == {"YY1_Phase": "a\ufffd\ufffdb", "YY1_Path": r"c:\u0000"}


def test_h22_a_nul_character_in_what_does_not_fit_is_not_in_its_issue() -> None:
    batch = frames(order(extra={"budget": "1\x00"}), custom_fields=CUSTOM)
    assert only(batch, "issue")["source_value"] == "1\ufffd"
    assert "\x00" not in only(batch, "issue")["reason"]


def test_h22_a_new_field_changes_no_row_until_it_is_configured() -> None:
    plain, grown = frames(order()), frames(order(YY1_New="1"))
    assert only(plain)["row_hash"] == only(grown)["row_hash"]
    assert only(frames(order(YY1_New="1"), custom_fields=CUSTOM))["row_hash"] != only(plain)["row_hash"]


def test_an_override_puts_another_source_in_a_columns_place() -> None:
    overrides = {
        "order": {"memo": Override(source="extra.text"), "status": Override(source="step", codes={"1": "sent"})}
    }
    row = only(frames(order(extra={"text": "mine"}, step=1), overrides=overrides))
    assert (row["memo"], row["status"], row["status_source"]) == ("mine", "sent", "1")


def test_a_constant_override_holds_for_every_order() -> None:
    row = only(frames(order(currency="XX"), overrides={"order": {"currency": Override(constant="CHF")}}))
    assert (row["currency"], row["currency_source"]) == ("CHF", None)


def test_an_override_of_an_unknown_column_is_refused() -> None:
    with pytest.raises(ConfigurationInvalid, match=r"order\.memos"):
        frames(order(), overrides={"order": {"memos": Override(source="x")}})


def test_custom_fields_of_one_name_are_refused() -> None:
    budget = CustomField(table="order", source="x_budget", name="budget")
    connection(custom_fields=[budget, CustomField(table="line", source="budget")])
    with pytest.raises(ValidationError, match=r"custom_fields has order\.budget more than once"):
        connection(custom_fields=[budget, CustomField(table="order", source="budget")])


@pytest.mark.parametrize("source", ["", "^", "vendor..city", "vendor."])
def test_a_path_without_a_field_is_refused(source: str) -> None:
    for make in (lambda: Override(source=source), lambda: CustomField(table="line", source=source)):
        with pytest.raises(ValidationError, match="is no path"):
            make()


@pytest.mark.parametrize(("table", "source"), [("order", "^memo"), ("line", "^^memo"), ("line", "^^.memo")])
def test_a_path_to_above_the_order_is_refused(table: Any, source: str) -> None:
    for choices in (
        {"custom_fields": [CustomField(table=table, source=source)]},
        {"overrides": {table: {"source_url": Override(source=source)}}},
    ):
        with pytest.raises(ConfigurationInvalid, match=f"reads '{re.escape(source)}' for a column of {table}"):
            frames(order(), **choices)


@pytest.mark.parametrize("override", [Override(source="number"), Override(constant="1")])
def test_an_override_of_the_orders_own_key_is_refused(override: Override) -> None:
    with pytest.raises(ConfigurationInvalid, match=r"order\.source_order_id, by which its syncs know orders again"):
        frames(order(), overrides={"order": {"source_order_id": override}})
    frames(order(), overrides={"line": {"source_line_id": Override(source="no")}})


def test_an_override_of_a_table_that_the_source_does_not_fill_is_refused() -> None:
    with pytest.raises(ConfigurationInvalid, match="of schedule, of which Small gives no rows"):
        frames(order(), overrides={"schedule": {"quantity": Override(source="x")}})


@pytest.mark.parametrize(
    ("table", "column", "codes", "said"),
    [
        ("order", "status", {"P": "approved", "X": "aproved"}, r"order\.status codes that it cannot have: 'aproved'"),
        ("order", "currency", {"Euro": "EURO"}, r"'EURO'\. There are: ISO 4217"),
        ("order", "ship_to_country", {"D": "de"}, r"'de'\. There are: ISO 3166-1 alpha-2"),
        ("line", "unit", {"Box": "box"}, r"'box'\. There are: UN/ECE Recommendation 20"),
    ],
)
def test_codes_that_a_column_cannot_have_are_refused(table: str, column: str, codes: Any, said: str) -> None:
    with pytest.raises(ConfigurationInvalid, match=said):
        frames(order(), overrides={table: {column: Override(source="x", codes=codes)}})


def test_codes_that_a_column_can_have_are_taken() -> None:
    overrides = {
        "order": {
            "currency": Override(source="x", codes={"Euro": "EUR"}),
            "ship_to_region": Override(source="x", codes={"Calif.": "US-CA"}),
            "delivery_terms": Override(constant="Ex works", codes={"Ex works": "EXW"}),
        },
        "line": {"unit": Override(source="x", codes={"Box": "XBX", "a unit that is in no list here": "NEW"})},
    }
    assert only(frames(order(x="Euro"), overrides=overrides))["currency"] == "EUR"


@pytest.mark.parametrize(
    ("column", "constant", "said"),
    [
        ("status", "aproved", r"gives order\.status a constant that it cannot have: 'aproved' is not in the canonical"),
        ("order_date", "31.12.2026", "a date expected"),
        ("total_amount", "much", "a number expected"),
        ("sent_at", "2026-01-01T00:00:00", "has no offset"),
    ],
)
def test_a_constant_that_a_column_cannot_hold_is_refused(column: str, constant: str, said: str) -> None:
    with pytest.raises(ConfigurationInvalid, match=said):
        frames(order(), overrides={"order": {column: Override(constant=constant)}})
