"""What ``scripts/start`` tells: its own help, and where the warehouse is."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from include.orderhouse.home import PROJECT, Home
from include.orderhouse.warehouse.embedded import Server
from include.standalone.environment import AirflowHost
from include.standalone.installation import Installation
from include.standalone.processes import Processes


def _start(*arguments: str, module: str = "include.standalone", **environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", module, *arguments]
    surroundings = {**os.environ, "COLUMNS": "200", **environment}
    return subprocess.run(command, cwd=PROJECT, env=surroundings, capture_output=True, text=True)


def test_the_help_names_the_script() -> None:
    done = _start("--help")
    assert done.returncode == 0
    assert "Usage: scripts/start [OPTIONS]" in done.stdout


@pytest.mark.parametrize("module", ["include.standalone", "include.cli"])
def test_ctrl_c_while_the_libraries_are_loaded_shows_no_traceback(module: str, tmp_path: Path) -> None:
    interrupted = "from signal import *; signal(SIGINT, default_int_handler); raise_signal(SIGINT)"
    (tmp_path / "typer.py").write_text(interrupted, encoding="utf-8")
    done = _start(module=module, PYTHONPATH=str(tmp_path))
    assert (done.returncode, done.stdout, done.stderr) == (130, "", "")


@pytest.mark.parametrize(("setting", "port"), [("ORDERHOUSE_API_PORT", "http"), ("ORDERHOUSE_SANDBOX_PORT", "65535")])
def test_a_port_that_cannot_be_is_named_by_its_variable(setting: str, port: str) -> None:
    done = _start("--once", **{setting: port})
    assert done.returncode == 2
    assert setting in done.stderr


def test_a_connector_that_is_none_is_told_with_those_there_are() -> None:
    done = _start("--once", "--only", "oddo")
    assert done.returncode == 2
    assert "oddo is no connector" in done.stderr
    assert "odoo" in done.stderr


def test_a_warehouse_that_does_not_answer_ends_the_start_in_one_message(home: Home) -> None:
    url = "postgresql+psycopg://orders:s3cret-word@127.0.0.1:1/erp"
    free = dict.fromkeys(("ORDERHOUSE_API_PORT", "ORDERHOUSE_POSTGRES_PORT"), "0")
    done = _start("--no-sandbox", ORDERHOUSE_HOME=str(home.root), ORDERHOUSE_WAREHOUSE_URL=url, **free)
    assert done.returncode == 1
    assert "WAREHOUSE_UNAVAILABLE: The warehouse cannot be used" in done.stdout
    assert "Traceback" not in done.stdout + done.stderr
    assert "s3cret-word" not in done.stdout + done.stderr


def test_a_state_folder_that_cannot_be_made_ends_the_start_in_one_message(home: Home) -> None:
    (home.root / "file").touch()
    done = _start("--no-sandbox", ORDERHOUSE_HOME=str(home.root / "file" / "state"))
    assert done.returncode == 1
    assert f"The state folder cannot be used: {home.root}/file/state: Not a directory." in done.stdout
    assert "Set ORDERHOUSE_HOME to a folder" in done.stdout
    assert "Traceback" not in done.stdout + done.stderr


def test_airflows_command_line_says_when_nothing_runs(home: Home) -> None:
    for name in ("environment.sh", "launcher.lock"):
        (home.root / name).touch()
    surroundings = {**os.environ, "ORDERHOUSE_HOME": str(home.root)}
    command = [str(PROJECT / "scripts" / "airflow"), "version"]
    done = subprocess.run(command, env=surroundings, capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (1, "")
    assert f"Orderhouse does not run in {home.root}: run scripts/start first" in done.stderr


def _address(home: Home, inherited: Mapping[str, str]) -> str:
    host = AirflowHost(home, Server(home.postgres, 55432, "analysts"), 8080)
    return Installation(host, inherited, Processes(home), None).warehouse_address


def test_the_embedded_warehouse_is_named_with_the_analyst_s_login(home: Home) -> None:
    assert _address(home, {}) == "postgresql://analyst:analysts@127.0.0.1:55432/warehouse"


@pytest.mark.parametrize("driver", ["postgresql", "postgresql+psycopg"])
def test_another_warehouse_is_named_without_its_password(driver: str, home: Home) -> None:
    url = {"ORDERHOUSE_WAREHOUSE_URL": f"{driver}://orders:s3cret@db.example.com:5432/erp"}
    assert _address(home, url) == f"{driver}://orders:***@db.example.com:5432/erp"
