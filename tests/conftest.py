"""What every test needs: a master key and temporary folders that nobody else on this machine uses."""

from __future__ import annotations

import gc
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from include.orderhouse.master_key import KEY, new_key
from include.orderhouse.warehouse.embedded import Server
from tests.memory import memory_folder
from tests.processes import HIDDEN, python_path
from tests.warehouse.server import template_server

YOUNG_AND_OLD = 50_000, 20, 20
"""How rarely the garbage collector looks for cycles, of which companies and orders have hardly any."""
OWN_FOLDER = pytest.StashKey[Path]()


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Give these tests a folder of their own, and them and their processes the libraries that users have.

    The one that pytest shares is closed to other users whenever tests start: root's PostgreSQL, which is such a user,
    would no longer find its data.
    """
    sys.path.insert(0, str(HIDDEN))
    os.environ["PYTHONPATH"] = python_path(*filter(None, [os.environ.get("PYTHONPATH")]))
    if config.option.basetemp is None:
        config.stash[OWN_FOLDER] = Path(tempfile.mkdtemp(prefix="orderhouse-tests-", dir=memory_folder()))
        config.option.basetemp = config.stash[OWN_FOLDER]


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """Leave the folder where something failed, to be looked into."""
    if exitstatus and OWN_FOLDER in session.config.stash:
        del session.config.stash[OWN_FOLDER]


def pytest_unconfigure(config: pytest.Config) -> None:
    """Remove the folder."""
    if OWN_FOLDER in config.stash:
        shutil.rmtree(config.stash[OWN_FOLDER], ignore_errors=True)


@pytest.fixture(scope="session", autouse=True)
def master_key() -> str:
    """The master key of this session of tests, in the environment unless there is one."""
    return os.environ.setdefault(KEY, new_key())


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    """An embedded server with a migrated database called ``template_warehouse``: one for all tests of a process."""
    with template_server() as running:
        yield running


def pytest_collection_finish(session: pytest.Session) -> None:
    """Look at two things before the first test.

    Tests that share servers are grouped by what xdist adds to their node ids; ungrouped, they start them twice. And
    what is imported by then lasts as long as the tests: the garbage collector need not go through it.
    """
    if session.config.getoption("loadgroup", False):
        loose = [
            item.nodeid for item in session.items if item.get_closest_marker("xdist_group") and "@" not in item.nodeid
        ]
        assert not loose, f"pytest-xdist does not group {loose[0]} and others: pytest and it do not fit together"
    gc.collect()
    gc.freeze()
    gc.set_threshold(*YOUNG_AND_OLD)
