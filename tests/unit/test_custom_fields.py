"""Custom fields and overrides: what a connection changes about its connector's mapping."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from include.orderhouse import wire
from include.orderhouse.configuration.options import CustomField, Override
from include.orderhouse.errors import ConfigurationInvalid
from include.orderhouse.transform.columns import Empties
from include.orderhouse.transform.custom import read_custom_fields
from include.orderhouse.transform.rows import RawRows
from tests.unit.small_source import frames, line, made, only, order

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


@pytest.mark.parametrize("told", ["12E456789", "1E10000", "-1E-20000", "0E200000"])
def test_h22_a_word_that_reads_as_a_number_of_too_many_digits_is_kept_as_text(told: str) -> None:
    """Such as a batch or a serial number. PostgreSQL would refuse it, and with it all that is loaded."""
    batch = frames(order(extra={"budget": told}), custom_fields=CUSTOM)
    assert json.loads(only(batch)["custom_fields"]) == {"budget": told}
    assert (only(batch, "issue")["code"], only(batch, "issue")["source_value"]) == ("CUSTOM_FIELD_DRIFTED", told)


@pytest.mark.parametrize("told", ["1E9999", "1E-10000", "-12.5e-3"])
def test_a_custom_number_is_kept_with_all_its_digits(told: str) -> None:
    found = only(frames(order(extra={"budget": told}), custom_fields=CUSTOM))["custom_fields"]
    assert Decimal(found.removeprefix('{"budget":').removesuffix("}")) == Decimal(told)


def test_a_field_that_is_named_keeps_its_type_where_a_pattern_takes_it_too() -> None:
    named, pattern = CustomField(table="order", source="YY1_Budget", type="decimal"), CUSTOM[2]
    for custom in ((named, pattern), (pattern, named)):
        batch = frames(order(YY1_Budget="100.10", YY1_Phase="B"), custom_fields=custom)
        assert only(batch)["custom_fields"] == '{"YY1_Budget":100.10,"YY1_Phase":"B"}'


@pytest.mark.parametrize("path", ["^extra.budget", "^.extra.budget"])
def test_a_field_of_a_line_may_stand_in_its_order(path: str) -> None:
    custom = (CustomField(table="line", source=path, name="budget", type="decimal"),)
    overrides = {"line": {"project": Override(source=path)}}
    batch = frames(order(extra={"budget": "7.50"}), custom_fields=custom, overrides=overrides)
    row = only(batch, "purchase_order_line")
    assert (row["custom_fields"], row["project"]) == ('{"budget":7.50}', "7.50")


def test_h22_a_custom_field_with_a_nul_character_stops_nothing() -> None:
    batch = frames(order(YY1_Phase="a\x00\x00b", YY1_Path=r"c:\u0000"), custom_fields=CUSTOM)
    assert json.loads(only(batch)["custom_fields"]) == {"YY1_Phase": "a\ufffd\ufffdb", "YY1_Path": r"c:\u0000"}


def test_h22_a_nul_character_in_what_does_not_fit_is_not_in_its_issue() -> None:
    batch = frames(order(extra={"budget": "1\x00"}), custom_fields=CUSTOM)
    assert only(batch, "issue")["source_value"] == "1\ufffd"
    assert "\x00" not in only(batch, "issue")["reason"]


def test_a_pattern_tells_capitals_apart_and_takes_nothing_of_what_has_no_fields() -> None:
    rows = RawRows([{"YY1_Phase": "B", "yy1_phase": "C"}, None, "text"], [0, 1, 2])
    found, drifted = read_custom_fields(rows, CUSTOM[2:3], Empties(frozenset(), false=False))
    assert (found, drifted) == (['{"YY1_Phase":"B"}', None, None], [])


def test_what_has_parts_is_kept_as_the_text_of_its_json_and_an_instant_in_utc() -> None:
    fields = (
        CustomField(table="order", source="tags"),
        CustomField(table="order", source="at", type="instant"),
    )
    batch = frames(order(tags=["a", {"b": 1}], at="2026-09-01T02:00:00+02:00"), custom_fields=fields)
    assert json.loads(only(batch)["custom_fields"]) == {"tags": '["a",{"b":1}]', "at": "2026-09-01T00:00:00Z"}


def test_empty_values_are_left_out_and_false_is_one_only_where_it_means_nothing() -> None:
    """As for Odoo, whose empty fields are false."""
    fields = (
        CustomField(table="order", source="budget", type="decimal"),
        CustomField(table="order", source="urgent", type="boolean"),
        CustomField(table="order", source="text"),
        CustomField(table="order", pattern="x_*"),
    )
    told = {"budget": False, "urgent": False, "text": False, "x_a": False, "x_b": "0001-01-01", "x_c": " ", "x_d": 0}
    rows = RawRows([told, {"x_d": None}], [0, 1])
    empties = Empties(frozenset({"0001-01-01"}), false=True)
    found, drifted = read_custom_fields(rows, fields, empties)
    assert (found, drifted) == (['{"urgent":false,"x_d":0}', None], [])


def test_h22_a_new_field_changes_no_row_until_it_is_configured() -> None:
    plain, grown = frames(order()), frames(order(YY1_New="1"))
    assert only(plain)["row_hash"] == only(grown)["row_hash"]
    assert only(frames(order(YY1_New="1"), custom_fields=CUSTOM))["row_hash"] != only(plain)["row_hash"]


def test_the_order_in_which_a_source_writes_names_changes_no_hash() -> None:
    custom = (CustomField(table="order", source="extra", type="json"), CustomField(table="order", pattern="YY1_*"))
    one = order(extra={"a": 1, "b": {"c": 2, "d": [3]}}, YY1_Phase={"x": 1, "y": 2})
    other = order(YY1_Phase={"y": 2, "x": 1}, extra={"b": {"d": [3], "c": 2}, "a": 1})
    assert only(frames(one, custom_fields=custom))["row_hash"] == only(frames(other, custom_fields=custom))["row_hash"]


def test_an_override_puts_another_source_in_a_columns_place() -> None:
    overrides = {
        "order": {"memo": Override(source="extra.text"), "status": Override(source="step", codes={"1": "sent"})}
    }
    row = only(frames(order(extra={"text": "mine"}, step=1), overrides=overrides))
    assert (row["memo"], row["status"], row["status_source"]) == ("mine", "sent", "1")


def test_an_override_takes_the_place_of_a_constant_and_of_a_column_that_the_source_does_not_have() -> None:
    overrides = {"order": {"order_type": Override(source="kind"), "tax_amount": Override(source="tax")}}
    row = only(frames(order(kind="blanket", tax="1.90"), overrides=overrides))
    assert (row["order_type"], row["order_type_source"], row["tax_amount"]) == ("blanket", "blanket", Decimal("1.90"))
    assert only(frames(order()))["order_type"] == "standard"


def test_an_override_without_codes_is_read_by_the_connectors_own_ones() -> None:
    row = only(frames(order(step="D"), overrides={"order": {"status": Override(source="step")}}))
    assert (row["status"], row["status_source"]) == ("draft", "D")


YES_AND_NO = {"Yes": "true", "No": "false"}
ONE_AND_ZERO = {"1": "true", "0": "false"}
OPPOSITE = {"true": "false", "false": "true"}


@pytest.mark.parametrize(
    ("codes", "told", "read"),
    [
        (None, True, True),
        (None, "false", False),
        (YES_AND_NO, "Yes", True),
        (YES_AND_NO, "No", False),
        (YES_AND_NO, False, False),
        (YES_AND_NO, None, None),
        (YES_AND_NO, " Yes ", True),
        (ONE_AND_ZERO, 1, True),
        (ONE_AND_ZERO, 0, False),
        (OPPOSITE, True, False),
        (OPPOSITE, "false", True),
    ],
)
def test_an_override_of_true_and_false_is_read_by_its_own_words(
    codes: dict[str, str] | None, told: str | int | None, read: bool | None
) -> None:
    overrides = {"line": {"is_closed": Override(source="done", codes=codes)}}
    batch = frames(order(lines=[line(done=told, state="closed")]), overrides=overrides)
    assert only(batch, "purchase_order_line")["is_closed"] is read


@pytest.mark.parametrize(
    ("codes", "told", "came"),
    [
        (None, "Yes", "'Yes'"),
        (None, "closed", "'closed'"),
        (YES_AND_NO, "closed", "'closed'"),
        (YES_AND_NO, ["Yes"], "a list"),
    ],
)
def test_what_an_override_does_not_name_is_not_taken_for_false(
    codes: dict[str, str] | None, told: str | list[str], came: str
) -> None:
    overrides = {"line": {"is_closed": Override(source="done", codes=codes)}}
    batch = frames(order(lines=[line(done=told)]), overrides=overrides)
    assert f"true or false expected, came {came}" in only(batch, "reject")["reason"]


@pytest.mark.parametrize(("zone", "hour", "day"), [(None, 23, 1), ("America/New_York", 3, 2)])
def test_an_override_is_in_the_zone_it_names_or_in_the_connectors_own(zone: str | None, hour: int, day: int) -> None:
    overrides = {"order": {"approved_at": Override(source="x", time_zone=zone)}}
    row = only(frames(order(x="2026-09-01T23:00:00"), overrides=overrides))
    assert row["approved_at"] == datetime(2026, 9, day, hour, tzinfo=UTC)


@pytest.mark.parametrize(("zone", "day"), [("UTC", 1), ("Asia/Tokyo", 2)])
def test_a_day_that_is_an_instant_at_the_source_is_that_of_the_connections_zone(zone: str, day: int) -> None:
    told = order(wanted="2026-09-01T16:00:00", x="2026-09-01T16:00:00Z")
    overrides = {"order": {"order_date": Override(source="x", time_zone=zone)}}
    row = only(frames(told, time_zone=zone, overrides=overrides))
    assert (row["requested_delivery_date"], row["order_date"]) == (date(2026, 9, day), date(2026, 9, day))


def test_a_region_is_known_by_the_country_of_its_own_address() -> None:
    places = ("ship_to_region", "ship_to_country", "bill_to_region", "bill_to_country")
    overrides = {"order": {name: Override(source=name) for name in places}}
    row = only(frames(order(**dict(zip(places, ("CA", "US", "BY", "DE"), strict=True))), overrides=overrides))
    assert [row[name] for name in places] == ["US-CA", "US", "DE-BY", "DE"]


def test_a_constant_override_holds_for_every_order() -> None:
    row = only(frames(order(currency="XX"), overrides={"order": {"currency": Override(constant="CHF")}}))
    assert (row["currency"], row["currency_source"]) == ("CHF", None)


def test_an_override_of_an_unknown_column_is_refused() -> None:
    with pytest.raises(ConfigurationInvalid, match=r"order\.memos"):
        frames(order(), overrides={"order": {"memos": Override(source="x")}})


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


def test_h32_a_nul_character_in_what_a_custom_field_could_not_read_is_told_without_it() -> None:
    fields = (CustomField(table="order", source="extra", type="decimal"),)
    batch = frames(order(extra="a\x00b"), custom_fields=fields)
    assert json.loads(only(batch)["custom_fields"]) == {"extra": "a\ufffdb"}
    assert only(batch, "issue")["source_value"] == "a\ufffdb"
