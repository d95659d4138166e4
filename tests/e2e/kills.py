"""A run of which every step is killed once, with kill -9, as soon as it runs."""

from __future__ import annotations

import os
import shutil
import signal
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
import psycopg
from psycopg.rows import dict_row

from include.standalone.airflow_api import FINAL_STATES, wait_for
from tests.e2e.installation import RUN_SECONDS, SUCCEEDED, Airflow, Run

CONNECTION = "netsuite_killed"
CALLS_TO_DISCOVER = 2
"""What Coupa is asked before a sync has its plan."""
_IN_WORK = """SELECT id, task_id, map_index, try_number FROM task_instance
    WHERE (dag_id, run_id) = (%s, %s) AND state IN ('queued', 'running')"""
_RUN = "SELECT state FROM dag_run WHERE (dag_id, run_id) = (%s, %s)"


@dataclass(frozen=True)
class KilledRun:
    """The run when it has ended well after all, and copies of the files that each killed step had left staged."""

    run: Run
    staged: Path


def run_and_kill_each_step_once(airflow: Airflow, conf: Mapping[str, Any], staged: Path) -> KilledRun:
    """Trigger a run of NetSuite's DAG; kill the first try of every mapped task."""
    dag_id, killed = "purchase_orders__netsuite", set[str]()
    run_id = airflow.trigger("netsuite", conf)

    def attack(task: Mapping[str, Any]) -> None:
        if (
            task["map_index"] >= 0
            and task["task_id"] not in killed
            and any([_kill(found) for found in _processes(task)])
        ):
            killed.add(task["task_id"])
            _copy_staged(airflow, staged)

    _attack_until_the_end(airflow, dag_id, run_id, attack)
    assert killed == set(SUCCEEDED)
    return KilledRun(airflow.wait(dag_id, run_id), staged)


def run_and_kill_its_last_try(airflow: Airflow, connector: str, connection: str) -> Run:
    """Trigger a run whose source tells what it has and no orders; kill the extraction in both tries that it gets."""
    dag_id, killed = f"purchase_orders__{connector}", list[int]()
    airflow.plan_fault(connector, kind="timeout", times=None, after=CALLS_TO_DISCOVER, seconds=RUN_SECONDS)
    run_id = airflow.trigger(connector, {"connections": [connection]})

    def attack(task: Mapping[str, Any]) -> None:
        attempt = len(killed) + 1
        if (
            task["try_number"] == attempt
            and _has_begun(airflow, connection, attempt)
            and any([_kill(found) for found in _processes(task)])
        ):
            killed.append(attempt)
            airflow.allow_retries(dag_id, run_id, task["task_id"], 1)

    _attack_until_the_end(airflow, dag_id, run_id, attack)
    airflow.clear_faults(connector)
    assert killed == [1, 2]
    return airflow.wait(dag_id, run_id)


def _attack_until_the_end(
    airflow: Airflow, dag_id: str, run_id: str, attack: Callable[[Mapping[str, Any]], None]
) -> None:
    """Call ``attack`` with every task instance in work until the run has ended.

    It looks into Airflow's database: to ask its API so often would keep a processor busy.
    """
    address = airflow.installation.host.postgres.libpq_url("airflow")
    with psycopg.connect(address, autocommit=True, row_factory=dict_row) as metadata:

        def has_ended() -> bool:
            for task in metadata.execute(_IN_WORK, [dag_id, run_id]).fetchall():
                attack(task)
            (run,) = metadata.execute(_RUN, [dag_id, run_id]).fetchall()
            return run["state"] in FINAL_STATES

        assert wait_for(has_ended, RUN_SECONDS, pause=0.05)


def _has_begun(airflow: Airflow, connection: str, attempt: int) -> bool:
    """Whether the ledger has the sync as running in this attempt."""
    query = "SELECT 1 FROM ops.sync WHERE connection = %s AND state = 'running' AND attempts = %s"
    return airflow.rows(query, connection, attempt) != []


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
