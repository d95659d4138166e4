"""Which connections a scheduled run syncs."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import uuid4

import pytest
import sqlalchemy as sa

from include.orderhouse.sync.request import Mode
from include.orderhouse.upkeep.due import due
from include.orderhouse.warehouse.clock import warehouse_now
from include.orderhouse.warehouse.syncs.ledger import SyncRow, start_sync
from tests.unit.small_source import connection

HOURLY = connection(sync_every="1h")
COUNTING = {Mode.INITIAL, Mode.INCREMENTAL, Mode.FULL_RESYNC}


def synced(engine: sa.Engine, started_at: datetime, mode: Mode = Mode.INCREMENTAL, state: str = "succeeded") -> None:
    """A sync of the connection that began then."""
    key = str(uuid4())
    start_sync(engine, SyncRow(key, HOURLY.name, "c", "small", mode, "r", "t", None, None, None, (), 1))
    told = {"started_at": started_at, "state": state, "key": key}
    with engine.begin() as warehouse:
        set_to = sa.text("UPDATE ops.sync SET started_at = :started_at, state = :state WHERE sync_id = :key")
        warehouse.execute(set_to, told)


@pytest.mark.parametrize(("minutes", "is_due"), [(58, False), (59, True), (61, True)])
def test_a_sync_is_due_a_minute_before_its_time_since_no_schedule_is_on_the_second(
    engine: sa.Engine, minutes: int, is_due: bool
) -> None:
    now = warehouse_now(engine)
    synced(engine, now - timedelta(minutes=minutes))
    synced(engine, now - timedelta(days=1))
    assert (due([HOURLY], engine, now) == [HOURLY.name]) is is_due


@pytest.mark.parametrize("mode", [mode for mode in Mode if mode is not Mode.AUTO])
def test_what_does_not_go_on_from_the_watermark_leaves_a_sync_due(engine: sa.Engine, mode: Mode) -> None:
    now = warehouse_now(engine)
    synced(engine, now, mode)
    assert (due([HOURLY], engine, now) == []) is (mode in COUNTING)


def test_a_sync_that_failed_leaves_it_due(engine: sa.Engine) -> None:
    now = warehouse_now(engine)
    synced(engine, now, state="failed")
    assert due([HOURLY], engine, now) == [HOURLY.name]
