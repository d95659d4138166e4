"""DAGs of a started Airflow: files of its own for a benchmark, and waiting for their runs and watermarks."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from datetime import datetime
from pathlib import Path
from typing import Any

from benchmarks.job import STEPS
from include.orderhouse.home import PROJECT
from include.standalone.airflow_api import FINAL_STATES, AirflowApi, wait_for
from include.standalone.installation import Installation

VARIABLE = "purchase_orders_watermark__"
LONGEST_WAIT = 3600.0


def dag_id(connector: str) -> str:
    """The DAG of a connector."""
    return f"purchase_orders__{connector}"


def write_dags(folder: Path, connectors: Iterable[str]) -> Path:
    """The DAG files of these connectors, scheduled once a year; returns their folder."""
    dags = folder / "dags"
    dags.mkdir(parents=True, exist_ok=True)
    for connector in connectors:
        dag = (PROJECT / "dags" / f"{connector}.py").read_text(encoding="utf-8")
        (dags / f"{connector}.py").write_text(re.sub('schedule=".*"', 'schedule="0 0 1 1 *"', dag), encoding="utf-8")
    return dags


def wait(installation: Installation, condition: Callable[[], bool], pause: float = 0.1) -> None:
    """Wait for a condition, with a look every ``pause`` seconds. Raises TimeoutError, StartFailed."""

    def is_so() -> bool:
        installation.check()
        return condition()

    if not wait_for(is_so, LONGEST_WAIT, pause=pause):
        raise TimeoutError(
            f"Airflow took longer than {LONGEST_WAIT:.0f} s; its logs are in {installation.host.home.root}."
        )


def has_ended(api: AirflowApi, dag: str, run_id: str) -> bool:
    """Whether a run has, well or not."""
    return api.run_state(dag, run_id) in FINAL_STATES


def watermarks(api: AirflowApi) -> dict[str, str]:
    """The watermark Variables by connection."""
    variables = api.pages("/variables", "variables")
    return {found["key"].removeprefix(VARIABLE): found["value"] for found in variables}


def is_step(task: dict[str, Any]) -> bool:
    """Whether a task instance is a step of a sync."""
    return task["task_id"].removeprefix("sync.") in STEPS


def duration(task: dict[str, Any]) -> float:
    """The seconds that a task instance took."""
    return (datetime.fromisoformat(task["end_date"]) - datetime.fromisoformat(task["start_date"])).total_seconds()
