"""Orders that the source no longer has: recorded with the order's version, so that a late batch does not revive them.

A version that was fetched later than the proof outlives it; one of the same instant does not. A proof that comes after
a version that outlives it, or comes twice, changes nothing. Nor does absence from a scan where a reconcile that began
later has loaded: it has looked again. Nor does a deleted order become one that is only finished.

Of an order that the warehouse never held its deletion alone is kept, as a version that no mapping has made: a run that
failed before may hold the only copy of it, and be cleared later.
"""

from __future__ import annotations

from typing import Any

from psycopg import sql

from include.orderhouse.identity import order_id
from include.orderhouse.model import TABLES
from include.orderhouse.warehouse.task import ABSENT, Cursor, GoneOrder

_PROVEN = """
    SELECT sync.connection, sync.sync_id, gone.order_id, gone.source_order_id, gone.status, gone.evidence,
           coalesce(gone.proven_at, sync.started_at) AS proven_at
    FROM ops.sync AS sync,
         unnest(%(order_ids)s::uuid[], %(source_order_ids)s::text[], %(statuses)s::text[], %(evidences)s::text[],
                %(proven_at)s::timestamptz[]) AS gone (order_id, source_order_id, status, evidence, proven_at)
    WHERE (sync.connection, sync.sync_id) = (%(connection)s, %(sync_id)s)
"""
_RECORD = f"""
    UPDATE ops.order_version AS known SET
        gone_at = gone.proven_at, gone_status = gone.status, gone_evidence = gone.evidence, sync_id = gone.sync_id
    FROM ({_PROVEN}) AS gone
    WHERE (known.connection, known.order_id) = (gone.connection, gone.order_id)
      AND known.fetched_at <= gone.proven_at AND coalesce(known.gone_at, '-infinity') < gone.proven_at
      AND (gone.status IS NULL OR NOT known.is_deleted)
    RETURNING gone.status IS NULL AND NOT known.is_deleted
"""  # noqa: S608 - constants
_KEEP_UNSEEN = f"""
    INSERT INTO ops.order_version
        (connection, order_id, source_order_id, fetched_at, mapping_version, content_hash, is_deleted, is_stale,
         gone_at, gone_evidence, sync_id)
    SELECT connection, order_id, source_order_id, proven_at, 0, '', true, false, proven_at, evidence, sync_id
    FROM ({_PROVEN}) AS gone WHERE status IS NULL
    ON CONFLICT DO NOTHING
"""  # noqa: S608 - constants
_DELETE = sql.SQL("""
    UPDATE {table} AS known SET
        is_deleted = true, deleted_at = version.gone_at, delete_evidence = version.gone_evidence,
        loaded_at = %(loaded_at)s, sync_id = %(sync_id)s
    FROM ops.order_version AS version
    WHERE (known.connection, known.order_id) = (version.connection, version.order_id)
      AND version.connection = %(connection)s AND version.sync_id = %(sync_id)s
      AND version.gone_at IS NOT NULL AND version.gone_status IS NULL AND NOT known.is_deleted
""")
_SET_STATUS = """
    UPDATE procurement.purchase_order AS known SET
        status = version.gone_status, status_source = NULL, row_hash = '',
        loaded_at = %(loaded_at)s, sync_id = %(sync_id)s
    FROM ops.order_version AS version
    WHERE (known.connection, known.order_id) = (version.connection, version.order_id)
      AND version.connection = %(connection)s AND version.sync_id = %(sync_id)s
      AND version.gone_status IS NOT NULL AND known.status IS DISTINCT FROM version.gone_status
"""
_FORGET_CONTENT = """
    UPDATE ops.order_version SET content_hash = '', is_deleted = is_deleted OR gone_status IS NULL
    WHERE connection = %(connection)s AND sync_id = %(sync_id)s AND gone_at IS NOT NULL
"""
_LATE = """
    SELECT EXISTS (
        SELECT FROM staged_version AS winner JOIN ops.order_version AS known USING (connection, order_id)
        WHERE winner.standing = 'changed' AND known.gone_at IS NOT NULL
    )
"""
_WAS_SCANNED_AGAIN = """
    SELECT EXISTS (
        SELECT FROM ops.sync AS own JOIN ops.sync AS later USING (connection)
        WHERE (own.connection, own.sync_id) = (%(connection)s, %(sync_id)s)
          AND later.mode = 'reconcile' AND later.state = 'succeeded' AND later.started_at > own.started_at
    )
"""


def mark_gone(cursor: Cursor, gone: tuple[GoneOrder, ...], facts: dict[str, Any]) -> int:
    """Record what is gone and mark those orders with their rows; how many orders are newly deleted.

    Late versions of orders that are gone are marked, too. Their content hash is emptied, so that they are written anew
    when they come back.
    """
    if not gone and cursor.execute(_LATE).fetchone() == (False,):
        return 0
    if cursor.execute(_WAS_SCANNED_AGAIN, facts).fetchone() == (True,):
        gone = tuple(order for order in gone if order.evidence != ABSENT)
    listed = {
        "order_ids": [order_id(facts["connection"], order.source_order_id) for order in gone],
        "source_order_ids": [order.source_order_id for order in gone],
        "statuses": [order.status for order in gone],
        "evidences": [order.evidence for order in gone],
        "proven_at": [order.proven_at for order in gone],
    }
    recorded = cursor.execute(_RECORD, {**facts, **listed}).fetchall()
    cursor.execute(_KEEP_UNSEEN, {**facts, **listed})
    for table in TABLES:
        cursor.execute(_DELETE.format(table=sql.Identifier("procurement", table.name)), facts)
    cursor.execute(_SET_STATUS, facts)
    cursor.execute(_FORGET_CONTENT, facts)
    return sum(is_newly_deleted for (is_newly_deleted,) in recorded)
