"""The parameters that several endpoints take, and the limits that hold for all."""

from __future__ import annotations

import math
import re
from typing import Annotated, Any

from fastapi import Path, Query, Request
from fastapi.dependencies.utils import get_flat_dependant
from pydantic import AwareDatetime, BeforeValidator

from include.orchestration.ui.access import AccessDep
from include.orchestration.ui.failures import ErrorAnswer, Failure
from include.orchestration.ui.surroundings import warehouse
from include.orderhouse.environment import whole_number
from include.orderhouse.warehouse.access.client_limits import seconds_to_wait

PER_MINUTE_SETTING = "ORDERHOUSE_API_REQUESTS_PER_MINUTE"
DEFAULT_PER_MINUTE = 300
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")

Name = Annotated[str, Path(pattern=r"^[a-z0-9_]{1,63}$", description="A name in connections.yaml")]
Identity = Annotated[str, Path(pattern=r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$", description="A UUID")]
ChosenName = Annotated[
    str | None, Query(alias="connection", pattern=r"^[a-z0-9_]{1,63}$", description="Only of this connection")
]
Cursor = Annotated[
    str | None, Query(max_length=500, pattern=r"^[A-Za-z0-9_-]+$", description="`next_cursor` of the answer before")
]
Limit = Annotated[int, Query(ge=1, le=500, description="How many at most")]
Word = Annotated[str | None, Query(pattern=r"^[A-Za-z0-9_]{1,63}$")]
FieldName = Annotated[
    str | None, Query(pattern=r"^[A-Za-z0-9_.-]{1,200}$", description="As `field` of an answer tells it")
]


def _written_out(told: Any) -> Any:
    """An instant as it came; ValueError where it begins with no date: 20261001 would count as seconds since 1970."""
    if _DATE.match(str(told)):
        return told
    raise ValueError("write the instant out, as in 2026-10-01T00:00:00Z")


Instant = Annotated[AwareDatetime, BeforeValidator(_written_out)]
Since = Annotated[Instant | None, Query(description="The first instant, included")]
Until = Annotated[Instant | None, Query(description="The first instant no longer included")]

ERRORS: dict[int | str, dict[str, Any]] = {
    status: {"model": ErrorAnswer, "description": description}
    for status, description in {
        400: "The body is no JSON",
        401: "There is no valid login",
        403: "The user may not do this",
        404: "There is no such thing, or the user may not see it",
        409: "It cannot be done as things are",
        422: "A parameter or the body is not as described",
        429: "The client asks too often; the header Retry-After says how many seconds to wait",
        503: "The warehouse cannot be reached",
    }.items()
}


def limited(request: Request, access: AccessDep) -> None:
    """Hold the client to its rate, for each connection that it asks for by name and for all else together."""
    connection = str(request.path_params.get("name") or request.query_params.get("connection") or "")[:63]
    connection = connection.replace("\0", "")
    wait = seconds_to_wait(warehouse(), access.name, connection, _per_minute())
    if wait > 0:
        seconds = math.ceil(wait)
        raise Failure(
            429, "RATE_LIMIT_EXCEEDED", f"Too many requests; ask again in {seconds} s.", {"Retry-After": str(seconds)}
        )


def described(request: Request) -> None:
    """Refuse parameters that the endpoint does not have or that come twice: a misspelt filter would find everything."""
    known = {parameter.alias for parameter in get_flat_dependant(request.scope["route"].dependant).query_params}
    asked = [name for name, _ in request.query_params.multi_items()]
    for name in asked:
        if name not in known:
            has = f"its parameters are {', '.join(sorted(known))}" if known else "it has none"
            raise Failure(422, "INVALID_REQUEST", f"query.{name[:63]}: there is no such parameter; {has}.")
        if asked.count(name) > 1:
            raise Failure(422, "INVALID_REQUEST", f"query.{name}: give it once.")


def _per_minute() -> int:
    return whole_number(PER_MINUTE_SETTING, DEFAULT_PER_MINUTE, least=1)
