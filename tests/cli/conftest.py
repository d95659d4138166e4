"""The command line as a process of its own, in a state folder that lasts for the session."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from include.orderhouse.home import PROJECT, Home
from include.orderhouse.warehouse.embedded import embedded_postgres
from include.orderhouse.warehouse.migrate import upgrade

Command = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    """A state folder whose embedded server runs."""
    folder = Home(Path(tmp_path_factory.mktemp("cli")))
    with embedded_postgres(folder, port=0) as server:
        upgrade(server.url())
        yield folder


@pytest.fixture
def orderhouse(home: Home) -> Command:
    """Runs a command with these arguments, and with environment variables as keywords."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("AIRFLOW", "ORDERHOUSE"))}

    def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "include.cli", *arguments],
            env={
                **inherited,
                "PYTHONPATH": str(PROJECT),
                "ORDERHOUSE_HOME": str(home.root),
                "COLUMNS": "200",
                **environment,
            },
            capture_output=True,
            text=True,
        )

    return run
