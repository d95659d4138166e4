"""Celery workers on machines of their own sync several connectors at once; one machine is lost in the middle.

Each worker has a copy of the project, a home and a state folder of its own. What they share is Redis, PostgreSQL and an
object store.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from include.standalone.airflow_api import wait_for
from tests.distributed.clean_load import content, load_cleanly
from tests.distributed.cluster import Cluster, cluster
from tests.distributed.machines import Worker
from tests.e2e.installation import RUN_SECONDS, SUCCEEDED, Run

SLOW = "odoo_slow"
PAGES_BEFORE = 3
"""So many pages of the slow connection are staged when its worker is lost."""
NAMES = {
    "odoo": [SLOW],
    "netsuite": ["netsuite_one"],
    "sap_s4hana": ["sap_one"],
    "quickbooks": ["qb_east", "qb_west"],
}
"""The connections of each connector."""
COMPARED = (SLOW, "netsuite_one", "sap_one")


@dataclass(frozen=True)
class Loss:
    """What was when a worker was lost, and the runs when they had ended nevertheless."""

    lost: Worker
    left: Worker
    staged: list[str]
    in_work: str
    """The task instance that it had in work; another try is another instance."""
    runs: Mapping[str, Run]


@pytest.fixture(scope="module")
def spread(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """The installation on three machines."""
    with cluster(tmp_path_factory.mktemp("cluster")) as running:
        yield running


@pytest.fixture(scope="module")
def loss(spread: Cluster) -> Loss:
    """All connectors at work, and the worker that fetches from the slowest killed after a few pages."""
    spread.stop_the_clock()
    spread.airflow.plan_fault("odoo", kind="timeout", seconds=1.0, after=10, times=None)
    run_ids = {connector: spread.airflow.trigger(connector) for connector in NAMES}
    lost, in_work = _fetching(spread, run_ids["odoo"])
    assert wait_for(lambda: len(_pages(spread)) >= PAGES_BEFORE, RUN_SECONDS)
    assert in_work in lost.tasks()
    lost.kill()
    staged = _pages(spread)
    spread.airflow.clear_faults("odoo")
    runs = {name: spread.airflow.wait(f"purchase_orders__{name}", run_id) for name, run_id in run_ids.items()}
    (left,) = (worker for worker in spread.workers.values() if worker is not lost)
    return Loss(lost, left, staged, in_work, runs)


def test_all_syncs_succeed_although_a_worker_is_lost_in_the_middle(loss: Loss) -> None:
    assert {name: run.state for name, run in loss.runs.items()} == dict.fromkeys(NAMES, "success")
    for connector, names in NAMES.items():
        assert {name: loss.runs[connector].states_of(name) for name in names} == dict.fromkeys(names, SUCCEEDED)


def test_what_the_lost_worker_had_in_work_is_done_by_the_other(loss: Loss) -> None:
    extract = loss.runs["odoo"].task("sync.extract", SLOW)
    assert extract["try_number"] == 2
    assert loss.in_work in loss.lost.machine.log.read_text(encoding="utf-8")
    assert extract["id"] in loss.left.machine.log.read_text(encoding="utf-8")


def test_both_workers_had_a_share_of_the_work(loss: Loss) -> None:
    ids = [task["id"] for run in loss.runs.values() for task in run.tasks]
    logs = [worker.machine.log.read_text(encoding="utf-8") for worker in (loss.lost, loss.left)]
    assert [any(task in log for task in ids) for log in logs] == [True, True]


def test_pages_that_the_lost_worker_had_staged_are_not_fetched_again(spread: Cluster, loss: Loss) -> None:
    """H30: a retry goes on after the last page that was kept, on whichever machine it runs."""
    (sync,) = spread.airflow.syncs(SLOW, loss.runs["odoo"].run_id)
    assert sync["attempts"] == 2
    assert len(loss.staged) >= PAGES_BEFORE
    assert sync["orders_duplicate"] == 0


@pytest.mark.parametrize("connection", COMPARED)
def test_the_warehouse_holds_what_a_clean_load_holds(
    connection: str, spread: Cluster, loss: Loss, tmp_path: Path
) -> None:
    load_cleanly(spread, connection, tmp_path)
    loaded, clean = content(spread.airflow.warehouse_url, connection), content(spread.empty_database, connection)
    assert len(clean["purchase_order"]) > 10
    assert loaded == clean


def test_two_workers_share_a_chain_of_rotating_tokens(spread: Cluster, loss: Loss) -> None:
    tokens = spread.airflow.rows("SELECT connection, refreshes FROM ops.token")
    assert [token["connection"] for token in tokens] == ["sandbox_quickbooks"]
    query = "SELECT source_order_id, row_hash FROM procurement.purchase_order WHERE connection = %s"
    east, west = ({row["source_order_id"] for row in spread.airflow.rows(query, name)} for name in NAMES["quickbooks"])
    assert east == west != set()


def test_every_watermark_has_moved(spread: Cluster, loss: Loss) -> None:
    for name in (name for names in NAMES.values() for name in names):
        watermark = spread.airflow.api.variable(f"purchase_orders_watermark__{name}")
        assert json.loads(watermark or "{}")["connection"] == name


def test_the_head_shows_reports_that_were_written_elsewhere(spread: Cluster, loss: Loss) -> None:
    (sync,) = spread.airflow.syncs(SLOW, loss.runs["odoo"].run_id)
    api = spread.airflow.installation.host
    login = {"username": "admin", "password": api.admin_password}
    token = httpx.post(f"{api.api_url}/auth/token", json=login, trust_env=False).json()["access_token"]
    headers = {"Authorization": f"Bearer {token}"}
    report = httpx.get(f"{api.api_url}/orderhouse/reports/{sync['report_path']}", headers=headers, trust_env=False)
    assert report.status_code == 200
    assert SLOW in report.text


def test_nothing_is_kept_on_the_workers_but_logs(spread: Cluster, loss: Loss) -> None:
    for worker in spread.workers.values():
        folder = worker.machine.folder
        kept = [file for part in ("state", "home") for file in (folder / part).rglob("*") if file.is_file()]
        assert kept == []
    assert [name for name in spread.staged() if not name.endswith(("discovered/catalogue.json", "/"))] == []


def _fetching(spread: Cluster, run_id: str) -> tuple[Worker, str]:
    """The worker that fetches the slow connection, once it does, and the task instance that it has in work."""

    def found() -> list[tuple[Worker, str]]:
        tasks = spread.airflow.api.task_instances("purchase_orders__odoo", run_id)
        (extract,) = (task["id"] for task in tasks if task["task_id"] == "sync.extract")
        return [(worker, extract) for worker in spread.workers.values() if extract in worker.tasks()]

    assert wait_for(lambda: bool(found()), RUN_SECONDS)
    return found()[0]


def _pages(spread: Cluster) -> list[str]:
    """The pages of the slow connection that are staged and count."""
    return [
        name for name in spread.staged() if name.startswith(f"{SLOW}/") and "/raw/" in name and name.endswith(".json")
    ]
