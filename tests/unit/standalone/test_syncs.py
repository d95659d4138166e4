"""What the launcher prints of the syncs that it has started: who reads it must not wait for the reasons."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest.mock import MagicMock

import pytest
from rich.console import Console

from include.standalone import syncs
from include.standalone.report import Report
from include.standalone.syncs import Syncs, cause, last_errors

DAG, RUN = "purchase_orders__odoo", "manual"
DOWN = "SOURCE_UNAVAILABLE: [Errno 111] Connection refused (GET http://127.0.0.1:1/x)."
ADVICE = "What to do: Ask who runs the source."
LOG = f"""\
info 2026-12-01T17:19:50Z Startup
warning 2026-12-01T17:19:51Z [Errno 111] Connection refused. Next try in 0.8 s.
error 2026-12-01T17:19:52Z {DOWN}
error 2026-12-01T17:19:52Z {ADVICE}
error 2026-12-01T17:19:52Z Task failed with exception SourceUnavailable: {DOWN} Ask who runs the source.
info 2026-12-01T17:19:53Z Retry policy decision"""
ODD = "error 2026-12-01T17:19:52Z Task failed with exception KeyError: 'odd'"


def task(number: int, step: str, state: str, tries: int = 1) -> dict[str, Any]:
    return {
        "id": f"{step} {number}", "dag_id": DAG, "dag_run_id": RUN, "task_id": f"sync.{step}", "map_index": number,
        "state": state, "try_number": tries, "start_date": "2026", "end_date": f"2026-{number}", "duration": 1.0,
    }  # fmt: skip


LOOKS = (
    [task(0, "extract", "up_for_retry"), task(1, "extract", "success"), task(0, "transform", "scheduled", 0)],
    [task(0, "extract", "failed", 2), task(0, "transform", "upstream_failed", 0), task(1, "transform", "success")],
)


class PlayedApi:
    """Airflow's API, as a run goes on from look to look."""

    meanwhile: Callable[[], None]

    def __init__(self) -> None:
        self.looks = iter(LOOKS)
        self.tasks: list[dict[str, Any]] = []

    def tasks_of_runs(self, runs: object) -> list[dict[str, Any]]:
        self.tasks = next(self.looks)
        return self.tasks

    def task_instances(self, dag_id: str, run_id: str) -> list[dict[str, Any]]:
        return self.tasks

    def run_state(self, dag_id: str, run_id: str) -> str:
        return "failed" if self.tasks is LOOKS[-1] else "running"

    def xcom(self, dag_id: str, run_id: str, task_id: str) -> list[str]:
        return ["acme_down", "acme_up"]

    def task_log(self, task: object) -> str:
        return LOG


@pytest.fixture
def printed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The lines of a run of two connections, one of which fails in the end."""
    monkeypatch.setattr(syncs, "_LOOK_SECONDS", 0)
    screen, home = io.StringIO(), SimpleNamespace(airflow=syncs.Path("/state"))
    installation: Any = SimpleNamespace(api=PlayedApi(), attend=lambda _: None, host=SimpleNamespace(home=home))
    report = Report(Console(file=screen, width=400, highlight=False))
    assert not Syncs(installation, report, {DAG: RUN}).follow()
    return [" ".join(line.split()) for line in screen.getvalue().splitlines()]


def test_what_ends_of_airflow_while_syncs_run_is_attended_to(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(syncs, "_LOOK_SECONDS", 0)
    installation = MagicMock(api=PlayedApi())
    Syncs(installation, MagicMock(), {DAG: RUN}).follow()
    assert installation.attend.call_count == len(LOOKS)
    installation.api.meanwhile()
    assert installation.attend.call_count == len(LOOKS) + 1


class ParsedApi:
    """Airflow's API, which lists the DAGs of one more file at each look; what is done with them."""

    def __init__(self, *dags: tuple[str, ...]) -> None:
        self.unread = list(dags)
        self.read: list[dict[str, Any]] = []
        self.done: list[tuple[str, str]] = []

    def call(self, method: str, path: str) -> dict[str, Any]:
        return {"import_errors": []}

    def dags(self, tag: str) -> list[dict[str, Any]]:
        if self.unread:
            name, *tags = self.unread.pop(0)
            names = [{"name": each} for each in (tag, *tags)]
            self.read.append({"dag_id": name, "fileloc": f"/dags/{name}.py", "tags": names})
        return self.read

    def trigger(self, dag_id: str) -> str:
        self.done.append(("trigger", dag_id))
        return f"run of {dag_id}"

    def pause(self, dag_id: str, is_paused: bool) -> None:
        self.done.append(("pause" if is_paused else "let run", dag_id))


def test_the_chosen_connectors_are_synced_the_others_paused_and_the_housekeeping_left_alone(tmp_path: Path) -> None:
    """Once all files are read: what comes later would neither be synced nor paused."""
    api = ParsedApi(("webhooks", syncs.HOUSEKEEPING), ("odoo", "odoo"), ("coupa", "coupa"))
    for name in ("odoo", "coupa", "webhooks"):
        (tmp_path / f"{name}.py").touch()
    installation: Any = SimpleNamespace(api=api, check=lambda: None, host=SimpleNamespace(dags=tmp_path))
    started = Syncs(installation, Report(Console(file=io.StringIO())))
    started.start(["odoo"])
    assert api.done == [("trigger", "odoo"), ("let run", "odoo"), ("pause", "coupa")]
    assert started.runs == {"odoo": "run of odoo"}


def test_each_try_that_fails_says_why_at_once(printed: list[str]) -> None:
    assert printed[:4] == [
        f"acme_down extract up_for_retry {DOWN}",
        "acme_up extract success (1.0 s)",
        f"acme_down extract failed {DOWN}",
        "acme_up transform success (1.0 s)",
    ]


def test_the_end_tells_the_reason_once_with_what_to_do_and_where_the_log_is(printed: list[str]) -> None:
    assert printed[4:] == [
        f"failed {DAG}, run {RUN}",
        "acme_down: sync.extract",
        DOWN,
        ADVICE,
        f"its whole log: /state/logs/dag_id={DAG}/run_id={RUN}/task_id=sync.extract/map_index=0/attempt=2.log",
    ]


def test_an_error_that_nobody_has_foreseen_is_told_as_airflow_tells_it() -> None:
    assert cause(f"info x Startup\n{ODD}") == "Task failed with exception KeyError: 'odd'"
    assert cause(f"error 2026 Something before.\n{ODD}") == "Task failed with exception KeyError: 'odd'"
    assert last_errors(f"error 2026 Something before.\n{ODD}").startswith("Something before.\nTask failed with")


def test_a_task_that_was_killed_without_a_word_shows_the_end_of_its_log() -> None:
    assert cause("info x Startup") == ""
    assert cause("") == ""
    assert last_errors("info x Startup\ninfo y Working") == "info x Startup\ninfo y Working"
