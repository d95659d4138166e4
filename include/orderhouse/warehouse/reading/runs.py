"""The sync ledger as a list, and one run of it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from pydantic import BaseModel, ConfigDict, Field, create_model

from include.orderhouse.warehouse.operations import sync
from include.orderhouse.warehouse.reading.paging import Page, latest_first

_TYPES = {"sync_id": str, "scope": list[str]}


def _field(column: sa.Column[Any]) -> tuple[Any, Any]:
    kind = _TYPES.get(column.name) or column.type.python_type
    told = Field(description=column.comment)
    return (kind | None, Field(None, description=column.comment)) if column.nullable else (kind, told)


class _Ledger(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    @property
    def seconds(self) -> float | None:
        """How long it took, from its first start to its end."""
        started_at, finished_at = getattr(self, "started_at", None), getattr(self, "finished_at", None)
        return (finished_at - started_at).total_seconds() if started_at and finished_at else None


_FIELDS: dict[str, Any] = {column.name: _field(column) for column in sync.columns}

SyncRun = create_model(
    "SyncRun", __base__=_Ledger, __doc__="One sync of one connection, as the ledger has it.", **_FIELDS
)


@dataclass(frozen=True)
class RunFilter:
    """Which runs: of ``connections`` only, and all that are given."""

    connections: Collection[str]
    state: str | None = None
    mode: str | None = None
    started_from: datetime | None = None
    started_to: datetime | None = None


def read_runs(engine: sa.Engine, chosen: RunFilter, cursor: str | None, limit: int) -> Page[SyncRun]:
    """The latest runs first. Raises CursorInvalid."""
    told = sync.c
    wanted = sa.select(sync).where(told.connection.in_(chosen.connections))
    if chosen.state:
        wanted = wanted.where(told.state == chosen.state)
    if chosen.mode:
        wanted = wanted.where(told.mode == chosen.mode)
    if chosen.started_from:
        wanted = wanted.where(told.started_at >= chosen.started_from)
    if chosen.started_to:
        wanted = wanted.where(told.started_at < chosen.started_to)
    shown, following = latest_first(engine, wanted, (told.started_at, told.sync_id), cursor, limit)
    return Page[SyncRun](data=[SyncRun.model_validate(row) for row in shown], next_cursor=following)


def read_first_runs(engine: sa.Engine, since: datetime) -> list[SyncRun]:
    """The first run of each connection since an instant."""
    told = sync.c
    wanted = sa.select(sync).distinct(told.connection).where(told.started_at >= since)
    with engine.connect() as warehouse:
        found = warehouse.execute(wanted.order_by(told.connection, told.started_at))
        return [SyncRun.model_validate(row) for row in found]


def read_run(engine: sa.Engine, connections: Collection[str], sync_id: str) -> SyncRun | None:
    """One run by its id; None where these connections have none of that id."""
    wanted = sa.select(sync).where(sync.c.sync_id == sync_id, sync.c.connection.in_(connections))
    with engine.connect() as warehouse:
        found = warehouse.execute(wanted).first()
    return SyncRun.model_validate(found) if found else None
