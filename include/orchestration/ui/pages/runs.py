"""The pages of the sync ledger and of one run."""

from __future__ import annotations

from typing import Any, get_args

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from include.orchestration.ui.access import AccessDep
from include.orchestration.ui.api.parameters import Cursor, Identity
from include.orchestration.ui.api.runs import RunMode, RunState, get_run
from include.orchestration.ui.pages.parameters import FilterName, FilterWord
from include.orchestration.ui.rendering import render
from include.orchestration.ui.surroundings import visible_connections, warehouse
from include.orderhouse.warehouse.reading.runs import RunFilter, read_runs

router = APIRouter(prefix="/runs", include_in_schema=False)

_ROWS = 50


@router.get("")
def runs(
    request: Request,
    access: AccessDep,
    connection: FilterName = None,
    state: FilterWord = None,
    mode: FilterWord = None,
    cursor: Cursor = None,
) -> HTMLResponse:
    """Runs, the latest first."""
    names = sorted(visible_connections(access))
    chosen = [connection] if connection in names else [] if connection else names
    page = read_runs(warehouse(), RunFilter(chosen, state, mode), cursor, _ROWS)
    return render(request, "runs.html", page=page, names=names, states=get_args(RunState), modes=get_args(RunMode))


@router.get("/{sync_id}")
def run(request: Request, sync_id: Identity, access: AccessDep) -> HTMLResponse:
    """One run: its window, what it counted at each step, and how that adds up."""
    found: Any = get_run(sync_id, access)
    return render(request, "run.html", run=found, accounts=accounts(found))


def accounts(run: Any) -> list[tuple[str, int | None, list[tuple[str, int | None]], bool | None]]:
    """What was read, what became of it, and whether the two agree; None where the run has not come so far."""
    orders = ["orders_inserted", "orders_updated", "orders_unchanged", "orders_older", "orders_rejected"]
    lines = ["lines_written", "lines_unchanged", "lines_older", "lines_rejected"]
    told = []
    for name, read, parts in (("Orders", run.orders_extracted, orders), ("Lines", run.lines_extracted, lines)):
        counts = [(part.partition("_")[2], getattr(run, part)) for part in parts]
        known = [count for _, count in counts if count is not None]
        agrees = None if read is None or len(known) < len(counts) else sum(known) == read
        told.append((name, read, counts, agrees))
    return told
