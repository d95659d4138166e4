"""A real Airflow for the tests, on a state folder and ports of its own, started once per session.

Its DAG folder holds the project's DAGs, Odoo's scheduled every minute, and those of ``tests/e2e/dags``. The sandbox
serves the connections of ``tests/e2e/connections.yaml``.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from include.orderhouse.home import PROJECT, Home
from include.standalone.airflow_api import FINAL_STATES, AirflowApi, wait_for
from include.standalone.installation import Installation, Plan, running
from include.standalone.report import Report

RUN_SECONDS = 180.0


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


@pytest.fixture(scope="session")
def airflow(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Airflow]:
    """A real Airflow: scheduler, API server, DAG processor and triggerer over an embedded PostgreSQL."""
    folder = tmp_path_factory.mktemp("airflow")
    plan = Plan(
        home=Home(folder / "home"),
        api_port=0,
        postgres_port=0,
        sandbox_port=0,
        dags=_dag_folder(folder / "dags"),
        environment={"ORDERHOUSE_CONNECTIONS": str(Path(__file__).with_name("connections.yaml"))},
    )
    with running(plan, Report()) as installation:
        assert wait_for(lambda: _is_parsed(installation), seconds=90)
        yield Airflow(installation)


def _dag_folder(folder: Path) -> Path:
    folder.mkdir()
    for file in (*(PROJECT / "dags").glob("*.py"), *(Path(__file__).parent / "dags").glob("*.py")):
        shutil.copy(file, folder)
    odoo = folder / "odoo.py"
    odoo.write_text(odoo.read_text(encoding="utf-8").replace("*/15 * * * *", "* * * * *"), encoding="utf-8")
    return folder


def _is_parsed(installation: Installation) -> bool:
    files = {file.name for file in installation.host.dags.iterdir()}
    errors = installation.api.call("GET", "/importErrors")["import_errors"]
    assert not errors, errors[0]["stack_trace"]
    return files <= {Path(dag["fileloc"]).name for dag in installation.api.pages("/dags", "dags")}


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """All tests that need Airflow run in one worker, so that it is started once."""
    for item in items:
        if "airflow" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.xdist_group("airflow"))
