"""Syncs that died without a word are told as failed, once; those that live are left alone."""

from __future__ import annotations

from dataclasses import replace

import pytest
import sqlalchemy as sa

from include.orderhouse.warehouse.load import load
from include.orderhouse.warehouse.syncs.ledger import fail_sync, start_sync
from include.orderhouse.warehouse.syncs.lost_syncs import TASK_KILLED, UntoldSync, give_up, untold_syncs
from tests.warehouse.orders import Order, frames, rows
from tests.warehouse.test_ledger import ROW, SYNC, TASK

OURS = replace(ROW, run_id="purchase_orders__test/manual__1")
LEDGER = "SELECT state, error_code, finished_at IS NOT NULL FROM ops.sync"
EVENTS = "SELECT kind, data ->> 'error_code' FROM ops.webhook_event"


@pytest.fixture
def lost(engine: sa.Engine) -> UntoldSync:
    """A sync that has begun."""
    start_sync(engine, OURS)
    (found,) = untold_syncs(engine, "purchase_orders__")
    return found


def test_a_lost_sync_has_failed_and_is_told_once(engine: sa.Engine, lost: UntoldSync) -> None:
    assert give_up(engine, lost)
    assert not give_up(engine, lost)
    assert rows(engine, LEDGER) == [("failed", TASK_KILLED.code, True)]
    assert rows(engine, EVENTS) == [("sync.failed", TASK_KILLED.code)]
    assert untold_syncs(engine, "purchase_orders__") == []


def test_a_sync_of_other_runs_is_nobodys_to_judge(engine: sa.Engine) -> None:
    start_sync(engine, replace(ROW, run_id="command line/1"))
    start_sync(engine, replace(ROW, connection="acme_eu", run_id="purchase-ordersXXtest/1"))
    assert untold_syncs(engine, "purchase_orders__") == []


def test_a_sync_that_has_begun_anew_meanwhile_goes_on(engine: sa.Engine, lost: UntoldSync) -> None:
    fail_sync(engine, "acme_us", SYNC, "SOURCE_TIMEOUT", "no answer", is_final=False)
    start_sync(engine, OURS)
    assert not give_up(engine, lost)
    assert rows(engine, LEDGER) == [("running", None, False)]


def test_a_sync_that_has_loaded_meanwhile_stays_succeeded(engine: sa.Engine, lost: UntoldSync) -> None:
    load(engine, TASK, [frames(Order())])
    assert not give_up(engine, lost)
    assert rows(engine, EVENTS) == [("sync.completed", None)]


def test_a_sync_that_failed_and_was_not_tried_again_is_told_with_its_error(engine: sa.Engine, lost: UntoldSync) -> None:
    fail_sync(engine, "acme_us", SYNC, "SOURCE_TIMEOUT", "no answer", is_final=False)
    (failed,) = untold_syncs(engine, "purchase_orders__")
    assert give_up(engine, failed)
    assert rows(engine, LEDGER) == [("failed", "SOURCE_TIMEOUT", True)]
    assert rows(engine, EVENTS) == [("sync.failed", "SOURCE_TIMEOUT")]
    assert untold_syncs(engine, "purchase_orders__") == []


def test_a_sync_that_has_told_its_failure_is_told_again_only_for_another_attempt(
    engine: sa.Engine, lost: UntoldSync
) -> None:
    fail_sync(engine, "acme_us", SYNC, "SOURCE_TIMEOUT", "no answer")
    assert untold_syncs(engine, "purchase_orders__") == []
    start_sync(engine, OURS)
    fail_sync(engine, "acme_us", SYNC, "SOURCE_TIMEOUT", "no answer", is_final=False)
    assert [found.attempts for found in untold_syncs(engine, "purchase_orders__")] == [2]


def test_a_failure_of_long_ago_is_not_told_any_more(engine: sa.Engine, lost: UntoldSync) -> None:
    """Its event may have been forgotten since."""
    fail_sync(engine, "acme_us", SYNC, "SOURCE_TIMEOUT", "no answer", is_final=False)
    with engine.begin() as session:
        session.execute(sa.text("UPDATE ops.sync SET finished_at = now() - interval '25 hours'"))
    assert untold_syncs(engine, "purchase_orders__") == []
