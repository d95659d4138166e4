"""A real Airflow for the tests, on a state folder and ports of its own, started once and ended before other tests.

Its DAG folder holds the project's DAGs, scheduled once a year, and those of ``tests/e2e/dags``. The sandbox serves the
connections of ``tests/e2e/connections.yaml``.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from include.orderhouse.home import PROJECT, Home
from include.orderhouse.warehouse.engine import connect
from include.orderhouse.warehouse.keys.vault import Vault
from include.standalone.airflow_api import wait_for
from include.standalone.installation import Installation, Plan, running
from include.standalone.report import Report
from tests.e2e.installation import PARSED_ONCE, RUN_SECONDS, Airflow, Run
from tests.e2e.kills import KilledRun, run_and_kill_each_step_once, run_and_kill_its_last_try
from tests.webhooks.conftest import SECRET
from tests.webhooks.receiver import Receiver, receiver

PLANTED = "planted-in-the-sandbox"
"""The password and client secret of every sandbox connection; not random, so that a search cannot mistake it."""
WRONG = "planted-and-wrong"
"""The password of the connection that is locked out."""


@pytest.fixture(scope="package")
def airflow(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Airflow]:
    """A real Airflow: scheduler, API server, DAG processor and triggerer over an embedded PostgreSQL."""
    folder = tmp_path_factory.mktemp("airflow")
    connections = shutil.copy(Path(__file__).with_name("connections.yaml"), folder)
    plan = Plan(
        home=Home(folder / "home"),
        api_port=0,
        postgres_port=0,
        sandbox_port=0,
        dags=_dag_folder(folder / "dags"),
        environment={"ORDERHOUSE_CONNECTIONS": str(connections), **PARSED_ONCE},
    )
    plan.home.create().secret("sandbox_password", lambda: PLANTED)
    with running(plan, Report()) as installation:
        assert wait_for(lambda: _is_parsed(installation), RUN_SECONDS)
        yield Airflow(installation)


@pytest.fixture(scope="package")
def limited_run(airflow: Airflow) -> str:
    """A run under way whose source asks at its first request for more patience than a worker has."""
    airflow.plan_fault("business_central", kind="rate_limited", seconds=50, times=1)
    return airflow.trigger("business_central", {"connections": ["bc_limited"]})


@pytest.fixture(scope="package")
def killed_run(airflow: Airflow, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Future[KilledRun]]:
    """A run under way of which every step is killed once."""
    now = datetime.now(UTC)
    window = (now - timedelta(days=9), now - timedelta(days=6))
    conf = {"mode": "window", "window_start": window[0].isoformat(), "window_end": window[1].isoformat()}
    with ThreadPoolExecutor() as pool:
        yield pool.submit(run_and_kill_each_step_once, airflow, conf, tmp_path_factory.mktemp("staged"))


@pytest.fixture(scope="package")
def bus(airflow: Airflow) -> Iterator[Receiver]:
    """A receiver that the subscription of the tests leads to. It is there before anything is told: later tries wait."""
    with receiver() as running:
        connection = {"connection_id": "bus", "conn_type": "http", "host": running.url, "password": SECRET}
        airflow.api.put_all("connections", [connection])
        yield running


@pytest.fixture(scope="package")
def lost_run(airflow: Airflow, bus: Receiver) -> Iterator[Future[Run]]:
    """A run under way whose task is killed, in its last try as well."""
    with ThreadPoolExecutor() as pool:
        yield pool.submit(run_and_kill_its_last_try, airflow, "coupa", "coupa_lost")


@pytest.fixture(scope="package")
def odoo_run(airflow: Airflow, limited_run: str, killed_run: Future[KilledRun], lost_run: Future[Run]) -> Run:
    """The first run of Odoo's DAG, over a good connection and one whose password is wrong."""
    connection = {"connection_id": "wrong_password", "conn_type": "http", "login": "orderhouse", "password": WRONG}
    host = airflow.api.call("GET", "/connections/sandbox_odoo")["host"]
    airflow.api.put_all("connections", [{**connection, "host": host, "schema": "sandbox"}])
    _move_to_vault(airflow, "sandbox_odoo", {"host": host, "login": "orderhouse", "password": PLANTED})
    return airflow.run("purchase_orders__odoo")


def _move_to_vault(airflow: Airflow, name: str, content: Mapping[str, str]) -> None:
    """Keep credentials in the vault; what Airflow itself has in their place is wrong from then on."""
    content = {**content, "conn_type": "http", "extra": json.dumps({"database": "sandbox"})}
    Vault.of(connect(airflow.owner_address, keep_open=False)).put(name, "tests", json.dumps(content))
    airflow.api.put_all("connections", [{**content, "connection_id": name, "password": WRONG}])


def _dag_folder(folder: Path) -> Path:
    folder.mkdir()
    for file in (*(PROJECT / "dags").glob("*.py"), *(Path(__file__).parent / "dags").glob("*.py")):
        shutil.copy(file, folder)
    for file in folder.glob("*.py"):
        text = file.read_text(encoding="utf-8").replace("*/15 * * * *", "@yearly")
        file.write_text(text, encoding="utf-8")
    return folder


def _is_parsed(installation: Installation) -> bool:
    files = {file.name for file in installation.host.dags.glob("*.py")}
    errors = installation.api.call("GET", "/importErrors")["import_errors"]
    assert not errors, errors[0]["stack_trace"]
    return files <= {Path(dag["fileloc"]).name for dag in installation.api.pages("/dags", "dags")}


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """All tests that need Airflow run in one worker, so that it is started once."""
    for item in items:
        if "airflow" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.xdist_group("airflow"))
