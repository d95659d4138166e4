"""The pages of all connections and of one."""

from __future__ import annotations

from collections import Counter
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse

from include.orchestration.ui.access import AccessDep
from include.orchestration.ui.connection_state import ConnectionState, connection_states, state_of
from include.orchestration.ui.rendering import render
from include.orchestration.ui.surroundings import visible_connection, visible_connections, visible_mistakes, warehouse
from include.orderhouse.warehouse.reading.runs import RunFilter, read_runs

router = APIRouter(include_in_schema=False)

ROWS = 100
_LATEST_RUNS = 20


@router.get("/")
def connections(
    request: Request,
    access: AccessDep,
    search: str = "",
    state: str = "",
    page: Annotated[int, Query(ge=1, le=1000)] = 1,
) -> HTMLResponse:
    """Every connection, those that need attention first."""
    every = connection_states(visible_connections(access).values())
    found = [each for each in every if _fits(each, search.strip().lower(), state)]
    return render(
        request,
        "connections.html",
        mistakes=visible_mistakes(access),
        connections=found[(page - 1) * ROWS : page * ROWS],
        found=len(found),
        total=len(every),
        counts=Counter(each.state for each in every),
        attention=sum(each.needs_attention for each in every),
        orders=sum(each.orders for each in every),
        rejects=sum(each.open_rejects for each in every),
        search=search,
        state=state,
        page=page,
        pages=max(1, -(-len(found) // ROWS)),
    )


@router.get("/connections/{name}")
def connection(request: Request, name: str, access: AccessDep) -> HTMLResponse:
    """One connection: how it is, what can be done with it, and its latest runs."""
    chosen = visible_connection(access, name)
    runs = read_runs(warehouse(), RunFilter([name]), None, _LATEST_RUNS).data
    return render(request, "connection.html", connection=state_of(chosen), settings=chosen, runs=runs)


def _fits(connection: ConnectionState, search: str, state: str) -> bool:
    if state == "attention":
        return connection.needs_attention and _matches(connection, search)
    return state in ("", connection.state) and _matches(connection, search)


def _matches(connection: ConnectionState, search: str) -> bool:
    texts = (connection.name, connection.customer, connection.connector, connection.label)
    return any(search in text.lower() for text in texts)
