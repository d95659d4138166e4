"""What the service says when it says no: its own words stand in the inner error."""

from __future__ import annotations

from uuid import uuid4

from starlette.responses import Response

from tests.sandbox.wire import json_response

MESSAGES = {
    401: "Unauthorized",
    429: "This request was rejected because of high resource usage on the environment.",
    500: "Object reference not set to an instance of an object.",
    503: "The service is unavailable.",
    504: "The operation has timed out.",
}
TYPES = {400: "Microsoft.OData.ODataException", 404: "Microsoft.OData.Core.UriParser.ODataUnrecognizedPathException"}


class Refused(Exception):
    """A request that the service answers with an error body."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.response = error_response(status, message)


def error_response(status: int, message: str, headers: dict[str, str] | None = None) -> Response:
    """An OData error body with the id that support asks for."""
    inner = {
        "message": message,
        "type": TYPES.get(status, "System.Exception"),
        "stacktrace": "   at Microsoft.Dynamics",
    }
    body = {"error": {"code": "", "message": "An error has occurred.", "innererror": inner}}
    return json_response(body, status, {"ms-dyn-aid": str(uuid4()), **(headers or {})})


def rate_limited_response(seconds: float | None) -> Response:
    """429 of priority-based throttling, mostly with the seconds to wait."""
    return error_response(429, MESSAGES[429], {} if seconds is None else {"Retry-After": f"{seconds:g}"})


def server_error_response(status: int) -> Response:
    """A failure of the server itself."""
    return error_response(status, MESSAGES.get(status, MESSAGES[500]))
