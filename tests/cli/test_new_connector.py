"""``scripts/new-connector`` in a copy of the project: what it writes can be run, and what it refuses."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from include.cli.new_connector import check_name
from include.cli.registration import ENTRIES, register
from include.orderhouse.connectors import CONNECTORS
from include.orderhouse.errors import ConfigurationInvalid
from include.orderhouse.home import PROJECT
from include.standalone.sandbox import DEFAULT_PORT
from tests.processes import python_path

PARTS = ("dags", "docs", "include", "tests", "README.md", "airflow_settings.yaml", "pyproject.toml")
NAME, LABEL = "acme_erp", "Acme ERP"


def run(project: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """A Python module's command in the copy, with nothing of this project on its path."""
    environment = {**os.environ, "PYTHONPATH": python_path(project)}
    command = [sys.executable, "-m", *arguments]
    return subprocess.run(command, cwd=project, env=environment, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the project with a new connector."""
    copy = tmp_path_factory.mktemp("copy")
    for part in PARTS:
        source = PROJECT / part
        if source.is_dir():
            shutil.copytree(source, copy / part, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, copy)
    made = run(copy, "include.cli.new_connector", NAME, "--label", LABEL)
    assert made.returncode == 0, made.stderr
    return copy


def test_the_skeleton_keeps_the_contract_and_the_truth(project: Path) -> None:
    tests = (
        "tests/contract",
        f"tests/connectors/test_{NAME}.py",
        "tests/sync/test_bounds.py",
        "tests/sync/test_drift.py",
        "tests/sync/test_reconcile.py",
        "tests/sync/test_truth.py",
        "tests/dags/test_dags.py",
    )
    passed = run(project, "pytest", "-q", "-n", "0", "-p", "no:cacheprovider", "-k", NAME, *tests)
    assert passed.returncode == 0, passed.stdout[-3000:]
    assert " skipped" not in passed.stdout


def test_the_skeleton_is_in_good_style(project: Path) -> None:
    made = [str(path) for path in project.rglob("*.py") if NAME in str(path.relative_to(project))]
    assert len(made) == 5
    checked = run(project, "ruff", "check", "--no-cache", *made, "include/cli")
    formatted = run(
        project, "ruff", "format", "--check", "--no-cache", *made, *{e.path for e in ENTRIES if e.path[-3:] == ".py"}
    )
    typed = run(project, "mypy", "--cache-dir", str(project / "cache"), f"include/orderhouse/connectors/{NAME}.py")
    assert [done.stdout for done in (checked, formatted, typed) if done.returncode] == []


def test_every_list_names_it(project: Path) -> None:
    named = [entry.path for entry in ENTRIES if NAME not in (project / entry.path).read_text(encoding="utf-8")]
    assert named == []
    assert f"# {LABEL}" in (project / f"docs/connectors/{NAME}.md").read_text(encoding="utf-8")


def test_its_connection_leads_to_the_port_that_the_sandbox_gives_it(project: Path) -> None:
    port = DEFAULT_PORT + len(CONNECTORS) + 1
    settings = (project / "airflow_settings.yaml").read_text(encoding="utf-8")
    assert f"${{ORDERHOUSE_SANDBOX_PORT_{NAME.upper()}:-{port}}}" in settings


def test_a_list_that_is_not_where_it_was_is_told(tmp_path: Path) -> None:
    path = tmp_path / ENTRIES[0].path
    path.parent.mkdir(parents=True)
    path.write_text("NAMES = ()\n", encoding="utf-8")
    with pytest.raises(LookupError, match=r"connectors/__init__.py has no line .* enter the connector by hand"):
        list(register(tmp_path, NAME, LABEL))
    assert path.read_text(encoding="utf-8") == "NAMES = ()\n"


@pytest.mark.parametrize("name", ["acme_erp", "maconomy", "zoho_inventory"])
def test_a_list_takes_a_name_wherever_the_alphabet_has_it(tmp_path: Path, name: str) -> None:
    """Between two entries, and not between the lines of one of them."""
    lists = {entry.path for entry in ENTRIES}
    for path in (*lists, "pyproject.toml"):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(PROJECT / path, tmp_path / path)
    assert set(register(tmp_path, name, "A label")) == lists
    formatted = run(tmp_path, "ruff", "format", "--diff", "--no-cache", *(path for path in lists if path[-3:] == ".py"))
    assert formatted.returncode == 0, formatted.stdout


def test_a_second_one_of_the_same_name_is_refused(project: Path) -> None:
    again = run(project, "include.cli.new_connector", NAME)
    assert again.returncode == 1
    assert again.stderr.startswith(f"CONFIGURATION_INVALID: There is already a connector '{NAME}'")
    assert "Traceback" not in again.stderr


@pytest.mark.parametrize(
    "name", ["Acme", "acme-erp", "acme__erp", "_acme", "acme_", "1c", "class", "../acme", "", "a" * 31]
)
def test_what_cannot_be_a_name_is_refused(name: str) -> None:
    with pytest.raises(ConfigurationInvalid, match="cannot be the name"):
        check_name(name)


@pytest.mark.parametrize("name", CONNECTORS)
def test_a_name_that_is_taken_is_refused(name: str) -> None:
    with pytest.raises(ConfigurationInvalid, match="already a connector"):
        check_name(name)
