"""The sync ledger."""

from __future__ import annotations

from typing import Literal

from fastapi import APIRouter

from include.orchestration.ui.access import AccessDep
from include.orchestration.ui.api.parameters import ChosenName, Cursor, Identity, Limit, Since, Until
from include.orchestration.ui.failures import not_found
from include.orchestration.ui.surroundings import visible_connections, visible_names, warehouse
from include.orderhouse.warehouse.reading.paging import Page
from include.orderhouse.warehouse.reading.runs import RunFilter, SyncRun, read_run, read_runs

router = APIRouter(prefix="/runs", tags=["runs"])

RunState = Literal["running", "succeeded", "stopped", "failed"]
RunMode = Literal["initial", "incremental", "full_resync", "window", "reconcile", "orders", "remap", "replay"]


@router.get("")
def list_runs(
    access: AccessDep,
    connection: ChosenName = None,
    state: RunState | None = None,
    mode: RunMode | None = None,
    started_from: Since = None,
    started_to: Until = None,
    cursor: Cursor = None,
    limit: Limit = 100,
) -> Page[SyncRun]:
    """Runs, the latest first."""
    names = visible_names(access, connection)
    return read_runs(warehouse(), RunFilter(names, state, mode, started_from, started_to), cursor, limit)


@router.get("/{sync_id}")
def get_run(sync_id: Identity, access: AccessDep) -> SyncRun:
    """One run."""
    found = read_run(warehouse(), list(visible_connections(access)), sync_id)
    if found is None:
        raise not_found(f"There is no run {sync_id}, or you may not see it.")
    return found
