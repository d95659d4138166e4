"""Airflow: how long a triggered run takes until the watermark has moved, for one connection and for many in one DAG.

A real Airflow with LocalExecutor, as ``scripts/start`` runs it, on a state folder and ports of its own. The syncs are
incremental and find nothing changed, so that next to nothing but Airflow and the start of the steps is measured.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import yaml

from benchmarks.bench import Bench
from benchmarks.job import STEPS
from benchmarks.result import Result
from benchmarks.shapes import load
from benchmarks.source import Source, serving
from benchmarks.timeline import Timeline
from include.orderhouse.home import PROJECT, Home
from include.standalone.airflow_api import FINAL_STATES, AirflowApi, wait_for
from include.standalone.installation import Installation, Plan, running
from include.standalone.report import Report

Say = Callable[[str], None]

SHAPE = "business_central"
DAG_ID = f"purchase_orders__{SHAPE}"
VARIABLE = "purchase_orders_watermark__"
LONGEST_WAIT = 1800.0


def measure(bench: Bench, connections: int, orders: int, rounds: int, say: Say) -> Result:
    """Initial syncs of all connections first; then a run of one, several times, and one of all."""
    names = [f"benchmark_{number:03}" for number in range(connections)]
    folder = bench.folder / "airflow"
    rows = []
    with serving(SHAPE, Timeline(orders)) as source, running(_plan(folder, source, names), Report()) as installation:
        _wait(installation, lambda: bool(installation.api.dags(SHAPE)))
        installation.api.pause(DAG_ID, False)
        _run(installation, names)
        for chosen in (*[names[:1]] * rounds, names):
            row = _run(installation, chosen)
            rows.append(row)
            say(f"{row['connections']} connections: {row['seconds']} s, of which tasks {row['task_seconds']} s")
    return Result("airflow", "", {"orders": orders, "executor": "LocalExecutor"}, bench.machine(), rows)


def _plan(folder: Path, source: Source, names: Sequence[str]) -> Plan:
    dags = folder / "dags"
    dags.mkdir(parents=True, exist_ok=True)
    dag = (PROJECT / "dags" / f"{SHAPE}.py").read_text(encoding="utf-8")
    (dags / f"{SHAPE}.py").write_text(re.sub('schedule=".*"', 'schedule="0 0 1 1 *"', dag), encoding="utf-8")
    entry = {
        "connector": SHAPE,
        "customer": "benchmark",
        "credentials": "benchmark",
        "include_open_orders": False,
        "requests_per_minute": 60_000,
        "settings": dict(load(SHAPE).settings),
    }
    document = {"connections": {name: entry for name in names}}
    (folder / "connections.yaml").write_text(yaml.safe_dump(document), encoding="utf-8")
    secrets = {"client_id": "benchmark", "client_secret": "benchmark", "token_url": f"{source.url}/token"}
    connection = {"conn_id": "benchmark", "conn_type": "http", "conn_host": source.url, "conn_extra": secrets}
    settings = {"airflow": {"connections": [connection]}}
    (folder / "airflow_settings.yaml").write_text(yaml.safe_dump(settings), encoding="utf-8")
    return Plan(
        home=Home(folder / "home"),
        api_port=0,
        postgres_port=0,
        dags=dags,
        settings=folder / "airflow_settings.yaml",
        environment={"ORDERHOUSE_CONNECTIONS": str(folder / "connections.yaml")},
    )


def _run(installation: Installation, names: Sequence[str]) -> dict[str, Any]:
    """Trigger a run of these connections and wait until all their watermarks have moved, then until it has ended."""
    api = installation.api
    _wait(installation, lambda: _is_quiet(api))
    before = _watermarks(api)
    began = time.monotonic()
    run_id = api.trigger(DAG_ID, {"connections": list(names)})

    def have_moved() -> bool:
        now = _watermarks(api)
        return all(name in now and now[name] != before.get(name) for name in names) or _has_failed(api, run_id)

    _wait(installation, have_moved)
    seconds = time.monotonic() - began
    _wait(installation, lambda: api.run_state(DAG_ID, run_id) in FINAL_STATES)
    if _has_failed(api, run_id):
        raise RuntimeError(f"The run {run_id} failed; its logs are in {installation.host.home.airflow}.")
    tasks = [task for task in api.task_instances(DAG_ID, run_id) if task["task_id"].removeprefix("sync.") in STEPS]
    return {
        "connections": len(names),
        "seconds": round(seconds, 1),
        "task_seconds": round(sum(map(_duration, tasks)), 1),
    }


def _wait(installation: Installation, condition: Callable[[], bool]) -> None:
    def is_so() -> bool:
        installation.check()
        return condition()

    if not wait_for(is_so, LONGEST_WAIT, pause=0.1):
        raise TimeoutError(
            f"Airflow took longer than {LONGEST_WAIT:.0f} s; its logs are in {installation.host.home.root}."
        )


def _is_quiet(api: AirflowApi) -> bool:
    return not any(run["state"] not in FINAL_STATES for run in api.pages(f"/dags/{DAG_ID}/dagRuns", "dag_runs"))


def _has_failed(api: AirflowApi, run_id: str) -> bool:
    return api.run_state(DAG_ID, run_id) == "failed"


def _watermarks(api: AirflowApi) -> dict[str, str]:
    variables = api.pages("/variables", "variables")
    return {found["key"].removeprefix(VARIABLE): found["value"] for found in variables}


def _duration(task: dict[str, Any]) -> float:
    return (datetime.fromisoformat(task["end_date"]) - datetime.fromisoformat(task["start_date"])).total_seconds()
