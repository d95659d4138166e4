"""A bench of the tests' own: its folder, its PostgreSQL. Orderhouse alone is run; the contenders need environments."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks.bench import Bench, bench
from tests.memory import memory_folder


@pytest.fixture(scope="session")
def small_bench() -> Iterator[Bench]:
    """Not below pytest's own folder: each run of pytest closes that to other users, root's stand-in among them."""
    with tempfile.TemporaryDirectory(prefix="orderhouse-", dir=memory_folder()) as folder, bench(Path(folder)) as found:
        yield found
