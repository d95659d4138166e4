"""The outbox: an event is there exactly when what it tells about is committed, and holds nothing out of an order."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
import sqlalchemy as sa

from include.orderhouse.errors import CountMismatch, ValueRefused
from include.orderhouse.warehouse.load import keep_rejects, load
from include.orderhouse.warehouse.syncs.ledger import fail_sync, start_sync
from include.orderhouse.warehouse.syncs.source_fields import Drift, SeenField, observation
from include.orderhouse.warehouse.syncs.status import set_status
from tests.warehouse.orders import Line, Order, frames, key, rows, started_task
from tests.warehouse.test_ledger import ROW

SECRETIVE = Order("PO-CONFIDENTIAL", values={"memo": "a secret memo", "vendor_name": "Secret Ltd"}, lines=(Line(),))


def told(engine: sa.Engine) -> list[tuple[str, dict[str, Any]]]:
    """Kind and data of all events, in their order."""
    return [
        (kind, data) for kind, data in rows(engine, "SELECT kind, data FROM ops.webhook_event ORDER BY occurred_at")
    ]


def kinds(engine: sa.Engine) -> list[str]:
    return [kind for kind, _ in told(engine)]


def test_a_load_tells_once_that_its_sync_is_completed_with_its_counts(engine: sa.Engine) -> None:
    task = started_task(engine)
    load(engine, task, [frames(SECRETIVE, Order("4712"))])
    load(engine, task, [frames(SECRETIVE, Order("4712"))])
    ((kind, data),) = told(engine)
    assert kind == "sync.completed"
    assert (data["sync_id"], data["connection"], data["state"]) == (task.sync_id, "acme_us", "succeeded")
    assert data["orders"]["inserted"] == 2
    assert data["lines"]["written"] == 2
    assert data["finished_at"].endswith("Z")
    assert "ONFIDENTIAL" not in str(data)
    assert "ecret" not in str(data)


def test_a_load_that_rolls_back_tells_nothing(engine: sa.Engine) -> None:
    task = replace(started_task(engine), counts={"orders_extracted": 5})
    with pytest.raises(CountMismatch):
        load(engine, task, [frames(Order())])
    assert told(engine) == []


def test_an_event_that_cannot_be_written_undoes_the_load(engine: sa.Engine) -> None:
    with engine.begin() as session:
        session.execute(sa.text("ALTER TABLE ops.webhook_event ADD CHECK (kind <> 'sync.completed')"))
    with pytest.raises(ValueRefused):
        load(engine, started_task(engine), [frames(Order())])
    assert rows(engine, "SELECT count(*) FROM procurement.purchase_order") == [(0,)]
    assert rows(engine, "SELECT state FROM ops.sync") == [("running",)]


def test_a_failure_is_told_when_no_further_try_follows(engine: sa.Engine) -> None:
    start_sync(engine, ROW)
    fail_sync(engine, ROW.connection, ROW.sync_id, "SOURCE_TIMEOUT", "no answer about PO-7", is_final=False)
    assert told(engine) == []
    fail_sync(engine, ROW.connection, ROW.sync_id, "SOURCE_TIMEOUT", "no answer about PO-7")
    ((kind, data),) = told(engine)
    assert (kind, data["error_code"], data["state"]) == ("sync.failed", "SOURCE_TIMEOUT", "failed")
    assert "PO-7" not in str(data), "what a source says may hold parts of orders"


def test_a_failure_after_the_load_is_none_of_the_sync(engine: sa.Engine) -> None:
    task = started_task(engine)
    load(engine, task, [frames(Order())])
    fail_sync(engine, task.connection, task.sync_id, "WATERMARK_INVALID", "malformed")
    assert kinds(engine) == ["sync.completed"]


def test_more_rejects_than_the_threshold_are_told_also_where_they_stop_the_sync(engine: sa.Engine) -> None:
    bad = [Order(str(number)) for number in range(3)]
    within = replace(started_task(engine), reject_alert=3)
    load(engine, within, [frames(rejects=bad)])
    over = replace(started_task(engine), reject_alert=2)
    keep_rejects(engine, over, [frames(rejects=[order.at(5) for order in bad])])
    assert kinds(engine) == ["sync.completed", "rejects.over_threshold"]
    _, data = told(engine)[1]
    assert (data["threshold"], data["orders"]["rejected"], data["state"]) == (2, 3, "stopped")


def test_each_change_of_a_connections_state_is_told_once(engine: sa.Engine) -> None:
    for state in ("online", "online", "offline", "offline", "online", "needs_reauthorisation", "online"):
        set_status(engine, "acme_us", "acme", "odoo", state, "CODE" if state != "online" else None)
    assert kinds(engine) == [
        "connection.offline",
        "connection.online",
        "connection.reauthorisation_needed",
        "connection.online",
    ]
    assert told(engine)[0][1] == {
        "connection": "acme_us",
        "customer": "acme",
        "connector": "odoo",
        "state_before": "online",
        "state": "offline",
        "error_code": "CODE",
        "since": told(engine)[0][1]["since"],
    }


def test_a_connection_that_never_worked_is_told(engine: sa.Engine) -> None:
    set_status(engine, "acme_us", "acme", "odoo", "needs_reauthorisation", "AUTHENTICATION_FAILED")
    assert kinds(engine) == ["connection.reauthorisation_needed"]


def test_drift_is_told_by_the_sync_that_first_meets_it(engine: sa.Engine) -> None:
    drifts = [
        Drift("memo", "vanished", True, "string", None),
        *(Drift(f"new_{number}", "appeared", False, None, "string") for number in range(60)),
    ]
    for _ in range(2):
        with observation(engine, "acme_us", key("first")) as look:
            look.keep({"memo": SeenField(("string",), 9, 9, "a secret memo")}, (), drifts)
    ((kind, data),) = told(engine)
    assert (kind, data["changes"], data["mapped_changes"], len(data["fields"])) == ("schema.drift", 61, 1, 50)
    assert "secret" not in str(data)
