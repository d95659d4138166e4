"""The pages of rejected orders and of one."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse

from include.orchestration.shares import dag_id_of
from include.orchestration.ui.access import AccessDep
from include.orchestration.ui.api.parameters import ChosenName, Cursor, Identity, Word
from include.orchestration.ui.api.rejects import get_reject
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
    connection: ChosenName = None,
    state: RejectState = "open",
    code: Word = None,
    since: Annotated[date | str, Query(description="A day, UTC")] = "",
    until: Annotated[date | str, Query(description="A day, UTC, included")] = "",
    cursor: Cursor = None,
) -> HTMLResponse:
    """Rejected orders, the latest first."""
    names = sorted(visible_connections(access))
    chosen = [connection] if connection in names else [] if connection else names
    bounds = _start(since), _end(until)
    page = read_rejects(warehouse(), RejectFilter(chosen, state, code, None, *bounds), cursor, _ROWS)
    reasons = count_reasons(warehouse(), chosen)
    dags = {name: dag_id_of(found) for name, found in visible_connections(access).items()}
    return render(request, "rejects.html", page=page, names=names, reasons=reasons, dags=dags, state=state)


@router.get("/{reject_id}")
def reject(request: Request, reject_id: Identity, access: AccessDep) -> HTMLResponse:
    """One rejected order, with the fields marked that are at fault."""
    found = get_reject(reject_id, access)
    connection = visible_connections(access)[found.connection]
    return render(
        request,
        "reject.html",
        reject=found,
        may_act=dag_id_of(connection) in access.triggerable,
        lines=payload_lines(found.payload, found.findings, connection),
    )


def _start(day: date | str) -> datetime | None:
    return datetime.combine(day, time(), _UTC) if isinstance(day, date) else None


def _end(day: date | str) -> datetime | None:
    return datetime.combine(day, time.max, _UTC) if isinstance(day, date) else None
