"""What the Service Layer says when it says no, and what the web server in front of it does."""

from __future__ import annotations

import math

from starlette.responses import HTMLResponse, Response

from tests.sandbox.wire import json_response

NO_SESSION = (401, 301, "Invalid session or session already timeout.")
WRONG_USER = (401, -304, "Fail to get DB Credentials from SLD")
NOT_FOUND = (404, -2028, "No matching records found (ODBC -2028)")


class Refused(Exception):
    """A request that the Service Layer answers with an error body."""

    def __init__(self, status: int, code: int, message: str) -> None:
        super().__init__(message)
        self.status, self.code, self.message = status, code, message

    def response(self, version: str) -> Response:
        """The error as that version of the Service Layer words it."""
        return error_response(version, self.status, self.code, self.message)


def error_response(version: str, status: int, code: int, message: str) -> Response:
    """An error body; version 2 tells the message as plain text, and the code as text."""
    if version == "v2":
        return json_response({"error": {"code": str(code), "message": message}}, status)
    return json_response({"error": {"code": code, "message": {"lang": "en-us", "value": message}}}, status)


def rate_limited_response(seconds: float | None) -> Response:
    """The Service Layer knows no such limit; a web server in front of it may."""
    headers = {} if seconds is None else {"Retry-After": str(math.ceil(seconds))}
    return HTMLResponse("<html><head><title>429 Too Many Requests</title></head></html>", 429, headers)


def server_error_response(status: int) -> Response:
    """500 is the Service Layer's own; without a node that answers, its load balancer answers a page."""
    if status == 500:
        return error_response("v1", 500, -5002, "Internal error (-5002) occurred")
    page = "<html><head><title>Service Unavailable</title></head><body><h1>Service Unavailable</h1></body></html>"
    return HTMLResponse(page, status)
