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

_BOOT = Path("/proc/sys/kernel/random/boot_id")
_LEADERS_SECONDS = 2.0
_PATIENCE_SECONDS = 5.0


@dataclass(frozen=True)
class Process:
    """A session leader that was started: its pid, when it began (so that a reused pid is told apart), and its log."""

    name: str
    pid: int
    began: str
    log: str


@dataclass(frozen=True)
class _Start:
    """How a process was started, and when by the clock that nobody sets."""

    handle: subprocess.Popen[bytes]
    command: Sequence[str]
    environment: Mapping[str, str]
    at: float


class Processes:
    """The running processes of one state folder."""

    def __init__(self, home: Home) -> None:
        self._logs = home.logs
        self._list = home.root / "processes.json"
        self._running: list[Process] = []
        self._starts: dict[str, _Start] = {}

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
        process = Process(name, handle.pid, _birth(handle.pid), str(log))
        self._running.append(process)
        self._starts[name] = _Start(handle, command, environment, time.monotonic())
        write_private(self._list, json.dumps([vars(process) for process in self._running]))
        return process

    @property
    def pids(self) -> dict[str, int]:
        """The pid of each, by name."""
        return {process.name: process.pid for process in self._running}

    def ended(self) -> list[tuple[Process, int]]:
        """The processes that ended by themselves, with their exit codes."""
        codes = ((process, self._starts[process.name].handle.poll()) for process in self._running)
        return [(process, code) for process, code in codes if code is not None]

    def age(self, process: Process) -> float:
        """For how many seconds it has been started."""
        return time.monotonic() - self._starts[process.name].at

    def start_again(self, process: Process) -> None:
        """Start one anew that has ended, as it was started; what is left of its children is ended before."""
        end_sessions([process])
        self._running.remove(process)
        start = self._starts[process.name]
        self.start(process.name, start.command, start.environment)

    def stop(self) -> None:
        """End all, the last started first, so that each still finds what it was started after."""
        with undisturbed():
            for process in reversed(self._running):
                end_sessions([process])
            for start in self._starts.values():
                start.handle.wait()
            self._running.clear()
            self._starts.clear()
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
        if _birth(process.pid) != process.began:
            return []
    except psutil.NoSuchProcess:
        pass
    return [member.pid for member in psutil.process_iter() if _is_member(member, process.pid)]


def _birth(pid: int) -> str:
    """When a process began, whatever the clock was set to since: which start of the machine, and how long after it."""
    seconds = psutil.Process(pid).create_time() - psutil.boot_time()
    return f"{_BOOT.read_text(encoding='ascii').strip()} {seconds:.2f}"


def _is_member(candidate: psutil.Process, session: int) -> bool:
    try:
        return os.getsid(candidate.pid) == session and candidate.status() != psutil.STATUS_ZOMBIE
    except (ProcessLookupError, PermissionError, psutil.Error):
        return False
