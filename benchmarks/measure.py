"""Running a command and measuring it: wall time, processor time and peak memory, with all processes it starts."""

from __future__ import annotations

import os
import re
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil

from include.orderhouse.home import PROJECT

SAMPLE_SECONDS = 0.5
"""Not more often: ten looks a second at the memory of several large processes cost them a tenth of their time."""
TOLD_LINES = 30


@dataclass(frozen=True)
class Usage:
    """What a process took from its start to its end. ``peak`` is resident memory in bytes, children included."""

    seconds: float
    cpu_seconds: float
    peak: int

    def __add__(self, other: Usage) -> Usage:
        """One after the other."""
        return Usage(self.seconds + other.seconds, self.cpu_seconds + other.cpu_seconds, max(self.peak, other.peak))


class CommandFailed(RuntimeError):
    """A measured command ended with an error."""


def measured(command: Sequence[str], log: Path, environment: Mapping[str, str] | None = None) -> Usage:
    """Run a command to its end. Its output goes to ``log``; raises CommandFailed with the end of it."""
    began = time.monotonic()
    with log.open("ab") as output:
        process = subprocess.Popen(
            command, cwd=PROJECT, env={**os.environ, **(environment or {})}, stdout=output, stderr=subprocess.STDOUT
        )
        tree = ProcessTree(process.pid)
        tree.start()
        _, status, used = os.wait4(process.pid, 0)
        seconds = time.monotonic() - began
        process.returncode = os.waitstatus_to_exitcode(status)
    tree.stop()
    if process.returncode:
        told = log.read_text(encoding="utf-8", errors="replace").splitlines()[-TOLD_LINES:]
        raise CommandFailed("\n".join([f"{' '.join(command)} ended with {process.returncode}:", *told]))
    return Usage(seconds, max(used.ru_utime + used.ru_stime, tree.cpu_seconds), tree.peak)


class ProcessTree(threading.Thread):
    """Watches a process and its descendants: the memory that they hold together, and the processor time of each.

    It looks every ``pause`` seconds; ``peak`` is in bytes.
    """

    def __init__(self, pid: int, pause: float = SAMPLE_SECONDS) -> None:
        super().__init__(daemon=True)
        self._pause = pause
        self.peak = 0
        self._cpu: dict[int, float] = {}
        self._root = psutil.Process(pid)
        self._stopped = threading.Event()

    @property
    def cpu_seconds(self) -> float:
        """Of all processes, as they were seen last; ``wait4`` knows none that nobody has waited for."""
        return sum(self._cpu.values())

    def run(self) -> None:
        while not self._stopped.wait(self._pause):
            try:
                family = [self._root, *self._root.children(recursive=True)]
            except psutil.Error:
                return
            together = sum(_own_share(each.pid) for each in family) if family[1:] else 0
            self.peak = max(self.peak, together, *(_high_water(each.pid) for each in family))
            self._cpu |= {each.pid: seconds for each in family if (seconds := _cpu_seconds(each))}

    def stop(self) -> None:
        """Look no more."""
        self._stopped.set()
        self.join()


def _cpu_seconds(process: psutil.Process) -> float:
    try:
        times = process.cpu_times()
    except psutil.Error:
        return 0.0
    return float(times.user + times.system)


def _own_share(pid: int) -> int:
    """A process's memory, what it shares with others divided among them."""
    return _told(pid, "smaps_rollup", "Pss")


def _high_water(pid: int) -> int:
    """The most that the process has held since it began its program.

    The peak that ``wait4`` gives would do, were it not at least that of the process that started it.
    """
    return _told(pid, "status", "VmHWM")


def _told(pid: int, file: str, name: str) -> int:
    """Bytes that the kernel tells of a process; 0 once it has ended."""
    try:
        content = Path(f"/proc/{pid}/{file}").read_text(encoding="utf-8")
    except OSError:
        return 0
    found = re.search(rf"^{name}:\s+(\d+) kB", content, re.MULTILINE)
    return int(found[1]) * 1024 if found else 0
