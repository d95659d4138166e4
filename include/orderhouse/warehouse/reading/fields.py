"""What the warehouse knows of a source's fields, and how they drifted."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from pydantic import BaseModel, ConfigDict, Field

from include.orderhouse.warehouse.syncs.source_fields import drift, source_field


class KnownSourceField(BaseModel):
    """One field that raw orders of a connection have had."""

    model_config = ConfigDict(from_attributes=True)

    path: str
    json_types: list[str]
    recent_records: list[int]
    recent_present: list[int]
    sample: str | None
    first_seen_at: datetime
    last_seen_at: datetime
    vanished_at: datetime | None

    @property
    def share(self) -> float | None:
        """The share of the objects that had it, of those that could have, in the latest syncs."""
        return sum(self.recent_present) / sum(self.recent_records) if any(self.recent_records) else None


class DriftNote(BaseModel):
    """One change of the shape of a source's orders."""

    model_config = ConfigDict(from_attributes=True)

    path: str
    kind: str = Field(description="vanished, appeared or retyped")
    is_mapped: bool = Field(description="Whether the mapping read it then")
    before: str | None = Field(description="JSON types before")
    after: str | None = Field(description="JSON types since")
    noted_at: datetime
    sync_id: str = Field(description="The run that met it")


def read_source_fields(engine: sa.Engine, connection: str) -> dict[str, KnownSourceField]:
    """The fields of a connection by path."""
    wanted = sa.select(source_field).where(source_field.c.connection == connection).order_by(source_field.c.path)
    with engine.connect() as warehouse:
        return {row.path: KnownSourceField.model_validate(row) for row in warehouse.execute(wanted)}


def read_drift(engine: sa.Engine, connection: str, limit: int) -> list[DriftNote]:
    """The latest drift of a connection first."""
    wanted = (
        sa.select(drift)
        .where(drift.c.connection == connection)
        .order_by(drift.c.noted_at.desc(), drift.c.path)
        .limit(limit)
    )
    with engine.connect() as warehouse:
        return [DriftNote.model_validate(row) for row in warehouse.execute(wanted)]
