"""Processes are started apart, stopped with their children, and found again after the launcher was killed."""

from __future__ import annotations

import json
import os
import shutil
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from include.orderhouse.home import Home
from include.standalone.airflow_api import wait_for
from include.standalone.processes import Processes, tail

PARENT = """
import subprocess, sys, time
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
print(child.pid, flush=True)
time.sleep(600)
"""
DEAF = """
import signal, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
print("ready", flush=True)
time.sleep(600)
"""
IMPATIENT = """
import os, signal, sys, time
def ends(*_):
    os.kill(os.getppid(), signal.SIGINT)
    sys.exit()
signal.signal(signal.SIGTERM, ends)
print("ready", flush=True)
time.sleep(600)
"""


def _start(processes: Processes, name: str, code: str) -> tuple[int, str]:
    """Start Python code; returns its pid and the first line it printed."""
    process = processes.start(name, [sys.executable, "-c", code], os.environ)
    assert wait_for(lambda: tail(process.log) != "", seconds=20, pause=0.02)
    return process.pid, tail(process.log)


def _is_alive(pid: int) -> bool:
    return psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE


def test_stopping_ends_a_process_and_its_children(home: Home) -> None:
    processes = Processes(home)
    pid, child = _start(processes, "parent", PARENT)
    processes.stop()
    assert not _is_alive(pid)
    assert not _is_alive(int(child))


def test_a_process_that_does_not_listen_is_killed(home: Home) -> None:
    processes = Processes(home)
    pid, _ = _start(processes, "deaf", DEAF)
    processes.stop()
    assert not _is_alive(pid)


@pytest.fixture
def heard() -> Iterator[None]:
    """Ctrl-C interrupts, as it does where tests do not run beside each other: their processes are deaf to it."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("heard")
def test_who_presses_ctrl_c_again_while_all_is_stopped_leaves_nothing_behind(home: Home) -> None:
    processes = Processes(home)
    pid, child = _start(processes, "parent", PARENT)
    _start(processes, "impatient", IMPATIENT)
    with pytest.raises(KeyboardInterrupt):
        processes.stop()
    assert not _is_alive(pid)
    assert not _is_alive(int(child))
    assert Processes(home).end_leftovers() == []


def test_what_a_killed_launcher_left_is_ended_by_the_next(home: Home) -> None:
    pid, child = _start(Processes(home), "orphan", PARENT)
    assert Processes(home).end_leftovers() == ["orphan"]
    assert not _is_alive(pid)
    assert not _is_alive(int(child))
    assert Processes(home).end_leftovers() == []


@pytest.mark.parametrize(
    "text", ['[{"name": "api-serv', '{"name": "api-server"}', '[{"name": "api-server", "pid": 7}]']
)
def test_a_list_that_is_torn_or_of_another_release_does_not_keep_from_starting(home: Home, text: str) -> None:
    (home.root / "processes.json").write_text(text, encoding="utf-8")
    assert Processes(home).end_leftovers() == []


def test_a_stranger_that_got_the_pid_of_a_leftover_is_spared(home: Home) -> None:
    processes = Processes(home)
    pid, _ = _start(processes, "stranger", PARENT)
    listed = home.root / "processes.json"
    (entry,) = json.loads(listed.read_text(encoding="utf-8"))
    listed.write_text(json.dumps([entry | {"began": f"another start of the machine {entry['began']}"}]), "utf-8")
    assert Processes(home).end_leftovers() == []
    assert _is_alive(pid)
    processes.stop()


def test_processes_are_known_after_the_clock_was_set(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    """Linux tells when it and its processes began by the clock that was set: both move."""
    processes = Processes(home)
    pid, _ = _start(processes, "parent", PARENT)
    booted = psutil.boot_time()
    monkeypatch.setattr(psutil, "boot_time", lambda: booted + 3600)
    monkeypatch.setattr("psutil._pslinux.boot_time", lambda: booted + 3600)
    assert Processes(home).end_leftovers() == ["parent"]
    assert not _is_alive(pid)
    processes.stop()


def test_what_is_started_again_has_its_command_and_not_what_was_left_of_it(home: Home) -> None:
    processes = Processes(home)
    pid, child = _start(processes, "parent", PARENT)
    os.kill(pid, signal.SIGKILL)
    assert wait_for(lambda: bool(processes.ended()), seconds=20)
    processes.start_again(processes.ended()[0][0])
    assert not _is_alive(int(child))
    log = home.logs / "parent.log"
    assert wait_for(lambda: tail(log) != "", seconds=20, pause=0.02)
    other = int(tail(log))
    assert _is_alive(processes.pids["parent"])
    assert (list(processes.pids), processes.ended()) == (["parent"], [])
    processes.stop()
    assert not _is_alive(other)


def test_a_copy_of_a_state_folder_spares_what_runs_in_the_original(home: Home, tmp_path: Path) -> None:
    processes = Processes(home)
    pid, _ = _start(processes, "parent", PARENT)
    copy = Home(shutil.copytree(home.root, tmp_path / "copy"))
    assert Processes(copy).end_leftovers() == []
    assert _is_alive(pid)
    processes.stop()


def test_a_process_that_ends_by_itself_is_reported_with_its_exit_code(home: Home) -> None:
    processes = Processes(home)
    process = processes.start("short", [sys.executable, "-c", "print('last words'); raise SystemExit(7)"], os.environ)
    assert wait_for(lambda: bool(processes.ended()), seconds=20)
    assert processes.ended() == [(process, 7)]
    assert tail(Path(process.log)) == "last words"
    processes.stop()
