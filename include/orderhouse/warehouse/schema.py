"""The warehouse's tables as SQLAlchemy describes them; migrations create them, and a test holds the two together.

``procurement`` holds the canonical tables, built from `include.orderhouse.model`; ``ops`` holds what
running syncs needs.
Every primary and foreign key begins with ``connection``. No other index does: as long as a table has no statistics,
such an index looks as good to the planner as the primary key, and a foreign key's check may keep that plan.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB

from include.orderhouse.model import DISTRIBUTION, LINE, ORDER, PRECISION, SCALES, SCHEDULE, TABLES, Column, Kind, Table

PROCUREMENT = "procurement"
OPS = "ops"
SCHEMAS = {
    PROCUREMENT: "Purchase orders of every connection in one model, and views on them.",
    OPS: "What syncs need and leave behind: the ledger, versions and raw records of orders, rejects, issues, limits.",
}

metadata = sa.MetaData(
    naming_convention={
        "pk": "%(table_name)s_pkey",
        "fk": "%(table_name)s_%(referred_table_name)s_fkey",
        "ix": "%(table_name)s_%(column_0_N_name)s_idx",
        "uq": "%(table_name)s_%(column_0_N_name)s_key",
    }
)

_PARENTS = {LINE.name: ORDER, SCHEDULE.name: LINE, DISTRIBUTION.name: LINE}
_INDEXES: dict[str, tuple[str, ...]] = {
    ORDER.name: ("order_number", "vendor_code", "order_date", "status", "source_modified_at", "loaded_at"),
    LINE.name: ("item_code", "requested_delivery_date"),
}
"""Columns with an index of their own. It leaves out rows without a value: sources that have none would fill it."""


def sql_type(kind: Kind) -> sa.types.TypeEngine[Any]:
    """The PostgreSQL type of a canonical kind."""
    if kind in SCALES:
        return sa.Numeric(PRECISION, SCALES[kind])
    known: dict[Kind, sa.types.TypeEngine[Any]] = {
        Kind.INTEGER: sa.BigInteger(),
        Kind.BOOLEAN: sa.Boolean(),
        Kind.DATE: sa.Date(),
        Kind.INSTANT: sa.DateTime(timezone=True),
        Kind.JSON: JSONB(),
        Kind.UUID: sa.Uuid(as_uuid=False),
    }
    return known.get(kind, sa.Text())


def meaning(column: Column) -> str:
    """A column's comment: what it means and, for codes, the list it speaks."""
    if not column.codes:
        return column.description
    codes = column.codes if isinstance(column.codes, str) else ", ".join(column.codes)
    return f"{column.description} ({codes})"


def _canonical_table(table: Table) -> sa.Table:
    columns = [
        sa.Column(
            column.name,
            sql_type(column.kind),
            comment=meaning(column),
            nullable=not (column.required or column.name == "is_deleted"),
        )
        for column in table.columns
    ]
    built = sa.Table(
        table.name,
        metadata,
        *columns,
        sa.PrimaryKeyConstraint(*table.key),
        schema=PROCUREMENT,
        comment=table.description,
    )
    if table.name in _PARENTS:
        parent = _PARENTS[table.name]
        target = [f"{PROCUREMENT}.{parent.name}.{name}" for name in parent.key]
        built.append_constraint(sa.ForeignKeyConstraint(parent.key, target))
    for name in _INDEXES.get(table.name, ()):
        sa.Index(None, built.c[name], postgresql_where=built.c[name].is_not(None))
    return built


canonical_tables = {table.name: _canonical_table(table) for table in TABLES}
"""The tables of ``procurement`` by name."""
