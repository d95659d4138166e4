"""Standard code lists."""

from __future__ import annotations

import pytest

from include.orderhouse.connectors import CONNECTORS, load
from include.orderhouse.model import CodeList
from include.orderhouse.transform.changes import is_canonical
from include.orderhouse.values import units
from include.orderhouse.values.codes import minor_units, normalise
from include.orderhouse.values.unit_names import NAMED_UNITS
from include.orderhouse.values.units import UNITS


@pytest.mark.parametrize(
    ("code_list", "said", "standard"),
    [
        (CodeList.CURRENCY, "EUR", "EUR"),
        (CodeList.CURRENCY, "usd", "USD"),
        (CodeList.CURRENCY, " kwd ", "KWD"),
        (CodeList.COUNTRY, "US", "US"),
        (CodeList.COUNTRY, "deu", "DE"),
        (CodeList.COUNTRY, "united states", "US"),
        (CodeList.COUNTRY, "United States of America", "US"),
        (CodeList.COUNTRY, "Viet Nam", "VN"),
        (CodeList.COUNTRY, "South Korea", "KR"),
        (CodeList.COUNTRY, "UK", "GB"),
        (CodeList.COUNTRY, "The Netherlands", "NL"),
        (CodeList.UNIT, "C62", "C62"),
        (CodeList.UNIT, "kgm", "KGM"),
        (CodeList.UNIT, "XBX", "XBX"),
        (CodeList.DELIVERY_TERMS, "fob", "FOB"),
        (CodeList.DELIVERY_TERMS, "DPU", "DPU"),
        (CodeList.COUNTRY, "Bolivia", "BO"),
        (CodeList.LANGUAGE, "en", "en"),
        (CodeList.LANGUAGE, "EN", "en"),
        (CodeList.LANGUAGE, "en_US", "en-US"),
        (CodeList.LANGUAGE, "deu", "de"),
        (CodeList.LANGUAGE, "zh-hans-cn", "zh-Hans-CN"),
        (CodeList.LANGUAGE, "es_419", "es-419"),
    ],
)
def test_a_value_the_standard_knows_becomes_the_standard_code(code_list: CodeList, said: str, standard: str) -> None:
    assert normalise(code_list, said) == standard


@pytest.mark.parametrize(
    ("code_list", "said"),
    [
        (CodeList.CURRENCY, "Euro"),
        (CodeList.CURRENCY, "DEM"),
        (CodeList.CURRENCY, ""),
        (CodeList.COUNTRY, "XX"),
        (CodeList.COUNTRY, "Korea"),
        (CodeList.UNIT, "PCS"),
        (CodeList.UNIT, "BX"),
        (CodeList.UNIT, "FLY"),
        (CodeList.UNIT, "Stk"),
        (CodeList.UNIT, "PAL"),
        (CodeList.UNIT, "AMP"),
        (CodeList.UNIT, "BAR"),
        (CodeList.DELIVERY_TERMS, "DAT"),
        (CodeList.DELIVERY_TERMS, "FOB Hamburg"),
        (CodeList.LANGUAGE, "ENU"),
        (CodeList.LANGUAGE, "en-XX"),
        (CodeList.LANGUAGE, "en-Qqqq-US"),
        (CodeList.LANGUAGE, "English"),
    ],
)
def test_a_value_the_standard_does_not_know_is_none_and_not_a_guess(code_list: CodeList, said: str) -> None:
    assert normalise(code_list, said) is None


@pytest.mark.parametrize(
    ("said", "country", "standard"),
    [
        ("CA", "US", "US-CA"),
        ("US-CA", "US", "US-CA"),
        ("us-ca", None, "US-CA"),
        ("California", "US", "US-CA"),
        ("BY", "DE", "DE-BY"),
        ("Bayern", "DE", "DE-BY"),
        ("13", "JP", "JP-13"),
        ("CA", None, None),
        ("US-CA", "DE", None),
        ("XX", "US", None),
        ("California", "DE", None),
    ],
)
def test_a_region_is_known_within_its_country(said: str, country: str | None, standard: str | None) -> None:
    assert normalise(CodeList.REGION, said, country) == standard


def test_a_name_that_two_regions_of_a_country_share_is_no_region() -> None:
    assert normalise(CodeList.REGION, "Tartu", "EE") is None
    assert normalise(CodeList.REGION, "Tartumaa", "EE") == "EE-79"


@pytest.mark.parametrize(("currency", "digits"), [("EUR", 2), ("JPY", 0), ("KWD", 3), ("XAU", None), ("???", None)])
def test_minor_units_are_those_of_the_currency(currency: str, digits: int | None) -> None:
    assert minor_units(currency) == digits


def test_every_unit_code_is_two_or_three_characters_and_stands_in_one_group_only() -> None:
    groups = [group for name, group in vars(units).items() if name.isupper() and name != "UNITS"]
    assert all(2 <= len(code) <= 3 and code == code.upper() for code in UNITS)
    assert sum(len(group) for group in groups) == len(UNITS)


@pytest.mark.parametrize("name", CONNECTORS)
def test_the_code_tables_of_a_connector_lead_to_canonical_codes(name: str) -> None:
    wrong = [
        (binding.slot.column.name, said, code)
        for table in load(name).mapping.tables
        for binding in table.bindings
        for said, code in ((binding.expression and binding.expression.table) or {}).items()
        if not is_canonical(code, binding.slot.column)
    ]
    assert wrong == []


def test_american_quarts_and_pints_are_liquid_ones() -> None:
    """UN/ECE Recommendation 20 says to write QTL and PTL where QT and PT were written."""
    of_sap = load("sap_s4hana").mapping.tables[1].expression("unit")
    assert of_sap is not None
    assert of_sap.table is not None
    assert (of_sap.table["QT"], of_sap.table["PT"]) == ("QTL", "PTL")
    assert normalise(CodeList.UNIT, "HAR") == "HAR"


def test_what_companies_call_a_unit_is_that_unit_in_small_letters_and_in_capitals() -> None:
    called = {
        "each": "EA", "unit": "EA", "pcs": "H87", "piece": "H87", "kg": "KGM", "gram": "GRM", "tonne": "TNE",
        "mt": "TNE", "pounds": "LBR", "lbs": "LBR", "oz": "ONZ", "litre": "LTR", "l": "LTR", "milliliter": "MLT",
        "gallons": "GLL", "metre": "MTR", "m": "MTR", "cm": "CMT", "mm": "MMT", "feet": "FOT", "inches": "INH",
        "hrs": "HUR", "min": "MIN", "days": "DAY", "months": "MON", "years": "ANN", "dozen": "DZN", "sets": "SET",
        "pairs": "PR", "boxes": "XBX", "ctn": "XCT", "cases": "XCS", "packs": "XPK", "cans": "XCX", "pallets": "XPX",
        "rolls": "XRO",
    }  # fmt: skip
    said = {spelling: unit for name, unit in called.items() for spelling in (name, name.upper())}
    assert {spelling: NAMED_UNITS.get(spelling) for spelling in said} == said
    assert set(called.values()) == set(NAMED_UNITS.values())
