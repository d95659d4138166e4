"""What the local installation's executor loads before its workers start, and what it leaves to the tasks."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from include.orderhouse.home import PROJECT

_LOOK = """
import json, runpy, sys
from include.orchestration.executor import import_libraries
import_libraries()
before = sorted(sys.modules)
runpy.run_path("dags/odoo.py")
import include.orderhouse.expectations.validator, include.orderhouse.sync.steps
pool = sys.modules["pyarrow"].default_memory_pool().backend_name
print(json.dumps([before, sorted(sys.modules), pool]))
"""
_HEAVY = {"airflow", "great_expectations", "httpx", "numpy", "pandas", "psycopg", "pyarrow", "sqlalchemy"}


@pytest.fixture(scope="module")
def task() -> tuple[set[str], set[str], str]:
    """The modules that are there when a task starts, and when it has loaded all steps; where Arrow takes memory."""
    done = subprocess.run([sys.executable, "-c", _LOOK], cwd=PROJECT, capture_output=True, text=True, check=True)
    before, after, pool = json.loads(done.stdout.splitlines()[-1])
    return set(before), set(after), pool


@pytest.fixture(scope="module")
def loaded(task: tuple[set[str], set[str], str]) -> tuple[set[str], set[str]]:
    """The modules alone."""
    return task[:2]


def test_a_task_finds_every_large_library_loaded(loaded: tuple[set[str], set[str]]) -> None:
    before, after = loaded
    assert before >= _HEAVY
    assert len([name for name in after - before if not name.startswith("include")]) < 60


def test_a_task_loads_our_own_modules_itself_so_that_an_edited_connector_counts_at_once(
    loaded: tuple[set[str], set[str]],
) -> None:
    assert {name for name in loaded[0] if name.startswith("include")} == {
        "include",
        "include.orchestration",
        "include.orchestration.executor",
        "include.orderhouse",
        "include.orderhouse.deferred",
    }


def test_a_task_gives_the_memory_of_frames_back(task: tuple[set[str], set[str], str]) -> None:
    assert task[2] == "system"
