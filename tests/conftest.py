"""What every test needs: a master key that is not that of an installation on this machine."""

from __future__ import annotations

import os

import pytest

from include.orderhouse.master_key import KEY, new_key


@pytest.fixture(scope="session", autouse=True)
def master_key() -> str:
    """The master key of this session of tests, in the environment unless there is one."""
    return os.environ.setdefault(KEY, new_key())
