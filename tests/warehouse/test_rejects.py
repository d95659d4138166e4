"""Rejected orders wait whole; the older good version stays, marked stale."""

from __future__ import annotations

import itertools
from dataclasses import replace

import pyarrow as pa
import pytest
import sqlalchemy as sa

from include.orderhouse.frames import REJECT_SCHEMA, Frames
from include.orderhouse.model import TABLES
from include.orderhouse.warehouse.load import keep_rejects, load
from include.orderhouse.warehouse.records.raw import open_rejects
from tests.warehouse.orders import (
    Line,
    Order,
    contents,
    frames,
    hour,
    load_orders,
    payloads,
    physical_rows,
    reject_id,
    rows,
    started_task,
)

GOOD = Order(version=1, values={"memo": "good"}, lines=(Line("10", {}, ("1",), ("1",)),))
BAD = GOOD.at(3)
LATER = replace(GOOD, values={"memo": "later"}).at(5)


def staleness(engine: sa.Engine) -> set[bool]:
    """The distinct values of is_stale over every table."""
    names = ["ops.order_version", *(f"procurement.{table.name}" for table in TABLES)]
    return {stale for name in names for (stale,) in rows(engine, f"SELECT DISTINCT is_stale FROM {name}")}


def rejects(engine: sa.Engine) -> list[tuple[object, ...]]:
    return rows(engine, "SELECT version_at, resolution FROM ops.reject ORDER BY 1")


def test_a_rejected_version_leaves_the_good_one_and_marks_all_its_rows_stale(engine: sa.Engine) -> None:
    load_orders(engine, GOOD)
    assert load_orders(engine, rejects=[BAD]).rejected == 1
    assert staleness(engine) == {True}
    assert rows(engine, "SELECT memo, is_deleted FROM procurement.purchase_order") == [("good", False)]
    assert rejects(engine) == [(hour(3), None)]
    assert list(open_rejects(engine, payloads(engine))) == [(BAD.payload, hour(2))]


def test_a_later_good_version_closes_the_reject_and_ends_the_staleness(engine: sa.Engine) -> None:
    load_orders(engine, GOOD)
    load_orders(engine, rejects=[BAD])
    load_orders(engine, LATER)
    assert staleness(engine) == {False}
    assert rejects(engine) == [(hour(3), "superseded")]
    assert list(open_rejects(engine, payloads(engine))) == []


def test_a_later_version_with_the_old_content_ends_the_staleness_too(engine: sa.Engine) -> None:
    load_orders(engine, GOOD)
    load_orders(engine, rejects=[BAD])
    assert load_orders(engine, GOOD.at(5)).unchanged == 1
    assert staleness(engine) == {False}


def test_a_good_version_before_the_reject_is_loaded_and_stays_stale(engine: sa.Engine) -> None:
    load_orders(engine, GOOD)
    load_orders(engine, rejects=[BAD])
    load_orders(engine, replace(LATER, lines=(Line("10"), Line("20"))).at(2))
    assert rows(engine, "SELECT memo FROM procurement.purchase_order") == [("later",)]
    assert staleness(engine) == {True}


@pytest.mark.parametrize("told", [1, None])
def test_a_reject_waits_for_a_version_that_was_fetched_later_where_one_of_them_tells_no_time(
    engine: sa.Engine, told: int | None
) -> None:
    load_orders(engine, GOOD.at(told, fetched=2))
    load_orders(engine, rejects=[BAD.at(None if told else 1, fetched=4)])
    assert staleness(engine) == {True}
    load_orders(engine, GOOD.at(told, fetched=3))
    assert staleness(engine) == {True}
    load_orders(engine, GOOD.at(told, fetched=5))
    assert staleness(engine) == {False}


def test_a_replay_under_a_mapping_that_reads_earlier_times_closes_its_reject(engine: sa.Engine) -> None:
    load_orders(engine, rejects=[BAD], mapping=1)
    load_orders(engine, BAD.at(-4), mapping=2)
    assert rejects(engine) == [(hour(3), "superseded")]


def test_a_reject_older_than_the_stored_version_changes_nothing(engine: sa.Engine) -> None:
    load_orders(engine, LATER)
    before = physical_rows(engine)
    load_orders(engine, rejects=[BAD])
    assert physical_rows(engine) == before
    assert rejects(engine) == [(hour(3), "superseded")]


def test_a_replay_under_a_new_mapping_closes_its_reject(engine: sa.Engine) -> None:
    load_orders(engine, rejects=[BAD], mapping=1)
    load_orders(engine, BAD, mapping=2)
    assert rejects(engine) == [(hour(3), "superseded")]
    assert staleness(engine) == {False}


def test_a_version_that_was_loaded_and_is_rejected_again_by_a_later_mapping_waits_again(engine: sa.Engine) -> None:
    load_orders(engine, rejects=[BAD])
    load_orders(engine, BAD, mapping=2)
    assert rejects(engine) == [(hour(3), "superseded")]
    load_orders(engine, rejects=[BAD.at(3, 9)], mapping=3)
    assert rejects(engine) == [(hour(3), None)]
    assert staleness(engine) == {True}


def test_a_replay_of_the_very_version_that_was_rejected_closes_its_reject(engine: sa.Engine) -> None:
    load_orders(engine, rejects=[BAD])
    assert load_orders(engine, BAD).inserted == 1
    assert rejects(engine) == [(hour(3), "superseded")]


def test_of_several_rejected_versions_of_an_order_the_latest_waits(engine: sa.Engine) -> None:
    load_orders(engine, rejects=[BAD.at(4)])
    load_orders(engine, rejects=[BAD])
    assert rejects(engine) == [(hour(4), None)]


def test_versions_and_rejects_in_any_order_give_the_same_warehouse(engine: sa.Engine) -> None:
    told = (
        "ops.order_version",
        "ops.order_raw",
        "ops.reject",
        "procurement.purchase_order",
        "procurement.purchase_order_line",
    )
    ends = []
    for sequence in itertools.permutations([(GOOD, False), (BAD, True), (LATER, False), (LATER.at(6), True)]):
        with engine.begin() as connection:
            tables = "ops.order_version, ops.order_raw, ops.reject, procurement.purchase_order"
            connection.execute(sa.text(f"TRUNCATE {tables} CASCADE"))
        for order, is_rejected in (*sequence, sequence[0]):
            load_orders(engine, *([] if is_rejected else [order]), rejects=[order] if is_rejected else [])
        end = contents(engine)
        ends.append([end[name] for name in told])
    assert all(end == ends[0] for end in ends)
    assert [reject["resolution"] for reject in ends[0][2]] == [None]


def test_a_reject_without_a_key_closes_when_its_very_payload_is_loaded(engine: sa.Engine) -> None:
    row = {
        **frames(rejects=[BAD])["reject"].to_pylist()[0],
        "order_id": None,
        "source_order_id": None,
        "order_number": None,
    }
    keyless = Frames({**frames().tables, "reject": pa.Table.from_pylist([row], schema=REJECT_SCHEMA)})
    load(engine, started_task(engine), [keyless])
    load_orders(engine, GOOD)
    assert rejects(engine) == [(hour(3), None)]
    load_orders(engine, BAD)
    assert rejects(engine) == [(hour(3), "superseded")]


def test_a_stopped_run_commits_its_rejects_and_its_ledger_row_and_nothing_else(engine: sa.Engine) -> None:
    load_orders(engine, GOOD)
    task = started_task(engine)
    assert keep_rejects(engine, task, [frames(LATER, Order("4712"), rejects=[BAD])]) == 1
    assert rows(engine, "SELECT order_number, memo, is_stale FROM procurement.purchase_order") == [
        ("4711", "good", True)
    ]
    told = "SELECT state, orders_rejected FROM ops.sync WHERE sync_id = :sync_id"
    assert rows(engine, told, sync_id=task.sync_id) == [("stopped", 1)]


def test_a_run_that_was_loaded_keeps_no_further_rejects(engine: sa.Engine) -> None:
    task = started_task(engine)
    load(engine, task, [frames(GOOD, rejects=[Order("4712")])])
    assert keep_rejects(engine, task, [frames(rejects=[BAD, Order("4713"), Order("4714")])]) == 1
    assert rows(engine, "SELECT state, orders_rejected FROM ops.sync") == [("succeeded", 1)]
    assert staleness(engine) == {False}


def test_chosen_rejects_are_read_alone(engine: sa.Engine) -> None:
    other = Order("4712", version=3)
    load_orders(engine, rejects=[BAD, other])
    assert list(open_rejects(engine, payloads(engine), [reject_id(other)])) == [(other.payload, hour(2))]


def test_rejects_of_another_connection_stay_open(engine: sa.Engine) -> None:
    load(engine, started_task(engine, "acme_eu"), [frames(rejects=[replace(BAD, connection="acme_eu")])])
    load_orders(engine, LATER)
    assert len(list(open_rejects(engine, payloads(engine, "acme_eu")))) == 1


def load_reject(engine: sa.Engine, order: Order, mapping: int = 1, **columns: object) -> None:
    """Load one reject with these columns."""
    row = {**frames(rejects=[order])["reject"].to_pylist()[0], **columns}
    one = Frames({**frames().tables, "reject": pa.Table.from_pylist([row], schema=REJECT_SCHEMA)})
    load(engine, started_task(engine, mapping=mapping), [one])


def test_a_later_reject_takes_the_place_of_the_one_before_and_opens_it_again(engine: sa.Engine) -> None:
    load_orders(engine, rejects=[BAD])
    load_orders(engine, LATER)
    load_orders(engine, rejects=[BAD])
    assert rejects(engine) == [(hour(3), "superseded")]
    load_orders(engine, rejects=[BAD.at(6)])
    load_orders(engine, rejects=[BAD.at(4)])
    assert rejects(engine) == [(hour(6), None)]
    assert staleness(engine) == {True}
    load_orders(engine, rejects=[BAD.at(None, fetched=9)])
    load_orders(engine, rejects=[BAD.at(8, fetched=8)])
    assert rejects(engine) == [(None, None)]


def test_a_reject_that_takes_anothers_place_leaves_nothing_of_it(engine: sa.Engine) -> None:
    load_orders(engine, rejects=[BAD])
    ((first,),) = rows(engine, "SELECT to_jsonb(told) FROM ops.reject AS told")
    later = replace(BAD, values={"memo": "other"}).at(6, fetched=7)
    other: dict[str, object] = {"order_number": "4711-1", "code": "KEY_MISSING", "table_name": "purchase_order_line"}
    other |= {"field": "quantity", "reason": "none", "line_count": 7}
    load_reject(engine, later, mapping=2, findings='[{"code": "KEY_MISSING"}]', **other)
    ((told,),) = rows(engine, "SELECT to_jsonb(told) FROM ops.reject AS told")
    same = {name for name, value in told.items() if value is not None and value == first[name]}
    assert same == {"connection", "reject_id", "customer", "order_id", "source_order_id"}
    assert told.items() >= {**other, "findings": [{"code": "KEY_MISSING"}], "mapping_version": 2}.items()
    assert list(open_rejects(engine, payloads(engine))) == [(later.payload, hour(7))]


@pytest.mark.parametrize("is_reversed", [False, True])
@pytest.mark.parametrize(("earlier", "later"), [(BAD.at(3, 9), BAD.at(6, 7)), (BAD.at(3, 7), BAD.at(3, 9))])
def test_of_an_order_that_is_rejected_twice_in_a_load_the_later_version_waits(
    engine: sa.Engine, earlier: Order, later: Order, is_reversed: bool
) -> None:
    assert load_orders(engine, rejects=[later, earlier] if is_reversed else [earlier, later]).rejected == 1
    found = rows(engine, "SELECT version_at, fetched_at FROM ops.reject")
    assert found == [(later.version_at, hour(later.fetched))]


def test_of_rejects_that_tell_no_time_and_were_fetched_at_once_the_later_mappings_waits(engine: sa.Engine) -> None:
    load_orders(engine, rejects=[BAD.at(None, fetched=5)], mapping=2)
    load_orders(engine, rejects=[BAD.at(None, fetched=5)], mapping=1)
    assert rows(engine, "SELECT mapping_version, resolution FROM ops.reject") == [(2, None)]


def test_an_order_that_stays_stale_is_not_marked_again(engine: sa.Engine) -> None:
    load_orders(engine, GOOD, rejects=[BAD])
    lies = "SELECT ctid, xmin, xmax FROM ops.order_version WHERE source_order_id = '4711'"
    before = (physical_rows(engine), rows(engine, lies))
    load_orders(engine, rejects=[Order("4712")])
    assert (physical_rows(engine), rows(engine, lies)) == before
