"""All endpoints of the API, and their description."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Depends, Request
from fastapi.security import HTTPBearer

from include.orchestration.ui.api import connections, mapping, orders, rejects, runs, webhooks
from include.orchestration.ui.api.parameters import ERRORS, described, limited

BEARER = HTTPBearer(
    auto_error=False, description="A token of Airflow's: POST /auth/token below Airflow's address gives one."
)
CHECKS = [Depends(BEARER), Depends(limited), Depends(described)]

router = APIRouter(prefix="/api/v1", responses=ERRORS, dependencies=CHECKS)
for part in (connections, mapping, rejects, runs, orders, webhooks):
    router.include_router(part.router)


@router.get("/openapi.json", include_in_schema=False)
def description(request: Request) -> dict[str, Any]:
    """The API as OpenAPI describes it."""
    told: dict[str, Any] = request.app.openapi()
    return {**told, "servers": [{"url": request.scope.get("root_path", "")}]}
