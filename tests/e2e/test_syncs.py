"""Real runs of the project's DAGs: triggered, scheduled, backfilled, cleared, limited, failing and killed."""

from __future__ import annotations

import io
import itertools
import json
import subprocess
import sys
from collections.abc import Mapping
from concurrent.futures import Future
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from rich.console import Console

from include.orderhouse.errors import ConfigurationInvalid
from include.standalone.airflow_api import FINAL_STATES, wait_for
from include.standalone.pools import check_pools
from include.standalone.report import Report
from include.standalone.syncs import Syncs
from tests.e2e.installation import RUN_SECONDS, STEPS, SUCCEEDED, Airflow, Run
from tests.e2e.kills import KilledRun


def test_one_connection_fails_at_once_and_the_other_is_loaded(airflow: Airflow, odoo_run: Run) -> None:
    assert odoo_run.state == "failed"
    assert odoo_run.states_of("odoo_one") == SUCCEEDED
    refused = odoo_run.task("sync.extract", "odoo_locked_out")
    assert (refused["state"], refused["try_number"]) == ("failed", 1)
    assert "AUTHENTICATION_FAILED" in airflow.api.task_log(refused)
    status = {row["connection"]: row["state"] for row in airflow.rows("SELECT * FROM ops.connection_status")}
    assert status == {"odoo_one": "online", "odoo_locked_out": "needs_reauthorisation"} | {
        name: state for name, state in status.items() if not name.startswith("odoo")
    }


def test_a_first_run_is_initial_and_sets_the_watermark(airflow: Airflow, odoo_run: Run) -> None:
    (sync,) = airflow.syncs("odoo_one", odoo_run.run_id)
    assert (sync["mode"], sync["state"], sync["triggered_by"]) == ("initial", "succeeded", "admin")
    assert sync["orders_inserted"] > 0
    (held,) = airflow.rows("SELECT count(*) FROM procurement.purchase_order WHERE connection = 'odoo_one'")
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
    (sync,) = airflow.syncs("odoo_one", odoo_run.run_id)
    told = {name: event["extra"][name] for name in ("connection", "customer", "staged", "inserted", "lines_written")}
    assert told == {
        "connection": "odoo_one",
        "customer": "tests",
        "staged": str(sync["sync_id"]),
        "inserted": sync["orders_inserted"],
        "lines_written": sync["lines_written"],
    }


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
    assert run.states_of("odoo_one") == SUCCEEDED
    after = _written_at(airflow, "odoo_one")
    assert {order for order, _ in before} <= {order for order, _ in after}
    assert {row: after[row] for row in before if row in after} == {row: before[row] for row in before if row in after}


def test_a_scheduled_run_syncs_what_is_due(airflow: Airflow, odoo_run: Run) -> None:
    def scheduled() -> list[dict[str, Any]]:
        runs = airflow.api.pages(f"/dags/{odoo_run.dag_id}/dagRuns", "dag_runs")
        return [run for run in runs if run["run_type"] == "scheduled" and run["state"] in FINAL_STATES]

    file = airflow.installation.host.dags / "odoo.py"
    file.write_text(file.read_text(encoding="utf-8").replace("@yearly", "* * * * *"), encoding="utf-8")
    assert wait_for(lambda: bool(scheduled()), RUN_SECONDS)
    airflow.api.pause(odoo_run.dag_id, True)
    run = airflow.wait(odoo_run.dag_id, scheduled()[0]["dag_run_id"])
    assert run.task("connections")["state"] == "success"
    assert "odoo_one" not in airflow.api.xcom(run.dag_id, run.run_id, "connections")


def test_a_customer_with_its_own_dag_takes_its_pools_slots_and_keeps_nobody_waiting(airflow: Airflow) -> None:
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("ORDERHOUSE_CONNECTIONS", airflow.installation.environment["ORDERHOUSE_CONNECTIONS"])
        with pytest.raises(ConfigurationInvalid, match="pools that Airflow does not have: crowd"):
            check_pools(airflow.api)
        airflow.api.put_all("pools", [{"name": "crowd", "slots": 1}])
        check_pools(airflow.api)
    runs = {customer: airflow.trigger(f"oracle_fusion{customer}") for customer in ("__crowd", "")}
    alone, crowd = (airflow.wait(f"purchase_orders__oracle_fusion{name}", runs[name]) for name in ("", "__crowd"))
    assert (alone.state, crowd.state) == ("success", "success")
    assert set(alone.states("sync.load")) == {"fusion_neighbour"}
    assert set(crowd.states("sync.load")) == {f"fusion_crowd_{number}" for number in (1, 2, 3)}
    spans = sorted((task["start_date"], task["end_date"]) for task in crowd.tasks)
    assert all(end <= start for (_, end), (start, _) in itertools.pairwise(spans)), "one slot, one task at a time"
    assert max(task["end_date"] for task in alone.tasks) < spans[-1][1]


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
    syncs = [sync for run in runs for sync in airflow.syncs("sap_backfilled", run.run_id)]
    assert {sync["window_end"] - sync["window_start"] for sync in syncs} == {timedelta(days=1)}
    assert {sync["mode"] for sync in syncs} == {"window"}
    assert sum(sync["orders_inserted"] for sync in syncs) > 0
    assert {sync["watermark_after"] for sync in syncs} == {None}


def test_the_launcher_names_the_connection_while_its_tasks_run(airflow: Airflow) -> None:
    screen = io.StringIO()
    run_id = airflow.trigger("sap_s4hana", {"mode": "remap"})
    syncs = Syncs(airflow.installation, Report(Console(file=screen)), {"purchase_orders__sap_s4hana": run_id})
    assert syncs.follow()
    told = [tuple(line.split()[:3]) for line in screen.getvalue().splitlines()]
    connections = ("purchase_orders__sap_s4hana", "connections", "success")
    assert told == [connections, *(("sap_backfilled", step, "success") for step in STEPS)]


def test_a_run_whose_every_step_is_killed_once_loses_and_doubles_nothing(
    airflow: Airflow, killed_run: Future[KilledRun]
) -> None:
    killed = killed_run.result().run
    assert killed.state == "success"
    assert {task["try_number"] for task in killed.tasks if task["task_id"] != "connections"} == {2}
    (first,) = airflow.syncs("netsuite_killed", killed.run_id)
    again = _sync_again_on_the_command_line(airflow, first)
    assert 0 < again["orders_extracted"] <= first["orders_inserted"], "what changed meanwhile has left the window"
    assert (again["orders_inserted"], again["orders_rejected"]) == (0, 0)
    orders = "procurement.purchase_order WHERE connection = %s"
    query = f"SELECT count(*), count(DISTINCT source_order_id) AS orders FROM {orders}"
    (held,) = airflow.rows(query, first["connection"])
    assert held == {"count": first["orders_inserted"], "orders": first["orders_inserted"]}


def test_a_long_rate_limit_gives_the_worker_back_and_uses_no_retry(airflow: Airflow, limited_run: str) -> None:
    run = airflow.wait("purchase_orders__business_central", limited_run)
    assert run.states_of("bc_limited") == SUCCEEDED
    task = run.task("sync.extract", "bc_limited")
    assert task["try_number"] == 1
    assert "UP_FOR_RESCHEDULE" in airflow.api.task_log(task)
    (sync,) = airflow.syncs("bc_limited", limited_run)
    assert (sync["state"], sync["error_code"]) == ("succeeded", None)
    assert sync["orders_inserted"] > 0


def _sync_again_on_the_command_line(airflow: Airflow, sync: Mapping[str, Any]) -> dict[str, Any]:
    """Sync the same window without the scheduler, with the same Airflow's credentials; its row of the ledger."""
    window = ["--from", sync["window_start"].isoformat(), "--to", sync["window_end"].isoformat()]
    command = [sys.executable, "-m", "include.cli", "sync", sync["connection"], "--mode", "window", *window]
    done = subprocess.run(command, env=dict(airflow.installation.environment), capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    query = "SELECT * FROM ops.sync WHERE connection = %s AND triggered_by = 'command line'"
    (again,) = airflow.rows(query, sync["connection"])
    return again


def _written_at(airflow: Airflow, connection: str) -> dict[tuple[str, str], datetime]:
    """When each order of a connection was written, by its id and the hash of its content, lines included."""
    query = """
        SELECT order_id, content_hash, loaded_at
        FROM procurement.purchase_order JOIN ops.order_version USING (connection, order_id) WHERE connection = %s
    """
    return {(str(row["order_id"]), row["content_hash"]): row["loaded_at"] for row in airflow.rows(query, connection)}


def _login(airflow: Airflow) -> dict[str, str]:
    """A header of who is logged in."""
    host = airflow.installation.host
    login = {"username": "admin", "password": host.admin_password}
    answer = httpx.post(f"{host.api_url}/auth/token", json=login, trust_env=False).raise_for_status()
    return {"Authorization": f"Bearer {answer.json()['access_token']}"}
