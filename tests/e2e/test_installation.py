"""The installation itself: Airflow runs mapped tasks, keeps what they say, and listens to nobody outside."""

from __future__ import annotations

import httpx
import psutil
import pytest

from include.orderhouse.errors import ConfigurationInvalid
from include.standalone.installation import Plan, running
from include.standalone.report import Report
from include.standalone.syncs import last_errors, log_file
from tests.e2e.installation import Airflow


def test_a_triggered_run_ends_well_and_its_mapped_tasks_show_their_names(airflow: Airflow) -> None:
    run = airflow.run("probe")
    assert run.state == "success"
    assert run.states("greet") == {"one": "success", "two": "success"}
    assert airflow.api.variable("probe__one") == "ONE"
    assert airflow.api.xcom("probe", run.run_id, "names") == ["one", "two"]


def test_one_failing_mapped_task_fails_the_run_and_says_why_in_its_log(airflow: Airflow) -> None:
    run = airflow.run("probe", {"failing": "two"})
    assert run.state == "failed"
    assert run.states("greet") == {"one": "success", "two": "failed"}
    task = run.task("greet", "two")
    assert "two was told to fail" in last_errors(airflow.api.task_log(task))
    assert "two was told to fail" in log_file(airflow.home, task).read_text(encoding="utf-8")


def test_a_dag_that_is_let_run_does_not_catch_up(airflow: Airflow) -> None:
    airflow.run("probe")
    runs = list(airflow.api.pages("/dags/probe/dagRuns", "dag_runs"))
    assert len([run for run in runs if run["run_type"] == "scheduled"]) <= 1


def test_every_server_listens_on_loopback_only(airflow: Airflow) -> None:
    listening = [address for process in psutil.Process().children(recursive=True) for address in _listening(process)]
    assert listening
    assert {host for host in listening if host not in ("127.0.0.1", "::1")} == set()


def test_the_api_refuses_who_has_no_password(airflow: Airflow) -> None:
    answer = httpx.get(f"{airflow.installation.host.api_url}/api/v2/connections", trust_env=False)
    assert answer.status_code == httpx.codes.UNAUTHORIZED


def test_a_second_launcher_is_told_who_runs_in_the_state_folder(airflow: Airflow) -> None:
    with pytest.raises(ConfigurationInvalid, match="already runs in"), running(Plan(airflow.home), Report()):
        pytest.fail("two launchers ran in one state folder")


def _listening(process: psutil.Process) -> list[str]:
    """The addresses that a process listens on; none where it has just ended."""
    try:
        connections = process.net_connections("tcp")
    except psutil.NoSuchProcess:
        return []
    return [connection.laddr[0] for connection in connections if connection.status == psutil.CONN_LISTEN]
