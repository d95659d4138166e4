"""A fresh warehouse for each test, in the PostgreSQL of the whole session."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import sqlalchemy as sa

from include.orderhouse.warehouse.embedded import Server
from include.orderhouse.warehouse.engine import connect
from tests.warehouse.server import administer

TEMPLATE = "template_warehouse"
_numbers = itertools.count()


@pytest.fixture
def url(server: Server) -> Iterator[str]:
    """The URL of a warehouse of the test's own, empty and migrated."""
    with database(server) as made:
        yield made


@contextmanager
def database(server: Server, of: str = TEMPLATE) -> Iterator[str]:
    """The URL of a warehouse that lasts as long as the context: empty and migrated, or a copy of another one."""
    name = f"test_{next(_numbers)}"
    administer(server, f"CREATE DATABASE {name} TEMPLATE {of} STRATEGY file_copy")
    yield server.url(name)
    administer(server, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def engine(url: str) -> Iterator[sa.Engine]:
    """An engine on the test's warehouse."""
    made = connect(url)
    yield made
    made.dispose()
