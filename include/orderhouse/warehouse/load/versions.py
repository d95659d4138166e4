"""What the warehouse keeps of the winners beside their rows: versions, raw records, issues.

A later version always advances the version that is kept, be its content as before. What is kept of new orders was added
with their batch.
"""

from __future__ import annotations

from typing import Any

from include.orderhouse.warehouse.load.copying import staged
from include.orderhouse.warehouse.load.tally import Tally
from include.orderhouse.warehouse.task import Cursor

_ADVANCE = """
    INSERT INTO ops.order_version AS known
        (connection, order_id, source_order_id, source_modified_at, version_at, fetched_at, mapping_version,
         content_hash, is_deleted, is_stale, sync_id)
    SELECT connection, order_id, source_order_id, source_modified_at, version_at, fetched_at, mapping_version,
           content_hash, is_deleted, is_stale, sync_id
    FROM staged_version ORDER BY order_id
    ON CONFLICT (connection, order_id) DO UPDATE SET
        source_modified_at = excluded.source_modified_at, version_at = excluded.version_at,
        fetched_at = excluded.fetched_at, mapping_version = excluded.mapping_version,
        content_hash = excluded.content_hash, sync_id = excluded.sync_id,
        is_deleted = excluded.is_deleted
            OR (known.gone_at >= excluded.fetched_at AND known.gone_status IS NULL) IS TRUE,
        gone_at = CASE WHEN known.gone_at >= excluded.fetched_at THEN known.gone_at END,
        gone_status = CASE WHEN known.gone_at >= excluded.fetched_at THEN known.gone_status END,
        gone_evidence = CASE WHEN known.gone_at >= excluded.fetched_at THEN known.gone_evidence END
"""
_REPLACE_RAW = """
    INSERT INTO ops.order_raw AS known
        (connection, order_id, source_order_id, fetched_at, payload, payload_hash, sync_id)
    SELECT connection, order_id, source_order_id, fetched_at, payload, payload_hash, sync_id
    FROM staged_raw ORDER BY order_id
    ON CONFLICT (connection, order_id) DO UPDATE SET
        fetched_at = excluded.fetched_at, payload = excluded.payload, payload_hash = excluded.payload_hash,
        sync_id = excluded.sync_id
"""
_READ_AGAIN = """
    UPDATE ops.order_raw AS known SET fetched_at = winner.fetched_at, sync_id = %(sync_id)s
    FROM staged_version AS winner
    WHERE (known.connection, known.order_id) = (winner.connection, winner.order_id)
      AND known.fetched_at <> winner.fetched_at
"""
_DROP_ISSUES = """
    DELETE FROM ops.issue USING staged_version AS winner
    WHERE (issue.connection, issue.order_id) = (winner.connection, winner.order_id)
      AND NOT EXISTS (
          SELECT FROM staged_issue AS staged
          WHERE (staged.issue_id, staged.order_id) = (issue.issue_id, issue.order_id)
      )
"""
_KEEP_ISSUES = """
    INSERT INTO ops.issue AS known
        (connection, issue_id, customer, order_id, table_name, row_id, field, code, reason, source_value,
         noted_at, sync_id)
    SELECT DISTINCT ON (issue_id)
        connection, issue_id, %(customer)s, order_id, table_name, row_id, field, code, reason, source_value,
        %(loaded_at)s, %(sync_id)s
    FROM staged_issue
    ON CONFLICT (connection, issue_id) DO UPDATE SET
        reason = excluded.reason, source_value = excluded.source_value, sync_id = excluded.sync_id
"""


def keep_versions(cursor: Cursor, facts: dict[str, Any], tally: Tally) -> int:
    """Keep the winners' versions, raw records and issues; how many issues were written."""
    copied = tally.copied
    if tally.replacing:
        cursor.execute(_ADVANCE, facts)
        cursor.execute(_DROP_ISSUES, facts)
    if copied[staged("raw")]:
        cursor.execute(_REPLACE_RAW, facts)
    if copied[staged("raw")] < tally.replacing:
        cursor.execute(_READ_AGAIN, facts)
    return cursor.execute(_KEEP_ISSUES, facts).rowcount if copied[staged("issue")] else 0
