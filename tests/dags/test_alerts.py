"""Deadlines of freshness, and the notifiers that are called when a task has failed."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any, ClassVar

import pytest
import sqlalchemy as sa
from airflow.sdk import BaseNotifier
from airflow.sdk.exceptions import AirflowRuntimeError, ErrorType
from airflow.sdk.execution_time.comms import ErrorResponse

from include.orchestration.alerts import FailureNotifier, HourlyNotifier, tell_stale
from include.orchestration.dag import purchase_order_dags
from include.orderhouse.configuration.alerts import read_alerts
from include.orderhouse.errors import ConfigurationInvalid
from include.orderhouse.warehouse.syncs.ledger import SyncRow, start_sync
from include.orderhouse.webhooks.subscriptions import read_webhooks
from tests.warehouse.conftest import engine, url
from tests.warehouse.orders import rows

__all__ = ["engine", "url"]

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


def stale(engine: sa.Engine) -> list[Any]:
    """Of what it was told that it is stale."""
    told = "SELECT connection, data ->> 'customer', data ->> 'connector', data ->> 'fresh_within_seconds'"
    return rows(engine, f"{told} FROM ops.webhook_event WHERE kind = 'connection.stale'")


def test_stale_data_is_told_though_its_entry_cannot_be_used(
    connections: Path, engine: sa.Engine, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Such an entry is synced no more, and no ledger says so."""
    monkeypatch.setenv("ORDERHOUSE_WAREHOUSE_URL", url)
    connections.write_text(CONNECTIONS.replace("sync_every: 15m", "sync_evry: 15m"), encoding="utf-8")
    for name in ("hourly", "wrong", "nobody_minds", "left_out"):
        asyncio.run(tell_stale(name))
    assert stale(engine) == [("hourly", "acme", "odoo", "3600")]


@pytest.mark.parametrize(
    ("name", "renewed", "told"),
    [("hourly", False, [("hourly", "acme", "odoo", "3600")]), ("hourly", True, []), ("other", False, [])],
)
@pytest.mark.usefixtures("connections")
def test_what_is_fresh_at_the_deadline_is_looked_at_again_when_it_is_no_more(
    name: str, renewed: bool, told: list[Any], engine: sa.Engine, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The latest sync began a while after its run was created. What is fresh for long was renewed since."""
    monkeypatch.setenv("ORDERHOUSE_WAREHOUSE_URL", url)
    synced(engine, name, "59 minutes")
    waited = []

    async def sleep(seconds: float) -> None:
        waited.append(0 < seconds <= 61)
        synced(engine, name, "0 minutes" if renewed else "60 minutes")

    patient = SimpleNamespace(sleep=sleep, to_thread=asyncio.to_thread)
    monkeypatch.setattr("include.orchestration.alerts.asyncio", patient)
    asyncio.run(tell_stale(name))
    assert (waited, stale(engine)) == ([True] if name == "hourly" else [], told)


def synced(engine: sa.Engine, name: str, ago: str) -> None:
    """The connection's only sync began so long ago."""
    row = SyncRow("0a1b2c3d-0000-4000-8000-00000000000a", name, "c", "c", "initial", "r", "t", None, None, None, (), 1)
    start_sync(engine, row)
    with engine.begin() as session:
        past = "UPDATE ops.sync SET state = 'succeeded', started_at = now() - cast(:ago AS interval)"
        session.execute(sa.text(past), {"ago": ago})


def test_every_task_calls_the_notifiers_when_it_has_failed(dags: Any) -> None:
    for name, dag in dags.items():
        for task in dag.tasks:
            told = [isinstance(one, FailureNotifier) for one in task.on_failure_callback or ()]
            assert any(told), f"{name}, {task.task_id}"


@pytest.mark.parametrize(
    ("minute", "before", "told"),
    [
        (0, 59, True),
        (1, 0, False),
        (2, 59, True),
        (31, None, True),
        (31, AirflowRuntimeError(ErrorResponse(error=ErrorType.API_SERVER_ERROR)), True),
    ],
)
def test_a_dag_that_runs_every_minute_tells_of_its_failure_once_an_hour(
    connections: Path, minute: int, before: int | Exception | None, told: bool
) -> None:
    """A run that takes long may leave out the one of the full hour."""

    def previous() -> Any:
        if isinstance(before, Exception):
            raise before
        return before if before is None else SimpleNamespace(logical_date=_planned(11 if before == 59 else 12, before))

    connections.write_text(CONNECTIONS + ALERTS, encoding="utf-8")
    Remembering.told.clear()
    run = SimpleNamespace(run_type="scheduled", logical_date=_planned(12, minute))
    HourlyNotifier()({"word": "carry", "dag_run": run, "ti": SimpleNamespace(get_previous_dagrun=previous)})
    assert Remembering.told == ["carry failed"] * told


def test_a_run_that_a_person_has_started_is_told_at_any_minute(connections: Path) -> None:
    connections.write_text(CONNECTIONS + ALERTS, encoding="utf-8")
    for planned in (None, _planned(12, 31)):
        Remembering.told.clear()
        HourlyNotifier()({"word": "carry", "dag_run": SimpleNamespace(run_type="manual", logical_date=planned)})
        assert Remembering.told == ["carry failed"]


def _planned(hour: int, minute: int) -> datetime:
    return datetime(2026, 10, 1, hour, minute, tzinfo=UTC)


def test_the_listed_notifiers_are_called_also_after_one_that_cannot_be(connections: Path) -> None:
    connections.write_text(CONNECTIONS + ALERTS, encoding="utf-8")
    Remembering.told.clear()
    FailureNotifier()({"word": "extract"})
    assert Remembering.told == ["extract failed"]


@pytest.mark.parametrize(
    "mistake",
    [
        "  broken: {connector: odoo",
        '  broken: "no end',
        "\tbroken: odoo",
        "webhook: {}",
        "webhooks: {hosts: ['${NOWHERE}']}",
        "# caf\xe9",
        "connections: {}",
    ],
)
@pytest.mark.parametrize("is_before", [True, False])
def test_a_mistake_elsewhere_in_the_file_is_one_that_the_listed_notifiers_are_called_for(
    connections: Path, mistake: str, is_before: bool
) -> None:
    content = [CONNECTIONS, mistake, ALERTS, "x-more: {}"] if is_before else [ALERTS, CONNECTIONS, mistake]
    connections.write_bytes("\n".join(content).encode("latin-1"))
    with pytest.raises(ConfigurationInvalid):
        read_webhooks()
    Remembering.told.clear()
    FailureNotifier()({"word": "connections"})
    assert Remembering.told == ["connections failed"]


@pytest.mark.parametrize(
    "alerts", ["alerts:", "alerts: [", "alerts: *people", "alerts: {on_failure: '${NOWHERE}'}", ""]
)
def test_where_the_list_cannot_be_read_by_itself_the_mistake_in_the_file_is_told(
    connections: Path, alerts: str
) -> None:
    connections.write_text(f"{CONNECTIONS}  broken: {{\n{alerts}\n", encoding="utf-8")
    with pytest.raises(ConfigurationInvalid, match="is not valid YAML"):
        read_alerts()


def test_a_mistake_in_the_list_is_told_with_its_place(connections: Path) -> None:
    connections.write_text(CONNECTIONS + "alerts: {on_failure: [{arguments: {}}]}", encoding="utf-8")
    with pytest.raises(ConfigurationInvalid, match=r"alerts, on_failure\.0\.notifier: is required"):
        read_alerts()
