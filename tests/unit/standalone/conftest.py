"""A state folder of its own for each test."""

from __future__ import annotations

from pathlib import Path

import pytest

from include.orderhouse.home import Home


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """An empty state folder."""
    return Home(tmp_path / "home").create()
