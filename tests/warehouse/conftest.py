"""A real PostgreSQL for the whole session, and a fresh warehouse in it for each test."""

from __future__ import annotations

import itertools
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
import sqlalchemy as sa

from include.orderhouse.home import Home
from include.orderhouse.warehouse.embedded import Server, embedded_postgres
from include.orderhouse.warehouse.engine import connect
from include.orderhouse.warehouse.migrate import upgrade
from tests.memory import memory_folder

_numbers = itertools.count()


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    """An embedded server with a migrated database called ``template_warehouse``; what it holds may be lost in a crash.

    Not below pytest's own folder: each run of pytest closes that to other users, root's stand-in among them.
    """
    with (
        tempfile.TemporaryDirectory(prefix="orderhouse-", dir=memory_folder()) as folder,
        embedded_postgres(Home(Path(folder)), port=0) as running,
    ):
        for setting in ("fsync", "full_page_writes", "synchronous_commit"):
            _administer(running, f"ALTER SYSTEM SET {setting} = off")
        _administer(running, "SELECT pg_reload_conf()")
        _administer(running, "CREATE DATABASE template_warehouse")
        upgrade(running.url("template_warehouse"))
        yield running


@pytest.fixture
def url(server: Server) -> Iterator[str]:
    """The URL of a warehouse of the test's own, empty and migrated."""
    with database(server) as made:
        yield made


@contextmanager
def database(server: Server, of: str = "template_warehouse") -> Iterator[str]:
    """The URL of a warehouse that lasts as long as the context: empty and migrated, or a copy of another one."""
    name = f"test_{next(_numbers)}"
    _administer(server, f"CREATE DATABASE {name} TEMPLATE {of} STRATEGY file_copy")
    yield server.url(name)
    _administer(server, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def engine(url: str) -> Iterator[sa.Engine]:
    """An engine on the test's warehouse."""
    made = connect(url)
    yield made
    made.dispose()


def _administer(server: Server, statement: str) -> None:
    with psycopg.connect(server.libpq_url("postgres"), autocommit=True) as session:
        session.execute(statement)
