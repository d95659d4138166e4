"""Field lists and descriptions of vendors' systems, kept beside the repository and not in it.

The folder is ``../shared/reference/specs``, or where ORDERHOUSE_REFERENCE_SPECS points.
"""

from __future__ import annotations

import csv
import os
from pathlib import Path

import pytest

from include.orderhouse.home import PROJECT

FOLDER = Path(os.environ.get("ORDERHOUSE_REFERENCE_SPECS") or PROJECT.parent / "shared/reference/specs")


def reference_file(name: str) -> Path:
    """The file of that name; where it is not there, the test is skipped and says so."""
    if not (FOLDER / name).is_file():
        pytest.skip(f"no file {name} in {FOLDER}; set ORDERHOUSE_REFERENCE_SPECS")
    return FOLDER / name


def reference_table(name: str) -> list[dict[str, str]]:
    """The rows of a file of tab-separated values, by the names of its first line."""
    with reference_file(name).open(encoding="utf-8", newline="") as file:
        return [{key: value or "" for key, value in row.items()} for row in csv.DictReader(file, delimiter="\t")]
