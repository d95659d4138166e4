"""Loading: replacement as a set, unchanged content, one transaction."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from random import Random

import pytest
import sqlalchemy as sa

from include.orderhouse.errors import CountMismatch
from include.orderhouse.frames import Frames
from include.orderhouse.model import LINE, LONGEST_INDEXED, ORDER, TABLES
from include.orderhouse.warehouse.load import LoadCounts, load
from include.orderhouse.warehouse.records.raw import stored_raw
from include.orderhouse.warehouse.syncs.ledger import finished_sync
from tests.warehouse.orders import (
    Line,
    Order,
    contents,
    frames,
    hour,
    load_orders,
    memos,
    payloads,
    physical_rows,
    rows,
    started_task,
)

FULL = Order(
    values={"memo": 'a "quoted", spaced\nÅngström \\. text', "total_amount": Decimal("123456789012345678.123456")},
    lines=(
        Line(
            "10", {"quantity_ordered": Decimal("2.500000"), "custom_fields": '{"colour": "grün"}'}, ("1",), ("1", "2")
        ),
        Line("20"),
    ),
    issues=("CODE_UNKNOWN",),
)


def test_an_order_arrives_exactly_as_it_was_staged(engine: sa.Engine) -> None:
    counts = load_orders(engine, FULL)
    assert counts == LoadCounts(inserted=1, lines_written=2, issues=1)
    assert rows(engine, "SELECT memo, total_amount, is_deleted, extracted_at FROM procurement.purchase_order") == [
        (FULL.values["memo"], FULL.values["total_amount"], False, hour(2))
    ]
    assert rows(engine, "SELECT custom_fields FROM procurement.purchase_order_line ORDER BY source_line_id") == [
        ({"colour": "grün"},),
        (None,),
    ]
    assert rows(engine, "SELECT count(*) FROM procurement.purchase_order_distribution") == [(2,)]
    assert list(stored_raw(engine, payloads(engine))) == [(FULL.payload, hour(2))]


def test_texts_as_long_as_an_order_may_have_them_fit_their_indexes(engine: sa.Engine) -> None:
    """Of random digits, which PostgreSQL cannot make shorter; any other text may be far longer."""
    indexed = {
        table.name: {column.name: _digits(LONGEST_INDEXED) for column in table.columns if column.is_indexed}
        for table in TABLES
    }
    values, of_lines = indexed[ORDER.name], indexed[LINE.name]
    assert (list(values), list(of_lines)) == (["source_order_id", "order_number", "vendor_code"], ["item_code"])
    key, lines = values.pop("source_order_id"), (Line("10", of_lines),)
    load_orders(engine, Order(key, values={**values, "memo": _digits(100_000)}, lines=lines))
    assert rows(engine, "SELECT order_number, vendor_code FROM procurement.purchase_order") == [tuple(values.values())]
    assert rows(engine, "SELECT source_order_id FROM ops.order_version") == [(key,)]


def _digits(length: int) -> str:
    return Random(length).randbytes(length // 2).hex()


def test_the_ledger_row_commits_with_the_data(engine: sa.Engine) -> None:
    task = replace(started_task(engine), counts={"orders_extracted": 1, "calls": 3})
    load(engine, task, [frames(FULL)])
    row = finished_sync(engine, "acme_us", task.sync_id)
    assert row is not None
    assert (row["orders_inserted"], row["orders_extracted"], row["calls"], row["lines_written"]) == (1, 1, 3, 2)


@pytest.mark.parametrize("counts", [{"orders_extracted": 3}, {"lines_extracted": 4}])
def test_what_was_read_and_is_not_accounted_for_stops_the_load(engine: sa.Engine, counts: dict[str, int]) -> None:
    """Two orders with three lines; the third order, or the fourth line, was lost on the way."""
    task = replace(started_task(engine), counts={"orders_extracted": 2, "lines_extracted": 3, **counts})
    with pytest.raises(CountMismatch, match="are accounted for"):
        load(engine, task, [frames(FULL, rejects=[Order("4712")])])
    assert memos(engine) == []


def test_a_load_that_has_committed_is_not_done_again(engine: sa.Engine) -> None:
    task = started_task(engine)
    first = load(engine, task, [frames(FULL)])
    assert load(engine, task, [frames(FULL.at(9))]) == first
    assert rows(engine, "SELECT version_at FROM ops.order_version") == [(hour(1),)]


def test_h6_the_overlap_of_two_windows_rewrites_nothing_and_doubles_nothing(engine: sa.Engine) -> None:
    load_orders(engine, FULL)
    before = physical_rows(engine)
    assert load_orders(engine, FULL) == LoadCounts(older=1, lines_older=2)
    again = LoadCounts(unchanged=1, lines_unchanged=2, issues=1)
    assert load_orders(engine, FULL.at(1, fetched=3)) == again
    assert physical_rows(engine) == before


def test_h8_a_full_load_over_existing_data_whose_versions_are_lost_doubles_nothing(engine: sa.Engine) -> None:
    load_orders(engine, FULL)
    before = contents(engine)
    with engine.begin() as connection:
        connection.execute(sa.text("TRUNCATE ops.order_version, ops.order_raw, ops.issue"))
    load_orders(engine, FULL)
    assert contents(engine) == before


def test_h16_a_line_that_left_its_order_is_marked_deleted_with_its_parts(engine: sa.Engine) -> None:
    load_orders(engine, FULL)
    counts = load_orders(engine, replace(FULL, lines=FULL.lines[1:]).at(2))
    assert (counts.updated, counts.lines_deleted, counts.lines_written) == (1, 1, 0)
    for table, expected in (("line", [True, False]), ("schedule", [True]), ("distribution", [True, True])):
        told = f"SELECT is_deleted, delete_evidence, deleted_at IS NOT NULL FROM procurement.purchase_order_{table}"
        assert rows(engine, f"{told} ORDER BY 1 DESC") == [(x, "absent_in_order" if x else None, x) for x in expected]


def test_a_line_that_comes_back_is_alive_again_and_was_first_seen_when_it_was(engine: sa.Engine) -> None:
    load_orders(engine, FULL)
    seen = rows(engine, "SELECT source_line_id, first_seen_at FROM procurement.purchase_order_line ORDER BY 1")
    load_orders(engine, replace(FULL, lines=()).at(2))
    load_orders(engine, FULL.at(3))
    assert rows(engine, "SELECT source_line_id, first_seen_at FROM procurement.purchase_order_line ORDER BY 1") == seen
    told = "SELECT DISTINCT is_deleted, deleted_at, delete_evidence FROM procurement.purchase_order_line"
    assert rows(engine, told) == [(False, None, None)]


def test_a_changed_line_leaves_its_sisters_unwritten(engine: sa.Engine) -> None:
    load_orders(engine, FULL)
    where = "SELECT ctid, xmin FROM procurement.purchase_order_line WHERE source_line_id = '20'"
    before = rows(engine, where)
    counts = load_orders(engine, replace(FULL, lines=(Line("10", {"tax_code": "V1"}), Line("20"))).at(2))
    assert counts.lines_written == 1
    assert rows(engine, where) == before


def test_a_source_that_flags_an_order_deletes_it_with_its_lines(engine: sa.Engine) -> None:
    load_orders(engine, FULL)
    assert load_orders(engine, replace(FULL, is_deleted=True).at(2)).deleted == 1
    for table in ("purchase_order", "purchase_order_line", "purchase_order_schedule"):
        told = f"SELECT DISTINCT is_deleted, delete_evidence, deleted_at IS NOT NULL FROM procurement.{table}"
        assert rows(engine, told) == [(True, "flag", True)]
    load_orders(engine, FULL.at(3))
    assert rows(engine, "SELECT is_deleted, deleted_at FROM procurement.purchase_order") == [(False, None)]


def test_a_line_that_had_vanished_from_an_order_that_is_then_deleted_with_it_counts_as_part_of_it(
    engine: sa.Engine,
) -> None:
    load_orders(engine, FULL)
    load_orders(engine, replace(FULL, lines=FULL.lines[1:]).at(2))
    load_orders(engine, replace(FULL, is_deleted=True).at(3))
    assert rows(engine, "SELECT DISTINCT delete_evidence FROM procurement.purchase_order_line") == [("flag",)]


def test_issues_are_replaced_with_the_version_of_their_order(engine: sa.Engine) -> None:
    load_orders(engine, replace(FULL, issues=("UNIT_UNKNOWN", "DATE_ODD")))
    load_orders(engine, replace(FULL, issues=("DATE_ODD", "SUM_ODD"), values={"memo": "changed"}).at(2))
    load_orders(engine, replace(FULL, issues=("LATE",)).at(1))
    assert rows(engine, "SELECT code FROM ops.issue ORDER BY 1") == [("DATE_ODD",), ("SUM_ODD",)]


def test_issues_of_other_orders_stay_as_they_are(engine: sa.Engine) -> None:
    load_orders(engine, FULL, Order("4712", issues=("DATE_ODD",)))
    load_orders(engine, replace(FULL, issues=()).at(2))
    assert rows(engine, "SELECT code FROM ops.issue") == [("DATE_ODD",)]


def test_a_raw_record_that_the_source_gives_again_after_another_is_the_one_that_is_kept(engine: sa.Engine) -> None:
    first, second = replace(FULL, version=None), replace(FULL, version=None, values={"memo": "second"})
    for fetched, order in enumerate((first, second, first), start=3):
        load_orders(engine, order.at(None, fetched))
        assert list(stored_raw(engine, payloads(engine))) == [(order.payload, hour(fetched))]


def test_only_a_winning_version_replaces_the_raw_record(engine: sa.Engine) -> None:
    load_orders(engine, FULL.at(5))
    load_orders(engine, FULL.at(4, fetched=9))
    assert list(stored_raw(engine, payloads(engine))) == [(FULL.at(5).payload, hour(2))]


def test_a_row_without_its_version_stops_the_load_and_leaves_nothing(engine: sa.Engine) -> None:
    whole = frames(FULL, Order("4712"))
    torn = Frames({**whole.tables, "version": whole["version"].slice(0, 1)})
    task = started_task(engine)
    with pytest.raises(CountMismatch, match="belong to no version"):
        load(engine, task, [torn])
    assert memos(engine) == []
    assert finished_sync(engine, "acme_us", task.sync_id) is None


def test_a_version_without_its_order_stops_the_load(engine: sa.Engine) -> None:
    whole = frames(FULL, Order("4712", lines=()))
    torn = Frames({**whole.tables, "purchase_order": whole["purchase_order"].slice(0, 1)})
    with pytest.raises(CountMismatch, match="1 versions have no order"):
        load(engine, started_task(engine), [torn])
    assert memos(engine) == []


def test_orders_of_another_connection_are_refused(engine: sa.Engine) -> None:
    with pytest.raises(CountMismatch, match="another connection"):
        load(engine, started_task(engine), [frames(replace(FULL, connection="acme_eu"))])


def test_connections_with_the_same_order_numbers_do_not_touch_each_other(engine: sa.Engine) -> None:
    load_orders(engine, FULL)
    load_orders(engine, replace(FULL, connection="acme_eu", lines=()))
    assert rows(engine, "SELECT connection, count(*) FROM procurement.purchase_order_line GROUP BY 1") == [
        ("acme_us", 2)
    ]


def test_h7_a_load_of_a_sync_that_was_never_started_leaves_nothing(engine: sa.Engine) -> None:
    task = replace(started_task(engine), sync_id="00000000-0000-0000-0000-000000000000")
    with pytest.raises(ValueError, match="never started"):
        load(engine, task, [frames(FULL)])
    assert memos(engine) == []
