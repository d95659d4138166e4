"""The table that ends a start: the first sync of each connection, not those that follow it."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime

import sqlalchemy as sa
from rich.table import Table

from include.orderhouse.warehouse.load import LoadTask, load
from include.orderhouse.warehouse.syncs.ledger import SyncRow, fail_sync, set_watermark_after, start_sync
from include.standalone.ledger import sync_table
from tests.warehouse.orders import Order, frames, hour

BEFORE, FIRST, SECOND = (f"{digit * 8}-1111-1111-1111-111111111111" for digit in "012")
TRIGGERED = SyncRow(
    FIRST, "acme_us", "acme", "test", "initial", "purchase_orders__test/manual", "manual", hour(0), hour(9), None, (), 1
)


def test_a_sync_that_follows_does_not_take_the_first_one_s_place(engine: sa.Engine) -> None:
    start_sync(engine, replace(TRIGGERED, sync_id=BEFORE, run_id="purchase_orders__test/before"))
    began = datetime.now(UTC)
    start_sync(engine, TRIGGERED)
    counts = {"orders_extracted": 2, "lines_extracted": 2}
    load(engine, LoadTask("acme_us", "acme", FIRST, 1, counts=counts), [frames(Order(), rejects=[Order("2")])])
    set_watermark_after(engine, "acme_us", FIRST, hour(9))
    start_sync(engine, replace(TRIGGERED, sync_id=SECOND, mode="incremental", run_id="purchase_orders__test/scheduled"))
    table = sync_table(engine.url.render_as_string(hide_password=False), began)
    assert _rows(table) == [["acme_us", "initial", "succeeded", "1"]]
    assert [list(column.cells) for column in table.columns[4:7]] == [["2"], ["1"], ["2026-03-02 09:00:00 UTC"]]
    (seconds,) = table.columns[7].cells
    assert re.fullmatch(r"\d+\.\d", str(seconds))


def test_a_sync_that_failed_is_told_from_one_that_loaded_nothing(engine: sa.Engine) -> None:
    began = datetime.now(UTC)
    start_sync(engine, TRIGGERED)
    fail_sync(engine, "acme_us", FIRST, "SOURCE_UNAVAILABLE", "The source is down.")
    assert _rows(sync_table(engine.url.render_as_string(hide_password=False), began)) == [
        ["acme_us", "initial", "failed", ""]
    ]


def _rows(table: Table) -> list[list[object]]:
    """What the first four columns say, row by row."""
    return [list(row) for row in zip(*(column.cells for column in table.columns[:4]), strict=True)]
