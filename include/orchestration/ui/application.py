"""The application that the plugin mounts: everything behind one gate."""

from __future__ import annotations

from fastapi import APIRouter, FastAPI
from starlette.types import Receive, Scope, Send

from include.orchestration.ui import assets, receivers, reports
from include.orchestration.ui.api.router import router as api
from include.orchestration.ui.dags import AIRFLOW
from include.orchestration.ui.failures import add_failure_handlers
from include.orchestration.ui.gate import Gate
from include.orchestration.ui.pages import connections, mapping, reference, rejects, runs

PAGES = (connections, mapping, reference, rejects, runs)
ROUTERS: tuple[APIRouter, ...] = (
    *(part.router for part in PAGES),
    assets.router,
    reports.router,
    api,
    receivers.router,
)
"""All that is served. What a router adds is behind the gate without its doing."""

_ABOUT = """\
Connections, runs, rejects and canonical orders of Orderhouse. Users and their rights are Airflow's.
Lists come in pages: as long as `next_cursor` is not null, ask again with it as `cursor`."""


class Application(FastAPI):
    """Remembers the application that it is mounted in, so that its routes can ask Airflow's own API."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request."""
        scope[AIRFLOW] = scope.get("app")
        await super().__call__(scope, receive, send)


def application() -> FastAPI:
    """The pages, their assets, the validation reports and the API.

    FastAPI's own documentation pages load scripts from elsewhere and are off.
    """
    app = Application(
        title="Orderhouse", version="1", description=_ABOUT, docs_url=None, redoc_url=None, openapi_url=None
    )
    for router in ROUTERS:
        app.include_router(router)
    add_failure_handlers(app)
    app.add_middleware(Gate)
    return app
