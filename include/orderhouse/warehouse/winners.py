"""Which staged versions are loaded: of each order the latest of the load, if it is later than what the warehouse holds.

Each batch has told how its versions stand to what the warehouse held (`standing`). Copies of an order that came in
several batches are told apart here: of all but the latest the staged rows are dropped.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from psycopg import sql

from include.orderhouse.model import TABLES
from include.orderhouse.warehouse.copying import analyze, staged
from include.orderhouse.warehouse.standing import WINNING, Standing
from include.orderhouse.warehouse.task import Cursor

_REPEATED = """
    SELECT count(*) > count(DISTINCT order_id) FROM staged_version WHERE standing <> 'duplicate'
"""
_MARK_REPEATED = """
    WITH latest AS (
        SELECT DISTINCT ON (order_id) order_id, batch FROM staged_version WHERE standing <> 'duplicate'
        ORDER BY order_id, version_at DESC NULLS LAST, fetched_at DESC, content_hash, batch
    )
    UPDATE staged_version AS copy SET standing = 'duplicate' FROM latest
    WHERE copy.order_id = latest.order_id AND copy.batch <> latest.batch
"""
_DROP_REPEATED = sql.SQL("""
    DELETE FROM {staged} AS staged WHERE NOT EXISTS (
        SELECT FROM staged_version AS copy
        WHERE (copy.order_id, copy.batch) = (staged.order_id, staged.batch) AND copy.standing <> 'duplicate'
    )
""")
_COUNT = """
    SELECT standing, count(*), sum(line_count)::bigint, count(*) FILTER (WHERE is_newly_deleted)
    FROM staged_version GROUP BY standing
"""


@dataclass(frozen=True)
class Tally:
    """The staged versions, and their lines, by how they stand."""

    orders: Mapping[Standing, int]
    lines: Mapping[Standing, int]
    flagged: int
    """Winners that their source flags as deleted, and that were not before."""

    @property
    def replacing(self) -> int:
        """Winners of which the warehouse held something before the load."""
        return self.orders[Standing.CHANGED] + self.orders[Standing.UNCHANGED]


def choose_winners(cursor: Cursor) -> Tally:
    """Leave each order's rows staged once at most, and count how its copies stand."""
    analyze(cursor, ["version"])
    if cursor.execute(_REPEATED).fetchone() == (True,):
        cursor.execute(_MARK_REPEATED)
        for name in (*(table.name for table in TABLES), "issue"):
            cursor.execute(_DROP_REPEATED.format(staged=staged(name)))
    counted = {row[0]: row[1:] for row in cursor.execute(_COUNT)}
    orders, lines, flagged = (
        {standing: counted.get(standing, (0, 0, 0))[position] for standing in Standing} for position in range(3)
    )
    return Tally(orders, lines, sum(flagged[standing] for standing in WINNING))
