"""How QuickBooks Online words its refusals: ``Fault`` in the API, ``fault`` in lower case where the gateway refuses."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from xml.sax.saxutils import escape

from starlette.responses import HTMLResponse, Response

from tests.sandbox.wire import json_response

TIME = "2026-10-01T05:00:00.000-07:00"
TRACE = {"intuit_tid": "1-66fbe5a0-5c0ffee05c0ffee05c0ffee0"}

THROTTLED = ("message=ThrottleExceeded; errorCode=003001; statusCode=429", "The request limit was reached. Try later")
EXPIRED = ("message=AuthenticationFailed; errorCode=003200; statusCode=401", "Token expired or revoked")
OTHER_REALM = ("message=ApplicationAuthorizationFailed; errorCode=003100; statusCode=403", "The app may not do that")


def fault(status: int, code: str, kind: str, message: str, detail: str) -> Response:
    """A refusal of the API itself."""
    errors = [{"Message": message, "Detail": detail, "code": code}]
    return json_response({"Fault": {"Error": errors, "type": kind}, "time": TIME}, status, TRACE)


def gateway_fault(status: int, code: str, words: tuple[str, str]) -> Response:
    """A refusal of the gateway in front of the API, with keys in lower case."""
    errors = [{"message": words[0], "detail": words[1], "code": code, "element": None}]
    body = {"warnings": None, "fault": {"error": errors, "type": "AUTHENTICATION"}, "time": 1790000000000}
    return json_response(body, status, TRACE)


def throttled(form: str = "json") -> Callable[[float | None], Response]:
    """The throttle's answer in one of the forms it was seen in: json, xml, html. It has no Retry-After."""

    def answer(seconds: float | None) -> Response:
        if form == "html":
            return HTMLResponse("<html><body><h1>429 Too Many Requests</h1></body></html>", 429)
        if form == "xml":
            return xml_fault(429, "3001", "SERVICE", *THROTTLED)
        return fault(429, "3001", "SERVICE", *THROTTLED)

    return answer


def xml_fault(status: int, code: str, kind: str, message: str, detail: str) -> Response:
    """A refusal as XML, which is what a client gets that does not ask for JSON."""
    body = (
        f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?><IntuitResponse time="{TIME}" '
        f'xmlns="http://schema.intuit.com/finance/v3"><Fault type="{kind}"><Error code="{code}">'
        f"<Message>{escape(message)}</Message><Detail>{escape(detail)}</Detail></Error></Fault></IntuitResponse>"
    )
    return Response(body, status, TRACE, "application/xml")


def out_of_order(status: int) -> Response:
    """An outage."""
    return fault(status, "10000", "SystemFault", "An application error has occurred", "System Failure Error")


def found(rows: list[dict[str, Any]], entity: str, start: int) -> dict[str, Any]:
    """A page of a query; an empty one has no member for its entity."""
    return {entity: rows, "startPosition": start, "maxResults": len(rows)} if rows else {}
