"""Pages from templates. All values are escaped; nothing in a page runs but the one script file."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

_FOLDER = Path(__file__).with_name("templates")


def render(request: Request, template: str, **values: Any) -> HTMLResponse:
    """A page. ``base`` is the path of the mount, ``airflow`` that of Airflow's UI, both without a trailing slash."""
    base = request.scope.get("root_path", "")
    airflow = base.rsplit("/", 1)[0]
    access = getattr(request.state, "access", None)
    page = _environment().get_template(template)
    return HTMLResponse(page.render(base=base, airflow=airflow, access=access, path=request.url.path, **values))


@cache
def _environment() -> Environment:
    return Environment(loader=FileSystemLoader(_FOLDER), autoescape=True, undefined=StrictUndefined, trim_blocks=True)
