"""The warehouse's tables as SQLAlchemy describes them; migrations create them, and a test holds the two together.

``procurement`` holds the canonical tables, built from `include.orderhouse.model`; ``ops`` holds what
running syncs needs.
Every primary and foreign key begins with ``connection``.
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

_PARENTS = {LINE.name: (ORDER, "order_id"), SCHEDULE.name: (LINE, "line_id"), DISTRIBUTION.name: (LINE, "line_id")}
_INDEXES: dict[str, tuple[tuple[str, ...], ...]] = {
    ORDER.name: (
        ("connection", "order_number"),
        ("connection", "vendor_code"),
        ("order_date",),
        ("status",),
        ("source_modified_at",),
    ),
    LINE.name: (("connection", "order_id"), ("connection", "item_code"), ("requested_delivery_date",)),
    SCHEDULE.name: (("connection", "order_id"), ("connection", "line_id")),
    DISTRIBUTION.name: (("connection", "order_id"), ("connection", "line_id")),
}


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
        parent, key = _PARENTS[table.name]
        target = [f"{PROCUREMENT}.{parent.name}.{name}" for name in ("connection", key)]
        built.append_constraint(sa.ForeignKeyConstraint(["connection", key], target))
    for names in _INDEXES[table.name]:
        sa.Index(None, *(built.c[name] for name in names), postgresql_where=_has_value(built, names))
    return built


def _has_value(table: sa.Table, names: tuple[str, ...]) -> sa.ColumnElement[bool] | None:
    """An index by one column leaves out rows without a value: sources that have none would fill it with NULLs."""
    return table.c[names[0]].is_not(None) if len(names) == 1 else None


canonical_tables = {table.name: _canonical_table(table) for table in TABLES}
"""The tables of ``procurement`` by name."""
