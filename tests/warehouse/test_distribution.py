"""The warehouse can be spread over servers by ``connection``, as Citus does it: the catalogue's part of that.

A unique index or a foreign key of a distributed table must hold the column that it is distributed by, which must be of
one type everywhere. All other tables stay on one server.
"""

from __future__ import annotations

import re

import sqlalchemy as sa

from include.orderhouse.home import PROJECT
from tests.warehouse.orders import rows

DISTRIBUTED_BY = "connection"
DISTRIBUTED = {
    "procurement.purchase_order",
    "procurement.purchase_order_line",
    "procurement.purchase_order_schedule",
    "procurement.purchase_order_distribution",
    "ops.issue",
    "ops.order_raw",
    "ops.order_version",
    "ops.reject",
}
"""The tables that grow with the orders."""

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


def test_every_distributed_table_has_the_column_that_it_is_distributed_by(engine: sa.Engine) -> None:
    found = {name: column for name, *column in rows(engine, _TABLES)}
    assert found.keys() > DISTRIBUTED
    assert [name for name in DISTRIBUTED if found[name] != ["text", True]] == []


def test_every_table_of_orders_is_distributed(engine: sa.Engine) -> None:
    assert {name for name, *_ in rows(engine, _TABLES) if name.startswith("procurement.")} < DISTRIBUTED


def test_every_unique_index_of_a_distributed_table_holds_that_column(engine: sa.Engine) -> None:
    indexes = {index: columns for name, index, columns in rows(engine, _UNIQUE) if name in DISTRIBUTED}
    assert len(indexes) >= len(DISTRIBUTED)
    assert [index for index, columns in indexes.items() if DISTRIBUTED_BY not in columns] == []


def test_every_foreign_key_ties_rows_of_one_connection_together_on_one_server(engine: sa.Engine) -> None:
    keys = rows(engine, _FOREIGN)
    assert len(keys) >= 3
    assert [key for *_, key, pairs in keys if f"({DISTRIBUTED_BY},{DISTRIBUTED_BY})" not in pairs] == []
    assert [key for name, target, key, _ in keys if (name in DISTRIBUTED) != (target in DISTRIBUTED)] == []


def test_the_page_distributes_these_tables_and_parents_before_children(engine: sa.Engine) -> None:
    page = (PROJECT / "docs" / "run-distributed.md").read_text(encoding="utf-8")
    told = re.findall(rf"SELECT create_distributed_table\('([\w.]+)', '{DISTRIBUTED_BY}'\);", page)
    assert (sorted(told), len(told)) == (sorted(DISTRIBUTED), len(DISTRIBUTED))
    family = [(name, target) for name, target, *_ in rows(engine, _FOREIGN) if name in DISTRIBUTED]
    assert [name for name, parent in family if told.index(parent) > told.index(name)] == []
