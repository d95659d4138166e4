"""Real runs of the project's DAGs: triggered, scheduled, backfilled, cleared, limited, failing and killed."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import psutil
import psycopg
import pytest
from psycopg.rows import dict_row

from include.standalone.airflow_api import FINAL_STATES, wait_for
from tests.e2e.conftest import Airflow, Run

STEPS = ("extract", "transform", "validate", "load", "advance_watermark")
SUCCEEDED = dict.fromkeys((f"sync.{step}" for step in STEPS), "success")


@pytest.fixture(scope="module")
def limited_run(airflow: Airflow) -> str:
    """A run under way whose source asks at its first request for more patience than a worker has."""
    _fault(airflow, "business_central", kind="rate_limited", seconds=50, times=1)
    return _trigger(airflow, "business_central", {"connections": ["bc_limited"]})


@pytest.fixture(scope="module")
def killed_run(airflow: Airflow) -> Iterator[Future[Run]]:
    """A run under way of which every step is killed once."""
    now = datetime.now(UTC)
    window = (now - timedelta(days=9), now - timedelta(days=6))
    conf = {"mode": "window", "window_start": window[0].isoformat(), "window_end": window[1].isoformat()}
    with ThreadPoolExecutor() as pool:
        yield pool.submit(_run_and_kill_each_step_once, airflow, conf)


@pytest.fixture(scope="module")
def odoo_run(airflow: Airflow, limited_run: str, killed_run: Future[Run]) -> Run:
    """The first run of Odoo's DAG, over a good connection and one whose password is wrong."""
    connection = {"connection_id": "wrong_password", "conn_type": "http", "login": "orderhouse", "password": "planted"}
    host = airflow.api.call("GET", "/connections/sandbox_odoo")["host"]
    airflow.api.put_all("connections", [{**connection, "host": host, "schema": "sandbox"}])
    return airflow.run("purchase_orders__odoo")


def test_one_connection_fails_at_once_and_the_other_is_loaded(airflow: Airflow, odoo_run: Run) -> None:
    assert odoo_run.state == "failed"
    assert _states(odoo_run, "odoo_one") == SUCCEEDED
    refused = odoo_run.task("sync.extract", "odoo_locked_out")
    assert (refused["state"], refused["try_number"]) == ("failed", 1)
    assert "AUTHENTICATION_FAILED" in airflow.api.task_log(refused)
    status = {row["connection"]: row["state"] for row in _rows(airflow, "SELECT * FROM ops.connection_status")}
    assert status == {"odoo_one": "online", "odoo_locked_out": "needs_reauthorisation"} | {
        name: state for name, state in status.items() if not name.startswith("odoo")
    }


def test_a_first_run_is_initial_and_sets_the_watermark(airflow: Airflow, odoo_run: Run) -> None:
    (sync,) = _syncs(airflow, "odoo_one", odoo_run.run_id)
    assert (sync["mode"], sync["state"], sync["triggered_by"]) == ("initial", "succeeded", "admin")
    assert sync["orders_inserted"] > 0
    (held,) = _rows(airflow, "SELECT count(*) FROM procurement.purchase_order WHERE connection = 'odoo_one'")
    assert held["count"] == sync["orders_inserted"]
    watermark = json.loads(str(airflow.api.variable("purchase_orders_watermark__odoo_one")))
    assert datetime.fromisoformat(watermark["watermark"]) == sync["watermark_after"]


def test_tasks_hand_on_paths_and_counts_only(airflow: Airflow, odoo_run: Run) -> None:
    index = odoo_run.task("sync.load", "odoo_one")["map_index"]
    for step in STEPS:
        told = airflow.api.xcom(odoo_run.dag_id, odoo_run.run_id, f"sync.{step}", index)
        assert len(json.dumps(told)) < 2000


def test_a_load_tells_so_as_an_asset_event(airflow: Airflow, odoo_run: Run) -> None:
    events = airflow.api.call("GET", "/assets/events", params={"source_run_id": odoo_run.run_id})["asset_events"]
    (event,) = (event for event in events if event["uri"] == "orderhouse://purchase_orders/odoo")
    assert event["extra"]["connection"] == "odoo_one"


def test_a_validation_report_opens_only_for_who_is_logged_in(airflow: Airflow, odoo_run: Run) -> None:
    """H34: what a plugin mounts has no check but its own."""
    index = odoo_run.task("sync.validate", "odoo_one")["map_index"]
    path = f"/dags/{odoo_run.dag_id}/dagRuns/{odoo_run.run_id}/taskInstances/sync.validate/links"
    link = airflow.api.call("GET", path, params={"map_index": index})["extra_links"]["Validation report"]
    address = airflow.installation.host.api_url + link
    assert httpx.get(address, trust_env=False).status_code == 401
    assert httpx.get(address, headers={"Authorization": "Bearer made.up.token"}, trust_env=False).status_code in (
        401,
        403,
    )
    report = httpx.get(address, headers=_login(airflow), trust_env=False)
    assert report.status_code == 200
    assert "<html" in report.text.lower()
    secret = address.split("/orderhouse/reports")[0] + "/orderhouse/reports/..%2Fsecrets%2Fanalyst_password"
    assert httpx.get(secret, headers=_login(airflow), trust_env=False).status_code == 404


def test_a_cleared_run_runs_again_and_rewrites_nothing_that_is_the_same(airflow: Airflow, odoo_run: Run) -> None:
    before = _written_at(airflow, "odoo_one")
    index = odoo_run.task("sync.load", "odoo_one")["map_index"]
    body = {
        "dry_run": False,
        "dag_run_id": odoo_run.run_id,
        "task_ids": [[f"sync.{step}", index] for step in STEPS],
        "only_failed": False,
        "reset_dag_runs": True,
    }
    airflow.api.call("POST", f"/dags/{odoo_run.dag_id}/clearTaskInstances", json=body)
    run = airflow.wait(odoo_run.dag_id, odoo_run.run_id)
    assert _states(run, "odoo_one") == SUCCEEDED
    after = _written_at(airflow, "odoo_one")
    assert {order for order, _ in before} <= {order for order, _ in after}
    assert {row: after[row] for row in before if row in after} == {row: before[row] for row in before if row in after}


def test_a_scheduled_run_syncs_what_is_due(airflow: Airflow, odoo_run: Run) -> None:
    def scheduled() -> list[dict[str, Any]]:
        runs = airflow.api.pages(f"/dags/{odoo_run.dag_id}/dagRuns", "dag_runs")
        return [run for run in runs if run["run_type"] == "scheduled" and run["state"] in FINAL_STATES]

    assert wait_for(lambda: bool(scheduled()), 150)
    airflow.api.pause(odoo_run.dag_id, True)
    run = airflow.wait(odoo_run.dag_id, scheduled()[0]["dag_run_id"])
    assert run.task("connections")["state"] == "success"
    assert "odoo_one" not in airflow.api.xcom(run.dag_id, run.run_id, "connections")


def test_a_backfill_loads_day_by_day_and_leaves_the_watermark_alone(airflow: Airflow) -> None:
    last = datetime.now(UTC).date() - timedelta(days=2)
    command = [sys.executable, "-m", "airflow", "backfill", "create", "--dag-id", "purchase_orders__sap_s4hana"]
    window = ["--from-date", str(last - timedelta(days=1)), "--to-date", str(last), "--max-active-runs", "2"]
    airflow.api.pause("purchase_orders__sap_s4hana", False)
    subprocess.run([*command, *window], env=dict(airflow.installation.environment), check=True, capture_output=True)
    runs = [
        airflow.wait(run["dag_id"], run["dag_run_id"])
        for run in airflow.api.pages("/dags/purchase_orders__sap_s4hana/dagRuns", "dag_runs")
        if run["run_type"] == "backfill"
    ]
    assert [run.state for run in runs] == ["success", "success"]
    syncs = [sync for run in runs for sync in _syncs(airflow, "sap_backfilled", run.run_id)]
    assert {sync["window_end"] - sync["window_start"] for sync in syncs} == {timedelta(days=1)}
    assert {sync["mode"] for sync in syncs} == {"window"}
    assert sum(sync["orders_inserted"] for sync in syncs) > 0
    assert {sync["watermark_after"] for sync in syncs} == {None}


def test_a_run_whose_every_step_is_killed_once_loses_and_doubles_nothing(
    airflow: Airflow, killed_run: Future[Run]
) -> None:
    killed = killed_run.result()
    assert killed.state == "success"
    assert {task["try_number"] for task in killed.tasks if task["task_id"] != "connections"} == {2}
    (first,) = _syncs(airflow, "netsuite_killed", killed.run_id)
    again = _sync_again_on_the_command_line(airflow, first)
    assert 0 < again["orders_extracted"] <= first["orders_inserted"], "what changed meanwhile has left the window"
    assert (again["orders_inserted"], again["orders_rejected"]) == (0, 0)
    query = "SELECT count(*), count(DISTINCT source_order_id) AS orders FROM procurement.purchase_order WHERE connection = %s"
    (held,) = _rows(airflow, query, first["connection"])
    assert held == {"count": first["orders_inserted"], "orders": first["orders_inserted"]}


def test_a_long_rate_limit_gives_the_worker_back_and_uses_no_retry(airflow: Airflow, limited_run: str) -> None:
    run = airflow.wait("purchase_orders__business_central", limited_run)
    assert _states(run, "bc_limited") == SUCCEEDED
    task = run.task("sync.extract", "bc_limited")
    assert task["try_number"] == 1
    assert "UP_FOR_RESCHEDULE" in airflow.api.task_log(task)
    (sync,) = _syncs(airflow, "bc_limited", limited_run)
    assert (sync["state"], sync["error_code"]) == ("succeeded", None)
    assert sync["orders_inserted"] > 0


def test_no_log_holds_a_password(airflow: Airflow, odoo_run: Run) -> None:
    password = airflow.home.secret("sandbox_password")
    files = [file for folder in (airflow.home.logs, airflow.home.airflow / "logs") for file in folder.rglob("*.log")]
    assert files
    assert [
        file for file in files if password in (text := file.read_text("utf-8", "replace")) or "planted" in text
    ] == []


def _run_and_kill_each_step_once(airflow: Airflow, conf: Mapping[str, Any]) -> Run:
    """Trigger a run of NetSuite's DAG; kill the first try of every mapped task as soon as it runs."""
    dag_id, killed = "purchase_orders__netsuite", set[str]()
    run_id = _trigger(airflow, "netsuite", conf)

    def has_ended() -> bool:
        for task in airflow.api.task_instances(dag_id, run_id):
            if task["map_index"] >= 0 and task["task_id"] not in killed:
                killed.update(task["task_id"] for process in _processes(task) if _kill(process))
        return airflow.api.run_state(dag_id, run_id) in FINAL_STATES

    assert wait_for(has_ended, 240, pause=0.05)
    assert killed == set(SUCCEEDED)
    return airflow.wait(dag_id, run_id)


def _sync_again_on_the_command_line(airflow: Airflow, sync: Mapping[str, Any]) -> dict[str, Any]:
    """Sync the same window without the scheduler, with the same Airflow's credentials; its row of the ledger."""
    window = ["--from", sync["window_start"].isoformat(), "--to", sync["window_end"].isoformat()]
    command = [sys.executable, "-m", "include.cli", "sync", sync["connection"], "--mode", "window", *window]
    done = subprocess.run(command, env=dict(airflow.installation.environment), capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    query = "SELECT * FROM ops.sync WHERE connection = %s AND triggered_by = 'command line'"
    (again,) = _rows(airflow, query, sync["connection"])
    return again


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


def _trigger(airflow: Airflow, connector: str, conf: Mapping[str, Any]) -> str:
    run_id = airflow.api.trigger(f"purchase_orders__{connector}", conf)
    airflow.api.pause(f"purchase_orders__{connector}", False)
    return run_id


def _states(run: Run, connection: str) -> dict[str, str]:
    """The state of each step of one connection."""
    (index,) = {task["map_index"] for task in run.tasks if task["rendered_map_index"] == connection}
    return {task["task_id"]: task["state"] for task in run.tasks if task["map_index"] == index}


def _syncs(airflow: Airflow, connection: str, run_id: str) -> list[dict[str, Any]]:
    """The ledger's rows of one connection in one run."""
    query = "SELECT * FROM ops.sync WHERE connection = %s AND run_id LIKE '%%/' || %s"
    return _rows(airflow, query, connection, run_id)


def _written_at(airflow: Airflow, connection: str) -> dict[tuple[str, str], datetime]:
    """When each order of a connection was written, by its id and its content's hash."""
    query = "SELECT order_id, row_hash, loaded_at FROM procurement.purchase_order WHERE connection = %s"
    return {(str(row["order_id"]), row["row_hash"]): row["loaded_at"] for row in _rows(airflow, query, connection)}


def _rows(airflow: Airflow, query: str, *values: object) -> list[dict[str, Any]]:
    address = airflow.warehouse_url.replace("+psycopg", "", 1)
    with psycopg.connect(address, row_factory=dict_row) as warehouse:
        return warehouse.execute(query.encode(), values).fetchall()


def _fault(airflow: Airflow, dialect: str, **fault: object) -> None:
    sandbox = airflow.installation.sandbox
    assert sandbox
    address = f"http://127.0.0.1:{sandbox.ports['control']}/faults/{dialect}"
    httpx.post(address, json=fault, trust_env=False).raise_for_status()


def _login(airflow: Airflow) -> dict[str, str]:
    """A header of who is logged in."""
    host = airflow.installation.host
    login = {"username": "admin", "password": host.admin_password}
    answer = httpx.post(f"{host.api_url}/auth/token", json=login, trust_env=False).raise_for_status()
    return {"Authorization": f"Bearer {answer.json()['access_token']}"}
