"""The API's own description as a page."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from include.orchestration.ui.rendering import render

router = APIRouter(include_in_schema=False)


@router.get("/api")
def reference(request: Request) -> HTMLResponse:
    """Every endpoint with its parameters, from the OpenAPI description."""
    told: dict[str, Any] = request.app.openapi()
    endpoints = [
        {"method": method.upper(), "path": path, **operation}
        for path, methods in told["paths"].items()
        for method, operation in methods.items()
    ]
    return render(request, "reference.html", endpoints=endpoints, about=told["info"]["description"])
