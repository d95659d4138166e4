"""Pages from templates. All values are escaped; nothing in a page runs but the one script file."""

from __future__ import annotations

from collections import defaultdict
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from include.orchestration.shares import airflow_run
from include.orchestration.ui import wording
from include.orchestration.ui.charts import chart

_FOLDER = Path(__file__).with_name("templates")


def render(request: Request, template: str, **values: Any) -> HTMLResponse:
    """A page. ``base`` is the path of the mount, ``airflow`` that of Airflow's UI, both without a trailing slash."""
    base = request.scope.get("root_path", "")
    places = {"base": base, "airflow": base.rsplit("/", 1)[0], "path": request.url.path.removeprefix(base)}
    access = getattr(request.state, "access", None)
    query = defaultdict(str, request.query_params)

    def here(**changes: Any) -> str:
        """The address of this page with other parameters; None takes one out."""
        changed = {**query, **changes}
        return "?" + urlencode({name: value for name, value in changed.items() if value not in (None, "")})

    page = _environment().get_template(template)
    return HTMLResponse(page.render(**places, access=access, query=query, here=here, **values))


@cache
def _environment() -> Environment:
    made = Environment(
        loader=FileSystemLoader(_FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    filters = (
        wording.span,
        wording.moment,
        wording.instant,
        wording.number,
        wording.share,
        wording.words,
        wording.coded,
        chart,
        airflow_run,
    )
    made.filters |= {each.__name__: each for each in filters}
    return made
