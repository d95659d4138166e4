"""What of a batch reaches the warehouse: no more than it lacks."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import psycopg
import pyarrow as pa
import pytest
import sqlalchemy as sa

from include.orderhouse.errors import CountMismatch
from include.orderhouse.frames import Frames
from include.orderhouse.model import TABLES
from include.orderhouse.warehouse.load import LoadCounts, load
from include.orderhouse.warehouse.records.raw import open_rejects, stored_raw
from tests.warehouse.orders import (
    Line,
    Order,
    contents,
    frames,
    hour,
    load_orders,
    payloads,
    physical_rows,
    rows,
    started_task,
)

ORDER = Order("4711/ä", values={"memo": "first"}, lines=(Line("10", {}, ("1",), ("1",)), Line("20")), issues=("ODD",))
LATER = replace(ORDER, version=2, values={"memo": "later"}, lines=(Line("20"), Line("30")), issues=())
OTHERS = frames(Order("4712"), Order("4713"))


@pytest.fixture
def copies(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The tables that COPY has filled, by name."""
    seen: list[str] = []
    copy = psycopg.Cursor.copy

    @contextmanager
    def watched(cursor: psycopg.Cursor[Any], statement: Any, *arguments: Any) -> Iterator[Any]:
        seen.append(statement.as_string(cursor).split()[1].replace('"', ""))
        with copy(cursor, statement, *arguments) as copying:
            yield copying

    monkeypatch.setattr(psycopg.Cursor, "copy", watched)
    return seen


def raw(engine: sa.Engine) -> list[tuple[bytes, object]]:
    return list(stored_raw(engine, payloads(engine)))


def test_a_new_order_is_sent_once_and_its_raw_record_straight_into_its_table(
    engine: sa.Engine, copies: list[str]
) -> None:
    load_orders(engine, ORDER)
    assert sorted(copies) == [
        *sorted(f"new_{table.name}" for table in TABLES),
        "ops.order_raw",
        "ops.order_version",
        "staged_issue",
    ]
    assert raw(engine) == [(ORDER.payload, hour(2))]
    assert rows(engine, "SELECT source_order_id FROM ops.order_raw") == [("4711/ä",)]


def test_an_order_that_was_read_again_unchanged_sends_its_version_and_no_rows(
    engine: sa.Engine, copies: list[str]
) -> None:
    load_orders(engine, ORDER)
    before = physical_rows(engine)
    copies.clear()
    assert load_orders(engine, ORDER.at(1, fetched=3)) == LoadCounts(unchanged=1, lines_unchanged=2, issues=1)
    assert copies == ["staged_version", "staged_issue"]
    assert physical_rows(engine) == before
    assert raw(engine) == [(ORDER.payload, hour(3))]
    assert rows(engine, "SELECT fetched_at FROM ops.order_version") == [(hour(3),)]


def test_an_order_no_later_than_what_is_held_sends_nothing(engine: sa.Engine, copies: list[str]) -> None:
    load_orders(engine, LATER)
    before = contents(engine)
    copies.clear()
    assert load_orders(engine, ORDER) == LoadCounts(older=1, lines_older=2)
    assert copies == []
    assert contents(engine) == before


def test_of_unchanged_and_changed_orders_the_changed_ones_alone_are_written(engine: sa.Engine) -> None:
    same, other = Order("1"), Order("2")
    load_orders(engine, same, other)
    kept = "SELECT order_number, l.ctid, l.xmin FROM procurement.purchase_order_line AS l"
    kept += " JOIN procurement.purchase_order USING (connection, order_id) WHERE order_number = '1'"
    before = rows(engine, kept)
    counts = load_orders(engine, same.at(2), replace(other, values={"memo": "new"}).at(2), Order("3"))
    assert counts == LoadCounts(inserted=1, updated=1, unchanged=1, lines_written=1, lines_unchanged=2)
    assert rows(engine, kept) == before


def test_the_orders_of_all_batches_are_added_each_with_its_batch(engine: sa.Engine) -> None:
    batches = [frames(ORDER), OTHERS, frames(), frames(Order("4714", lines=()), rejects=[Order("bad")])]
    counts = load(engine, started_task(engine), batches)
    assert counts == LoadCounts(inserted=4, rejected=1, lines_written=4, lines_rejected=1, issues=1)
    told = "SELECT order_number, count(line_id) FROM procurement.purchase_order LEFT JOIN"
    told += " procurement.purchase_order_line USING (connection, order_id) GROUP BY 1 ORDER BY 1"
    assert rows(engine, told) == [("4711/ä", 2), ("4712", 1), ("4713", 1), ("4714", 0)]
    assert rows(engine, "SELECT count(*) FROM ops.order_version") == [(4,)]
    assert len(raw(engine)) == 4


def test_a_raw_record_that_was_not_kept_comes_back_with_the_next_version(engine: sa.Engine) -> None:
    load_orders(engine, ORDER)
    with engine.begin() as connection:
        connection.execute(sa.text("TRUNCATE ops.order_raw"))
    load_orders(engine, ORDER.at(1, fetched=5))
    assert raw(engine) == [(ORDER.payload, hour(5))]


def test_a_raw_record_whose_order_is_new_otherwise_is_replaced(engine: sa.Engine) -> None:
    load_orders(engine, ORDER)
    with engine.begin() as connection:
        tables = "ops.order_version, procurement.purchase_order, ops.issue"
        connection.execute(sa.text(f"TRUNCATE {tables} CASCADE"))
    assert load_orders(engine, LATER).inserted == 1
    assert raw(engine) == [(LATER.payload, hour(2))]


def test_an_order_whose_version_is_lost_is_replaced_not_added(engine: sa.Engine) -> None:
    load_orders(engine, ORDER)
    with engine.begin() as connection:
        connection.execute(sa.text("TRUNCATE ops.order_version"))
    counts = load_orders(engine, LATER)
    assert (counts.inserted, counts.updated, counts.lines_deleted) == (0, 1, 1)
    assert rows(engine, "SELECT orders FROM ops.connection_total") == [(1,)]


def test_a_reject_without_a_key_closes_when_its_payload_is_read_as_an_older_version(engine: sa.Engine) -> None:
    bad = Order(version=3)
    keyless = {"order_id": None, "source_order_id": None, "order_number": None}
    row = {**frames(rejects=[bad])["reject"].to_pylist()[0], **keyless}
    reject = pa.Table.from_pylist([row], schema=frames()["reject"].schema)
    load(engine, started_task(engine), [Frames({**frames().tables, "reject": reject})])
    load_orders(engine, bad.at(4))
    assert len(list(open_rejects(engine, payloads(engine)))) == 1
    assert load_orders(engine, bad).older == 1
    assert list(open_rejects(engine, payloads(engine))) == []


@pytest.mark.parametrize("table", ["purchase_order", "purchase_order_line", "purchase_order_schedule"])
def test_a_row_of_another_fetch_than_its_order_stops_the_load(engine: sa.Engine, table: str) -> None:
    whole, late = frames(ORDER), frames(ORDER.at(1, fetched=3))
    astray = Frames({**whole.tables, table: late[table]})
    with pytest.raises(CountMismatch, match=r"have no order|belong to no version"):
        load(engine, started_task(engine), [OTHERS, astray])
    assert rows(engine, "SELECT count(*) FROM procurement.purchase_order") == [(0,)]
    assert rows(engine, "SELECT count(*) FROM ops.order_raw") == [(0,)]


LOSE = """
    CREATE FUNCTION public.lose() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$;
    CREATE TRIGGER lose BEFORE INSERT ON {} FOR EACH ROW EXECUTE FUNCTION public.lose()
"""


@pytest.mark.parametrize(
    ("table", "told"),
    [
        ("ops.order_raw", "1 rows of ops.order_raw were sent, 0 have arrived"),
        ("procurement.purchase_order", "1 rows of purchase_order were staged for new orders, 0 were added"),
        ("procurement.purchase_order_line", "2 rows of purchase_order_line were staged for new orders, 0 were added"),
    ],
)
def test_rows_that_do_not_arrive_stop_the_load(engine: sa.Engine, table: str, told: str) -> None:
    with engine.begin() as connection:
        connection.execute(sa.text(LOSE.format(table)))
    with pytest.raises(CountMismatch, match=told):
        load_orders(engine, ORDER)
    assert rows(engine, "SELECT count(*) FROM ops.order_version") == [(0,)]


def test_rows_of_a_changed_order_that_do_not_arrive_stop_the_load(engine: sa.Engine) -> None:
    load_orders(engine, ORDER)
    with engine.begin() as connection:
        connection.execute(sa.text(LOSE.format("procurement.purchase_order_line")))
    with pytest.raises(CountMismatch, match="2 rows of purchase_order_line were staged"):
        load_orders(engine, replace(LATER, lines=(Line("30"), Line("40"))))
    assert rows(engine, "SELECT memo FROM procurement.purchase_order") == [("first",)]
