"""The ledger of syncs, the states of connections."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from include.orderhouse.errors import ConfigurationInvalid
from include.orderhouse.warehouse.engine import connect
from include.orderhouse.warehouse.load import LoadTask, load
from include.orderhouse.warehouse.syncs.ledger import (
    SyncRow,
    fail_sync,
    finished_sync,
    last_scope,
    note_counts,
    set_watermark_after,
    start_sync,
)
from include.orderhouse.warehouse.syncs.mapping_versions import mapping_version
from include.orderhouse.warehouse.syncs.status import set_status
from tests.warehouse.orders import Order, frames, hour, rows

SYNC = "11111111-1111-1111-1111-111111111111"
ROW = SyncRow(
    SYNC, "acme_us", "acme", "test", "initial", "run 1", "manual", hour(0), hour(9), None, ("DE01", "US01"), 1
)
TASK = LoadTask("acme_us", "acme", SYNC, 1)


def test_a_sync_that_starts_again_is_one_row_with_two_attempts_and_no_error(engine: sa.Engine) -> None:
    start_sync(engine, ROW)
    fail_sync(engine, "acme_us", SYNC, "SOURCE_TIMEOUT", "no answer")
    assert rows(engine, "SELECT state, error_code, finished_at IS NOT NULL FROM ops.sync") == [
        ("failed", "SOURCE_TIMEOUT", True)
    ]
    start_sync(engine, ROW)
    told = "SELECT state, attempts, error_code, finished_at, scope, window_end FROM ops.sync"
    assert rows(engine, told) == [("running", 2, None, None, ["DE01", "US01"], hour(9))]


def test_h7_a_sync_is_finished_only_when_its_load_has_committed(engine: sa.Engine) -> None:
    start_sync(engine, ROW)
    assert finished_sync(engine, "acme_us", SYNC) is None
    load(engine, TASK, [frames(Order())])
    finished = finished_sync(engine, "acme_us", SYNC)
    assert finished is not None
    assert finished["orders_inserted"] == 1


def test_a_load_that_succeeds_at_another_try_has_no_error(engine: sa.Engine) -> None:
    start_sync(engine, ROW)
    fail_sync(engine, "acme_us", SYNC, "WAREHOUSE_UNAVAILABLE", "deadlock", is_final=False)
    load(engine, TASK, [frames(Order())])
    assert rows(engine, "SELECT state, error_code, error_message FROM ops.sync") == [("succeeded", None, None)]


def test_a_committed_load_stays_succeeded_whatever_fails_after_it(engine: sa.Engine) -> None:
    start_sync(engine, ROW)
    load(engine, TASK, [frames(Order())])
    fail_sync(engine, "acme_us", SYNC, "WATERMARK_INVALID", "the Variable is malformed")
    start_sync(engine, ROW)
    assert rows(engine, "SELECT state, attempts, error_code FROM ops.sync") == [("succeeded", 1, None)]


def test_counts_are_noted_by_name_and_only_counts(engine: sa.Engine) -> None:
    start_sync(engine, ROW)
    note_counts(engine, "acme_us", SYNC, calls=7, report_path="acme_us/report.html", source_count=None)
    assert rows(engine, "SELECT calls, report_path, source_count FROM ops.sync") == [(7, "acme_us/report.html", None)]
    with pytest.raises(ValueError, match="no count called state"):
        note_counts(engine, "acme_us", SYNC, state="succeeded")


def test_the_last_scope_is_that_of_the_latest_sync_that_moved_the_watermark(engine: sa.Engine) -> None:
    assert last_scope(engine, "acme_us") is None
    start_sync(engine, ROW)
    load(engine, TASK, [frames()])
    assert last_scope(engine, "acme_us") is None
    set_watermark_after(engine, "acme_us", SYNC, hour(9))
    assert last_scope(engine, "acme_us") == ("DE01", "US01")


def test_a_change_of_state_is_an_event_and_the_same_state_again_is_none(engine: sa.Engine) -> None:
    for state, code in (("online", None), ("online", None), ("offline", "SOURCE_UNAVAILABLE"), ("online", None)):
        set_status(engine, "acme_us", "acme", "test", state, code)
    told = "SELECT state_before, state, error_code FROM ops.connection_event ORDER BY event_id"
    assert rows(engine, told) == [
        (None, "online", None),
        ("online", "offline", "SOURCE_UNAVAILABLE"),
        ("offline", "online", None),
    ]
    assert rows(engine, "SELECT state, error_code FROM ops.connection_status") == [("online", None)]
    with pytest.raises(ValueError, match="no state"):
        set_status(engine, "acme_us", "acme", "test", "broken")


def test_an_address_that_is_no_postgresql_is_refused() -> None:
    with pytest.raises(ConfigurationInvalid, match="sqlite"):
        connect("sqlite://")
    with pytest.raises(ConfigurationInvalid, match="no URL"):
        connect("somewhere")


def test_the_password_of_an_address_that_cannot_be_reached_is_not_told(engine: sa.Engine) -> None:
    other = connect("postgresql://someone:planted-secret@127.0.0.1:1/warehouse")
    with pytest.raises(Exception, match="cannot be used") as caught, other.connect():
        pass
    assert "planted-secret" not in f"{caught.value!r} {caught.value} {other!r}"


def test_nothing_of_a_disconnected_connection_begins(engine: sa.Engine) -> None:
    set_status(engine, "acme_us", "acme", "test", "disconnected")
    for begin in (lambda: start_sync(engine, ROW), lambda: mapping_version(engine, "acme_us", "fingerprint")):
        with pytest.raises(ConfigurationInvalid, match="is disconnected"):
            begin()
    assert rows(engine, "SELECT FROM ops.sync UNION ALL SELECT FROM ops.mapping_version") == []
