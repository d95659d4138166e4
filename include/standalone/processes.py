"""The processes that the launcher starts, each in a session of its own, so that its children are stopped with it.

The state folder lists them. After the launcher itself was killed, the next start finds the list and ends what is left.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil

from include.orderhouse.home import PROJECT, Home, write_private
from include.standalone.interrupts import undisturbed
from include.standalone.logs import put_aside

_LEADERS_SECONDS = 2.0
_PATIENCE_SECONDS = 5.0


@dataclass(frozen=True)
class Process:
    """A session leader that was started: its pid, when it began (so that a reused pid is told apart), and its log."""

    name: str
    pid: int
    created_at: float
    log: str


class Processes:
    """The running processes of one state folder."""

    def __init__(self, home: Home) -> None:
        self._logs = home.logs
        self._list = home.root / "processes.json"
        self._running: list[Process] = []
        self._handles: dict[str, subprocess.Popen[bytes]] = {}

    def end_leftovers(self) -> list[str]:
        """End what a killed launcher left behind; returns the names. Those of a folder that this is a copy of stay."""
        try:
            leftovers = [Process(**entry) for entry in json.loads(self._list.read_text(encoding="utf-8"))]
        except (FileNotFoundError, ValueError, TypeError):
            return []
        ours = [process for process in leftovers if Path(process.log).parent == self._logs]
        alive = [process for process in ours if _session(process)]
        end_sessions(alive)
        self._list.unlink()
        return [process.name for process in alive]

    def start(self, name: str, command: Sequence[str], environment: Mapping[str, str]) -> Process:
        """Start ``command`` in the background; what it prints goes to ``<name>.log`` in the state folder's logs.

        What one of that name printed before is put aside: it may tell why that one ended.
        """
        log = self._logs / f"{name}.log"
        put_aside(log)
        with log.open("ab") as output:
            handle = subprocess.Popen(  # noqa: S603 - our own commands, without a shell
                command,
                env=dict(environment),
                cwd=PROJECT,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        process = Process(name, handle.pid, psutil.Process(handle.pid).create_time(), str(log))
        self._running.append(process)
        self._handles[name] = handle
        write_private(self._list, json.dumps([vars(process) for process in self._running]))
        return process

    @property
    def pids(self) -> dict[str, int]:
        """The pid of each, by name."""
        return {process.name: process.pid for process in self._running}

    def ended(self) -> list[tuple[Process, int]]:
        """The processes that ended by themselves, with their exit codes."""
        codes = ((process, self._handles[process.name].poll()) for process in self._running)
        return [(process, code) for process, code in codes if code is not None]

    def stop(self) -> None:
        """End all, the last started first, so that each still finds what it was started after."""
        with undisturbed():
            for process in reversed(self._running):
                end_sessions([process])
            for handle in self._handles.values():
                handle.wait()
            self._running.clear()
            self._handles.clear()
            self._list.unlink(missing_ok=True)


def how_it_ended(code: int) -> str:
    """What an exit code of a process tells; a negative one is the signal that killed it."""
    if code >= 0:
        return f"ended with exit code {code}"
    name = signal.Signals(-code).name
    return f"was killed by {name}" + (", as where memory runs out" if name == "SIGKILL" else "")


def tail(log: Path | str, lines: int = 15) -> str:
    """The last lines of a log."""
    return "\n".join(Path(log).read_text(encoding="utf-8", errors="replace").splitlines()[-lines:])


def end_sessions(processes: Sequence[Process]) -> None:
    """Ask the leaders of these sessions to end, then every process in them (SIGTERM), then make them (SIGKILL).

    A leader gets a moment to end its children in its own way: Airflow's executor lets short tasks finish.
    """
    _send(signal.SIGTERM, [process.pid for process in processes if process.pid in _session(process)])
    began = time.monotonic()
    while members := [pid for process in processes for pid in _session(process)]:
        waited = time.monotonic() - began
        if waited > _LEADERS_SECONDS:
            _send(signal.SIGKILL if waited > _PATIENCE_SECONDS else signal.SIGTERM, members)
        time.sleep(0.1 if waited < _LEADERS_SECONDS else 1.0)


def _send(number: signal.Signals, pids: Sequence[int]) -> None:
    for pid in pids:
        try:
            os.kill(pid, number)
        except ProcessLookupError:
            continue


def _session(process: Process) -> list[int]:
    """The living members of the session that ``process`` leads or led.

    The system gives no new process the pid of a session that still has members; a leader of another age is a stranger.
    """
    try:
        if abs(psutil.Process(process.pid).create_time() - process.created_at) > 1:
            return []
    except psutil.NoSuchProcess:
        pass
    return [member.pid for member in psutil.process_iter() if _is_member(member, process.pid)]


def _is_member(candidate: psutil.Process, session: int) -> bool:
    try:
        return os.getsid(candidate.pid) == session and candidate.status() != psutil.STATUS_ZOMBIE
    except (ProcessLookupError, PermissionError, psutil.Error):
        return False
