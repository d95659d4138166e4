"""How Xero words its refusals."""

from __future__ import annotations

from collections.abc import Callable

from starlette.responses import HTMLResponse, Response

from tests.sandbox.wire import json_response

TRACE = {"Xero-Correlation-Id": "0b1e5c0a-5eed-4c0d-9a0c-000000000001"}
EXPIRED = "TokenExpired: token expired at 10/01/2026 11:30:00"
NOT_CONNECTED = "AuthenticationUnsuccessful"
NOT_IN_SCOPE = "AuthorizationUnsuccessful"
"""With status 401, as for a token that has expired."""


def problem(status: int, title: str, detail: str) -> Response:
    """What the gateway answers."""
    body = {"Type": None, "Title": title, "Status": status, "Detail": detail, "Instance": TRACE["Xero-Correlation-Id"]}
    return json_response({**body, "Extensions": {}}, status, TRACE)


def invalid(message: str, kind: str = "QueryParseException") -> Response:
    """A request that the API does not understand."""
    return json_response({"ErrorNumber": 16, "Type": kind, "Message": message, "Elements": []}, 400, TRACE)


def not_found() -> Response:
    """A resource that does not exist is told in plain text."""
    return HTMLResponse("The resource you're looking for cannot be found", 404, TRACE)


def limited(which: str = "minute") -> Callable[[float | None], Response]:
    """One of the limits: minute, day, concurrent, appminute. The answer has no body."""

    def answer(seconds: float | None) -> Response:
        wait = {} if seconds is None else {"Retry-After": str(max(round(seconds), 1))}
        return Response(None, 429, {**TRACE, **wait, "X-Rate-Limit-Problem": which})

    return answer


def out_of_order(status: int) -> Response:
    """An outage."""
    return problem(status, "An error occurred", "An error occurred in Xero. Check the API Status page")
