"""Field mappings."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path

from include.orchestration.ui.access import AccessDep
from include.orchestration.ui.api.parameters import ChosenName
from include.orchestration.ui.failures import not_found
from include.orchestration.ui.field_mapping import FieldMapping, field_mapping
from include.orchestration.ui.surroundings import visible_connection
from include.orderhouse.connectors import load

router = APIRouter(prefix="/connectors", tags=["mapping"])

ConnectorName = Annotated[str, Path(pattern=r"^[a-z0-9_]{1,63}$", description="Such as business_central")]


@router.get("/{name}/mapping")
def get_mapping(name: ConnectorName, access: AccessDep, connection: ChosenName = None) -> FieldMapping:
    """Where every canonical column comes from; with ``connection`` as it maps, and what its source gives beside."""
    if name not in access.connectors:
        raise not_found(f"There is no connector {name!r}, or you may not see it.")
    chosen = visible_connection(access, connection) if connection else None
    if chosen and chosen.connector.name != name:
        raise not_found(f"Connection {connection!r} is not one of {name}, but of {chosen.connector.name}.")
    return field_mapping(load(name), chosen)
