"""Error bodies of the Core API."""

from __future__ import annotations

from starlette.responses import HTMLResponse, Response

from tests.sandbox.wire import json_response

NOTHING = "Not Found: no records match the query"


class CoupaError(Exception):
    """A refusal of the API."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status, self.message = status, message

    def response(self, headers: dict[str, str] | None = None) -> Response:
        return json_response({"errors": {"base": [self.message]}}, self.status, headers)


def rate_limited(seconds: float | None) -> Response:
    """More than 25 requests a second."""
    headers = None if seconds is None else {"Retry-After": f"{seconds:g}"}
    return CoupaError(429, "Rate limit exceeded. Please try again later.").response(headers)


def server_error(status: int) -> Response:
    """An error of the application, or the page of the proxy before it."""
    if status == 500:
        return CoupaError(500, "Internal Server Error").response()
    return HTMLResponse(f"<html><head><title>{status}</title></head><body>Coupa is down.</body></html>", status)


def token_refused(error: str, description: str) -> Response:
    """RFC 6749, 5.2."""
    return json_response({"error": error, "error_description": description}, 401)


def no_such_path(accept: str) -> Response:
    """What Rails answers where no route is: a body of its own in the format that was asked for, else a page."""
    if "json" in accept:
        return json_response({"status": 404, "error": "Not Found"}, 404)
    title = "The page you were looking for doesn't exist (404)"
    return HTMLResponse(f"<html><head><title>{title}</title></head></html>", 404)


def unauthorised() -> Response:
    """RFC 6750, 3.1."""
    headers = {"WWW-Authenticate": 'Bearer realm="Coupa", error="invalid_token"'}
    body = {"error": "invalid_token", "error_description": "The access token is invalid or has expired"}
    return json_response(body, 401, headers)
