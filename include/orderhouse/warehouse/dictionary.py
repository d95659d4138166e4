"""The data dictionary: every table, view and column of a warehouse with its comment, as a Markdown page.

``python -m include.orderhouse.warehouse.dictionary`` writes ``docs/data-dictionary.md`` from the migrated warehouse.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

import sqlalchemy as sa

from include.orderhouse.home import PROJECT
from include.orderhouse.warehouse.engine import connect, warehouse_url
from include.orderhouse.warehouse.migrate import upgrade
from include.orderhouse.warehouse.schema import SCHEMAS

PAGE = PROJECT / "docs" / "data-dictionary.md"

_RELATIONS = sa.text("""
    SELECT n.nspname AS schema, c.relname AS name, c.relkind = 'v' AS is_view,
           obj_description(c.oid, 'pg_class') AS comment,
           a.attname AS "column", format_type(a.atttypid, a.atttypmod) AS type,
           CASE WHEN a.attnotnull THEN 'yes' ELSE '' END AS required, col_description(c.oid, a.attnum) AS meaning
    FROM pg_class AS c
    JOIN pg_namespace AS n ON n.oid = c.relnamespace
    JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
    WHERE n.nspname = ANY(:schemas) AND c.relkind IN ('r', 'v') AND c.relname <> 'alembic_version'
    ORDER BY n.nspname <> 'procurement', c.relkind, c.relname, a.attnum
""")
_PREFACE = """\
# Data dictionary

Every table, view and column of the warehouse. Generated from the comments in the database by
`python -m include.orderhouse.warehouse.dictionary`; the same texts show in any SQL client.
"""


def data_dictionary(engine: sa.Engine) -> str:
    """The page for the warehouse behind ``engine``."""
    with engine.connect() as connection:
        rows = connection.execute(_RELATIONS, {"schemas": list(SCHEMAS)}).all()
    parts = [_PREFACE]
    for schema, relations in groupby(rows, lambda row: row.schema):
        parts.append(f"## Schema `{schema}`\n\n{SCHEMAS[schema]}\n")
        for _name, columns in groupby(relations, lambda row: row.name):
            parts.append("\n".join(_section(list(columns))))
    return "\n".join(parts)


def _section(columns: list[sa.Row[tuple[object, ...]]]) -> Iterator[str]:
    first = columns[0]
    yield f"### `{first.schema}.{first.name}`{' (view)' if first.is_view else ''}\n"
    yield f"{first.comment}.\n"
    header = ("column", "type", "meaning") if first.is_view else ("column", "type", "required", "meaning")
    yield f"| {' | '.join(header)} |"
    yield f"|{'---|' * len(header)}"
    for row in columns:
        required = "" if first.is_view else f" {row.required} |"
        yield f"| `{row.column}` | {_short(row.type)} |{required} {row.meaning} |"
    yield ""


def _short(type_name: str) -> str:
    return type_name.replace("timestamp with time zone", "timestamptz")


if __name__ == "__main__":
    upgrade(warehouse_url())
    PAGE.write_text(data_dictionary(connect()), encoding="utf-8")
