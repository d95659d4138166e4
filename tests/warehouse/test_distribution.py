"""The warehouse can be spread over servers by ``connection``, as Citus does it: the catalogue's part of that.

A unique index or a foreign key of a distributed table must hold the column that it is distributed by, which must be of
one type everywhere; what has no such column stays on one server, or is copied to all.
"""

from __future__ import annotations

import sqlalchemy as sa

from tests.warehouse.orders import rows

DISTRIBUTED_BY = "connection"
KEPT_WHOLE = {"ops.alembic_version", "ops.analyst_customer", "ops.audit", "vault.data_key"}
"""Tables that stay on one server: small ones without a connection, and the log that is one chain."""

_TABLES = """
    SELECT c.oid::regclass::text AS name, format_type(a.atttypid, a.atttypmod) AS type, a.attnotnull AS is_required
    FROM pg_class c LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'connection'
    WHERE c.relkind IN ('r', 'p') AND c.relnamespace::regnamespace::text IN ('procurement', 'ops', 'vault')
"""
_UNIQUE = """
    SELECT i.indrelid::regclass::text AS name, i.indexrelid::regclass::text AS index,
           ARRAY(SELECT a.attname::text FROM pg_attribute a WHERE a.attrelid = i.indrelid AND a.attnum = ANY (i.indkey))
               AS columns
    FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid
    WHERE (i.indisunique OR i.indisexclusion)
      AND c.relnamespace::regnamespace::text IN ('procurement', 'ops', 'vault')
"""
_FOREIGN = """
    SELECT k.conrelid::regclass::text AS name, k.confrelid::regclass::text AS target, k.conname,
           ARRAY(SELECT (mine.attname, theirs.attname)::text
                 FROM unnest(k.conkey, k.confkey) AS pair (mine, theirs)
                 JOIN pg_attribute mine ON mine.attrelid = k.conrelid AND mine.attnum = pair.mine
                 JOIN pg_attribute theirs ON theirs.attrelid = k.confrelid AND theirs.attnum = pair.theirs) AS pairs
    FROM pg_constraint k
    WHERE k.contype = 'f' AND k.connamespace::regnamespace::text IN ('procurement', 'ops', 'vault')
"""


def test_every_table_but_the_named_ones_has_the_column_that_it_is_distributed_by(engine: sa.Engine) -> None:
    found = {name: column for name, *column in rows(engine, _TABLES)}
    assert found.keys() > KEPT_WHOLE
    assert [name for name, column in found.items() if name not in KEPT_WHOLE and column != ["text", True]] == []


def test_every_unique_index_of_a_distributed_table_holds_that_column(engine: sa.Engine) -> None:
    indexes = {index: columns for name, index, columns in rows(engine, _UNIQUE) if name not in KEPT_WHOLE}
    assert len(indexes) > 10
    assert [index for index, columns in indexes.items() if DISTRIBUTED_BY not in columns] == []


def test_every_foreign_key_ties_rows_of_one_connection_together(engine: sa.Engine) -> None:
    keys = rows(engine, _FOREIGN)
    assert len(keys) >= 3
    assert [key for *_, key, pairs in keys if f"({DISTRIBUTED_BY},{DISTRIBUTED_BY})" not in pairs] == []
    assert [key for name, target, key, _ in keys if {name, target} & KEPT_WHOLE] == []
