"""Deadlines of freshness, and the notifiers that are called when a task has failed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any, ClassVar

import pytest
from airflow.sdk import BaseNotifier

from include.orchestration.alerts import FailureNotifier, HourlyNotifier
from include.orchestration.dag import purchase_order_dags
from include.orderhouse.alerts import read_alerts
from include.orderhouse.errors import ConfigurationInvalid

CONNECTIONS = """
connections:
  hourly: {connector: odoo, customer: acme, sync_every: 15m, fresh_within: 1h}
  tight: {connector: odoo, customer: acme, sync_every: 1h, fresh_within: 1h}
  nobody_minds: {connector: odoo, customer: acme}
  wrong: {connector: odoo, customer: acme, fresh_within: soon}
  other: {connector: netsuite, customer: acme, fresh_within: 1d}
"""
ALERTS = """
alerts:
  on_failure:
    - notifier: no.such.Notifier
    - {notifier: tests.dags.test_alerts.Remembering, arguments: {text: "{{ word }} failed"}}
"""


class Remembering(BaseNotifier):
    """Remembers what it was to tell."""

    template_fields = ("text",)
    told: ClassVar[list[str]] = []

    def __init__(self, text: str) -> None:
        super().__init__()
        self.text = text

    def notify(self, context: Any) -> None:
        self.told.append(self.text)


@pytest.fixture
def connections(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    file = tmp_path / "connections.yaml"
    file.write_text(CONNECTIONS, encoding="utf-8")
    monkeypatch.setenv("ORDERHOUSE_CONNECTIONS", str(file))
    return file


def test_each_connection_with_a_freshness_has_a_deadline_of_what_is_left_of_it(connections: Path) -> None:
    (dag,) = purchase_order_dags("odoo", schedule="@hourly")
    deadlines = {str(one.name): (one.interval, one.callback.kwargs) for one in dag.deadline or []}
    assert deadlines == {
        "hourly is fresh": (timedelta(minutes=45), {"connection": "hourly"}),
        "tight is fresh": (timedelta(minutes=1), {"connection": "tight"}),
    }


def test_every_task_calls_the_notifiers_when_it_has_failed(dags: Any) -> None:
    for name, dag in dags.items():
        for task in dag.tasks:
            told = [isinstance(one, FailureNotifier) for one in task.on_failure_callback or ()]
            assert any(told), f"{name}, {task.task_id}"


@pytest.mark.parametrize(("minute", "told"), [(0, ["carry failed"]), (1, [])])
def test_a_dag_that_runs_every_minute_tells_of_its_failure_once_an_hour(
    connections: Path, minute: int, told: list[str]
) -> None:
    connections.write_text(CONNECTIONS + ALERTS, encoding="utf-8")
    Remembering.told.clear()
    run = SimpleNamespace(logical_date=datetime(2026, 10, 1, 12, minute, tzinfo=UTC))
    HourlyNotifier()({"word": "carry", "dag_run": run})
    assert Remembering.told == told


def test_the_listed_notifiers_are_called_also_after_one_that_cannot_be(connections: Path) -> None:
    connections.write_text(CONNECTIONS + ALERTS, encoding="utf-8")
    Remembering.told.clear()
    FailureNotifier()({"word": "extract"})
    assert Remembering.told == ["extract failed"]


def test_a_mistake_in_the_list_is_told_with_its_place(connections: Path) -> None:
    connections.write_text(CONNECTIONS + "alerts: {on_failure: [{arguments: {}}]}", encoding="utf-8")
    with pytest.raises(ConfigurationInvalid, match=r"alerts, on_failure\.0\.notifier: is required"):
        read_alerts()
