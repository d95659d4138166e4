"""The winners' rows into the canonical tables: one set-based merge per table.

The rows of an order are replaced as a set, order by order in the order of their ids, so that its rows lie together and
the indexes are filled page by page. A row whose content is as before is not rewritten. A row that its order no longer
has is marked deleted; one that comes back is undeleted. The rows of a deleted order are deleted with it.
"""

from __future__ import annotations

from typing import Any

from psycopg import sql

from include.orderhouse.errors import CountMismatch
from include.orderhouse.frames import SCHEMAS
from include.orderhouse.model import Table
from include.orderhouse.warehouse.copying import column_list, staged
from include.orderhouse.warehouse.task import MAP_AGAIN, Cursor

_IS_OF = sql.SQL(
    "(staged.order_id, staged.batch, staged.extracted_at) = (winner.order_id, winner.batch, winner.fetched_at)"
)

_WRITE = sql.SQL("""
    WITH arrived AS (
        SELECT {values},
               coalesce(staged.is_deleted, false) OR winner.is_deleted AS is_deleted
        FROM {staged} AS staged JOIN winner ON {is_of}
        WHERE winner.is_changed
    )
    INSERT INTO {table} AS known
        ({columns}, is_deleted, loaded_at, sync_id, first_seen_at, is_stale, deleted_at, delete_evidence)
    SELECT {arrived}, is_deleted, %(loaded_at)s, %(sync_id)s, %(loaded_at)s, false,
           CASE WHEN is_deleted THEN %(loaded_at)s::timestamptz END, CASE WHEN is_deleted THEN 'flag' END
    FROM arrived ORDER BY order_id
    ON CONFLICT (connection, {key}) DO UPDATE SET
        {updates}, is_deleted = excluded.is_deleted, loaded_at = excluded.loaded_at, sync_id = excluded.sync_id,
        deleted_at = CASE WHEN excluded.is_deleted THEN coalesce(known.deleted_at, excluded.deleted_at) END,
        delete_evidence = excluded.delete_evidence
    WHERE (known.row_hash, known.is_deleted, known.delete_evidence)
        IS DISTINCT FROM (excluded.row_hash, excluded.is_deleted, excluded.delete_evidence)
""")
_DROP_VANISHED = sql.SQL("""
    UPDATE {table} AS known SET
        is_deleted = true, deleted_at = coalesce(known.deleted_at, %(loaded_at)s), delete_evidence = 'absent_in_order',
        loaded_at = %(loaded_at)s, sync_id = %(sync_id)s
    FROM winner
    WHERE (known.connection, known.order_id) = (winner.connection, winner.order_id)
      AND winner.is_changed AND NOT winner.is_new AND known.delete_evidence IS DISTINCT FROM 'absent_in_order'
      AND NOT EXISTS (SELECT FROM {staged} AS staged WHERE staged.{key} = known.{key} AND {is_of})
""")
_COUNT_STAGED = sql.SQL("""
    SELECT count(DISTINCT staged.{key}) FROM {staged} AS staged JOIN winner ON {is_of} WHERE winner.is_changed
""")
_COUNT_KEPT = sql.SQL("""
    SELECT count(*) FROM {table} AS known JOIN winner USING (connection, order_id)
    WHERE winner.is_changed AND known.delete_evidence IS DISTINCT FROM 'absent_in_order'
""")


def merge(cursor: Cursor, table: Table, facts: dict[str, Any]) -> tuple[int, int]:
    """Merge one table; how many rows were written, and how many were marked as vanished from their order."""
    names = [name for name in SCHEMAS[table.name].names if name != "is_deleted"]
    parts: dict[str, sql.Composable] = {
        "table": sql.Identifier("procurement", table.name),
        "staged": staged(table.name),
        "key": sql.Identifier(table.key[-1]),
        "is_of": _IS_OF,
        "columns": column_list(names),
        "values": column_list(names, "staged"),
        "arrived": column_list(names, "arrived"),
        "updates": sql.SQL(", ").join(
            sql.SQL("{0} = excluded.{0}").format(sql.Identifier(name)) for name in names if name not in table.key
        ),
    }
    written = cursor.execute(_WRITE.format(**parts), facts).rowcount
    vanished = cursor.execute(_DROP_VANISHED.format(**parts), facts).rowcount
    _check(cursor, table.name, parts)
    return written, vanished


def _check(cursor: Cursor, name: str, parts: dict[str, sql.Composable]) -> None:
    """After the merge the warehouse must hold exactly the staged rows of each order."""
    (arrived,) = cursor.execute(_COUNT_STAGED.format(**parts)).fetchone() or (0,)
    (kept,) = cursor.execute(_COUNT_KEPT.format(**parts)).fetchone() or (0,)
    if arrived != kept:
        raise CountMismatch(
            f"{arrived} rows of {name} were staged for the orders of this load, {kept} are in the warehouse.",
            action=MAP_AGAIN,
        )
