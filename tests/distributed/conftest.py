"""What separate machines have in common, on this one machine: an object store and Redis."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.distributed.servers import ObjectStore, object_store


@pytest.fixture(scope="session")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ObjectStore]:
    """A running object store."""
    with object_store(tmp_path_factory.mktemp("object-store")) as running:
        yield running


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests that share servers run in one worker, so that these are started once."""
    for item in items:
        if "tests/distributed" in item.path.as_posix():
            item.add_marker(pytest.mark.xdist_group("distributed"))
