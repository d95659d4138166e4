"""How a program of Orderhouse's own begins and ends."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

_PROGRAM = """
import atexit, gc, os
atexit.register(lambda: print("frozen at the end:", gc.get_freeze_count() > 0))
from include.orderhouse.program import loading
with loading():
    print("collecting:", gc.isenabled())
    import numpy
print("collecting:", gc.isenabled(), "frozen:", gc.get_freeze_count() > 0)
print("threads:", len(os.listdir("/proc/self/task")), os.environ["OPENBLAS_NUM_THREADS"])
"""

_VALIDATOR = """
import gc
import include.orderhouse.expectations.group
searches = []
gc.callbacks.append(lambda *told: searches.append(told))
import include.orderhouse.expectations.validator
print(len(searches))
"""


def told(**environment: str) -> list[str]:
    """What the program prints."""
    inherited = {name: value for name, value in os.environ.items() if name != "OPENBLAS_NUM_THREADS"}
    done = subprocess.run(
        [sys.executable, "-c", _PROGRAM], env=inherited | environment, capture_output=True, text=True, check=True
    )
    return done.stdout.splitlines()


def test_the_collector_rests_while_libraries_load_and_looks_for_nothing_at_the_end() -> None:
    lines = told()
    assert lines[:2] == ["collecting: False", "collecting: True frozen: False"]
    assert lines[-1] == "frozen at the end: True"


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="threads are counted in /proc")
def test_no_thread_waits_for_matrices() -> None:
    assert told()[2] == "threads: 1 1"


def test_who_wants_threads_for_matrices_has_them() -> None:
    assert told(OPENBLAS_NUM_THREADS="2")[2].endswith(" 2")


def test_great_expectations_is_loaded_with_the_collector_at_rest_too() -> None:
    done = subprocess.run([sys.executable, "-c", _VALIDATOR], capture_output=True, text=True, check=True)
    assert int(done.stdout) < 10
