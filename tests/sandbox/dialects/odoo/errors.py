"""Odoo's exceptions and how each protocol writes them; wordings as an Odoo 18.0 answers them."""

from __future__ import annotations

from starlette.responses import HTMLResponse, Response

from tests.sandbox.wire import json_response

STATUSES = {
    "werkzeug.exceptions.Unauthorized": 401,
    "odoo.exceptions.AccessDenied": 403,
    "odoo.exceptions.AccessError": 403,
    "odoo.exceptions.MissingError": 404,
    "werkzeug.exceptions.NotFound": 404,
    "odoo.exceptions.UserError": 422,
    "builtins.TypeError": 422,
    "werkzeug.exceptions.UnprocessableEntity": 422,
}
"""What JSON-2 answers by exception; all others are 500."""


class OdooError(Exception):
    """An exception inside the server; `name` is its Python name with its module."""

    def __init__(self, name: str, message: str) -> None:
        super().__init__(message)
        self.name = name
        self.message = message

    def data(self) -> dict[str, object]:
        """The members both protocols share."""
        debug = f'Traceback (most recent call last):\n  File "/opt/odoo/http.py"\n{self.name}: {self.message}\n'
        return {
            "name": self.name,
            "debug": debug,
            "message": self.message,
            "arguments": [self.message],
            "context": {},
        }


def denied() -> OdooError:
    """A wrong key."""
    return OdooError("odoo.exceptions.AccessDenied", "Access Denied")


def invalid_field(model: str, name: str) -> OdooError:
    """A field that the model does not have."""
    return OdooError("builtins.ValueError", f"Invalid field '{name}' on model '{model}'")


def json2_error(error: OdooError) -> Response:
    """The error body of JSON-2, under a status of its own."""
    return json_response(error.data(), STATUSES.get(error.name, 500))


def jsonrpc_error(error: OdooError, call_id: object) -> Response:
    """The error body of JSON-RPC, always under 200."""
    body = {"code": 200, "message": "Odoo Server Error", "data": error.data()}
    return json_response({"jsonrpc": "2.0", "id": call_id, "error": body}, media_type="application/json; charset=utf-8")


def page(status: int, title: str, text: str) -> Response:
    """A page as Werkzeug writes it."""
    head = f"<!doctype html>\n<html lang=en>\n<title>{status} {title}</title>\n"
    return HTMLResponse(f"{head}<h1>{title}</h1>\n<p>{text}</p>\n", status)


def not_found() -> Response:
    """The page of a path that does not exist."""
    text = "The requested URL was not found on the server. If you entered the URL manually please check your spelling"
    text += " and try again."
    return page(404, "Not Found", text)


def rate_limited(seconds: float | None) -> Response:
    """Odoo has no limit of its own; the proxy of a hosted one refuses with its page."""
    headers = {} if seconds is None else {"Retry-After": f"{seconds:g}"}
    return HTMLResponse(_proxy("429 Too Many Requests"), 429, headers)


def server_error(status: int) -> Response:
    """A page of the server or of the proxy before it."""
    names = {
        500: "Internal Server Error",
        502: "Bad Gateway",
        503: "Service Temporarily Unavailable",
        504: "Gateway Time-out",
    }
    return HTMLResponse(_proxy(f"{status} {names.get(status, 'Error')}"), status)


def _proxy(title: str) -> str:
    body = f"<body>\r\n<center><h1>{title}</h1></center>\r\n</body>"
    return f"<html>\r\n<head><title>{title}</title></head>\r\n{body}\r\n</html>\r\n"
