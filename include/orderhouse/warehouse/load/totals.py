"""How much each connection holds, kept by every load, so that a page of all connections need not count orders."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from psycopg import sql

from include.orderhouse.model import LINE, ORDER
from include.orderhouse.warehouse.load.standing import Standing
from include.orderhouse.warehouse.load.tally import Tally
from include.orderhouse.warehouse.operations import COUNT, INSTANT, TEXT
from include.orderhouse.warehouse.operations import metadata as metadata
from include.orderhouse.warehouse.schema import OPS
from include.orderhouse.warehouse.task import Cursor

connection_total = sa.Table(
    "connection_total",
    metadata,
    sa.Column("connection", TEXT, comment="The connection: one system of one customer", nullable=False),
    sa.Column("orders", COUNT, comment="Orders held, deleted ones included", nullable=False),
    sa.Column("lines", COUNT, comment="Lines held, deleted ones included", nullable=False),
    sa.Column("history_since", INSTANT, comment="Earliest start of a window that was loaded"),
    sa.Column("counted_at", INSTANT, comment="When a load last changed it", nullable=False),
    sa.PrimaryKeyConstraint("connection"),
    schema=OPS,
    comment="How much each connection holds; kept by every load in its own transaction, so that nobody has to count",
)

_ADD = """
    INSERT INTO ops.connection_total AS known (connection, orders, lines, history_since, counted_at)
    SELECT %(connection)s, %(orders)s, %(lines)s, (
        SELECT window_start FROM ops.sync WHERE (connection, sync_id) = (%(connection)s, %(sync_id)s)
    ), %(loaded_at)s
    ON CONFLICT (connection) DO UPDATE SET
        orders = known.orders + excluded.orders, lines = known.lines + excluded.lines,
        history_since = least(known.history_since, excluded.history_since), counted_at = excluded.counted_at
    RETURNING orders
"""
_FURTHER = sql.SQL("""
    SELECT count(*) FROM {table} AS known JOIN staged_version AS winner USING (connection, order_id)
    WHERE winner.standing = 'changed' AND known.first_seen_at = %(loaded_at)s
""")
"""Rows of orders of which the warehouse knew something: that they were gone, be it before it ever held them."""


def add_to_totals(cursor: Cursor, facts: dict[str, Any], tally: Tally) -> int:
    """Add what the running load has brought; how many orders the connection holds. Its loads follow each other."""
    added = {"orders": tally.orders[Standing.NEW], "lines": tally.lines[Standing.NEW]}
    if tally.orders[Standing.CHANGED]:
        for name, table in (("orders", ORDER), ("lines", LINE)):
            counted = _FURTHER.format(table=sql.Identifier("procurement", table.name))
            ((further,),) = cursor.execute(counted, facts).fetchall()
            added[name] += further
    ((orders,),) = cursor.execute(_ADD, {**facts, **added}).fetchall()
    return int(orders)
