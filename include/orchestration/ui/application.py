"""The application that the plugin mounts: everything behind one gate."""

from __future__ import annotations

from fastapi import APIRouter, FastAPI

from include.orchestration.ui import assets, receivers, reports, webhooks
from include.orchestration.ui.failures import add_failure_handlers
from include.orchestration.ui.gate import Gate

ROUTERS: tuple[APIRouter, ...] = (assets.router, reports.router, receivers.router, webhooks.router)
"""All that is served. What a router adds is behind the gate without its doing."""


def application() -> FastAPI:
    """The pages, their assets, the validation reports and the API.

    FastAPI's own documentation pages load scripts from elsewhere and are off.
    """
    app = FastAPI(title="Orderhouse", docs_url=None, redoc_url=None, openapi_url=None)
    for router in ROUTERS:
        app.include_router(router)
    add_failure_handlers(app)
    app.add_middleware(Gate)
    return app
