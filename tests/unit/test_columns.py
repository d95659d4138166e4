"""Columns of codes and of local times, and the hashes by which rows are known to be unchanged."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa
import pytest

from include.orderhouse.mapping import Expression, code, constant, derived, document, instant, price, rate, text
from include.orderhouse.model import LINE, ORDER, CodeList, Column, Kind, Table
from include.orderhouse.transform.columns import ColumnReader, Empties, Reading
from include.orderhouse.transform.rows import RawRows
from include.orderhouse.transform.table import ReadTable

BERLIN = ZoneInfo("Europe/Berlin")


def _read(column: Column, expression: Expression, *found: Any) -> Reading:
    rows = RawRows([{"f": value} for value in found], list(range(len(found))))
    return ColumnReader(column, expression, Empties.of(()), BERLIN).read(rows)


def test_a_code_is_one_of_its_list_or_noted_and_nothing_is_noted_where_nothing_is_said() -> None:
    column = Column("status", Kind.CODE, "Any", codes=("open", "approved"))
    reading = _read(column, code("f"), "open", "Open", None, " ", "approved")
    assert reading.values.to_pylist() == ["open", None, None, None, "approved"]
    assert reading.source_values is not None
    assert reading.source_values.to_pylist() == ["open", "Open", None, None, "approved"]
    assert [(odd.row, odd.code, odd.value) for odd in reading.oddities] == [(1, "UNKNOWN_CODE", "Open")]


def test_a_region_that_names_its_country_is_known_without_one_beside_it() -> None:
    reader = ColumnReader(Column("region", Kind.CODE, "Any", codes=CodeList.REGION), code("f"), Empties.of(()), BERLIN)
    reading = reader.read(RawRows([{"f": "DE-BY"}] * 2, [0, 1]), pa.array([None, "FR"], pa.string()))
    assert reading.values.to_pylist() == ["DE-BY", None]


def test_the_sources_own_word_for_a_code_has_to_fit_like_any_text() -> None:
    rows = RawRows([{"code": "KGM", "word": ["Kilo"]}, {"code": "KGM", "word": "Kilo"}], [0, 1])
    column = Column("unit", Kind.CODE, "Any", codes=CodeList.UNIT)
    reading = ColumnReader(column, code("code", own="word"), Empties.of(()), BERLIN).read(rows)
    assert [(failure.row, failure.column, failure.code) for failure in reading.failures] == [
        (0, "unit_source", "VALUE_DOES_NOT_FIT")
    ]


def test_what_is_the_same_for_every_row_stands_in_each_and_was_said_by_nobody() -> None:
    column = Column("status", Kind.CODE, "Any", codes=("open",))
    for value, read in (("open", "open"), ("shut", None)):
        reading = _read(column, constant(value), 1, 2)
        assert reading.source_values is not None
        assert (reading.values.to_pylist(), reading.source_values.to_pylist()) == ([read] * 2, [None] * 2)
    assert reading.oddities[0].reason == "the constant: 'shut' is not in the canonical values"


@pytest.mark.parametrize(
    ("expression", "told", "kept"),
    [(price("f", "g"), "1.00000000005", "1.0000000000"), (rate("f", "g"), "1.0000000000005", "1.000000000000")],
)
def test_h25_of_each_kind_of_number_as_many_digits_are_kept_as_the_warehouse_has(
    expression: Expression, told: str, kept: str
) -> None:
    assert expression.kind is not None
    reading = _read(Column("it", expression.kind, "Any"), expression, Decimal(told), Decimal(kept))
    assert [str(value) for value in reading.values.to_pylist()] == [str(Decimal(kept))] * 2
    (odd,) = reading.oddities
    assert (odd.row, odd.code, odd.value) == (0, "DIGITS_LOST", Decimal(told))
    assert odd.reason == f"f or g has more than {len(kept) - 2} digits after the point; it was rounded"


def test_what_does_not_fit_is_told_with_the_place_that_it_was_read_from() -> None:
    told = _read(Column("it", Kind.JSON, "Any"), document("f"), {"a": 1}, "a", 5)
    assert [failure.reason for failure in told.failures] == [
        "f: a JSON object expected, came str",
        "f: a JSON object expected, came int",
    ]
    listed = _read(Column("it", Kind.CODE, "Any", codes=("open",)), code("f", {"O": "open"}), "S")
    assert listed.oddities[0].reason == "f: 'S' is not in the connector's code table"
    failed = _read(Column("it", Kind.TEXT, "Any"), text(derived(lambda one: one["absent"], "the last of f", "f")), 1)
    assert failed.failures[0].reason == "the last of f could not be derived: KeyError: 'absent'"


@pytest.mark.parametrize(("zone", "hour"), [("connection", 11), ("Asia/Tokyo", 3), ("UTC", 12)])
@pytest.mark.parametrize("others", [[], ["2026-01-31 12:00"]])
def test_a_local_time_is_of_the_zone_that_the_mapping_names_however_the_column_is_read(
    zone: str, hour: int, others: list[str]
) -> None:
    reading = _read(Column("at", Kind.INSTANT, "Any"), instant("f", zone=zone), "2026-01-31T12:00:00", *others)
    assert set(reading.values.to_pylist()) == {datetime(2026, 1, 31, hour, tzinfo=UTC)}
    assert reading.failures == []


@pytest.mark.parametrize(
    ("told", "utc"),
    [
        ("2026-03-29T01:59:59", "2026-03-29T00:59:59"),
        ("2026-03-29T02:30:00", "2026-03-29T01:30:00"),
        ("2026-03-29T03:00:00", "2026-03-29T01:00:00"),
        ("2026-10-25T02:30:00", "2026-10-25T00:30:00"),
        ("2026-10-25T03:00:00", "2026-10-25T02:00:00"),
    ],
)
def test_where_clocks_are_moved_a_local_time_is_read_as_if_they_were_not_yet(told: str, utc: str) -> None:
    reading = _read(Column("at", Kind.INSTANT, "Any"), instant("f", zone="connection"), told, "2026-01-01T00:00:00")
    assert reading.values[0].as_py() == datetime.fromisoformat(utc).replace(tzinfo=UTC)


def _hashes(table: Table = ORDER, **columns: list[Any]) -> list[str]:
    rows = RawRows([{} for _ in next(iter(columns.values()))], [0, 1])
    return ReadTable(table, rows, {name: pa.array(values, pa.string()) for name, values in columns.items()}).hashes


def test_a_row_is_known_by_what_its_columns_hold_in_whichever_order_they_are_read() -> None:
    first = _hashes(memo=["a", "b"], order_number=["1", "2"])
    assert len(set(first)) == 2
    assert _hashes(order_number=["1", "2"], memo=["a", "b"]) == first
    assert _hashes(memo=["1", "2"], order_number=["a", "b"]) != first
    assert _hashes(memo=["a", "b"], order_number=["1", "2"], incoterm=[None, None]) == first
    assert _hashes(memo=["a", "b"], order_number=["1", "2"], incoterm=[None, "FOB"])[0] == first[0]


def test_a_row_that_was_only_touched_is_the_same() -> None:
    first = _hashes(memo=["a", "b"])
    for name in ("source_modified_at", "source_version"):
        assert _hashes(memo=["a", "b"], **{name: ["7", "8"]}) == first


def test_what_stands_in_one_column_never_reads_as_if_it_stood_in_two() -> None:
    assert len(set(_hashes(memo=["1order_number=2", "1"], order_number=[None, "2"]))) == 2
    assert len(set(_hashes(LINE, description=["a=b", "a"], unit=[None, "b"]))) == 2
