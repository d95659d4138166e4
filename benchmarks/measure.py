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

SAMPLE_SECONDS = 0.1
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
        tree = _Tree(process.pid)
        tree.start()
        _, status, used = os.wait4(process.pid, 0)
        seconds = time.monotonic() - began
        process.returncode = os.waitstatus_to_exitcode(status)
    tree.stop()
    if process.returncode:
        told = log.read_text(encoding="utf-8", errors="replace").splitlines()[-TOLD_LINES:]
        raise CommandFailed("\n".join([f"{' '.join(command)} ended with {process.returncode}:", *told]))
    return Usage(seconds, used.ru_utime + used.ru_stime, tree.peak)


class _Tree(threading.Thread):
    """Watches the memory of a process and its descendants: what they hold together, and the kernel's peak of each."""

    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self.peak = 0
        self._root = psutil.Process(pid)
        self._stopped = threading.Event()

    def run(self) -> None:
        while not self._stopped.wait(SAMPLE_SECONDS):
            try:
                family = [self._root, *self._root.children(recursive=True)]
            except psutil.Error:
                return
            self.peak = max(self.peak, sum(map(_resident, family)), *(_high_water(each.pid) for each in family))

    def stop(self) -> None:
        self._stopped.set()
        self.join()


def _resident(process: psutil.Process) -> int:
    try:
        return int(process.memory_info().rss)
    except psutil.Error:
        return 0


def _high_water(pid: int) -> int:
    """The most that the process has held since it began its program; 0 where the system does not tell.

    The peak that ``wait4`` gives would do, were it not at least that of the process that started it.
    """
    try:
        status = Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
    except OSError:
        return 0
    found = re.search(r"VmHWM:\s+(\d+) kB", status)
    return int(found[1]) * 1024 if found else 0
