"""The stylesheet, the script and the icon of the pages."""

from __future__ import annotations

from pathlib import Path

from fastapi import APIRouter
from fastapi.responses import FileResponse

from include.orchestration.ui.failures import not_found

router = APIRouter(prefix="/assets", include_in_schema=False)

_FOLDER = Path(__file__).with_name("assets")
_FILES = frozenset(file.name for file in _FOLDER.iterdir())


@router.get("/{name}")
def asset(name: str) -> FileResponse:
    """One of the files; the browser asks each time whether it has changed."""
    if name not in _FILES:
        raise not_found("There is no such file.")
    return FileResponse(_FOLDER / name, headers={"Cache-Control": "private, no-cache"})
