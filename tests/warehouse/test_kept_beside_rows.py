"""What the warehouse keeps of an order beside its rows: its version, its raw record, its issues."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import sqlalchemy as sa

from include.orderhouse.frames import Frames
from include.orderhouse.warehouse.load import load
from tests.warehouse.orders import Order, frames, hour, known, load_orders, rows, started_task

ORDER = Order(issues=("UNIT_UNKNOWN",))


def loaded(engine: sa.Engine, batch: Frames, mapping: int = 1) -> str:
    """Load a batch; the id of its sync."""
    task = started_task(engine, mapping=mapping)
    load(engine, task, [batch])
    return task.sync_id


def test_a_later_version_with_the_same_content_is_the_one_that_is_known_from_then_on(engine: sa.Engine) -> None:
    load_orders(engine, ORDER)
    sync_id = loaded(engine, frames(ORDER.at(3, fetched=5)), mapping=2)
    assert known(engine) == [("4711", hour(3), False)]
    told = "SELECT source_modified_at, version_at, fetched_at, mapping_version, sync_id::text FROM ops.order_version"
    assert rows(engine, told) == [(hour(3), hour(3), hour(5), 2, sync_id)]
    assert rows(engine, "SELECT fetched_at, sync_id::text FROM ops.order_raw") == [(hour(5), sync_id)]


def test_a_raw_record_that_is_read_again_was_fetched_then(engine: sa.Engine) -> None:
    other = Order("4712")
    load_orders(engine, ORDER, other)
    before = rows(engine, "SELECT payload FROM ops.order_raw WHERE source_order_id = '4711'")
    sync_id = loaded(engine, frames(ORDER.at(1, fetched=5), other.at(2, fetched=5)))
    told = "SELECT DISTINCT fetched_at, sync_id::text FROM ops.order_raw"
    assert rows(engine, told) == [(hour(5), sync_id)]
    assert rows(engine, "SELECT payload FROM ops.order_raw WHERE source_order_id = '4711'") == before


def test_an_issue_that_stays_was_noted_when_it_was_first_and_says_what_is_odd_now(engine: sa.Engine) -> None:
    def noted(order: Order, source_value: str) -> str:
        made = frames(order)
        told: list[dict[str, Any]] = [
            {**row, "reason": f"odd: {source_value}", "source_value": source_value} for row in made["issue"].to_pylist()
        ]
        return loaded(engine, Frames({**made.tables, "issue": pa.Table.from_pylist(told, made["issue"].schema)}))

    noted(ORDER, "crate")
    ((since,),) = rows(engine, "SELECT noted_at FROM ops.issue")
    sync_id = noted(ORDER.at(2), "box")
    told = "SELECT noted_at, reason, source_value, sync_id::text FROM ops.issue"
    assert rows(engine, told) == [(since, "odd: box", "box", sync_id)]


def test_what_is_found_odd_twice_is_kept_once(engine: sa.Engine) -> None:
    twice = Order(issues=("UNIT_UNKNOWN", "UNIT_UNKNOWN"))
    assert load_orders(engine, twice).issues == 1
    assert rows(engine, "SELECT code FROM ops.issue") == [("UNIT_UNKNOWN",)]
