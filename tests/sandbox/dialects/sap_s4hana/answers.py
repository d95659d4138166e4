"""What SAP Gateway, its HTTP server and SAP API Management answer when they refuse."""

from __future__ import annotations

import math
from typing import Any
from uuid import uuid4

from starlette.responses import HTMLResponse, Response

from tests.sandbox.wire import json_response

UNAUTHORIZED = (
    "<html><head><title>Logon Error Message</title></head><body><h1>Anmeldung fehlgeschlagen / Logon failed</h1>"
    "<p>Call of URL terminated because of an error.</p><p>Error code: ICF-LE-http-c:100-l:E</p></body></html>"
)
SYNTAX, NO_PROPERTY, NO_RESOURCE = (
    "005056A509B11EE1B9A8FEC11C21578E",
    "005056A509B11EE1B9A8FEC11C21D78E",
    "/IWBEP/CM_MGW_RT/020",
)


def error_response(version: int, status: int, code: str, message: str) -> Response:
    """An error of SAP Gateway, with its transaction id."""
    inner: dict[str, Any] = {"transactionid": uuid4().hex.upper(), "timestamp": "20261001000000.0000000"}
    if version == 2:
        inner |= {
            "application": {"component_id": "MM-PUR-PO", "service_namespace": "/SAP/",
                            "service_id": "API_PURCHASEORDER_PROCESS_SRV", "service_version": "0001"},
            "Error_Resolution": {"SAP_Transaction": "Run transaction /IWFND/ERROR_LOG on the SAP Gateway hub system"},
            "errordetails": [],
        }  # fmt: skip
        return json_response(
            {"error": {"code": code, "message": {"lang": "en", "value": message}, "innererror": inner}}, status
        )
    error = {"code": code, "message": message, "innererror": inner, "details": []}
    return json_response({"error": error}, status)


def unauthorized() -> Response:
    """The HTTP server's own page, before any service is reached."""
    return HTMLResponse(
        UNAUTHORIZED, 401, {"www-authenticate": 'Basic realm="SAP NetWeaver Application Server [S4H/100]"'}
    )


def bad_api_key() -> Response:
    """API Management's word for a wrong API key."""
    fault = {"faultstring": "Invalid ApiKey", "detail": {"errorcode": "oauth.v2.InvalidApiKey"}}
    return json_response({"fault": fault}, 401)


def rate_limited_response(seconds: float | None) -> Response:
    """API Management's spike arrest and quota."""
    fault = {
        "faultstring": "Rate limit quota violation. Quota limit exceeded. Identifier : _default",
        "detail": {"errorcode": "policies.ratelimit.QuotaViolation"},
    }
    headers = {} if seconds is None else {"retry-after": str(math.ceil(seconds))}
    return json_response({"fault": fault}, 429, headers)


def server_error_response(status: int) -> Response:
    """500 comes from the service; what comes from the HTTP server in front is a page."""
    if status == 500:
        return error_response(4, 500, "SY/530", "Internal error: an exception was raised.")
    return HTMLResponse(
        "<html><head><title>Service Unavailable</title></head><body>ICM: no server</body></html>", status
    )
