"""Great Expectations says what it does to itself in no log of a sync."""

from __future__ import annotations

import subprocess
import sys

LOOK = """
import logging
logging.basicConfig(level=logging.INFO)
from include.orderhouse.expectations import suites
"""


def test_loading_great_expectations_logs_nothing() -> None:
    done = subprocess.run([sys.executable, "-c", LOOK], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
