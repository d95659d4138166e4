"""Airflow: how long a triggered run takes until the watermark has moved, for one connection and for many in one DAG.

A real Airflow with LocalExecutor, as ``scripts/start`` runs it, on a state folder and ports of its own. The syncs are
incremental and find nothing changed, so that next to nothing but Airflow and the start of the steps is measured.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import yaml

from benchmarks.bench import Bench
from benchmarks.result import Result
from benchmarks.runs import dag_id, duration, has_ended, is_step, wait, watermarks, write_dags
from benchmarks.shapes import load
from benchmarks.source import Source, serving
from benchmarks.timeline import Timeline
from include.orderhouse.home import Home
from include.standalone.airflow_api import FINAL_STATES, AirflowApi
from include.standalone.installation import Installation, Plan, running
from include.standalone.report import Report

Say = Callable[[str], None]

SHAPE = "business_central"
DAG_ID = dag_id(SHAPE)


def measure(bench: Bench, connections: int, orders: int, rounds: int, say: Say) -> Result:
    """Initial syncs of all connections first; then a run of one, several times, and one of all."""
    names = [f"benchmark_{number:03}" for number in range(connections)]
    folder = bench.folder / "airflow"
    rows = []
    with serving(SHAPE, Timeline(orders)) as source, running(_plan(folder, source, names), Report()) as installation:
        wait(installation, lambda: bool(installation.api.dags(SHAPE)))
        installation.api.pause(DAG_ID, False)
        _run(installation, names)
        for chosen in (*[names[:1]] * rounds, names):
            row = _run(installation, chosen)
            rows.append(row)
            say(f"{row['connections']} connections: {row['seconds']} s, of which tasks {row['task_seconds']} s")
    return Result("airflow", "", {"orders": orders, "executor": "LocalExecutor"}, bench.machine(), rows)


def _plan(folder: Path, source: Source, names: Sequence[str]) -> Plan:
    dags = write_dags(folder, [SHAPE])
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
    wait(installation, lambda: _is_quiet(api))
    before = watermarks(api)
    began = time.monotonic()
    run_id = api.trigger(DAG_ID, {"connections": list(names)})

    def have_moved() -> bool:
        now = watermarks(api)
        return all(name in now and now[name] != before.get(name) for name in names) or _has_failed(api, run_id)

    wait(installation, have_moved)
    seconds = time.monotonic() - began
    wait(installation, lambda: has_ended(api, DAG_ID, run_id))
    if _has_failed(api, run_id):
        raise RuntimeError(f"The run {run_id} failed; its logs are in {installation.host.home.airflow}.")
    tasks = list(filter(is_step, api.task_instances(DAG_ID, run_id)))
    return {
        "connections": len(names),
        "seconds": round(seconds, 1),
        "task_seconds": round(sum(map(duration, tasks)), 1),
    }


def _is_quiet(api: AirflowApi) -> bool:
    return not any(run["state"] not in FINAL_STATES for run in api.pages(f"/dags/{DAG_ID}/dagRuns", "dag_runs"))


def _has_failed(api: AirflowApi, run_id: str) -> bool:
    return api.run_state(DAG_ID, run_id) == "failed"
