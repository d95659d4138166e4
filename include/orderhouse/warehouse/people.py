"""The tables of ``ops`` about people: which customers an analyst may see, and who did what."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB

from include.orderhouse.warehouse.operations import COUNT, INSTANT, TEXT, column
from include.orderhouse.warehouse.schema import OPS, metadata

analyst_customer = sa.Table(
    "analyst_customer",
    metadata,
    column("login", TEXT, "The login, as PostgreSQL names it", required=True),
    column("customer", TEXT, "A customer whose rows it may see", required=True),
    sa.PrimaryKeyConstraint("login", "customer"),
    schema=OPS,
    comment="Which customers each login among the restricted analysts may see; without a row none",
)

audit = sa.Table(
    "audit",
    metadata,
    sa.Column(
        "audit_id",
        COUNT,
        comment="Number of the row; a gap is where old rows were removed",
        nullable=False,
        autoincrement=False,
    ),
    column("occurred_at", INSTANT, "When it was written", required=True),
    column("login", TEXT, "The login that wrote it, as PostgreSQL knows it", required=True),
    column("actor", TEXT, "Who did it, as the program knows them", required=True),
    column("action", TEXT, "What was done, such as sync.started or credentials.read", required=True),
    column("connection", TEXT, "The connection it was done to"),
    column("customer", TEXT, "The customer it was done to"),
    column("subject", TEXT, "Id of what it was done to or with"),
    column("details", JSONB(), "What else is worth knowing; no secrets", required=True),
    column("previous_hash", sa.LargeBinary(), "The hash of the row before; zeros in the first", required=True),
    column("row_hash", sa.LargeBinary(), "SHA-256 of the hash before and of this row", required=True),
    sa.PrimaryKeyConstraint("audit_id"),
    sa.UniqueConstraint("previous_hash"),
    schema=OPS,
    comment="Who did what; rows are only added, each with the hash of the one before, and of old ones those that tell "
    "of routine may be removed",
)
sa.Index("audit_action_connection_idx", audit.c.action, audit.c.connection, audit.c.audit_id)
