"""How Acumatica says no: in JSON, with the exception of the server's code where it threw one; IIS before it in HTML."""

from __future__ import annotations

import math

from starlette.responses import HTMLResponse, Response

from tests.sandbox.wire import json_response

NOT_LOGGED_IN = "You are not logged in."
WRONG_CREDENTIALS = "Invalid credentials. Please try again."
NO_SEAT = "API Login Limit"
CANNOT_OPTIMIZE = (
    "Optimization cannot be performed.The following fields cause the error:\r\nDetails.POOrderNbr: View Details\r\n"
)
LONGEST_QUERY = 2048
"""IIS refuses more, where nobody has set ``maxQueryString``."""


class Refused(Exception):
    """A request that is answered with an error body; ``kind`` is the exception of the server's code."""

    def __init__(self, status: int, message: str, kind: str | None = None) -> None:
        super().__init__(message)
        self.response = error_response(status, message, kind)


def error_response(status: int, message: str, kind: str | None = None) -> Response:
    """A message, or the server's exception with its stack."""
    if kind is None:
        return json_response({"message": message}, status)
    thrown = {
        "message": "An error has occurred.",
        "exceptionMessage": message,
        "exceptionType": kind,
        "stackTrace": "   at PX.Api.ContractBased.SystemContracts.V2.RestController.GetList()",
    }
    return json_response(thrown, status)


def rate_limited_response(seconds: float | None) -> Response:
    """429, once the licence's requests a minute are used up and the queue is full."""
    headers = {} if seconds is None else {"Retry-After": str(math.ceil(seconds))}
    return json_response({"message": "The number of API requests exceeds the limit of the license."}, 429, headers)


def server_error_response(status: int) -> Response:
    """A failure of the server."""
    return error_response(status, "Timeout expired.", "System.Data.SqlClient.SqlException")


def too_long_response() -> Response:
    """404.15 of IIS, which Acumatica runs on."""
    return HTMLResponse("<h3>HTTP Error 404.15 - Not Found</h3><h4>The query string is too long.</h4>", 404)
