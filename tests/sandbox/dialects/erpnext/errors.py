"""Frappe's exceptions as its `utils/response.py` and `app.py` write them."""

from __future__ import annotations

import json

from starlette.responses import HTMLResponse, PlainTextResponse, Response

from tests.sandbox.wire import json_response

STATUSES = {
    "AuthenticationError": 401,
    "PermissionError": 403,
    "DoesNotExistError": 404,
    "DataError": 417,
    "ValidationError": 417,
    "RateLimitExceededError": 429,
    "SessionStopped": 503,
}
"""Statuses by exception of `frappe/exceptions.py`; all others are 500."""


class FrappeError(Exception):
    """An exception inside the site; `name` is its Python name without its module, `module` that of the others."""

    def __init__(self, name: str, message: str = "", module: str = "frappe.exceptions") -> None:
        super().__init__(message)
        self.name, self.message, self.module = name, message, module

    def response(self) -> Response:
        """The JSON with the traceback that developers read and the message that users see."""
        called = f"{self.module}.{self.name}" + (f": {self.message}" if self.message else "")
        trace = f'Traceback (most recent call last):\n  File "apps/frappe/frappe/app.py", line 114\n{called}\n'
        body = {"exception": called, "exc_type": self.name, "exc": json.dumps([trace])}
        if self.message:
            shown = json.dumps({"message": self.message, "indicator": "red", "raise_exception": 1})
            body["_server_messages"] = json.dumps([shown])
        return json_response(body, STATUSES.get(self.name, 500))


def unknown_column(doctype: str, field: str, clause: str) -> FrappeError:
    """MariaDB's 1054."""
    said = f"(1054, \"Unknown column 'tab{doctype}.{field}' in '{clause}'\")"
    return FrappeError("OperationalError", said, "pymysql.err")


def ambiguous(field: str) -> FrappeError:
    """MariaDB's 1052."""
    return FrappeError("OperationalError", f"(1052, \"Column '{field}' in order clause is ambiguous\")", "pymysql.err")


def rate_limited(seconds: float | None) -> Response:
    """The site's limiter answers in plain text with Retry-After, that of an endpoint with an exception without."""
    if seconds is None:
        return FrappeError("RateLimitExceededError", "You hit the rate limit. Please try after sometime.").response()
    wait = f"{max(round(seconds), 1)}"
    headers = {
        "Retry-After": wait,
        "X-RateLimit-Limit": "36000000",
        "X-RateLimit-Remaining": "0",
        "X-RateLimit-Reset": wait,
    }
    return PlainTextResponse("Too Many Requests", 429, headers)


def server_error(status: int) -> Response:
    """An exception of the site, a site in maintenance, or the page of the proxy before it."""
    if status == 500:
        return FrappeError("OperationalError", '(2006, "Server has gone away")', "pymysql.err").response()
    if status == 503:
        return FrappeError("SessionStopped", "This site is in maintenance mode.").response()
    return HTMLResponse(f"<html><head><title>{status}</title></head><body><h1>{status}</h1></body></html>", status)
