"""The validation reports as pages: what the link of a validate task opens."""

from __future__ import annotations

from mimetypes import guess_type

from fastapi import APIRouter, Response

from include.orchestration.ui.access import AccessDep
from include.orchestration.ui.failures import Failure, not_found
from include.orchestration.ui.surroundings import visible_connection
from include.orderhouse.reports import read_report

router = APIRouter(prefix="/reports", include_in_schema=False)

_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; img-src data:; form-action 'none'; "
    "base-uri 'none'; frame-ancestors 'self'",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "private, no-cache",
}


@router.get("/{path:path}")
def report(path: str, access: AccessDep) -> Response:
    """One file of a report, for who may see the connection that its path begins with."""
    steps = path.split("/")
    if {"", ".", ".."} & set(steps):
        raise _missing()
    visible_connection(access, steps[0])
    return served(path)


def served(path: str) -> Response:
    """One file of a report."""
    content = read_report(path)
    if content is None:
        raise _missing()
    return Response(content, media_type=guess_type(path)[0], headers=_HEADERS)


def _missing() -> Failure:
    return not_found("There is no such report; reports are removed with the syncs they belong to.")
