"""A run of which every step is killed once, with kill -9, as soon as it runs."""

from __future__ import annotations

import os
import shutil
import signal
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

from include.standalone.airflow_api import FINAL_STATES, wait_for
from tests.e2e.installation import RUN_SECONDS, SUCCEEDED, Airflow, Run

CONNECTION = "netsuite_killed"


@dataclass(frozen=True)
class KilledRun:
    """The run when it has ended well after all, and copies of the files that each killed step had left staged."""

    run: Run
    staged: Path


def run_and_kill_each_step_once(airflow: Airflow, conf: Mapping[str, Any], staged: Path) -> KilledRun:
    """Trigger a run of NetSuite's DAG; kill the first try of every mapped task."""
    dag_id, killed = "purchase_orders__netsuite", set[str]()
    run_id = airflow.trigger("netsuite", conf)

    def has_ended() -> bool:
        for task in airflow.api.task_instances(dag_id, run_id):
            if (
                task["map_index"] >= 0
                and task["task_id"] not in killed
                and any([_kill(found) for found in _processes(task)])
            ):
                killed.add(task["task_id"])
                _copy_staged(airflow, staged)
        return airflow.api.run_state(dag_id, run_id) in FINAL_STATES

    assert wait_for(has_ended, RUN_SECONDS, pause=0.05)
    assert killed == set(SUCCEEDED)
    return KilledRun(airflow.wait(dag_id, run_id), staged)


def _copy_staged(airflow: Airflow, target: Path) -> None:
    folder = airflow.home.staging / CONNECTION
    if folder.exists():
        shutil.copytree(folder, target, dirs_exist_ok=True)


def _processes(task: Mapping[str, Any]) -> Iterator[psutil.Process]:
    """The process that does a task's work: Airflow names it after the task instance."""
    for process in psutil.process_iter(["cmdline"]):
        if f"airflow worker -- {task['id']}" in " ".join(process.info["cmdline"] or ()):
            yield process


def _kill(process: psutil.Process) -> bool:
    try:
        os.kill(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        return False
    return True
