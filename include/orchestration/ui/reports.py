"""The validation reports as pages: what the link of a validate task opens."""

from __future__ import annotations

from mimetypes import guess_type

from fastapi import APIRouter, Response

from include.orchestration.ui.failures import not_found
from include.orderhouse.reports import read_report

router = APIRouter(prefix="/reports", include_in_schema=False)

_HEADERS = {
    "Content-Security-Policy": "default-src 'self' 'unsafe-inline' data:; connect-src 'none'; form-action 'none'; "
    "frame-ancestors 'self'",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "private, no-cache",
}


@router.get("/{path:path}")
def report(path: str) -> Response:
    """One file of a report."""
    content = read_report(path)
    if content is None:
        raise not_found("There is no such report; reports are removed with the syncs they belong to.")
    return Response(content, media_type=guess_type(path)[0], headers=_HEADERS)
