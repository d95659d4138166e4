"""The PostgreSQL of the tests: an embedded server whose databases are copies of one that is migrated."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from include.orderhouse.home import Home
from include.orderhouse.warehouse.embedded import Server, embedded_postgres
from include.orderhouse.warehouse.migrate import upgrade
from tests.memory import memory_folder


@contextmanager
def template_server() -> Iterator[Server]:
    """A server with a migrated database called ``template_warehouse``; what it holds may be lost in a crash.

    Not below pytest's own folder: each run of pytest closes that to other users, root's stand-in among them.
    """
    with (
        tempfile.TemporaryDirectory(prefix="orderhouse-", dir=memory_folder()) as folder,
        embedded_postgres(Home(Path(folder)), port=0) as running,
    ):
        for setting in ("fsync", "full_page_writes", "synchronous_commit"):
            administer(running, f"ALTER SYSTEM SET {setting} = off")
        administer(running, "SELECT pg_reload_conf()")
        administer(running, "CREATE DATABASE template_warehouse")
        upgrade(running.url("template_warehouse"))
        yield running


def administer(server: Server, statement: str) -> None:
    """Carry out a statement as the server's owner, outside of a transaction."""
    with psycopg.connect(server.libpq_url("postgres"), autocommit=True) as session:
        session.execute(statement.encode())
