"""The PostgreSQL of the benchmarks: one embedded server, a database for each run."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import LiteralString

import psycopg
from psycopg import sql

from benchmarks.shapes.shape import Shape, Totals
from include.orderhouse.home import Home
from include.orderhouse.warehouse.embedded import Server, embedded_postgres


@dataclass(frozen=True)
class Database:
    """An empty database of its own."""

    server: Server
    name: str

    @property
    def address(self) -> str:
        """As libpq takes it."""
        return self.server.libpq_url(self.name)

    def execute(self, statement: LiteralString) -> None:
        """Carry out a statement."""
        with psycopg.connect(self.address) as session:
            session.execute(statement)

    def rows(self, query: LiteralString | sql.Composed) -> list[tuple[object, ...]]:
        """What a query gives."""
        with psycopg.connect(self.address) as session:
            return session.execute(query).fetchall()


@dataclass(frozen=True)
class Loaded:
    """Where a load has left orders and lines, and the columns of lines that are summed."""

    schema: str
    orders: str
    lines: str
    quantity: str
    amount: str


def canonical(shape: Shape) -> Loaded:
    """Where Orderhouse leaves them."""
    return Loaded("procurement", "purchase_order", "purchase_order_line", "quantity_ordered", shape.canonical_amount)


class WrongTotals(AssertionError):
    """What was loaded is not what the source gave."""


def check_totals(database: Database, where: Loaded, expected: Totals) -> None:
    """Count and sum what is in the database. Raises WrongTotals unless it is exactly what was served."""
    query = sql.SQL(
        "SELECT (SELECT count(*) FROM {orders}), count(*), sum(round({quantity}::numeric, 3)), "
        "sum(round({amount}::numeric, 4)) FROM {lines}"
    ).format(
        orders=sql.Identifier(where.schema, where.orders),
        lines=sql.Identifier(where.schema, where.lines),
        quantity=sql.Identifier(where.quantity),
        amount=sql.Identifier(where.amount),
    )
    ((*found,),) = database.rows(query)
    wanted = [expected.orders, expected.lines, expected.quantity, expected.amount]
    if found != wanted:
        raise WrongTotals(f"{database.name} holds {found} (orders, lines, quantity, amount); the source gave {wanted}")


class Databases:
    """Makes and drops them."""

    def __init__(self, server: Server) -> None:
        self._server = server

    @contextmanager
    def fresh(self, name: str) -> Iterator[Database]:
        """An empty database while the block runs. What earlier runs wrote is on disk before it begins."""
        self._administer(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)", f"CREATE DATABASE {name}", "CHECKPOINT")
        try:
            yield Database(self._server, name)
        finally:
            self._administer(f"DROP DATABASE {name} WITH (FORCE)")

    def version(self) -> str:
        """Of the server."""
        return str(Database(self._server, "postgres").rows("SHOW server_version")[0][0])

    def _administer(self, *statements: str) -> None:
        with psycopg.connect(self._server.libpq_url("postgres"), autocommit=True) as session:
            for statement in statements:
                session.execute(statement.encode())


@contextmanager
def databases(home: Home) -> Iterator[Databases]:
    """The server, running while the block does."""
    with embedded_postgres(home, port=0) as server:
        yield Databases(server)
