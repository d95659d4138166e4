"""Alembic's entry: runs the migrations on the connection that `include.orderhouse.warehouse.migrate` opened."""

from __future__ import annotations

from alembic import context

from include.orderhouse.warehouse import operations
from include.orderhouse.warehouse.schema import OPS

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=operations.metadata,
    version_table_schema=OPS,
    include_schemas=True,
)
context.run_migrations()
