"""The pages of rejected orders and of one."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from include.orchestration.ui.access import AccessDep
from include.orchestration.ui.api.parameters import Cursor, Identity
from include.orchestration.ui.api.rejects import get_reject
from include.orchestration.ui.connection_state import state_of
from include.orchestration.ui.pages.parameters import FilterDay, FilterName, FilterWord
from include.orchestration.ui.payload import payload_lines
from include.orchestration.ui.rendering import render
from include.orchestration.ui.surroundings import visible_connections, warehouse
from include.orderhouse.warehouse.reading.rejects import RejectFilter, RejectState, count_reasons, read_rejects

router = APIRouter(prefix="/rejects", include_in_schema=False)

_ROWS = 50
_UTC = ZoneInfo("UTC")


@router.get("")
def rejects(
    request: Request,
    access: AccessDep,
    connection: FilterName = None,
    state: RejectState = "open",
    code: FilterWord = None,
    since: FilterDay = None,
    until: FilterDay = None,
    cursor: Cursor = None,
) -> HTMLResponse:
    """Rejected orders, the latest first; both days are included."""
    known = visible_connections(access)
    names = sorted(known)
    chosen = [connection] if connection in names else [] if connection else names
    bounds = _start(since), _end(until)
    page = read_rejects(warehouse(), RejectFilter(chosen, state, code, None, *bounds), cursor, _ROWS)
    reasons = count_reasons(warehouse(), RejectFilter(chosen, state, None, None, *bounds))
    its = state_of(known[connection]) if connection in known else None
    return render(request, "rejects.html", page=page, names=names, reasons=reasons, connection=its, state=state)


@router.get("/{reject_id}")
def reject(request: Request, reject_id: Identity, access: AccessDep) -> HTMLResponse:
    """One rejected order, with the fields marked that are at fault."""
    found = get_reject(reject_id, access)
    connection = visible_connections(access)[found.connection]
    lines, left_out = payload_lines(found.payload, found.findings, connection)
    return render(
        request,
        "reject.html",
        reject=found,
        connection=state_of(connection),
        lines=lines,
        left_out=left_out,
    )


def _start(day: date | None) -> datetime | None:
    return datetime.combine(day, time(), _UTC) if day else None


def _end(day: date | None) -> datetime | None:
    return _start(day + timedelta(days=1)) if day else None
