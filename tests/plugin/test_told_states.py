"""What is said of a connection by what its entry, the warehouse and its DAG tell of it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from include.orchestration.ui import connection_state
from include.orchestration.ui.connection_state import ConnectionState, connection_states
from include.orchestration.ui.dags import DagFacts
from include.orderhouse.configuration.connections import Connection
from include.orderhouse.warehouse.reading.overview import Overview, RecentSync
from tests.unit import small_source

NOW = datetime.now(UTC)
DAG = "purchase_orders__small"
TICK = NOW + timedelta(minutes=5)
GOES, PAUSED = DagFacts(False, TICK), DagFacts(True, TICK)
Told = Callable[..., ConnectionState]


def sync(state: str = "succeeded", seconds: float | None = 60, calls: int | None = 30, **more: Any) -> RecentSync:
    ended = None if seconds is None else NOW + timedelta(seconds=seconds)
    told = {"sync_id": "1", "mode": "incremental", "run_id": "r", "report_path": None, "orders": 1, "rejected": 0}
    error = {"error_code": None, "error_message": None}
    return RecentSync(**told | error | {"state": state, "started_at": NOW, "finished_at": ended, "calls": calls} | more)


def overview(name: str, **more: Any) -> Overview:
    nothing = dict.fromkeys(("state_since", "error_code", "error_message", "rests_until", "history_since"))
    known = {"state": "online", "orders": 3, "lines": 4, "open_rejects": 0, "customer": "ACME", "recent": (sync(),)}
    synced = {"last_success_at": NOW, "fresh_as_of": NOW, "last_due_at": None}
    return Overview(connection=name, **nothing | known | synced | more)


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> Told:
    """What is said of a connection of which this is known, and whose DAG runs at the next tick."""

    def tell(dag: DagFacts | None = GOES, options: Any = None, **known: Any) -> ConnectionState:
        monkeypatch.setattr(connection_state, "warehouse", lambda: None)
        monkeypatch.setattr(connection_state, "dag_facts", lambda ids: {DAG: dag} if dag else {})
        monkeypatch.setattr(
            connection_state, "read_overview", lambda _, names: {n: overview(n, **known) for n in names}
        )
        (state,) = connection_states([small_source.connection(**options or {})])
        return state

    return tell


@pytest.mark.parametrize(
    ("known", "state", "needs_attention"),
    [
        ({}, "online", False),
        ({"state": "offline"}, "offline", True),
        ({"state": "needs_reauthorisation"}, "needs_reauthorisation", True),
        ({"state": "paused"}, "paused", False),
        ({"state": None, "last_success_at": None, "recent": ()}, "never_synced", False),
        ({"state": None, "last_success_at": None, "recent": (sync("failed"),)}, "never_synced", True),
        ({"state": None}, "online", False),
        ({"dag": PAUSED}, "paused", False),
        ({"dag": PAUSED, "state": "offline"}, "paused", False),
        ({"dag": PAUSED, "recent": (sync("stopped"),)}, "paused", True),
        ({"dag": None}, "online", False),
        ({"options": {"enabled": False}}, "paused", False),
        ({"customer": "GLOBEX"}, "paused", True),
        ({"customer": None}, "online", False),
        ({"state": "disconnected", "dag": PAUSED}, "disconnected", False),
        ({"open_rejects": 1}, "online", True),
        ({"recent": (sync("failed"), sync("running"))}, "online", False),
    ],
)
def test_a_connection_is_what_stands_in_its_way_first_and_needs_a_person_where_one_can_help(
    told: Told, known: dict[str, Any], state: str, needs_attention: bool
) -> None:
    found = told(**known)
    assert (found.state, found.needs_attention) == (state, needs_attention)


def test_what_is_wrong_is_what_the_latest_sync_failed_of_else_what_is_known_of_the_connection(told: Told) -> None:
    known = {"error_code": "AUTHENTICATION_FAILED", "error_message": "Renew it."}
    failed = sync("stopped", error_code="TOO_MANY_REJECTS", error_message="Half of them.")
    assert told(**known).error_code == "AUTHENTICATION_FAILED"
    assert told(**known, recent=(failed, sync())).error_message == "Renew it."
    assert told(**known, recent=(sync(), failed)).error_message == "Half of them."
    moved = told(**known, recent=(sync(), failed), customer="GLOBEX")
    assert moved.error_code == "CONFIGURATION_INVALID"
    assert "another customer's" in str(moved.error_message)


def test_the_next_run_is_the_first_tick_at_which_it_is_due_and_its_credentials_do_not_rest(told: Told) -> None:
    hourly = {"sync_every": "1h"}
    assert told(options=hourly, last_due_at=NOW - timedelta(hours=3)).next_run_at == TICK
    assert told(options=hourly, last_due_at=NOW).next_run_at == NOW + timedelta(hours=1)
    later = NOW + timedelta(hours=4)
    resting = told(options=hourly, last_due_at=NOW, rests_until=later)
    assert (resting.next_run_at, resting.rests_until) == (later, later)
    assert told(rests_until=later, dag=None).next_run_at is None
    assert told(dag=DagFacts(False, None)).next_run_at is None
    for nothing_runs in ({"dag": PAUSED}, {"options": {"enabled": False}}, {"state": "disconnected"}):
        assert told(**nothing_runs).next_run_at is None


@pytest.mark.parametrize(
    ("latest", "share"),
    [
        (sync(seconds=60, calls=30), 0.5),
        (sync(seconds=30, calls=30), 1.0),
        (sync(seconds=0.001, calls=1), 1.0),
        (sync(seconds=None, calls=30), None),
        (sync(calls=None), None),
    ],
)
def test_calls_are_told_as_a_share_of_what_the_limit_allows_in_that_time(
    told: Told, latest: RecentSync, share: float | None
) -> None:
    """The limit is 60 a minute; a sync that took no time has not used it many times over."""
    assert told(recent=(latest,)).rate_limit_share == share
    assert told(recent=()).rate_limit_share is None


def test_those_that_need_attention_come_first_then_by_name(told: Told, monkeypatch: pytest.MonkeyPatch) -> None:
    told()
    rejects = {"b": 1, "d": 1}
    found = {name: overview(name, open_rejects=rejects.get(name, 0)) for name in "abcd"}
    monkeypatch.setattr(connection_state, "read_overview", lambda _, names: found)
    connections: list[Connection] = [called(name) for name in "dcba"]
    assert [state.name for state in connection_states(connections)] == ["b", "d", "a", "c"]


def called(name: str) -> Connection:
    return small_source.connection().model_copy(update={"name": name})
