"""One batch of raw orders to frames, through the mapping of a small source."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa
import pytest

from include.orderhouse import wire
from include.orderhouse.configuration.options import Override
from include.orderhouse.frames import Frames
from include.orderhouse.mapping import Binding, code, document
from include.orderhouse.model import LINE, CodeList, Column, Kind
from include.orderhouse.raw_order import RawOrder, unpack
from include.orderhouse.transform.batch import Transform
from include.orderhouse.transform.columns import ColumnReader, Empties
from include.orderhouse.transform.rows import RawRows
from include.orderhouse.transform.table import ReadTable, overridden
from tests.unit.small_source import T0, connection, frames, line, made, only, order


def findings(batch: Frames) -> list[tuple[str, str, str]]:
    return [(f["table"], f["field"], f["code"]) for f in json.loads(only(batch, "reject")["findings"])]


def test_an_order_becomes_rows_of_every_table_that_share_its_id() -> None:
    batch = frames(order(lines=[line("10"), line("20")]))
    header, version = only(batch), only(batch, "version")
    assert (header["order_number"], header["order_date"]) == ("PO-1", date(2026, 9, 1))
    assert (header["connection"], header["customer"], header["connector"]) == ("small_one", "ACME", "small")
    assert {row["order_id"] for row in made(batch, "purchase_order_line")} == {header["order_id"]}
    assert version["order_id"] == header["order_id"]
    assert unpack(version["payload"])["number"] == "PO-1"
    assert made(batch, "reject") == made(batch, "issue") == []


def test_h32_a_nul_character_in_a_document_rejects_nothing() -> None:
    reader = ColumnReader(Column("dimensions", Kind.JSON, "Any"), document("plans"), Empties.of(()), ZoneInfo("UTC"))
    reading = reader.read(RawRows([{"plans": {"Plan\x00": ["a\x00b", r"c:\u0000"]}}], [0]))
    assert reading.failures == []
    assert json.loads(reading.values[0].as_py()) == {"Plan\ufffd": ["a\ufffdb", r"c:\u0000"]}


def test_h32_a_nul_character_in_what_cannot_be_derived_is_not_in_the_reason() -> None:
    class Odd(dict[str, Any]):
        def __getitem__(self, name: str) -> Any:
            raise ValueError("no delivery on \x00")

    reject = only(frames(Odd(order())), "reject")
    assert (reject["code"], "no delivery on \ufffd" in reject["reason"]) == ("MAPPING_FAILED", True)
    assert "\\u0000" not in reject["findings"]


def test_ids_are_the_same_in_every_run_and_differ_by_connection() -> None:
    first = Transform(connection()).frames([RawOrder(T0, order())])
    again = Transform(connection()).frames([RawOrder(T0 + timedelta(days=1), order())])
    other = Transform(connection().model_copy(update={"name": "other"})).frames([RawOrder(T0, order())])
    assert only(first)["order_id"] == only(again)["order_id"] != only(other)["order_id"]
    assert only(first, "purchase_order_line")["line_id"] == only(again, "purchase_order_line")["line_id"]


def test_h32_an_order_is_rejected_whole_with_every_reason_and_its_payload() -> None:
    bad = order("2", date="01.09.2026", total="a lot", lines=[line("10"), line("20", qty="two")])
    batch = frames(order("1"), bad)
    assert [row["source_order_id"] for row in made(batch)] == ["1"]
    assert len(made(batch, "purchase_order_line")) == len(made(batch, "version")) == 1
    reject = only(batch, "reject")
    assert (reject["source_order_id"], reject["order_number"]) == ("2", "PO-2")
    assert findings(batch) == [
        ("purchase_order", "order_date", "VALUE_DOES_NOT_FIT"),
        ("purchase_order", "total_amount", "VALUE_DOES_NOT_FIT"),
        ("purchase_order_line", "quantity_ordered", "VALUE_DOES_NOT_FIT"),
    ]
    assert "01.09.2026" in reject["reason"]
    assert unpack(reject["payload"]) == bad


@pytest.mark.parametrize(
    ("change", "finding"),
    [
        ({"id": None}, ("purchase_order", "source_order_id", "KEY_MISSING")),
        ({"number": " "}, ("purchase_order", "order_number", "KEY_MISSING")),
        ({"number": "\u4e00" * 667}, ("purchase_order", "order_number", "VALUE_DOES_NOT_FIT")),
        ({"lines": [line(None)]}, ("purchase_order_line", "source_line_id", "KEY_MISSING")),
        ({"lines": None}, ("purchase_order_line", "lines", "PAYLOAD_INCOMPLETE")),
        ({"lines": {}}, ("purchase_order_line", "lines", "PAYLOAD_INCOMPLETE")),
        ({"delivery": None}, ("purchase_order", "promised_delivery_date", "MAPPING_FAILED")),
        ({"number": "a\x00b"}, ("purchase_order", "order_number", "VALUE_DOES_NOT_FIT")),
        ({"memo": "a\x00b"}, ("purchase_order", "memo", "VALUE_DOES_NOT_FIT")),
        ({"modified": "2026-09-02T08:00:00"}, ("purchase_order", "source_modified_at", "VALUE_DOES_NOT_FIT")),
        ({"date": "0000-01-01"}, ("purchase_order", "order_date", "VALUE_DOES_NOT_FIT")),
        ({"date": "0000-01-01T00:00:00Z"}, ("purchase_order", "order_date", "VALUE_DOES_NOT_FIT")),
        ({"days": 2**70}, ("purchase_order", "net_days", "VALUE_DOES_NOT_FIT")),
        ({"lines": [line("10"), line("10")]}, ("purchase_order_line", "source_line_id", "DUPLICATE_KEY")),
    ],
)
def test_h32_what_cannot_be_loaded_is_rejected_with_its_reason(
    change: dict[str, Any], finding: tuple[str, str, str]
) -> None:
    batch = frames(order(**change))
    assert made(batch) == made(batch, "purchase_order_line") == made(batch, "version") == []
    assert findings(batch) == [finding]


def test_h32_a_text_that_is_too_long_for_an_index_is_told_by_its_length() -> None:
    rejected, kept = order("1", number="x" * 2001, memo="y" * 9000), order("2", number="x" * 2000, memo="y" * 9000)
    assert [row["source_order_id"] for row in made(frames(rejected, kept))] == ["2"]
    assert only(frames(rejected), "reject")["reason"] == "number has 2001 bytes, 2000 fit"
    assert only(frames(order("k" * 2001)), "reject")["reason"] == "id has 2001 bytes, 2000 fit"


def test_h32_rejects_of_orders_without_a_key_stay_apart() -> None:
    batch = frames(order(None, memo="one"), order(None, memo="two"))
    assert len({row["reject_id"] for row in made(batch, "reject")}) == 2


def test_h32_lines_that_are_missing_and_what_is_no_list_of_them_are_told_apart() -> None:
    told = [only(frames(order(lines=lines)), "reject")["reason"] for lines in (None, {}, [None])]
    assert told == ["lines is missing", "lines is not a list", "lines has an entry that is no object"]


def test_an_order_without_lines_is_no_incomplete_one() -> None:
    assert only(frames(order(lines=[])))["source_order_id"] == "1"


def test_h23_an_optional_field_that_is_missing_is_null_and_stops_nothing() -> None:
    needed = {key: value for key, value in order().items() if key in ("id", "number", "delivery", "lines")}
    row = only(frames(needed))
    assert row["status"] is row["status_source"] is row["currency"] is row["total_amount"] is row["order_date"] is None


def test_the_first_place_that_is_not_empty_counts() -> None:
    assert only(frames(order(memo="  ", note="urgent")))["memo"] == "urgent"
    assert only(frames(order(date="0001-01-01")))["order_date"] is None


def test_beside_a_code_that_stands_elsewhere_is_the_sources_own_word() -> None:
    """A unit's record holds its standard code, the line what the company calls it."""
    column = Column("unit", Kind.CODE, "Any", codes=CodeList.UNIT)
    reader = ColumnReader(column, code("unit.iso", own="called"), Empties.of(()), ZoneInfo("UTC"))
    iso = {"iso": "KGM"}
    records = [{"called": "Kilo", "unit": iso}, {"called": " ", "unit": iso}, {"called": "Kilo"}, {}]
    reading = reader.read(RawRows(records, list(range(4))))
    assert reading.values.to_pylist() == ["KGM", "KGM", None, None]
    assert reading.source_values is not None
    assert reading.source_values.to_pylist() == ["Kilo", "KGM", "Kilo", None]


def test_a_region_is_known_by_the_country_beside_it_alone() -> None:
    region = ColumnReader(
        Column("ship_to_region", Kind.CODE, "Any", codes=CodeList.REGION), code("at"), Empties.of(()), ZoneInfo("UTC")
    )
    rows = RawRows([{"at": "BY"}] * 3, [0, 1, 2])
    reading = region.read(rows, pa.array(["DE", None, "BY"]))
    assert reading.values.to_pylist() == ["DE-BY", None, None]
    assert [(odd.row, odd.code) for odd in reading.oddities] == [(1, "UNKNOWN_CODE"), (2, "UNKNOWN_CODE")]


def test_beside_a_code_of_an_override_is_what_the_override_reads() -> None:
    (slot,) = (slot for slot in LINE.slots if slot.column.name == "unit")
    expression = overridden(Binding(slot, code("unit.iso", own="called")), {"unit": Override(source="measure")})
    assert expression is not None
    assert (expression.places, expression.own) == (("measure",), None)


def test_an_unknown_code_is_null_beside_what_the_source_said_and_an_issue() -> None:
    batch = frames(order(state="Z", lines=[line(uom="HANDFUL")]))
    assert (only(batch)["status"], only(batch)["status_source"]) == (None, "Z")
    assert only(batch, "purchase_order_line")["unit_source"] == "HANDFUL"
    told = {(row["table_name"], row["field"], row["code"], row["source_value"]) for row in made(batch, "issue")}
    assert told == {
        ("purchase_order", "status", "UNKNOWN_CODE", "Z"),
        ("purchase_order_line", "unit", "UNKNOWN_CODE", "HANDFUL"),
    }


def test_the_issues_of_a_rejected_order_are_not_told() -> None:
    assert made(frames(order(state="Z", total="a lot")), "issue") == []


def test_h25_amounts_are_exact_to_the_last_digit() -> None:
    raw = wire.decode(wire.encode(order(total=Decimal("123456789012345678.123456"))))
    assert only(frames(raw))["total_amount"] == Decimal("123456789012345678.123456")


def test_h25_digits_the_warehouse_does_not_keep_are_told() -> None:
    batch = frames(order("1", total=Decimal("1.00000049")), order("2", total=Decimal("1.000001")))
    assert [row["total_amount"] for row in made(batch)] == [Decimal("1.000000"), Decimal("1.000001")]
    issue = only(batch, "issue")
    assert (issue["order_id"], issue["code"]) == (made(batch)[0]["order_id"], "DIGITS_LOST")


def test_of_several_copies_of_an_order_the_latest_counts() -> None:
    old, new = order(memo="old"), order(memo="new", modified="2026-09-02T09:00:00Z")
    for copies in ((old, new), (new, old)):
        assert only(frames(*copies))["memo"] == "new"


def test_of_equal_versions_the_one_fetched_last_counts() -> None:
    copies = [RawOrder(T0 + timedelta(minutes=1), order(memo="late")), RawOrder(T0, order(memo="early"))]
    assert only(Transform(connection()).frames(copies))["memo"] == "late"


def test_h9_a_copy_dated_in_the_future_does_not_win_over_what_was_fetched_later() -> None:
    future = RawOrder(T0, order(memo="future", modified="2036-01-01T00:00:00Z"))
    later = RawOrder(T0 + timedelta(hours=1), order(memo="later", modified="2026-10-01T12:30:00Z"))
    batch = Transform(connection()).frames([later, future])
    assert only(batch)["memo"] == "later"


@pytest.mark.parametrize("created", [None, "2026-09-01T07:00:00Z"])
def test_h13_the_version_of_an_order_without_modification_time_is_that_of_its_fetch(created: str | None) -> None:
    """Were it that of its creation, an order whose changes are told no more would be older than what is loaded."""
    batch = frames(order(modified=None, created=created))
    version = only(batch, "version")
    assert only(batch)["source_order_id"] == "1"
    assert (version["source_modified_at"], version["version_at"], version["fetched_at"]) == (None, None, T0)


def test_h32_a_reject_whose_modification_time_cannot_be_read_is_not_as_old_as_its_creation() -> None:
    """It would count as one that a loaded version has superseded, and nobody would see it."""
    batch = frames(order(modified="0000-00-00 00:00:00", created="2026-09-01T07:00:00Z"))
    assert (only(batch, "reject")["field"], only(batch, "reject")["version_at"]) == ("source_modified_at", None)


def test_h9_a_version_is_no_later_than_its_fetch() -> None:
    told = [only(frames(order(modified=at)), "version") for at in ("2036-01-01T00:00:00Z", "2026-10-01T11:59:59Z")]
    assert [version["version_at"] for version in told] == [T0, T0 - timedelta(seconds=1)]
    assert told[0]["source_modified_at"] == datetime(2036, 1, 1, tzinfo=UTC)


def test_a_touch_changes_no_hash_and_a_change_does() -> None:
    touched = order(modified="2026-09-30T00:00:00Z")
    hashes = [only(frames(o), "version")["content_hash"] for o in (order(), touched, order(memo="x"))]
    assert hashes[0] == hashes[1] != hashes[2]
    assert only(frames(order()))["row_hash"] == only(frames(touched))["row_hash"]


def test_a_row_that_holds_nothing_has_a_hash_of_its_own() -> None:
    rows = RawRows([{}, {}, {}], [0, 0, 0])
    table = ReadTable(LINE, rows, {"description": pa.array(["a", None, "b"]), "item_code": pa.nulls(3, pa.string())})
    assert len(set(table.hashes)) == 3
    assert ReadTable(LINE, rows).hashes == [table.hashes[1]] * 3


def test_a_value_that_a_corrected_mapping_puts_into_another_column_changes_the_hashes() -> None:
    """Nothing else stands between the two columns; a remap would leave what is loaded as it is."""
    wrong, right = (
        frames(order(extra="X-1"), overrides={"order": {name: Override(source="extra")}})
        for name in ("requester", "quotation_reference")
    )
    assert (only(wrong)["requester"], only(right)["quotation_reference"]) == ("X-1", "X-1")
    assert only(wrong)["row_hash"] != only(right)["row_hash"]
    assert only(wrong, "version")["content_hash"] != only(right, "version")["content_hash"]


def test_a_column_that_is_mapped_and_empty_changes_no_hash() -> None:
    plain, mapped = frames(order()), frames(order(), overrides={"order": {"requester": Override(source="absent")}})
    assert only(plain)["row_hash"] == only(mapped)["row_hash"]
    beside = frames(order(), order("2", absent="Ann"), overrides={"order": {"requester": Override(source="absent")}})
    assert made(beside)[0]["row_hash"] == only(plain)["row_hash"]


def test_a_line_that_goes_changes_the_orders_content_and_no_rows_hash() -> None:
    two, one = frames(order(lines=[line("10"), line("20")])), frames(order(lines=[line("10")]))
    assert only(two)["row_hash"] == only(one)["row_hash"]
    assert only(two, "version")["content_hash"] != only(one, "version")["content_hash"]


@pytest.mark.parametrize(
    ("change", "amount", "origin"),
    [
        ({}, Decimal("11.875"), "derived"),
        ({"total_book": Decimal("11.88")}, Decimal("11.88"), "source"),
        ({"rate": None}, None, None),
        ({"rate": 0}, None, None),
        ({"total": 5 * 10**21, "rate": 2}, None, None),
        ({"rate": 0, "book_currency": "EUR"}, Decimal("9.5"), "derived"),
        ({"rate": None, "book_currency": "EUR"}, Decimal("9.5"), "derived"),
    ],
)
def test_company_amounts_are_the_sources_or_derived_with_its_rate(
    change: dict[str, Any], amount: Decimal | None, origin: str | None
) -> None:
    row = only(frames(order(**change)))
    assert (row["total_amount_company"], row["company_amounts"]) == (amount, origin)


def test_line_amounts_are_derived_with_the_orders_rate() -> None:
    assert only(frames(order()), "purchase_order_line")["net_amount_company"] == Decimal("11.875")


def test_an_empty_batch_has_every_frame_and_no_row() -> None:
    assert {frame.num_rows for frame in frames().tables.values()} == {0}
