"""What every test needs: a master key that is not that of an installation on this machine."""

from __future__ import annotations

import os

import pytest

from include.orderhouse.master_key import KEY, new_key


@pytest.fixture(scope="session", autouse=True)
def master_key() -> str:
    """The master key of this session of tests, in the environment unless there is one."""
    return os.environ.setdefault(KEY, new_key())


def pytest_collection_finish(session: pytest.Session) -> None:
    """Tests that share servers are grouped by what xdist adds to their node ids; ungrouped, they start them twice."""
    if session.config.getoption("loadgroup", False):
        loose = [
            item.nodeid for item in session.items if item.get_closest_marker("xdist_group") and "@" not in item.nodeid
        ]
        assert not loose, f"pytest-xdist does not group {loose[0]} and others: pytest and it do not fit together"
