"""Rejected orders as a list, and one of them with all its faults and its raw record."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

import sqlalchemy as sa
from pydantic import BaseModel, ConfigDict, Field

from include.orderhouse.warehouse.keys.keyring import Keyring
from include.orderhouse.warehouse.operations import reject
from include.orderhouse.warehouse.reading.paging import Page, latest_first
from include.orderhouse.warehouse.records.payloads import Payloads

RejectState = Literal["open", "resolved", "all"]


class Reject(BaseModel):
    """A rejected order."""

    model_config = ConfigDict(from_attributes=True)

    connection: str
    reject_id: str
    order_id: str | None
    source_order_id: str | None
    order_number: str | None
    code: str = Field(description="What kind of fault it is")
    table_name: str | None
    field: str | None = Field(
        description="The canonical column of the fault, or the source's own list of rows that is missing"
    )
    reason: str
    rejected_at: datetime
    resolved_at: datetime | None
    resolution: str | None = Field(description="superseded, deleted or dismissed")
    resolved_by: str | None
    resolution_note: str | None
    sync_id: str


class Finding(BaseModel):
    """One fault of a rejected order."""

    model_config = ConfigDict(extra="ignore")

    code: str = ""
    table: str | None = None
    field: str | None = None
    reason: str = ""
    source_value: str | None = None


@dataclass(frozen=True)
class WholeReject:
    """A rejected order with all its faults, and what the source gave about it, packed as a raw order is."""

    reject: Reject
    findings: tuple[Finding, ...]
    payload: bytes | None


@dataclass(frozen=True)
class RejectFilter:
    """Which rejects: of ``connections`` only, and all that are given."""

    connections: Collection[str]
    state: RejectState = "open"
    code: str | None = None
    field: str | None = None
    rejected_from: datetime | None = None
    rejected_to: datetime | None = None


_SHOWN = [reject.c[name] for name in Reject.model_fields]


def read_rejects(engine: sa.Engine, chosen: RejectFilter, cursor: str | None, limit: int) -> Page[Reject]:
    """The latest rejects first. Raises CursorInvalid."""
    told = reject.c
    wanted = sa.select(*_SHOWN).where(*_conditions(chosen))
    shown, following = latest_first(engine, wanted, (told.rejected_at, told.reject_id), cursor, limit)
    return Page[Reject](data=[Reject.model_validate(row) for row in shown], next_cursor=following)


def read_waiting(engine: sa.Engine, connection: str | None = None) -> list[Reject]:
    """All rejects that wait, or those of one connection: by connection, the oldest first."""
    told = reject.c
    wanted = sa.select(*_SHOWN).where(told.resolved_at.is_(None))
    if connection is not None:
        wanted = wanted.where(told.connection == connection)
    with engine.connect() as warehouse:
        found = warehouse.execute(wanted.order_by(told.connection, told.rejected_at, told.reject_id))
        return [Reject.model_validate(row) for row in found]


def count_reasons(engine: sa.Engine, chosen: RejectFilter) -> list[tuple[str, str | None, int]]:
    """How many of the rejects there are of each code and field, the commonest first."""
    told, number = reject.c, sa.func.count()
    wanted = (
        sa.select(told.code, told.field, number)
        .where(*_conditions(chosen))
        .group_by(told.code, told.field)
        .order_by(number.desc(), told.code, told.field)
    )
    with engine.connect() as warehouse:
        return [(code, field, count) for code, field, count in warehouse.execute(wanted)]


def read_reject(engine: sa.Engine, connections: Collection[str], reject_id: str) -> WholeReject | None:
    """One reject by its id; None where these connections have none. KeyMissing without its customer's key."""
    told = reject.c
    wanted = sa.select(*_SHOWN, told.customer, told.findings, told.payload).where(
        told.reject_id == reject_id, told.connection.in_(connections)
    )
    with engine.connect() as warehouse:
        row = warehouse.execute(wanted).first()
    if row is None:
        return None
    findings = tuple(Finding.model_validate(each) for each in row.findings or ())
    return WholeReject(Reject.model_validate(row), findings, _opened(engine, row))


def _opened(engine: sa.Engine, row: Any) -> bytes | None:
    if row.payload is None:
        return None
    payloads = Payloads(Keyring.of(engine).cipher(row.customer), row.connection)
    return payloads.open("reject", row.reject_id, bytes(row.payload))


def _conditions(chosen: RejectFilter) -> list[sa.ColumnElement[bool]]:
    told = reject.c
    found: list[sa.ColumnElement[bool]] = [told.connection.in_(chosen.connections)]
    if chosen.state != "all":
        found.append(told.resolved_at.is_(None) if chosen.state == "open" else told.resolved_at.is_not(None))
    if chosen.code:
        found.append(told.code == chosen.code)
    if chosen.field:
        found.append(told.field == chosen.field)
    if chosen.rejected_from:
        found.append(told.rejected_at >= chosen.rejected_from)
    if chosen.rejected_to:
        found.append(told.rejected_at < chosen.rejected_to)
    return found
