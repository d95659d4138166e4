"""What the service says when it says no."""

from __future__ import annotations

from uuid import uuid4

from starlette.responses import Response

from tests.sandbox.wire import json_response

SERVER_ERRORS = {
    500: ("Internal_ServerError", "An error has occurred."),
    503: ("Internal_TenantUnavailable", "The tenant is temporarily unavailable."),
    504: ("Internal_ServerTimeout", "The operation was canceled because it took longer than the allowed time."),
}


class Refused(Exception):
    """A request that the service answers with an error body."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.response = error_response(status, code, message)


def error_response(status: int, code: str, message: str, headers: dict[str, str] | None = None) -> Response:
    """An OData error body; the correlation id stands at the end of the message."""
    told = f"{message}  CorrelationId:  {uuid4()}."
    return json_response({"error": {"code": code, "message": told}}, status, headers)


def rate_limited_response(seconds: float | None) -> Response:
    """429 of the gateway; a Retry-After header is not documented, but comes where a wait is known."""
    headers = {} if seconds is None else {"Retry-After": f"{seconds:g}"}
    return error_response(429, "Application_TooManyRequests", "Too many requests reached.", headers)


def server_error_response(status: int) -> Response:
    """A failure of the server itself."""
    code, message = SERVER_ERRORS.get(status, SERVER_ERRORS[500])
    return error_response(status, code, message)
