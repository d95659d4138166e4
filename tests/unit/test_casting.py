"""A column that is cast at once has the values that reading it one by one gives, and hides nothing."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from include.orderhouse.mapping import Expression, boolean, day, derived, instant, integer, money, price, rate, text
from include.orderhouse.model import Column, Kind
from include.orderhouse.transform.casting import IRREGULAR
from include.orderhouse.transform.columns import ColumnReader, Empties
from include.orderhouse.transform.rows import RawRows

BERLIN, NEW_YORK = ZoneInfo("Europe/Berlin"), ZoneInfo("America/New_York")
EMPTIES = Empties(frozenset({"0001-01-01", "n/a"}), false=True)

DAYS = st.dates().map(str)
NAIVE = st.datetimes().map(lambda at: at.isoformat())
ZONED = st.datetimes(timezones=st.timezones()).map(lambda at: at.isoformat())
MILLISECONDS = st.integers(-(2**47), 2**48)
ODATA_V2 = st.builds("/Date({}{})/".format, MILLISECONDS, st.sampled_from(["", "+0000", "-0500"]))
NO_DAYS = st.sampled_from(["0000-01-01", "0000-12-31T00:00:00Z", "0000-00-00", "2026-02-30"])
MIDNIGHTS = DAYS.flatmap(lambda day: st.sampled_from([f"{day}T00:00:00", f"{day}T00:00:00Z", f"{day} 00:00:00.000"]))
NUMBERS = st.one_of(
    st.integers(-(10**60), 10**60),
    st.decimals(allow_nan=False, allow_infinity=False),
    st.decimals(-(10**6), 10**6, places=6),
    st.integers(-(10**9), 10**9).map(str),
    st.integers(0, 10**9).map(hex),
    st.from_regex(r"[+-]?\d{0,5}\.?\d{0,8}([eE]-?\d{1,2})?", fullmatch=True),
)
TEXTS = st.text(st.characters(codec="utf-8"), max_size=12)
ODD = st.one_of(
    TEXTS,
    st.booleans(),
    st.floats(-1e6, 1e6),
    st.just({"code": "A"}),
    st.just(["A"]),
    st.sampled_from(["", "  ", "n/a", "0001-01-01", "a\x00", " 12 ", " /Date(0)/ "]),
)
ENDS = st.sampled_from(
    [
        "1e9999999999999999999",
        "1e-9999999999999999999",
        f"/Date({'9' * 5000})/",
        "0001-01-01T00:00:00Z",
        "9999-12-31T23:59:59.999999Z",
        "2016-12-31T23:59:60Z",
    ]
)
"""What lies at the ends of the calendar and of numbers, or beyond them."""

KINDS: dict[str, tuple[Expression, st.SearchStrategy[Any]]] = {
    "text": (text("f"), TEXTS | NUMBERS),
    "text of whole numbers": (text("f"), st.integers()),
    "money": (money("f"), NUMBERS),
    "price of binary floats": (price("f", digits=4), NUMBERS | st.floats(-1e6, 1e6).map(repr).map(Decimal)),
    "rate": (rate("f"), NUMBERS | st.builds("{}e{}".format, st.integers(-99, 99), st.integers(-60, 60))),
    "integer": (integer("f"), st.integers() | NUMBERS),
    "boolean": (boolean("f"), st.booleans()),
    "boolean of texts": (boolean("f", true=("X", "yes")), st.sampled_from(["X", "yes", "no", " X "])),
    "day": (day("f"), st.one_of(DAYS, MIDNIGHTS, ODATA_V2, NAIVE, NO_DAYS)),
    "day of an instant": (day("f", zone="connection"), st.one_of(DAYS, ZONED, NAIVE, ODATA_V2, NO_DAYS)),
    "instant": (instant("f"), st.one_of(ZONED, NAIVE, ODATA_V2, DAYS)),
    "instant of a zone": (instant("f", zone="connection"), st.one_of(ZONED, NAIVE, DAYS)),
}


def reader(expression: Expression, zone: ZoneInfo = BERLIN) -> ColumnReader:
    assert expression.kind is not None
    return ColumnReader(Column("it", expression.kind, "It"), expression, EMPTIES, zone)


def columns(values: st.SearchStrategy[Any]) -> st.SearchStrategy[list[Any]]:
    """Columns all of one form, as sources give them, and such with something odd in between."""
    regular = st.lists(st.none() | values, max_size=6)
    return regular | st.lists(st.none() | values | ODD, max_size=6)


@pytest.mark.parametrize("name", KINDS)
def test_a_column_cast_at_once_has_the_values_read_one_by_one(name: str) -> None:
    expression, values = KINDS[name]
    read = reader(expression)

    @settings(max_examples=300, deadline=None)
    @example(found=[None])
    @example(found=[])
    @given(found=columns(values))
    def check(found: list[Any]) -> None:
        found = read._found(RawRows([{"f": value} for value in found], list(range(len(found)))))
        try:
            cast = read._cast(found)
        except IRREGULAR:
            return
        slowly = read._one_by_one(found)
        assert (slowly.failures, slowly.oddities) == ([], [])
        assert cast.to_pylist() == slowly.values.to_pylist()
        assert cast.type == slowly.values.type

    check()


@pytest.mark.parametrize("name", KINDS)
def test_whatever_a_column_holds_is_read_or_fails_by_itself(name: str) -> None:
    expression, values = KINDS[name]
    readers = [reader(expression, zone) for zone in (BERLIN, NEW_YORK)]

    @settings(max_examples=100, deadline=None)
    @given(read=st.sampled_from(readers), found=st.lists(values | ODD | ENDS, max_size=4))
    def check(read: ColumnReader, found: list[Any]) -> None:
        reading = read.read(RawRows([{"f": value} for value in found], list(range(len(found)))))
        assert len(reading.values) == len(found)
        assert all(reading.values[failure.row].as_py() is None for failure in reading.failures)

    check()


REGULAR: list[tuple[str, list[Any]]] = [
    ("text", ["PO 1", None, " Köln "]),
    ("text", [10000, None, -7]),
    ("money", [Decimal("1.5"), 3, "2.25", None]),
    ("price of binary floats", [Decimal("12.340000000000002"), Decimal("7.1"), Decimal("-3.14999999999999991"), 4]),
    ("integer", [1, None, 7]),
    ("boolean", [True, None, False]),
    ("boolean of texts", ["X", "no", None]),
    ("day", ["2026-01-31", None]),
    ("day", ["2026-01-31T00:00:00Z", None]),
    ("day", ["/Date(1769817600000)/"]),
    ("day of an instant", ["2026-01-31T23:30:00Z", None]),
    ("instant", ["2026-01-31T23:30:00.123Z", "2026-01-31T23:30:00+05:00"]),
    ("instant", ["/Date(1769817600000+0000)/", None]),
    ("instant of a zone", ["2026-01-31T23:30:00", None]),
]


@pytest.mark.parametrize(("name", "found"), REGULAR)
def test_what_sources_regularly_send_is_cast_at_once(name: str, found: list[Any]) -> None:
    read = reader(KINDS[name][0])
    assert read._cast(found).to_pylist() == read._one_by_one(found).values.to_pylist()


@pytest.mark.parametrize(
    ("digits", "told", "meant"),
    [
        (2, "9223372036854775807", "9223372036854775807"),
        (2, "-184467440737095516.154", "-184467440737095516.15"),
        (5, "42949.6729551", "42949.67296"),
        (5, "42949.672955", "42949.67296"),
        (2, "0.125", "0.12"),
        (2, "0.1249999999999999", "0.12"),
    ],
)
def test_h25_numbers_that_arrow_rounds_wrong_are_rounded_right(digits: int, told: str, meant: str) -> None:
    reading = reader(money("f", digits=digits)).read(RawRows([{"f": Decimal(told)}, {"f": 1}], [0, 1]))
    assert reading.values.to_pylist() == [Decimal(meant), 1]


def test_the_smallest_and_largest_whole_numbers_are_read_however_a_column_is() -> None:
    bounds = [-(2**63), 2**63 - 1]
    for found in (bounds, [*map(str, bounds), "7.0"]):
        reading = reader(integer("f")).read(RawRows([{"f": value} for value in found], list(range(len(found)))))
        assert (reading.values.to_pylist()[:2], reading.failures) == (bounds, [])


@pytest.mark.parametrize(
    ("make", "hides_false", "read"),
    [
        (boolean, True, [False, True, None]),
        (boolean, False, [False, True, None]),
        (text, True, [None, "true", None]),
        (text, False, ["false", "true", None]),
    ],
)
@pytest.mark.parametrize("places", [("f",), ("f", "g")])
def test_false_means_nothing_only_where_the_mapping_says_so_and_never_in_a_boolean(
    make: Callable[..., Expression], hides_false: bool, read: list[Any], places: tuple[str, ...]
) -> None:
    expression = make(*places)
    assert expression.kind is not None
    column = ColumnReader(Column("it", expression.kind, "It"), expression, Empties(frozenset(), hides_false), BERLIN)
    reading = column.read(RawRows([{"f": False}, {"f": True}, {"f": None}], [0, 1, 2]))
    assert (reading.values.to_pylist(), reading.failures) == (read, [])


def test_a_text_that_means_nothing_is_no_number_that_is_written_alike() -> None:
    column = Column("it", Kind.MONEY, "It")
    for found in ([0, "0", 5], [0, "0", "5", " 6 "]):
        rows = RawRows([{"f": value} for value in found], list(range(len(found))))
        reading = ColumnReader(column, money("f"), Empties(frozenset({"0"}), false=False), BERLIN).read(rows)
        assert reading.values.to_pylist()[:3] == [0, None, 5]


def test_of_several_places_the_first_that_means_something_counts() -> None:
    found: list[Any] = [False, " ", "n/a", None, 0, "A"]
    rows = RawRows([{"f": value, "g": "n/a", "h": "B"} for value in found], list(range(len(found))))
    assert reader(text("f")).read(rows).values.to_pylist() == [None, None, None, None, "0", "A"]
    assert reader(text("f", "g", "h")).read(rows).values.to_pylist() == ["B", "B", "B", "B", "0", "A"]
    assert reader(text("f", "g")).read(rows).values.to_pylist() == [None, None, None, None, "0", "A"]


@pytest.mark.parametrize("error", [ValueError("5"), KeyError("2026-01-01")])
@pytest.mark.parametrize("reads", ["f", "^f"])
def test_the_words_of_a_failed_derivation_are_never_read_as_its_value(error: Exception, reads: str) -> None:
    def fail(*records: Any) -> Any:
        raise error

    make: list[Callable[..., Expression]] = [text, money, integer, day]
    for kind in make:
        reading = reader(kind(derived(fail, "fails", reads))).read(RawRows([{}], [0], ([{}],)))
        assert reading.values.to_pylist() == [None]
        assert [failure.code for failure in reading.failures] == ["MAPPING_FAILED"]


def test_a_derivation_that_reads_something_of_the_parent_is_given_its_record() -> None:
    def status(line: Any, order: Any) -> Any:
        return f"{line['step']} of {order['status']}"

    rows = RawRows([{"step": 1}, {"step": 2}, {}], [0, 1, 1], ([{"status": "B"}, {"status": "G"}, {"status": "G"}],))
    rows.take([place := derived(status, "both", "step", "^status"), "step"])
    reading = reader(text(place)).read(rows)
    assert reading.values.to_pylist() == ["1 of B", "2 of G", None]
    assert [(failure.row, failure.code) for failure in reading.failures] == [(2, "MAPPING_FAILED")]
    assert place({"step": 3}, {"status": "F"}) == "3 of F"
