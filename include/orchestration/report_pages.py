"""The validation reports as pages beside Airflow's own, for users who may see them."""

from __future__ import annotations

from airflow.api_fastapi.auth.managers.models.resource_details import AccessView
from airflow.api_fastapi.core_api.security import requires_access_view
from fastapi import Depends, FastAPI, HTTPException
from fastapi.responses import FileResponse

from include.orderhouse.home import Home

_HEADERS = {
    "Content-Security-Policy": "default-src 'self' 'unsafe-inline' data:; connect-src 'none'; form-action 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "private, no-cache",
}


def report_pages() -> FastAPI:
    """An app that serves the files of the state folder's reports.

    Airflow mounts the apps of plugins without any check of its own. The check is a dependency of the whole app, so that
    no page added later can go without; the app's own documentation pages would not be covered and are off.
    """
    app = FastAPI(
        title="Orderhouse",
        dependencies=[Depends(requires_access_view(AccessView.PLUGINS))],
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
    )
    app.get("/{path:path}")(report)
    return app


def report(path: str) -> FileResponse:
    """One file of a report."""
    folder = Home.from_environment().reports.resolve()
    try:
        file = (folder / path).resolve()
        found = file.is_relative_to(folder) and file.is_file()
    except (OSError, ValueError):
        found = False
    if not found:
        raise HTTPException(404, "There is no such report; reports are removed with the syncs they belong to.")
    return FileResponse(file, headers=_HEADERS)
