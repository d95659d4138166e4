"""What the service says when it says no."""

from __future__ import annotations

from uuid import uuid4

from starlette.responses import PlainTextResponse, Response

from tests.sandbox.wire import json_response

TITLES = {
    400: "Bad Request", 401: "Unauthorized", 403: "Forbidden", 404: "Not Found", 429: "Too Many Requests",
    500: "Internal Server Error", 503: "Service Unavailable", 504: "Gateway Timeout",
}  # fmt: skip
MEDIA_TYPE = "application/vnd.oracle.adf.error+json"


class Refused(Exception):
    """A request that the service answers with an error."""

    def __init__(self, status: int, detail: str, code: str = "27520") -> None:
        super().__init__(detail)
        self.status, self.detail, self.code = status, detail, code

    def response(self, framework: int) -> Response:
        """The error's body: in framework version 1 its plain text, later a document of its details."""
        headers = {"X-ORACLE-DMS-ECID": str(uuid4())}
        if framework == 1:
            return PlainTextResponse(self.detail, self.status, headers)
        detail = {"detail": self.detail, "o:errorCode": self.code, "o:errorPath": ""}
        body = {"title": TITLES[self.status], "status": str(self.status), "o:errorDetails": [detail]}
        return json_response(body, self.status, headers, media_type=MEDIA_TYPE)


def rate_limited_response(seconds: float | None) -> Response:
    """429 of the gateway in front of the pod; the vendor documents none."""
    headers = {} if seconds is None else {"Retry-After": f"{seconds:g}"}
    return PlainTextResponse("Too Many Requests", 429, headers | {"X-ORACLE-DMS-ECID": str(uuid4())})


def server_error_response(status: int) -> Response:
    """A failure of the server itself; the status comes as a number here, as it does now and then."""
    headers = {"X-ORACLE-DMS-ECID": str(uuid4())}
    body = {"title": TITLES.get(status, TITLES[500]), "status": status, "detail": "JBO-29000: Unexpected exception."}
    return json_response(body, status, headers, media_type=MEDIA_TYPE)
