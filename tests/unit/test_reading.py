"""Reading wire values: what fits is read exactly, what does not is refused, nothing is guessed."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, date, datetime
from decimal import Decimal, localcontext
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from include.orderhouse.transform.reading import (
    Unfit,
    fit_decimal,
    read_boolean,
    read_date,
    read_decimal,
    read_document,
    read_instant,
    read_integer,
    read_text,
)

BERLIN = ZoneInfo("Europe/Berlin")
DECOMPOSED, COMPOSED = "Mu\u0308ller", "M\u00fcller"


@pytest.mark.parametrize(
    ("value", "read"),
    [
        ("  PO 1  ", "PO 1"),
        ("   ", None),
        ("\u3000\u2003PO 1\x85\u3000", "PO 1"),
        ("\u2460 \ufb01 \uff76 \u00bd m\u00b2", "\u2460 \ufb01 \uff76 \u00bd m\u00b2"),
        (DECOMPOSED, COMPOSED),
        (0, "0"),
        (Decimal("1.50"), "1.50"),
        (Decimal("1E+3"), "1000"),
        (True, "true"),
        (False, "false"),
    ],
)
def test_text_is_trimmed_composed_and_made_of_digits(value: Any, read: str | None) -> None:
    assert read_text(value) == read


def test_text_with_a_nul_character_is_refused() -> None:
    with pytest.raises(Unfit, match="NUL"):
        read_text("a\x00b")


@pytest.mark.parametrize("value", [{"code": "A"}, ["A"]])
def test_an_object_is_no_text(value: Any) -> None:
    with pytest.raises(Unfit, match="text expected"):
        read_text(value)


@pytest.mark.parametrize(
    ("value", "read"),
    [
        ("123456789012345678.123456", Decimal("123456789012345678.123456")),
        (" -1.50 ", Decimal("-1.50")),
        (7, Decimal(7)),
        (Decimal("0.1"), Decimal("0.1")),
        ("1e3", Decimal(1000)),
        ("12.", Decimal(12)),
        ("-.5", Decimal("-0.5")),
    ],
)
def test_h25_a_number_keeps_every_digit(value: Any, read: Decimal) -> None:
    assert read_decimal(value) == read


@pytest.mark.parametrize(
    "value",
    [
        "1,50",
        "1.234,50",
        "twelve",
        "",
        "NaN",
        "Infinity",
        Decimal("NaN"),
        Decimal("-Infinity"),
        "1e9999999999",
        "12 pcs",
        True,
        {},
        [],
    ],
)
def test_what_is_no_plain_number_is_refused(value: Any) -> None:
    with pytest.raises(Unfit, match="number expected"):
        read_decimal(value)


@given(st.decimals(-(10**21), 10**21, allow_nan=False, allow_infinity=False, places=6))
def test_h25_a_number_that_fits_is_kept_as_it_is(number: Decimal) -> None:
    assert fit_decimal(read_decimal(str(number)), 6, None) == (number, False)


def test_digits_beyond_the_warehouses_are_rounded_and_told() -> None:
    assert fit_decimal(Decimal("1.2345675"), 6, None) == (Decimal("1.234568"), True)
    assert fit_decimal(Decimal("1.2345665"), 6, None) == (Decimal("1.234566"), True)


def test_h25_as_many_digits_as_the_warehouses_are_kept_wherever_they_are_read() -> None:
    longest = Decimal("9999999999999999999999.999999")
    with localcontext(prec=9):
        assert fit_decimal(longest, 6, 6) == (longest, False)


def test_digits_beyond_the_declared_ones_are_noise_and_not_told() -> None:
    assert fit_decimal(Decimal("19.990000000000002"), 6, 2) == (Decimal("19.99"), False)


@pytest.mark.parametrize(
    "number", ["10000000000000000000000", "1E+40", "-10000000000000000000000.5", "9999999999999999999999.9999995"]
)
@pytest.mark.parametrize(("scale", "digits", "before"), [(6, None, 22), (6, 2, 22), (6, 9, 22), (12, None, 16)])
def test_a_number_with_too_many_digits_is_refused(number: str, scale: int, digits: int | None, before: int) -> None:
    with pytest.raises(Unfit, match=f"has more than {before} digits before the point"):
        fit_decimal(Decimal(number), scale, digits)


def test_a_whole_number_has_no_fraction() -> None:
    assert read_integer("30.0") == 30
    with pytest.raises(Unfit, match="whole number"):
        read_integer("30.5")


@pytest.mark.parametrize("value", [2**63, "-9223372036854775809", "1e400", "1e9999999"])
def test_a_whole_number_larger_than_the_warehouses_is_refused(value: Any) -> None:
    with pytest.raises(Unfit, match="largest whole number"):
        read_integer(value)


@pytest.mark.parametrize(
    ("value", "truths", "read"),
    [
        (True, (), True),
        ("False", (), False),
        (True, ("X",), True),
        (False, ("false",), False),
        ("X", ("X",), True),
        ("", ("X",), False),
        ("T", ("T",), True),
    ],
)
def test_a_boolean_is_read(value: Any, truths: tuple[str, ...], read: bool) -> None:
    assert read_boolean(value, truths) is read


@pytest.mark.parametrize("value", ["yes", 1, None])
def test_a_boolean_is_not_guessed(value: Any) -> None:
    with pytest.raises(Unfit, match="true or false"):
        read_boolean(value, ())


@pytest.mark.parametrize(
    ("value", "zone"),
    [
        ("2026-03-29T01:30:00Z", None),
        ("2026-03-29T03:30:00+02:00", None),
        ("2026-03-29 01:30:00+00:00", None),
        ("/Date(1774747800000)/", None),
        ("/Date(1774747800000+0120)/", None),
        (" /Date(1774747800000)/ ", None),
        (" 2026-03-29T01:30:00Z ", None),
        ("2026-03-29T03:30:00", BERLIN),
        ("2026-03-29 03:30:00", BERLIN),
        ("2026-03-29T01:30:00Z", BERLIN),
    ],
)
def test_h1_an_instant_is_read_in_utc(value: str, zone: ZoneInfo | None) -> None:
    assert read_instant(value, zone) == datetime(2026, 3, 29, 1, 30, tzinfo=UTC)


def test_an_instant_may_lie_before_1970() -> None:
    assert read_instant("/Date(-1)/", None) == datetime(1969, 12, 31, 23, 59, 59, 999000, tzinfo=UTC)


def test_h1_a_naive_instant_without_a_known_zone_is_refused() -> None:
    with pytest.raises(Unfit, match="no offset"):
        read_instant("2026-03-29T03:30:00", None)


@pytest.mark.parametrize(
    ("value", "zone"),
    [
        ("0001-01-01T00:00:00Z", "America/New_York"),
        ("9999-12-31T23:00:00Z", "Europe/Berlin"),
        ("/Date(253402297200000)/", "Europe/Berlin"),
    ],
)
def test_a_day_that_an_instant_has_in_no_year_of_a_zone_is_refused(value: str, zone: str) -> None:
    with pytest.raises(Unfit, match=f"years 1 to 9999 in {zone}"):
        read_date(value, ZoneInfo(zone))


@pytest.mark.parametrize("value", ["/Date(99999999999999999)/", f"/Date({'9' * 5000})/", "0001-01-01T00:00:00+02:00"])
def test_an_instant_outside_the_calendar_is_refused(value: str) -> None:
    with pytest.raises(Unfit, match="years 1 to 9999"):
        read_instant(value, None)


@pytest.mark.parametrize("value", ["yesterday", 1774747800, "", None, "/Date(1774747800000)/ or so"])
def test_what_is_no_instant_is_refused(value: Any) -> None:
    with pytest.raises(Unfit, match="instant expected"):
        read_instant(value, BERLIN)


@pytest.mark.parametrize(
    "value", ["2026-03-29", "2026-03-29T00:00:00", "2026-03-29 00:00:00.000", "/Date(1774742400000)/", " 2026-03-29 "]
)
def test_a_business_date_is_never_moved(value: str) -> None:
    assert read_date(value, None) == date(2026, 3, 29)


def test_a_date_may_be_the_one_an_instant_has_in_a_zone() -> None:
    assert read_date("2026-03-28T23:30:00Z", BERLIN) == date(2026, 3, 29)
    assert read_date("2026-03-28T23:30:00", BERLIN) == date(2026, 3, 29)
    for zone in (BERLIN, ZoneInfo("America/New_York")):
        assert read_date("2026-03-29", zone) == date(2026, 3, 29)


@pytest.mark.parametrize(
    "value",
    ["2026-03-29T10:00:00", "29.03.2026", "2026-02-30", "20260329", 20260329, "2026-03-29 or so", "2026-03-29x"],
)
def test_what_is_no_date_is_refused(value: Any) -> None:
    with pytest.raises(Unfit):
        read_date(value, None)


def test_a_document_is_an_object_or_a_list() -> None:
    for value in ({"a": [1]}, [{"a": 1}]):
        assert read_document(value) == value
    with pytest.raises(Unfit, match="JSON object"):
        read_document("a")


@given(st.none() | st.booleans() | st.integers() | st.text() | st.lists(st.integers()) | st.decimals())
def test_whatever_comes_is_read_or_refused(value: Any) -> None:
    readers = (
        read_text,
        read_decimal,
        read_integer,
        lambda v: read_boolean(v, ()),
        lambda v: read_date(v, None),
        lambda v: read_instant(v, BERLIN),
        lambda v: fit_decimal(read_decimal(v), 6, None),
    )
    for read in readers:
        with suppress(Unfit):
            assert read(value) != ""
