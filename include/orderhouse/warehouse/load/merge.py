"""Staged rows into the canonical tables.

Rows of orders that are new to the warehouse are added. Those of a changed order take the place of what it had, as a
set: a row whose content is as before is not rewritten, one that the order no longer has is marked deleted, one that
comes back is undeleted. The order's own row always is rewritten: programs follow by its ``loaded_at`` what changes
below it, too.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from psycopg import sql

from include.orderhouse.errors import CountMismatch
from include.orderhouse.frames import SCHEMAS
from include.orderhouse.model import ORDER, Table
from include.orderhouse.warehouse.load.copying import analyze, column_list, new, staged
from include.orderhouse.warehouse.task import MAP_AGAIN, Cursor

_ADD = sql.SQL("""
    INSERT INTO {table} AS known
        ({columns}, loaded_at, sync_id, first_seen_at, is_stale, deleted_at, delete_evidence)
    SELECT {columns}, %(loaded_at)s, %(sync_id)s, %(loaded_at)s, false,
           CASE WHEN is_deleted THEN %(loaded_at)s::timestamptz END, CASE WHEN is_deleted THEN 'flag' END
    FROM {source}
""")
_EMPTY = sql.SQL("TRUNCATE {source}")
_REPLACE = sql.SQL("""
    {add} ORDER BY order_id
    ON CONFLICT ({key}) DO UPDATE SET
        {updates}, loaded_at = excluded.loaded_at, sync_id = excluded.sync_id,
        deleted_at = CASE WHEN excluded.is_deleted THEN coalesce(known.deleted_at, excluded.deleted_at) END,
        delete_evidence = excluded.delete_evidence
    WHERE {is_rewritten}
""")
_DIFFERS = sql.SQL("""
    (known.row_hash, known.is_deleted, known.delete_evidence)
        IS DISTINCT FROM (excluded.row_hash, excluded.is_deleted, excluded.delete_evidence)
""")
_DROP_VANISHED = sql.SQL("""
    WITH vanished AS (
        UPDATE {table} AS known SET
            is_deleted = true, deleted_at = coalesce(known.deleted_at, %(loaded_at)s),
            delete_evidence = 'absent_in_order', loaded_at = %(loaded_at)s, sync_id = %(sync_id)s
        FROM staged_version AS winner
        WHERE (known.connection, known.order_id) = (winner.connection, winner.order_id)
          AND winner.standing = 'changed' AND known.delete_evidence IS DISTINCT FROM 'absent_in_order'
          AND NOT EXISTS (
              SELECT FROM {source} AS staged WHERE ({staged_key}) = ({known_key})
          )
        RETURNING known.deleted_at
    )
    SELECT count(*) FROM vanished WHERE deleted_at = %(loaded_at)s
""")
_COUNT_STAGED = sql.SQL("SELECT count(*) FROM {source}")
_COUNT_KEPT = sql.SQL("""
    SELECT count(*) FROM {table} AS known JOIN staged_version AS winner USING (connection, order_id)
    WHERE winner.standing = 'changed' AND known.delete_evidence IS DISTINCT FROM 'absent_in_order'
""")


def add_new(cursor: Cursor, table: Table, facts: dict[str, Any], expected: int) -> None:
    """Add a batch's rows of new orders to one table. CountMismatch where others are added than were ``expected``."""
    parts = _parts(table, new)
    added = cursor.execute(_ADD.format(**parts), facts).rowcount
    if added != expected:
        raise CountMismatch(
            f"{expected} rows of {table.name} were staged for new orders, {added} were added.", action=MAP_AGAIN
        )
    cursor.execute(_EMPTY.format(**parts))


def replace_rows(cursor: Cursor, table: Table, facts: dict[str, Any]) -> tuple[int, int]:
    """Replace the rows of changed orders in one table; how many were written, and how many vanished.

    What was deleted before has not vanished now. CountMismatch where the warehouse then holds others than were staged.
    """
    parts = _parts(table, staged)
    analyze(cursor, staged(table.name))
    written = cursor.execute(_REPLACE.format(add=_ADD.format(**parts), **parts), facts).rowcount
    (vanished,) = cursor.execute(_DROP_VANISHED.format(**parts), facts).fetchone() or (0,)
    _check(cursor, table.name, parts)
    return written, vanished


def _parts(table: Table, place: Callable[[str], str]) -> dict[str, sql.Composable]:
    names = SCHEMAS[table.name].names
    return {
        "table": sql.Identifier("procurement", table.name),
        "source": sql.Identifier(place(table.name)),
        "key": column_list(table.key),
        "known_key": sql.SQL(", ").join(sql.Identifier("known", name) for name in table.key),
        "staged_key": sql.SQL(", ").join(sql.Identifier("staged", name) for name in table.key),
        "columns": column_list(names),
        "is_rewritten": sql.SQL("true") if table is ORDER else _DIFFERS,
        "updates": sql.SQL(", ").join(
            sql.SQL("{0} = excluded.{0}").format(sql.Identifier(name)) for name in names if name not in table.key
        ),
    }


def _check(cursor: Cursor, name: str, parts: dict[str, sql.Composable]) -> None:
    """After the merge the warehouse must hold exactly the staged rows of each order."""
    (arrived,) = cursor.execute(_COUNT_STAGED.format(**parts)).fetchone() or (0,)
    (kept,) = cursor.execute(_COUNT_KEPT.format(**parts)).fetchone() or (0,)
    if arrived != kept:
        raise CountMismatch(
            f"{arrived} rows of {name} were staged for the orders of this load, {kept} are in the warehouse.",
            action=MAP_AGAIN,
        )
