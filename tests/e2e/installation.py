"""The running installation as the end-to-end tests use it: trigger, wait, look into its databases, plan faults."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import httpx
import psycopg
from psycopg.rows import dict_row

from include.orderhouse.home import Home
from include.standalone.airflow_api import FINAL_STATES, AirflowApi, wait_for
from include.standalone.installation import Installation

STEPS = ("extract", "transform", "validate", "load", "advance_watermark")
SUCCEEDED = dict.fromkeys((f"sync.{step}" for step in STEPS), "success")
RUN_SECONDS = 600.0
PARSED_ONCE = {"AIRFLOW__DAG_PROCESSOR__MIN_FILE_PROCESS_INTERVAL": "3600"}
"""DAG files that do not change: every 30 s, to parse them all would take a tenth of a processor."""


@dataclass(frozen=True)
class Run:
    """A DAG run that has ended, and its task instances by task id; a mapped one also by its index."""

    dag_id: str
    run_id: str
    state: str
    tasks: tuple[Mapping[str, Any], ...]

    def states(self, task_id: str) -> dict[str, str]:
        """The state of each instance of a task, by the name it shows."""
        return {
            task["rendered_map_index"] or str(task["map_index"]): task["state"]
            for task in self.tasks
            if task["task_id"] == task_id
        }

    def task(self, task_id: str, name: str | None = None) -> Mapping[str, Any]:
        """One task instance, by its id and the name it shows."""
        (found,) = (task for task in self.tasks if task["task_id"] == task_id and task["rendered_map_index"] == name)
        return found

    def states_of(self, connection: str) -> dict[str, str]:
        """The state of each step of one connection."""
        (index,) = {task["map_index"] for task in self.tasks if task["rendered_map_index"] == connection}
        return {task["task_id"]: task["state"] for task in self.tasks if task["map_index"] == index}


@dataclass(frozen=True)
class Airflow:
    """The running installation, and what tests do with it."""

    installation: Installation

    @property
    def api(self) -> AirflowApi:
        """The REST API, as its administrator."""
        return self.installation.api

    @property
    def home(self) -> Home:
        """Its state folder."""
        return self.installation.host.home

    @property
    def warehouse_url(self) -> str:
        """The warehouse, as SQLAlchemy takes it."""
        return self.installation.environment["ORDERHOUSE_WAREHOUSE_URL"]

    @property
    def warehouse_address(self) -> str:
        """The warehouse, as libpq takes it."""
        return self.warehouse_url.replace("+psycopg", "", 1)

    @property
    def owner_address(self) -> str:
        """The warehouse as its owner, as libpq takes it."""
        return self.installation.host.postgres.libpq_url()

    def rows(self, query: str, *values: object) -> list[dict[str, Any]]:
        """What a query of the warehouse gives."""
        with psycopg.connect(self.warehouse_address, row_factory=dict_row) as warehouse:
            return warehouse.execute(query.encode(), values).fetchall()

    def allow_retries(self, dag_id: str, run_id: str, task_id: str, count: int) -> None:
        """Let a task be tried again so often and no more."""
        change = "UPDATE task_instance SET max_tries = %s WHERE (dag_id, run_id, task_id) = (%s, %s, %s)"
        with psycopg.connect(self.installation.host.postgres.libpq_url("airflow")) as metadata:
            metadata.execute(change, (count, dag_id, run_id, task_id))

    def syncs(self, connection: str, run_id: str) -> list[dict[str, Any]]:
        """The ledger's rows of one connection in one run."""
        query = "SELECT * FROM ops.sync WHERE connection = %s AND run_id LIKE '%%/' || %s"
        return self.rows(query, connection, run_id)

    def plan_fault(self, dialect: str, **fault: object) -> None:
        """Let a dialect of the sandbox go wrong."""
        httpx.post(self._control(f"faults/{dialect}"), json=fault, trust_env=False).raise_for_status()

    def clear_faults(self, dialect: str) -> None:
        """Let a dialect of the sandbox work again."""
        httpx.delete(self._control(f"faults/{dialect}"), trust_env=False).raise_for_status()

    def requests(self, dialect: str) -> dict[str, Any]:
        """What a dialect of the sandbox was asked, and how many tokens it issued."""
        found: dict[str, Any] = httpx.get(self._control(f"requests/{dialect}"), trust_env=False).json()
        return found

    def _control(self, path: str) -> str:
        sandbox = self.installation.sandbox
        assert sandbox
        return f"http://127.0.0.1:{sandbox.ports['control']}/{path}"

    def trigger(self, connector: str, conf: Mapping[str, Any] | None = None) -> str:
        """Start a run of a connector's DAG; returns its id."""
        run_id = self.api.trigger(f"purchase_orders__{connector}", conf)
        self.api.pause(f"purchase_orders__{connector}", False)
        return run_id

    def run(self, dag_id: str, conf: Mapping[str, Any] | None = None) -> Run:
        """Trigger a run and wait until it has ended."""
        run_id = self.api.trigger(dag_id, conf)
        self.api.pause(dag_id, False)
        return self.wait(dag_id, run_id)

    def wait(self, dag_id: str, run_id: str, seconds: float = RUN_SECONDS) -> Run:
        """Wait until a run has ended."""

        def has_ended() -> bool:
            self.installation.check()
            return self.api.run_state(dag_id, run_id) in FINAL_STATES

        assert wait_for(has_ended, seconds), f"{dag_id} {run_id}: {self.api.task_instances(dag_id, run_id)}"
        tasks = tuple(self.api.task_instances(dag_id, run_id))
        return Run(dag_id, run_id, self.api.run_state(dag_id, run_id), tasks)
