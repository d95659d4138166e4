"""Rejected orders: kept with their payload until a version that is no earlier is loaded; till then an order is stale.

A reject that is no later than the version the warehouse holds is kept as resolved; it changes nothing else. So the end
is the same in whichever order versions and rejects arrive. Nor does one wait whose order was deleted after it had been
read, lest a replay brings back what was never loaded. An order has one reject, which is of the latest version that was
rejected. One that was dismissed stays closed as long as the source tells nothing new of the order.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from psycopg import sql

from include.orderhouse.model import TABLES
from include.orderhouse.warehouse.load.standing import is_later
from include.orderhouse.warehouse.task import Cursor

_IS_GIVEN_UP = """
    known.resolution = 'dismissed'
        AND (known.version_at = excluded.version_at OR known.payload_hash = excluded.payload_hash)
"""
_KEEP = sql.SQL("""
    INSERT INTO ops.reject AS known
        (connection, reject_id, customer, order_id, source_order_id, order_number, version_at, fetched_at,
         mapping_version, code, table_name, field, reason, findings, line_count, payload, payload_hash, rejected_at,
         sync_id)
    SELECT DISTINCT ON (reject_id)
        connection, reject_id, %(customer)s, order_id, source_order_id, order_number, version_at, fetched_at,
        %(mapping_version)s::bigint, code, table_name, field, reason, findings, line_count, payload, payload_hash,
        %(loaded_at)s, %(sync_id)s
    FROM staged_reject
    ORDER BY reject_id, coalesce(version_at, fetched_at) DESC, fetched_at DESC
    ON CONFLICT (connection, reject_id) DO UPDATE SET
        order_number = excluded.order_number, version_at = excluded.version_at, fetched_at = excluded.fetched_at,
        mapping_version = excluded.mapping_version, code = excluded.code, table_name = excluded.table_name,
        field = excluded.field, reason = excluded.reason, findings = excluded.findings,
        line_count = excluded.line_count, payload = excluded.payload, payload_hash = excluded.payload_hash,
        rejected_at = excluded.rejected_at, sync_id = excluded.sync_id,
        {resolution}
    WHERE {is_later}
""").format(
    resolution=sql.SQL(", ").join(
        sql.SQL("{0} = CASE WHEN {1} THEN known.{0} END").format(sql.Identifier(name), sql.SQL(_IS_GIVEN_UP))
        for name in ("resolved_at", "resolution", "resolved_by", "resolution_note")
    ),
    is_later=is_later("excluded", "known"),
)
_IS_DELETED = sql.SQL("""
    EXISTS (
        SELECT FROM ops.order_version AS known
        WHERE (known.connection, known.order_id) = (waiting.connection, waiting.order_id)
          AND known.gone_at >= waiting.fetched_at AND known.gone_status IS NULL
    )
""")
"""The order of a reject was proved to be deleted after the reject had been read."""
_RESOLVE = sql.SQL("""
    UPDATE ops.reject AS waiting SET
        resolved_at = %(loaded_at)s, resolution = CASE WHEN {is_deleted} THEN 'deleted' ELSE 'superseded' END
    WHERE waiting.connection = %(connection)s AND waiting.resolved_at IS NULL
      AND ({is_deleted} OR EXISTS (
            SELECT FROM ops.order_version AS known
            WHERE (known.connection, known.order_id) = (waiting.connection, waiting.order_id)
              AND NOT {is_later}
        ) OR waiting.payload_hash = ANY (%(read_again)s::uuid[]))
""").format(is_deleted=_IS_DELETED, is_later=is_later("waiting", "known"))
_COUNT = "SELECT count(DISTINCT reject_id), coalesce(sum(line_count), 0) FROM staged_reject"
_ANY_WAITING = "SELECT EXISTS (SELECT FROM ops.reject WHERE connection = %(connection)s AND resolved_at IS NULL)"
_CREATE_TOUCHED = "CREATE TEMPORARY TABLE touched (order_id uuid PRIMARY KEY) ON COMMIT DROP"
_MARK_VERSIONS = """
    WITH state AS (
        SELECT known.order_id, EXISTS (
            SELECT FROM ops.reject AS waiting
            WHERE (waiting.connection, waiting.order_id) = (known.connection, known.order_id)
              AND waiting.resolved_at IS NULL
        ) AS is_stale
        FROM ops.order_version AS known
        WHERE known.connection = %(connection)s AND (known.is_stale OR known.order_id IN (
            SELECT order_id FROM ops.reject WHERE connection = %(connection)s AND resolved_at IS NULL
        ))
    ), marked AS (
        UPDATE ops.order_version AS known SET is_stale = state.is_stale FROM state
        WHERE (known.connection, known.order_id) = (%(connection)s, state.order_id) AND known.is_stale <> state.is_stale
    )
    INSERT INTO touched SELECT order_id FROM state
"""
_MARK_ROWS = sql.SQL("""
    UPDATE {table} AS known SET is_stale = version.is_stale
    FROM touched JOIN ops.order_version AS version USING (order_id)
    WHERE version.connection = %(connection)s
      AND (known.connection, known.order_id) = (version.connection, version.order_id)
      AND known.is_stale <> version.is_stale
""")


def settle_rejects(cursor: Cursor, facts: dict[str, Any], read_again: Collection[str] = ()) -> tuple[int, int]:
    """Keep the staged rejects, close those that wait no more, mark stale orders; the orders and lines rejected.

    ``read_again`` are the fingerprints of raw records that were rejected without a key, and that now have been mapped.
    """
    rejected, lines = cursor.execute(_COUNT).fetchone() or (0, 0)
    if not rejected and cursor.execute(_ANY_WAITING, facts).fetchone() == (False,):
        return 0, 0
    cursor.execute(_KEEP, facts)
    cursor.execute(_RESOLVE, {**facts, "read_again": list(read_again)})
    mark_stale(cursor, facts)
    return int(rejected), int(lines)


def mark_stale(cursor: Cursor, facts: dict[str, Any]) -> None:
    """Mark the orders of which a later version waits, and no others, with all their rows."""
    cursor.execute(_CREATE_TOUCHED)
    cursor.execute(_MARK_VERSIONS, facts)
    for table in TABLES:
        cursor.execute(_MARK_ROWS.format(table=sql.Identifier("procurement", table.name)), facts)
