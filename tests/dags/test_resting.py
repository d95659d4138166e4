"""What a run does about a connection whose refused credentials rest."""

from __future__ import annotations

import logging
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import sqlalchemy as sa

from include.orchestration import tasks
from include.orchestration.choice import connections_to_sync
from include.orchestration.secrets import task_credentials
from include.orderhouse.configuration.connections import read_connection
from include.orderhouse.errors import ConfigurationInvalid
from include.orderhouse.sync.failed.resting import note_refusal
from include.orderhouse.sync.runtime import Runtime
from include.orderhouse.warehouse.syncs.status import set_status
from tests.sync.conftest import KeptWatermark
from tests.warehouse.conftest import engine, url
from tests.warehouse.orders import rows

__all__ = ["engine", "url"]

CONNECTIONS = """
connections:
  acme: {connector: odoo, customer: acme, fresh_within: 1h}
  acme_eu: {connector: odoo, customer: acme}
"""
CREDENTIALS = '{"conn_type": "http", "host": "https://erp.example.com", "login": "api", "password": "{word}"}'


@pytest.fixture(autouse=True)
def resting(engine: sa.Engine, url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The source of acme has refused its credentials three times."""
    file = tmp_path / "connections.yaml"
    file.write_text(CONNECTIONS, encoding="utf-8")
    monkeypatch.setenv("ORDERHOUSE_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("ORDERHOUSE_CONNECTIONS", str(file))
    monkeypatch.setenv("ORDERHOUSE_WAREHOUSE_URL", url)
    enter(monkeypatch, "old")
    told = ("needs_reauthorisation", "AUTHENTICATION_FAILED", "AUTHENTICATION_FAILED: No such user. Renew them.")
    set_status(engine, "acme", "acme", "odoo", *told)
    runtime = Runtime(read_connection("acme"), lambda: task_credentials("acme"), engine, KeptWatermark())
    runtime.given = runtime.credentials()
    for _ in range(3):
        note_refusal(runtime)


def enter(monkeypatch: pytest.MonkeyPatch, word: str) -> None:
    """Enter a password."""
    monkeypatch.setenv("AIRFLOW_CONN_ACME", CREDENTIALS.replace("{word}", word))


def chosen(run_type: str, *names: str) -> list[str]:
    """What a run syncs."""
    context: Any = {"params": {"connections": list(names)}, "dag_run": SimpleNamespace(run_type=run_type)}
    return connections_to_sync("odoo", None, context)


def test_a_scheduled_run_leaves_it_alone_and_says_why_until_when_and_what_to_do(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with caplog.at_level(logging.WARNING):
        assert chosen("scheduled") == ["acme_eu"]
    assert "acme needs re-authorisation since" in caplog.text
    assert "refused the same credentials 3 times" in caplog.text
    assert "The last refusal: AUTHENTICATION_FAILED: No such user." in caplog.text
    assert "What to do: Enter credentials that the source accepts" in caplog.text


def test_a_scheduled_run_tries_others_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    enter(monkeypatch, "new")
    assert chosen("scheduled") == ["acme", "acme_eu"]
    monkeypatch.delenv("AIRFLOW_CONN_ACME")
    assert chosen("scheduled") == ["acme", "acme_eu"], "its own task tells that there are none"


def test_a_run_that_a_person_starts_tries_them() -> None:
    assert chosen("manual") == ["acme", "acme_eu"]
    assert chosen("manual", "acme") == ["acme"]


def test_stale_data_is_told_although_the_run_that_leaves_it_alone_succeeds(engine: sa.Engine) -> None:
    """Airflow drops the deadlines of a run that succeeds."""
    for _ in range(2):
        chosen("scheduled")
    assert rows(engine, "SELECT connection, kind FROM ops.webhook_event WHERE kind = 'connection.stale'") == [
        ("acme", "connection.stale")
    ]


def test_a_backfill_fails_without_a_login_for_each_day(monkeypatch: pytest.MonkeyPatch, engine: sa.Engine) -> None:
    run = SimpleNamespace(run_type="backfill", dag_id="d", run_id="r", data_interval_start=None)
    request = SimpleNamespace(connection="acme", run_id="d/r", triggered_by="ada", mode="auto")
    context = {"dag_run": run, "ti": SimpleNamespace(try_number=1, max_tries=6), "task_reschedule_count": 0}
    monkeypatch.setattr(tasks, "get_current_context", lambda: context)
    monkeypatch.setattr(tasks, "context_merge", lambda context, **names: None)
    monkeypatch.setattr(tasks, "sync_request", lambda context, connection: request)
    monkeypatch.setattr(tasks, "TaskWatermark", lambda connection: KeptWatermark())
    monkeypatch.setattr(tasks, "deliver_at_once", lambda engine: None)
    with pytest.raises(ConfigurationInvalid, match="rest until"):
        tasks.extract.function("acme")
    assert rows(engine, "SELECT state, error_code FROM ops.sync") == [("failed", "CONFIGURATION_INVALID")]
    assert rows(engine, "SELECT state, refusals FROM ops.connection_status") == [("needs_reauthorisation", 3)]
