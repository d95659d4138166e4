"""Machines of their own, played on this one: a copy of the project, a home, a state folder each, and nothing shared
but what comes over the network.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

from include.orderhouse.home import PROJECT
from include.standalone.processes import tail
from tests.processes import python_path

_PARTS = ("dags", "include", "plugins")
_ONLY_THERE = (
    "AIRFLOW__API__SECRET_KEY",
    "AIRFLOW__API_AUTH__",
    "AIRFLOW__CORE__FERNET_KEY",
    "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER",
    "AIRFLOW__DATABASE__",
    "ORDERHOUSE_CONNECTIONS",
    "ORDERHOUSE_POSTGRES",
    "ORDERHOUSE_SANDBOX",
)
"""Settings that a worker does without: the keys and databases of scheduler and API server, and their files."""


@dataclass(frozen=True)
class Machine:
    """One machine: ``folder`` holds the project's copy and all that is written there."""

    name: str
    folder: Path

    @property
    def project(self) -> Path:
        """The copy of the project."""
        return self.folder / "project"

    @property
    def log(self) -> Path:
        """What its worker prints."""
        return self.folder / "worker.log"

    def install(self, connections: Path, connectors: Collection[str]) -> None:
        """Copy the project, with these connections and the DAGs of these connectors; nothing is scheduled by itself."""
        for part in _PARTS:
            shutil.copytree(PROJECT / part, self.project / part)
        shutil.copy(connections, self.project / "include" / "connections.yaml")
        for file in (self.project / "dags").glob("*.py"):
            if file.stem not in connectors:
                file.unlink()
                continue
            text = file.read_text(encoding="utf-8").replace("*/15 * * * *", "@yearly")
            file.write_text(text, encoding="utf-8")
        for folder in ("home", "airflow", "state"):
            (self.folder / folder).mkdir()

    def environment(self, settings: Mapping[str, str]) -> dict[str, str]:
        """``settings`` of the installation, as far as they concern a worker, with this machine's own folders."""
        kept = {name: value for name, value in settings.items() if not name.startswith(_ONLY_THERE)}
        return {
            **kept,
            "HOME": str(self.folder / "home"),
            "PYTHONPATH": python_path(self.project),
            "AIRFLOW_HOME": str(self.folder / "airflow"),
            "AIRFLOW__CORE__DAGS_FOLDER": str(self.project / "dags"),
            "AIRFLOW__CORE__PLUGINS_FOLDER": str(self.project / "plugins"),
            "ORDERHOUSE_HOME": str(self.folder / "state"),
        }


@dataclass
class Worker:
    """A running Celery worker of a machine."""

    machine: Machine
    process: psutil.Process

    def is_ready(self) -> bool:
        """Whether it takes tasks."""
        assert self.process.is_running(), tail(self.machine.log)
        return " ready." in self.machine.log.read_text(encoding="utf-8", errors="replace")

    def tasks(self) -> list[str]:
        """The ids of the task instances that it works on now: Airflow names the processes after them."""
        names = (" ".join(_command(each)) for each in self.process.children(recursive=True))
        return [name.split("airflow worker -- ")[1].split()[0] for name in names if "airflow worker -- " in name]

    def kill(self) -> None:
        """End the machine at once: every process of it, none of which can say goodbye."""
        for process in [self.process, *self.process.children(recursive=True)]:
            try:
                process.kill()
            except psutil.NoSuchProcess:
                continue
        self.process.wait()


@contextmanager
def celery_worker(machine: Machine, settings: Mapping[str, str], concurrency: int = 2) -> Iterator[Worker]:
    """A Celery worker of Airflow on that machine; it may be killed meanwhile."""
    command = [sys.executable, "-m", "airflow", "celery", "worker", "--celery-hostname", machine.name]
    command += ["--concurrency", str(concurrency), "--skip-serve-logs", "--without-mingle", "--without-gossip"]
    with machine.log.open("wb") as output:
        started = subprocess.Popen(
            command,
            env=machine.environment(settings),
            cwd=machine.project,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    worker = Worker(machine, psutil.Process(started.pid))
    try:
        yield worker
    finally:
        if started.poll() is None:
            worker.kill()
        started.wait()


def _command(process: psutil.Process) -> list[str]:
    try:
        return list(process.cmdline())
    except psutil.NoSuchProcess:
        return []
