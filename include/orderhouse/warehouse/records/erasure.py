"""Erasing a connection from the warehouse: every row that is of it, in every table, and no other."""

from __future__ import annotations

from collections.abc import Sequence
from graphlib import TopologicalSorter

import sqlalchemy as sa

from include.orderhouse.warehouse.task import ALONE

KEPT = {
    "ops.audit": "who did what, to which connection; holds no orders",
    "ops.connection_status": "that the connection is disconnected, so that nothing syncs it again",
}
"""The tables that keep rows of an erased connection, and why."""
_TABLES = sa.text("""
    SELECT n.nspname || '.' || c.relname AS name, array_agg(DISTINCT p.nspname || '.' || r.relname)
        FILTER (WHERE r.oid IS NOT NULL AND r.oid <> c.oid) AS parents
    FROM pg_class AS c
    JOIN pg_namespace AS n ON n.oid = c.relnamespace
    JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attname = 'connection' AND NOT a.attisdropped
    LEFT JOIN pg_constraint AS k ON k.conrelid = c.oid AND k.contype = 'f'
    LEFT JOIN pg_class AS r ON r.oid = k.confrelid
    LEFT JOIN pg_namespace AS p ON p.oid = r.relnamespace
    WHERE n.nspname IN ('procurement', 'ops') AND c.relkind = 'r'
    GROUP BY 1
""")
_CUSTOMERS = sa.text("""
    SELECT connection FROM ops.sync WHERE customer = :customer
    UNION SELECT connection FROM ops.connection_status WHERE customer = :customer
    UNION SELECT connection FROM procurement.purchase_order WHERE customer = :customer
    ORDER BY 1
""")
_OWNERS = sa.text("""
    SELECT customer FROM ops.sync WHERE connection = :connection
    UNION SELECT customer FROM ops.connection_status WHERE connection = :connection
    UNION SELECT customer FROM procurement.purchase_order WHERE connection = :connection
    ORDER BY 1
""")
_HOLDS_ORDERS = sa.text("""
    SELECT EXISTS (SELECT FROM ops.sync WHERE customer = :customer)
        OR EXISTS (SELECT FROM procurement.purchase_order WHERE customer = :customer)
""")
_FORGET_ANALYSTS = sa.text("DELETE FROM ops.analyst_customer WHERE customer = :customer")


def connections_of(engine: sa.Engine, customer: str) -> list[str]:
    """The connections of a customer that the warehouse knows."""
    with engine.connect() as warehouse:
        return list(warehouse.execute(_CUSTOMERS, {"customer": customer}).scalars())


def owners_of(engine: sa.Engine, connection: str) -> list[str]:
    """The customers whose connection it was, as far as the warehouse knows."""
    with engine.connect() as warehouse:
        return list(warehouse.execute(_OWNERS, {"connection": connection}).scalars())


def holds(engine: sa.Engine, customer: str) -> bool:
    """Whether the warehouse has orders or syncs of a customer."""
    with engine.connect() as warehouse:
        return bool(warehouse.execute(_HOLDS_ORDERS, {"customer": customer}).scalar())


def erase_rows(engine: sa.Engine, connection: str, credentials: str | None) -> dict[str, int]:
    """Delete a connection's rows, all at once; how many of each table. A load under way is waited for.

    ``credentials`` are those whose rotating tokens go, too: None where another connection has them as well.
    """
    removed = {}
    with engine.begin() as warehouse:
        warehouse.exec_driver_sql(ALONE, {"connection": connection})
        for table in tables(warehouse):
            mine = credentials if table == "ops.token" else connection
            if table not in KEPT and mine is not None:
                statement = sa.text(f"DELETE FROM {table} WHERE connection = :mine")  # noqa: S608 - from the catalogue
                removed[table] = warehouse.execute(statement, {"mine": mine}).rowcount
    return removed


def forget_analysts(engine: sa.Engine, customer: str) -> int:
    """Let no restricted analyst see a customer; how many might."""
    with engine.begin() as warehouse:
        return warehouse.execute(_FORGET_ANALYSTS, {"customer": customer}).rowcount


def tables(warehouse: sa.Connection) -> Sequence[str]:
    """Every table with rows of a connection, each before those that it refers to."""
    parents = {name: set(found or ()) for name, found in warehouse.execute(_TABLES)}
    return tuple(reversed([name for name in TopologicalSorter(parents).static_order() if name in parents]))
