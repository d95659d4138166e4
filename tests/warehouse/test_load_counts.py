"""What the ledger says a load did, to the order and the line, and which rows it wrote."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
import sqlalchemy as sa

from include.orderhouse.warehouse.clock import warehouse_now
from include.orderhouse.warehouse.load import GoneOrder, LoadCounts, load
from include.orderhouse.warehouse.syncs.ledger import finished_sync
from tests.warehouse.orders import DAWN, Line, Order, frames, load_orders, rows, started_task

LINES = (Line("10", {}, ("1",), ("1",)), Line("20"))
ORDER = Order(lines=LINES)
GONE = (GoneOrder("4711", None, "absent_in_full_scan"),)


def changed(order: Order, memo: str, **more: Any) -> Order:
    """A later version of an order."""
    return replace(order, version=(order.version or 0) + 1, values={"memo": memo}, **more)


def come_back(engine: sa.Engine, order: Order) -> Order:
    """The order as it is read now."""
    return order.at(order.version, fetched=(warehouse_now(engine) - DAWN).total_seconds() / 3600)


def test_each_order_and_line_is_counted_once_whatever_else_the_load_brings(engine: sa.Engine) -> None:
    held = {name: Order(name, lines=LINES) for name in ("changed", "same", "older", "flagged", "was flagged", "gone")}
    flagged_before = replace(held["was flagged"], is_deleted=True)
    load_orders(engine, *(held | {"was flagged": flagged_before}).values(), Order("back"))
    load_orders(engine, gone=(GoneOrder("back", None, "tombstone"),))
    brought = (
        Order("new", lines=LINES, issues=("UNIT_UNKNOWN",)),
        Order("new and flagged", is_deleted=True),
        changed(held["changed"], "more", lines=(LINES[0], Line("20", {"tax_code": "V1"}), Line("30"))),
        held["same"].at(2),
        held["older"],
        replace(held["flagged"], is_deleted=True).at(2),
        changed(flagged_before, "still flagged", lines=LINES[1:]),
        come_back(engine, Order("back")),
    )
    gone = tuple(GoneOrder(name, None, "tombstone") for name in ("gone", "was flagged", "never known"))
    task = started_task(engine, gone=gone)
    read = {"orders_extracted": 10, "lines_extracted": 18, "orders_duplicate": 3}
    task = replace(task, counts=read)
    rejects = [changed(held["changed"], "later still").at(9), Order("only rejected", lines=LINES)]
    counts = load(engine, task, [frames(*brought[:4]), frames(*brought[4:], rejects=rejects)])
    assert counts == LoadCounts(
        inserted=2,
        updated=4,
        unchanged=1,
        older=1,
        duplicates=3,
        rejected=2,
        deleted=3,
        lines_written=3 + 2 + 2 + 1,
        lines_unchanged=1 + 2 + 1,
        lines_older=2,
        lines_rejected=4,
        lines_deleted=0,
        issues=1,
    )
    row = finished_sync(engine, "acme_us", task.sync_id)
    assert row is not None
    assert LoadCounts.of_ledger(row) == counts


@pytest.mark.parametrize("gone", [False, True], ids=["flagged", "gone"])
def test_an_order_that_is_deleted_already_is_not_counted_as_deleted_again(engine: sa.Engine, gone: bool) -> None:
    flagged = replace(ORDER, is_deleted=True)
    assert load_orders(engine, *([ORDER] if gone else [flagged]), gone=GONE if gone else ()).deleted == 1
    again = load_orders(engine, changed(flagged, "flagged"))
    assert (again.updated, again.deleted) == (1, 0)
    assert load_orders(engine, gone=GONE).deleted == 0
    assert load_orders(engine, come_back(engine, changed(ORDER, "back").at(3))).deleted == 0
    assert load_orders(engine, come_back(engine, changed(flagged, "flagged").at(4))).deleted == 1


@pytest.mark.parametrize("is_flagged", [False, True])
def test_a_line_that_was_deleted_with_its_order_does_not_vanish_when_the_order_comes_back_without_it(
    engine: sa.Engine, is_flagged: bool
) -> None:
    load_orders(engine, replace(ORDER, is_deleted=is_flagged), gone=() if is_flagged else GONE)
    back = come_back(engine, changed(ORDER, "back", lines=LINES[1:]))
    counts = load_orders(engine, back)
    assert (counts.updated, counts.lines_written, counts.lines_deleted) == (1, 1, 0)
    assert load_orders(engine, come_back(engine, changed(back, "without", lines=()))).lines_deleted == 1


def test_a_line_that_has_vanished_is_written_once(engine: sa.Engine) -> None:
    load_orders(engine, ORDER)
    shorter = changed(ORDER, "shorter", lines=LINES[1:])
    assert load_orders(engine, shorter).lines_deleted == 1
    where = "SELECT ctid, xmin FROM procurement.purchase_order_line WHERE source_line_id = '10'"
    before = rows(engine, where)
    assert load_orders(engine, changed(shorter, "more")).lines_deleted == 0
    assert rows(engine, where) == before


@pytest.mark.parametrize(
    "later",
    [
        replace(ORDER, lines=(LINES[0], Line("20", {"tax_code": "V1"}))).at(2),
        replace(ORDER, lines=LINES[:1]).at(2),
    ],
    ids=["rewritten", "vanished"],
)
def test_an_order_whose_line_changed_is_written_with_it_by_the_same_sync(engine: sa.Engine, later: Order) -> None:
    load_orders(engine, ORDER)
    before = rows(engine, "SELECT loaded_at, sync_id FROM procurement.purchase_order")
    load_orders(engine, later)
    written = rows(engine, "SELECT loaded_at, sync_id FROM procurement.purchase_order")
    assert written != before
    told = "SELECT source_line_id, loaded_at, sync_id FROM procurement.purchase_order_line ORDER BY 1"
    assert rows(engine, told) == [("10", *before[0]), ("20", *written[0])]
