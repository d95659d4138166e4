"""The pages of field mappings."""

from __future__ import annotations

from collections import defaultdict

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from include.orchestration.ui.access import AccessDep
from include.orchestration.ui.api.mapping import ConnectorName, get_mapping
from include.orchestration.ui.connection_state import state_of
from include.orchestration.ui.pages.parameters import FilterName
from include.orchestration.ui.rendering import render
from include.orchestration.ui.surroundings import visible_connections
from include.orderhouse.connectors import load

router = APIRouter(prefix="/mapping", include_in_schema=False)


@router.get("")
def connectors(request: Request, access: AccessDep) -> HTMLResponse:
    """The connectors, with the connections of each."""
    connections = defaultdict(list)
    for name, found in sorted(visible_connections(access).items()):
        connections[found.connector.name].append(name)
    labels = {name: load(name).label for name in sorted(access.connectors)}
    return render(request, "mappings.html", labels=labels, connections=connections)


@router.get("/{name}")
def mapping(request: Request, name: ConnectorName, access: AccessDep, connection: FilterName = None) -> HTMLResponse:
    """One mapping."""
    found = get_mapping(name, access, connection)
    siblings = {each: its for each, its in visible_connections(access).items() if its.connector.name == name}
    state = state_of(siblings[connection]) if connection else None
    return render(request, "mapping.html", mapping=found, siblings=sorted(siblings), connection=state)
