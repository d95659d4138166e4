"""What Python processes that tests start find: no more than users' own."""

from __future__ import annotations

import os
from pathlib import Path

HIDDEN = Path(__file__).with_name("hidden")
"""Stands before libraries that only developers have."""


def python_path(*folders: Path | str) -> str:
    """The value of PYTHONPATH that leads to these folders."""
    return os.pathsep.join(map(str, (*folders, HIDDEN)))
