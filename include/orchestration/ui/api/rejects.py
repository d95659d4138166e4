"""Rejected orders: look, try again, give up."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from include.orchestration.ui.access import AccessDep
from include.orchestration.ui.api.parameters import ChosenName, Cursor, FieldName, Identity, Limit, Since, Until, Word
from include.orchestration.ui.failures import not_found
from include.orchestration.ui.surroundings import visible_connection, visible_connections, visible_names, warehouse
from include.orderhouse.raw_order import unpack
from include.orderhouse.warehouse.reading.paging import Page
from include.orderhouse.warehouse.reading.rejects import (
    Finding,
    Reject,
    RejectFilter,
    RejectState,
    read_reject,
    read_rejects,
)
from include.orderhouse.warehouse.records.dismissal import dismiss_rejects

router = APIRouter(prefix="/rejects", tags=["rejects"])


class RejectDetail(Reject):
    """A rejected order with all its faults, and everything the source gave about it."""

    findings: list[Finding]
    payload: Any = Field(description="The raw order as the source gave it; null where it is not kept")


class Dismissal(BaseModel):
    """Which rejects to give up, and why."""

    model_config = ConfigDict(extra="forbid")

    connection: str = Field(pattern=r"^[a-z0-9_]{1,63}$")
    reject_ids: list[UUID] = Field(min_length=1, max_length=1000)
    reason: str = Field(min_length=1, max_length=500, pattern=r"^[^\x00]*$", description="Kept with the rejects")


class Dismissed(BaseModel):
    """What a dismissal did."""

    dismissed: int = Field(description="How many open rejects were closed")


@router.get("")
def list_rejects(
    access: AccessDep,
    connection: ChosenName = None,
    state: RejectState = "open",
    code: Word = None,
    field: FieldName = None,
    rejected_from: Since = None,
    rejected_to: Until = None,
    cursor: Cursor = None,
    limit: Limit = 100,
) -> Page[Reject]:
    """Rejected orders, the latest first."""
    names = visible_names(access, connection)
    chosen = RejectFilter(names, state, code, field, rejected_from, rejected_to)
    return read_rejects(warehouse(), chosen, cursor, limit)


@router.get("/{reject_id}")
def get_reject(reject_id: Identity, access: AccessDep) -> RejectDetail:
    """One rejected order, whole. Numbers with a fraction in its payload are exact decimals in text."""
    found = read_reject(warehouse(), list(visible_connections(access)), reject_id)
    if found is None:
        raise not_found(f"There is no reject {reject_id}, or you may not see it.")
    payload = None if found.payload is None else unpack(found.payload)
    return RejectDetail(**found.reject.model_dump(), findings=list(found.findings), payload=payload)


@router.post("/dismiss")
def dismiss(dismissal: Dismissal, access: AccessDep) -> Dismissed:
    """Close open rejects of a connection; they stay closed until the source tells something new of their orders.

    To try rejects again, sync their connection with mode replay.
    """
    connection = visible_connection(access, dismissal.connection)
    access.require_trigger(connection)
    ids = [str(reject_id) for reject_id in dismissal.reject_ids]
    return Dismissed(dismissed=dismiss_rejects(warehouse(), connection.name, ids, access.name, dismissal.reason))
