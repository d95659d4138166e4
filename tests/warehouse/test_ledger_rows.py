"""What the rows of the ledger say of syncs that start again, and what later syncs read of earlier ones."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa

from include.orderhouse.errors import ConfigurationInvalid
from include.orderhouse.warehouse.syncs.ledger import (
    begin_anew,
    covered_scope,
    fail_sync,
    finished_sync,
    last_scope,
    last_watermark,
    note_counts,
    note_mapping,
    note_scope,
    refuse_left,
    restart_sync,
    start_sync,
)
from include.orderhouse.warehouse.syncs.status import set_status
from tests.warehouse.orders import hour, rows
from tests.warehouse.test_ledger import ROW, SYNC
from tests.warehouse.test_reading_lists import ran, sync_id

TIMES = "SELECT started_at, attempted_at FROM ops.sync WHERE connection = 'acme_us'"
STATE = "SELECT state, attempts, error_code, error_message, finished_at FROM ops.sync WHERE connection = 'acme_us'"
BESIDE = replace(ROW, connection="acme_eu")


def age(engine: sa.Engine) -> None:
    """Let the syncs have begun and been tried an hour ago."""
    with engine.begin() as session:
        earlier = "started_at = started_at - interval '1 hour', attempted_at = attempted_at - interval '1 hour'"
        session.execute(sa.text(f"UPDATE ops.sync SET {earlier}"))


def test_a_sync_that_starts_again_says_since_when_it_is_tried_and_what_it_is_by_now(engine: sa.Engine) -> None:
    start_sync(engine, BESIDE)
    start_sync(engine, ROW)
    age(engine)
    fail_sync(engine, "acme_us", SYNC, "SOURCE_TIMEOUT", "no answer")
    start_sync(engine, replace(ROW, mode="incremental", window_end=hour(10), mapping_version=2))
    ((started_at, attempted_at),) = rows(engine, TIMES)
    assert attempted_at - started_at > timedelta(minutes=59)
    assert rows(engine, STATE) == [("running", 2, None, None, None)]
    told = "SELECT mode, window_end, mapping_version, attempts FROM ops.sync ORDER BY connection"
    assert rows(engine, told) == [("initial", hour(9), 1, 1), ("incremental", hour(10), 2, 2)]


@pytest.mark.parametrize("state", ["failed", "stopped"])
def test_a_sync_that_goes_on_is_one_more_attempt_without_an_error(engine: sa.Engine, state: str) -> None:
    for row in (BESIDE, ROW):
        start_sync(engine, row)
        fail_sync(engine, row.connection, SYNC, "TOO_MANY_REJECTS", "half of them", state)
    age(engine)
    for _ in range(2):
        restart_sync(engine, "acme_us", SYNC)
    assert rows(engine, STATE) == [("running", 2, None, None, None)], "what runs does not begin anew"
    ((started_at, attempted_at),) = rows(engine, TIMES)
    assert attempted_at - started_at > timedelta(minutes=59)
    assert rows(engine, "SELECT state FROM ops.sync WHERE connection = 'acme_eu'") == [(state,)]


def test_a_sync_that_has_ended_does_not_go_on_or_begin_anew(engine: sa.Engine) -> None:
    ran(engine, 1)
    before = rows(engine, f"{STATE} UNION ALL SELECT mode, 0, run_id, NULL, started_at FROM ops.sync")
    restart_sync(engine, "acme_us", sync_id(1))
    begin_anew(engine, "acme_us", sync_id(1))
    assert rows(engine, f"{STATE} UNION ALL SELECT mode, 0, run_id, NULL, started_at FROM ops.sync") == before


def test_a_sync_that_begins_anew_started_just_now(engine: sa.Engine) -> None:
    start_sync(engine, ROW)
    age(engine)
    begin_anew(engine, "acme_us", SYNC)
    ((is_now,),) = rows(engine, "SELECT started_at > clock_timestamp() - interval '1 minute' FROM ops.sync")
    assert is_now


def test_what_turns_out_while_a_sync_runs_is_noted_on_its_row_alone(engine: sa.Engine) -> None:
    for row in (BESIDE, ROW):
        start_sync(engine, row)
    note_scope(engine, "acme_us", SYNC, ["DE01"])
    note_mapping(engine, "acme_us", SYNC, 7)
    note_counts(engine, "acme_us", SYNC)
    note_counts(engine, "acme_us", SYNC, calls=3)
    told = "SELECT scope, mapping_version, calls FROM ops.sync ORDER BY connection"
    assert rows(engine, told) == [(["DE01", "US01"], 1, None), (["DE01"], 7, 3)]
    for counted_otherwise in ("attempts", "mapping_version"):
        with pytest.raises(ValueError, match="no count called"):
            note_counts(engine, "acme_us", SYNC, **{counted_otherwise: 1})


def test_a_failure_is_an_event_where_no_attempt_follows_and_the_sync_is_known(engine: sa.Engine) -> None:
    start_sync(engine, ROW)
    fail_sync(engine, "acme_us", SYNC, "SOURCE_TIMEOUT", "no answer", is_final=False)
    fail_sync(engine, "acme_us", sync_id(9), "SOURCE_TIMEOUT", "no answer")
    assert rows(engine, "SELECT kind FROM ops.webhook_event") == []
    ran(engine, 1)
    fail_sync(engine, "acme_us", sync_id(1), "WATERMARK_INVALID", "the Variable is malformed")
    fail_sync(engine, "acme_us", SYNC, "SOURCE_TIMEOUT", "no answer")
    assert rows(engine, "SELECT kind, data ->> 'sync_id' FROM ops.webhook_event") == [("sync.failed", SYNC)]


def test_a_sync_is_finished_by_its_own_row_alone(engine: sa.Engine) -> None:
    ran(engine, 1)
    ran(engine, 2, state="stopped")
    found = [finished_sync(engine, *which) for which in (("acme_eu", sync_id(1)), ("acme_us", sync_id(2)))]
    assert found == [None, None]


def test_how_far_a_connection_came_is_what_its_latest_sync_says_that_left_a_watermark(engine: sa.Engine) -> None:
    assert (last_scope(engine, "acme_us"), last_watermark(engine, "acme_us")) == (None, None)
    ran(engine, 1, watermark=hour(1), scope=("DE01",))
    ran(engine, 2, watermark=hour(2), scope=("DE01", "US01"))
    ran(engine, 3, watermark=hour(3), scope=("FR01",), state="failed")
    ran(engine, 4, "reconcile", scope=("FR01",))
    ran(engine, 5, watermark=hour(5), scope=("FR01",), connection="acme_eu")
    assert (last_scope(engine, "acme_us"), last_watermark(engine, "acme_us")) == (("DE01", "US01"), hour(2))


def test_all_is_covered_that_syncs_read_up_to_a_watermark_since_the_last_full_resync(engine: sa.Engine) -> None:
    """What is absent from anything else was perhaps never looked for: a reconcile would take it for deleted."""
    assert covered_scope(engine, "acme_us") == set()
    ran(engine, 1, watermark=hour(1), scope=("DE01",))
    ran(engine, 2, watermark=hour(2), scope=("US01",))
    ran(engine, 3, watermark=hour(3), scope=("FR01",), state="failed")
    ran(engine, 4, "window", scope=("FR01",))
    ran(engine, 5, watermark=hour(5), scope=("FR01",), connection="acme_eu")
    ran(engine, 6, "full_resync", watermark=hour(5), scope=("FR01",), state="stopped")
    assert covered_scope(engine, "acme_us") == {"DE01", "US01"}
    ran(engine, 7, "full_resync", watermark=hour(7), scope=("US01",))
    assert covered_scope(engine, "acme_us") == {"US01"}
    ran(engine, 8, watermark=hour(8), scope=("ES01",))
    assert covered_scope(engine, "acme_us") == {"US01", "ES01"}


def test_a_connection_is_refused_that_was_disconnected_or_is_another_customers_by_now(engine: sa.Engine) -> None:
    refuse_left(engine, "acme_us", "globex")
    ran(engine, 2, customer="globex")
    ran(engine, 1)
    ran(engine, 3, connection="acme_eu")
    refuse_left(engine, "acme_us", "globex")
    with pytest.raises(ConfigurationInvalid, match="another customer's"):
        refuse_left(engine, "acme_us", "acme")
    set_status(engine, "acme_us", "globex", "test", "disconnected")
    with pytest.raises(ConfigurationInvalid, match="is disconnected"):
        refuse_left(engine, "acme_us", "globex")
