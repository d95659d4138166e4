"""Which version of an order wins: the later one, whatever order they are loaded in."""

from __future__ import annotations

import itertools

import pytest
import sqlalchemy as sa

from include.orderhouse.errors import CountMismatch
from include.orderhouse.warehouse.load import LoadCounts, load
from tests.warehouse.orders import (
    Line,
    Order,
    contents,
    frames,
    load_orders,
    memos,
    rows,
    started_task,
)


def test_an_older_version_never_overwrites_a_newer_one(engine: sa.Engine) -> None:
    load_orders(engine, Order(version=5, values={"memo": "new"}))
    assert load_orders(engine, Order(version=4, fetched=9, values={"memo": "old"})) == LoadCounts(
        older=1, lines_older=1
    )
    assert memos(engine) == [("4711", "new")]


def test_a_late_version_between_two_readings_of_the_same_content_loses(engine: sa.Engine) -> None:
    """A, then A again as a later version, then a B from between: B must not win."""
    a, b = Order(values={"memo": "A"}), Order(values={"memo": "B"})
    load_orders(engine, a.at(1))
    assert load_orders(engine, a.at(3)) == LoadCounts(unchanged=1, lines_unchanged=1)
    assert load_orders(engine, b.at(2)) == LoadCounts(older=1, lines_older=1)
    assert memos(engine) == [("4711", "A")]


def test_the_fetch_decides_between_versions_of_one_modification_time(engine: sa.Engine) -> None:
    load_orders(engine, Order(fetched=5, values={"memo": "read later"}))
    load_orders(engine, Order(fetched=4, values={"memo": "read earlier"}))
    assert memos(engine) == [("4711", "read later")]


def test_the_mapping_decides_between_versions_of_one_fetch(engine: sa.Engine) -> None:
    load_orders(engine, Order(values={"memo": "old mapping"}), mapping=1)
    load_orders(engine, Order(values={"memo": "new mapping"}), mapping=2)
    load_orders(engine, Order(values={"memo": "old mapping"}), mapping=1)
    assert memos(engine) == [("4711", "new mapping")]


def test_a_remap_of_an_old_payload_does_not_overwrite_what_was_read_after_it(engine: sa.Engine) -> None:
    load_orders(engine, Order(version=3, fetched=4, values={"memo": "read after"}), mapping=1)
    load_orders(engine, Order(version=1, fetched=2, values={"memo": "remapped"}), mapping=2)
    assert memos(engine) == [("4711", "read after")]


@pytest.mark.parametrize("fetched", [2, 9], ids=["remapped", "read again"])
def test_times_that_a_later_mapping_reads_as_earlier_ones_do_not_hold_it_up(engine: sa.Engine, fetched: int) -> None:
    """The zone was corrected."""
    load_orders(engine, Order(version=2, fetched=2, values={"memo": "wrong zone"}), mapping=1)
    right = Order(version=-5, fetched=fetched, values={"memo": "right zone"})
    assert load_orders(engine, right, mapping=2).updated == 1
    assert load_orders(engine, Order(version=2, fetched=2, values={"memo": "wrong zone"}), mapping=1).older == 1
    assert memos(engine) == [("4711", "right zone")]


@pytest.mark.parametrize(("earlier", "later"), [(1, None), (None, 1), (None, None)])
@pytest.mark.parametrize("in_order", [True, False])
def test_the_fetch_decides_where_the_source_has_stopped_to_tell_times_or_begun_to(
    engine: sa.Engine, earlier: int | None, later: int | None, in_order: bool
) -> None:
    loads = [
        Order(version=earlier, fetched=4, values={"memo": "read earlier"}),
        Order(version=later, fetched=5, values={"memo": "read later"}),
    ]
    for order in loads if in_order else reversed(loads):
        load_orders(engine, order)
    assert memos(engine) == [("4711", "read later")]


@pytest.mark.parametrize("held", [[], [Order(version=1)], [Order(version=3)]], ids=["new", "changed", "older"])
def test_an_order_in_two_batches_stops_the_load(engine: sa.Engine, held: list[Order]) -> None:
    load_orders(engine, *held)
    before = contents(engine)
    task = started_task(engine)
    twice = [frames(Order("1"), Order(version=2)), frames(Order("2"), Order(version=3, fetched=3, lines=()))]
    with pytest.raises(CountMismatch, match="two batches hold order 4711"):
        load(engine, task, twice)
    assert contents(engine) == before


@pytest.mark.parametrize("later", [Order(version=2, lines=()), Order(version=2, fetched=3)])
def test_two_versions_of_an_order_in_one_batch_stop_the_load(engine: sa.Engine, later: Order) -> None:
    with pytest.raises(CountMismatch, match="two versions of order 4711"):
        load_orders(engine, Order("1"), Order(version=1), later)
    assert memos(engine) == []


HISTORY = (
    Order(version=1, fetched=1, lines=(Line("10"), Line("20"))),
    Order(version=2, fetched=2, lines=(Line("20", {"tax_code": "V1"}),)),
    Order(version=2, fetched=3, lines=(Line("20", {"tax_code": "V1"}), Line("30"))),
)


def test_the_same_versions_in_any_order_give_the_same_living_rows(engine: sa.Engine) -> None:
    told = """
        SELECT source_order_id, version_at, fetched_at, content_hash FROM ops.order_version
        UNION ALL SELECT source_line_id, NULL, NULL, row_hash FROM procurement.purchase_order_line WHERE NOT is_deleted
        ORDER BY 1
    """
    ends = []
    for sequence in itertools.permutations(HISTORY):
        with engine.begin() as connection:
            connection.execute(sa.text("TRUNCATE ops.order_version, ops.order_raw, procurement.purchase_order CASCADE"))
        for order in (*sequence, sequence[0]):
            load_orders(engine, order)
        ends.append(rows(engine, told))
    assert ends == [ends[0]] * 6
    assert len(ends[0]) == 3
