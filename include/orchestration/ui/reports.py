"""The validation reports as pages: what the link of a validate task opens."""

from __future__ import annotations

from fastapi import APIRouter
from fastapi.responses import FileResponse

from include.orchestration.ui.failures import not_found
from include.orderhouse.home import Home

router = APIRouter(prefix="/reports", include_in_schema=False)

_HEADERS = {
    "Content-Security-Policy": "default-src 'self' 'unsafe-inline' data:; connect-src 'none'; form-action 'none'; "
    "frame-ancestors 'self'",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "private, no-cache",
}


@router.get("/{path:path}")
def report(path: str) -> FileResponse:
    """One file of a report."""
    folder = Home.from_environment().reports.resolve()
    try:
        file = (folder / path).resolve()
        found = file.is_relative_to(folder) and file.is_file()
    except (OSError, ValueError):
        found = False
    if not found:
        raise not_found("There is no such report; reports are removed with the syncs they belong to.")
    return FileResponse(file, headers=_HEADERS)
