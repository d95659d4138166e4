"""Which staged versions are loaded: of each order the latest of the load, if it is later than what the warehouse holds.

A version is (``version_at``, ``fetched_at``, ``mapping_version``), compared in that order; NULL sorts first.
"""

from __future__ import annotations

from typing import Any

from psycopg import sql

from include.orderhouse.errors import CountMismatch
from include.orderhouse.model import TABLES
from include.orderhouse.warehouse.copying import staged
from include.orderhouse.warehouse.task import MAP_AGAIN, Cursor

_CREATE = """
    CREATE TEMPORARY TABLE winner ON COMMIT DROP AS
    SELECT batch, connection, order_id, source_order_id, source_modified_at, version_at, fetched_at,
           0::bigint AS mapping_version, content_hash, is_deleted,
           false AS is_new, false AS is_changed, false AS is_newly_deleted
    FROM staged_version WITH NO DATA
"""
_CHOOSE = """
    WITH best AS (
        SELECT DISTINCT ON (order_id)
               batch, connection, order_id, source_order_id, source_modified_at, version_at, fetched_at,
               %(mapping_version)s::bigint AS mapping_version, content_hash, coalesce(is_deleted, false) AS is_deleted
        FROM staged_version
        ORDER BY order_id, version_at DESC NULLS LAST, fetched_at DESC, content_hash, batch
    )
    INSERT INTO winner
    SELECT best.*,
           known.order_id IS NULL,
           (known.content_hash, known.is_deleted) IS DISTINCT FROM (best.content_hash, best.is_deleted),
           best.is_deleted AND known.is_deleted IS NOT TRUE
    FROM best LEFT JOIN ops.order_version AS known USING (connection, order_id)
    WHERE known.order_id IS NULL
       OR (coalesce(best.version_at, '-infinity'), best.fetched_at, best.mapping_version)
        > (coalesce(known.version_at, '-infinity'), known.fetched_at, known.mapping_version)
"""
_COUNT = """
    SELECT count(*) FILTER (WHERE is_new),
           count(*) FILTER (WHERE is_changed AND NOT is_new),
           count(*) FILTER (WHERE NOT is_changed),
           (SELECT count(DISTINCT order_id) FROM staged_version) - count(*),
           (SELECT count(*) - count(DISTINCT order_id) FROM staged_version),
           count(*) FILTER (WHERE is_newly_deleted)
    FROM winner
"""
_COUNT_LINES = """
    SELECT count(winner.order_id), count(*) FROM staged_purchase_order_line AS staged LEFT JOIN winner
        ON (staged.order_id, staged.batch, staged.extracted_at) = (winner.order_id, winner.batch, winner.fetched_at)
"""
_FOREIGN = "SELECT count(*) FROM staged_version WHERE connection <> %(connection)s"
_TORN = """
    SELECT source_order_id FROM staged_version
    GROUP BY source_order_id, order_id, batch, fetched_at HAVING count(*) > 1 LIMIT 1
"""
_ASTRAY = sql.SQL("""
    SELECT count(*) FROM {staged} AS row WHERE NOT EXISTS (
        SELECT FROM staged_version AS version
        WHERE (version.order_id, version.batch, version.fetched_at) = (row.order_id, row.batch, row.extracted_at)
    )
""")
_HEADLESS = """
    SELECT count(*) FROM staged_version AS version WHERE NOT EXISTS (
        SELECT FROM staged_purchase_order AS row
        WHERE (version.order_id, version.batch, version.fetched_at) = (row.order_id, row.batch, row.extracted_at)
    )
"""
_KEEP = """
    INSERT INTO ops.order_version AS known
        (connection, order_id, source_order_id, source_modified_at, version_at, fetched_at, mapping_version,
         content_hash, is_deleted, is_stale, sync_id)
    SELECT connection, order_id, source_order_id, source_modified_at, version_at, fetched_at, mapping_version,
           content_hash, is_deleted, false, %(sync_id)s
    FROM winner ORDER BY order_id
    ON CONFLICT (connection, order_id) DO UPDATE SET
        source_modified_at = excluded.source_modified_at, version_at = excluded.version_at,
        fetched_at = excluded.fetched_at, mapping_version = excluded.mapping_version,
        content_hash = excluded.content_hash, is_deleted = excluded.is_deleted, sync_id = excluded.sync_id,
        gone_at = CASE WHEN known.gone_at >= excluded.fetched_at THEN known.gone_at END,
        gone_status = CASE WHEN known.gone_at >= excluded.fetched_at THEN known.gone_status END,
        gone_evidence = CASE WHEN known.gone_at >= excluded.fetched_at THEN known.gone_evidence END
"""
_KEEP_RAW = """
    INSERT INTO ops.order_raw AS known
        (connection, order_id, source_order_id, fetched_at, payload, payload_hash, sync_id)
    SELECT connection, order_id, source_order_id, fetched_at, version.payload, version.payload_hash, %(sync_id)s
    FROM winner JOIN staged_version AS version
        USING (connection, order_id, source_order_id, batch, fetched_at, content_hash)
    ON CONFLICT (connection, order_id) DO UPDATE SET
        fetched_at = excluded.fetched_at, sync_id = excluded.sync_id,
        payload = CASE WHEN known.payload_hash = excluded.payload_hash THEN known.payload ELSE excluded.payload END,
        payload_hash = excluded.payload_hash
    WHERE (known.fetched_at, known.payload_hash) IS DISTINCT FROM (excluded.fetched_at, excluded.payload_hash)
"""
_REPLACE_ISSUES = """
    DELETE FROM ops.issue USING winner
    WHERE issue.connection = winner.connection AND issue.order_id = winner.order_id
      AND NOT EXISTS (
          SELECT FROM staged_issue AS staged
          WHERE (staged.issue_id, staged.order_id, staged.batch) = (issue.issue_id, winner.order_id, winner.batch)
      )
"""
_ADD_ISSUES = """
    INSERT INTO ops.issue AS known
        (connection, issue_id, customer, order_id, table_name, row_id, field, code, reason, source_value,
         noted_at, sync_id)
    SELECT DISTINCT ON (issue_id)
        connection, issue_id, %(customer)s, order_id, table_name, row_id, field, code, reason, source_value,
        %(loaded_at)s, %(sync_id)s
    FROM staged_issue JOIN winner USING (connection, order_id, batch)
    ON CONFLICT (connection, issue_id) DO UPDATE SET
        reason = excluded.reason, source_value = excluded.source_value, sync_id = excluded.sync_id
"""


def choose_winners(cursor: Cursor, facts: dict[str, Any]) -> tuple[int, ...]:
    """Fill the temporary table ``winner``.

    Returns the counts of new, changed, unchanged, older, duplicate and newly deleted orders.
    """
    _check_staged(cursor, facts)
    cursor.execute(_CREATE)
    cursor.execute(_CHOOSE, facts)
    cursor.execute("CREATE INDEX ON winner (order_id)")
    cursor.execute("ANALYZE winner")
    counts: tuple[int, ...] = cursor.execute(_COUNT).fetchone() or ()
    return counts


def count_lines(cursor: Cursor) -> tuple[int, int]:
    """How many staged lines belong to winners, and how many to other versions."""
    winning, staged = cursor.execute(_COUNT_LINES).fetchone() or (0, 0)
    return winning, staged - winning


def keep_versions(cursor: Cursor, facts: dict[str, Any]) -> int:
    """Advance the versions of the winners, store their raw records, replace their issues; the number of issues."""
    cursor.execute(_KEEP, facts)
    cursor.execute(_KEEP_RAW, facts)
    cursor.execute(_REPLACE_ISSUES, facts)
    return cursor.execute(_ADD_ISSUES, facts).rowcount


def _check_staged(cursor: Cursor, facts: dict[str, Any]) -> None:
    """Every row must belong to one staged version of this connection, or rows would be lost or mixed unseen."""
    foreign = cursor.execute(_FOREIGN, facts).fetchone()
    if foreign and foreign[0]:
        raise _mismatch(f"{foreign[0]} orders belong to another connection than {facts['connection']}")
    if torn := cursor.execute(_TORN).fetchone():
        raise _mismatch(
            f"one batch holds two versions of order {torn[0]} from one fetch, whose rows cannot be told apart"
        )
    headless = cursor.execute(_HEADLESS).fetchone()
    if headless and headless[0]:
        raise _mismatch(f"{headless[0]} versions have no order")
    for table in TABLES:
        astray = cursor.execute(_ASTRAY.format(staged=staged(table.name))).fetchone()
        if astray and astray[0]:
            raise _mismatch(f"{astray[0]} rows of {table.name} belong to no version of an order")


def _mismatch(what: str) -> CountMismatch:
    return CountMismatch(
        f"The staged frames do not fit together: {what}.",
        action=MAP_AGAIN,
    )
