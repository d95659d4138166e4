"""Connections: many of them, of all connectors, in one Airflow that knows five hundred.

A real Airflow with LocalExecutor, as ``scripts/start`` runs it, against the sandbox with a small company. The DAGs of
all connectors are triggered at once; each run makes the initial syncs of its share of the connections.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import yaml

from benchmarks.bench import Bench
from benchmarks.calls import DAYS, sandbox_credentials
from benchmarks.measure import ProcessTree
from benchmarks.result import Result
from benchmarks.runs import dag_id, has_ended, wait, watermarks, write_dags
from include.orderhouse.configuration.connections import DEFAULT_FILE
from include.orderhouse.home import Home
from include.standalone.installation import COMPONENTS, Installation, Plan, running
from include.standalone.report import Report
from include.standalone.syncs import TAG
from tests.sandbox.dialects import DIALECTS
from tests.sandbox.generate import generate
from tests.sandbox.running import Sandbox, sandbox

Say = Callable[[str], None]

CONFIGURED = 500
"""How many connections the file has at least, whatever number is synced."""
LOOK_SECONDS, ASK_SECONDS = 0.5, 2.0
"""How often the memory is looked at, and Airflow asked: what it tells of a run with many tasks takes it a while."""


def measure(bench: Bench, connections: int, orders: int, say: Say, configured: int = CONFIGURED) -> Result:
    """The initial syncs of this many connections, all triggered at once."""
    known = dict(_spread(max(configured, connections)))
    chosen = dict(list(known.items())[:connections])
    with (
        sandbox(generate(1, orders, DAYS), DIALECTS) as source,
        running(_plan(bench.folder / "connections", source, known, chosen), Report()) as installation,
    ):
        wait(installation, lambda: len(installation.api.dags(TAG)) == len(set(chosen.values())))
        with _watched(installation) as trees:
            row = _sync(installation, chosen)
        row |= {
            "configured": len(known),
            "chosen": connections,
            "peaks": {name: trees[name].peak for name in COMPONENTS},
        }
        row["parse_seconds"] = round(max(dag["last_parse_duration"] for dag in installation.api.dags(TAG)), 2)
    say(f"{row['synced']} of {connections} connections: {row['seconds']} s, {row['failed_tasks']} tasks failed")
    return Result("connections", "", {"orders": orders, "executor": "LocalExecutor"}, bench.machine(), [row])


def _spread(count: int) -> Iterator[tuple[str, str]]:
    """Names of connections and their connectors, each connector in turn."""
    for number in range(count):
        connector = DIALECTS[number % len(DIALECTS)]
        yield f"{connector}_{number:03}", connector


def _plan(folder: Path, source: Sandbox, known: dict[str, str], chosen: dict[str, str]) -> Plan:
    """A new installation, whatever an earlier benchmark left in ``folder``; only the chosen connections are enabled."""
    shutil.rmtree(folder, ignore_errors=True)
    dags = write_dags(folder, set(chosen.values()))
    examples = yaml.safe_load(DEFAULT_FILE.read_text(encoding="utf-8"))["connections"]
    entries = {
        name: {
            **examples[f"sandbox_{connector}"],
            "credentials": f"sandbox_{connector}",
            "initial_days": 90,
            "enabled": name in chosen,
        }
        for name, connector in known.items()
    }
    (folder / "connections.yaml").write_text(yaml.safe_dump({"connections": entries}), encoding="utf-8")
    settings = {"airflow": {"connections": [_airflow_connection(connector, source) for connector in DIALECTS]}}
    (folder / "airflow_settings.yaml").write_text(yaml.safe_dump(settings), encoding="utf-8")
    return Plan(
        home=Home(folder / "home"),
        api_port=0,
        postgres_port=0,
        dags=dags,
        settings=folder / "airflow_settings.yaml",
        environment={"ORDERHOUSE_CONNECTIONS": str(folder / "connections.yaml")},
    )


def _airflow_connection(connector: str, source: Sandbox) -> dict[str, Any]:
    found = sandbox_credentials(connector, source)
    return {
        "conn_id": found.connection,
        "conn_type": "http",
        "conn_host": found.base_url,
        "conn_login": found.login,
        "conn_password": found.password,
        "conn_extra": dict(found.extra),
    }


def _sync(installation: Installation, chosen: dict[str, str]) -> dict[str, Any]:
    """Trigger all DAGs and wait until every watermark has moved, or every run has ended."""
    api = installation.api
    began = time.monotonic()
    runs = {}
    for connector in sorted(set(chosen.values())):
        names = [name for name, of in chosen.items() if of == connector]
        runs[dag_id(connector)] = api.trigger(dag_id(connector), {"connections": names})
        api.pause(dag_id(connector), False)
    ended: set[str] = set()

    def have_ended() -> bool:
        ended.update(dag for dag, run_id in runs.items() if dag not in ended and has_ended(api, dag, run_id))
        return len(ended) == len(runs)

    wait(installation, lambda: _moved(installation, chosen) == len(chosen) or have_ended(), pause=ASK_SECONDS)
    seconds = time.monotonic() - began
    wait(installation, have_ended, pause=ASK_SECONDS)
    failed = [task for task in api.tasks_of_runs(runs) if task["state"] != "success"]
    return {"synced": _moved(installation, chosen), "failed_tasks": len(failed), "seconds": round(seconds, 1)}


def _moved(installation: Installation, chosen: Iterable[str]) -> int:
    """How many of the connections have a watermark."""
    return len(set(watermarks(installation.api)) & set(chosen))


@contextmanager
def _watched(installation: Installation) -> Iterator[dict[str, ProcessTree]]:
    """The memory of Airflow's components, with all that they start, while the block runs."""
    trees = {component: ProcessTree(installation.pids[component], LOOK_SECONDS) for component in COMPONENTS}
    for tree in trees.values():
        tree.start()
    yield trees
    for tree in trees.values():
        tree.stop()
