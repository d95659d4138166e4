"""What a running installation says when a part of it has ended."""

from __future__ import annotations

import os
import shutil
import signal
import sys
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from types import SimpleNamespace
from typing import NoReturn

import httpx
import pytest
from rich.console import Console

from include.orderhouse.home import Home
from include.orderhouse.warehouse.embedded import Server
from include.standalone.airflow_api import wait_for
from include.standalone.environment import AirflowHost
from include.standalone.installation import Installation, Plan, StartFailed, running
from include.standalone.processes import Processes
from include.standalone.report import Report

WAITS = [sys.executable, "-c", "print('busy', flush=True); import time; time.sleep(600)"]


@pytest.fixture
def processes(home: Home) -> Iterator[Processes]:
    """The processes of a state folder, stopped in the end."""
    found = Processes(home)
    yield found
    found.stop()


@pytest.fixture
def installation(home: Home, processes: Processes) -> Installation:
    """An installation with one process, on a server that is not there."""
    processes.start("scheduler", WAITS, os.environ)
    return Installation(AirflowHost(home, Server(Path("/nowhere"), 5433, "secret"), 8123), {}, processes, None)


def kill(processes: Processes, name: str = "scheduler") -> None:
    """Kill the process, as the kernel does where memory runs out."""
    os.kill(processes.pids[name], signal.SIGKILL)
    assert wait_for(lambda: bool(processes.ended()), seconds=20, pause=0.02)


def call_in_vain(processes: Processes) -> NoReturn:
    """Ask an API that has lost what it needs."""
    kill(processes)
    raise httpx.ReadError("no answer")


def test_nothing_is_said_while_all_runs(installation: Installation) -> None:
    installation.check()


def test_a_process_that_was_killed_is_named_with_the_signal(
    installation: Installation, processes: Processes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Server, "is_up", True)
    kill(processes)
    with pytest.raises(StartFailed, match="The scheduler was killed by SIGKILL, as where memory runs out") as raised:
        installation.check()
    assert "a new start goes on from the watermarks" in raised.value.action


def attend(installation: Installation) -> str:
    """Look after what runs; what was said."""
    installation.attend(Report(Console(file=(said := StringIO()), soft_wrap=True)))
    return said.getvalue()


def test_what_ends_at_night_of_airflow_is_started_again_and_told(
    installation: Installation, processes: Processes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Server, "is_up", True)
    monkeypatch.setattr(Processes, "age", lambda *_: 3600.0)
    assert attend(installation) == ""
    before = dict(processes.pids)
    kill(processes)
    said = attend(installation)
    assert "UTC The scheduler was killed by SIGKILL, as where memory runs out. It is started again" in said
    assert "scheduler.log.1 has what it printed" in said
    assert processes.pids["scheduler"] != before["scheduler"]
    assert attend(installation) == ""


def test_an_api_server_that_is_started_again_is_waited_for_while_others_are_looked_after(
    installation: Installation, processes: Processes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On a machine that is busy with syncs it takes longer than a request is tried again."""
    monkeypatch.setattr(Server, "is_up", True)
    monkeypatch.setattr(Processes, "age", lambda *_: 3600.0)
    processes.start("api-server", WAITS, os.environ)
    before = dict(processes.pids)

    def unhealthy() -> list[str]:
        if processes.pids["scheduler"] != before["scheduler"]:
            return ["triggerer"]
        kill(processes, "scheduler")
        return ["api-server"]

    monkeypatch.setattr(installation.api, "unhealthy", unhealthy)
    kill(processes, "api-server")
    said = attend(installation)
    assert [f"The {name} was killed" in said for name in ("api-server", "scheduler")] == [True, True]
    assert not processes.ended()


@pytest.mark.parametrize(
    ("is_up", "age", "free", "name"),
    [
        (False, 3600.0, 10**9, "scheduler"),
        (True, 1.0, 10**9, "scheduler"),
        (True, 3600.0, 10**6, "scheduler"),
        (True, 3600.0, 10**9, "sandbox"),
    ],
)
def test_what_would_end_again_or_forget_its_orders_ends_all(
    is_up: bool, age: float, free: int, name: str, home: Home, processes: Processes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Server, "is_up", is_up)
    monkeypatch.setattr(Processes, "age", lambda *_: age)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=free))
    home.postgres_log.touch()
    processes.start(name, [sys.executable, "-c", "raise SystemExit(3)"], os.environ)
    installation = Installation(AirflowHost(home, Server(Path("/nowhere"), 5433, "secret"), 8123), {}, processes, None)
    assert wait_for(lambda: bool(processes.ended()), seconds=20, pause=0.02)
    with pytest.raises(StartFailed, match=f"The {name} ended with exit code 3|PostgreSQL has ended"):
        attend(installation)


def test_a_server_that_is_gone_is_named_as_the_cause_with_its_own_log(
    installation: Installation, processes: Processes, home: Home
) -> None:
    home.postgres.mkdir(exist_ok=True)
    home.postgres_log.write_text("LOG:  database system is shut down\n", encoding="utf-8")
    kill(processes)
    with pytest.raises(StartFailed, match=r"PostgreSQL has ended, and the scheduler too\.") as raised:
        installation.check()
    assert str(raised.value).endswith(f"{home.postgres_log} ends with:\nLOG:  database system is shut down")


@pytest.mark.parametrize(("free", "is_told"), [(1_000_000, True), (1_000_000_000, False)])
def test_a_disk_that_is_full_is_told(
    free: int, is_told: bool, installation: Installation, processes: Processes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Server, "is_up", True)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=free))
    kill(processes)
    with pytest.raises(StartFailed) as raised:
        installation.check()
    assert ("; the disk of " in str(raised.value)) is is_told


def test_an_api_that_does_not_answer_as_the_server_is_gone_names_the_server(
    home: Home, processes: Processes, installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    home.postgres_log.write_text("LOG:  database system is shut down\n", encoding="utf-8")
    for step in ("start_sandbox", "migrate", "wait_for_sandbox", "start_airflow"):
        monkeypatch.setattr(installation, step, lambda *_: None)
    monkeypatch.setattr("include.standalone.installation._prepare", lambda *_: installation)
    with pytest.raises(StartFailed, match="PostgreSQL has ended"), running(Plan(home), Report()):
        call_in_vain(processes)
