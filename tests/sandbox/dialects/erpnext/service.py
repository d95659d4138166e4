"""The endpoints: `/api/resource/<doctype>[/<name>]` and `/api/method/<dotted path>`."""

from __future__ import annotations

import json
from base64 import b64decode
from collections.abc import Callable, Sequence
from decimal import Decimal
from hmac import compare_digest
from typing import Any

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import BaseRoute, Route

from tests.sandbox.dialect import World
from tests.sandbox.dialects.erpnext.database import Database
from tests.sandbox.dialects.erpnext.errors import FrappeError
from tests.sandbox.wire import json_response

USER = "orderhouse@orchard.example"
JSON_ARGUMENTS = ("fields", "filters")
Arguments = dict[str, Any]


def routes(world: World) -> Sequence[BaseRoute]:
    """The endpoints of one world."""
    service = Service(world)
    return [
        Route("/api/resource/{doctype}", service.documents),
        Route("/api/resource/{doctype}/{name:path}", service.document),
        Route("/api/method/{method}", service.method, methods=["GET", "POST"]),
        Route("/{path:path}", service.nowhere, methods=["GET", "POST"]),
    ]


class Service:
    """One site."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._opened: Database | None = None
        self._methods: dict[str, Callable[[Arguments], Any]] = {
            "frappe.auth.get_logged_user": lambda asked: USER,
            "frappe.client.get_time_zone": self._time_zone,
            "frappe.client.get_list": lambda asked: self._database.list(asked.pop("doctype"), asked),
            "frappe.client.get": lambda asked: self._database.document(asked["doctype"], asked["name"], True),
            "frappe.client.get_count": lambda asked: self._database.count_all(asked["doctype"], asked.get("filters")),
            "frappe.desk.reportview.get_count": lambda asked: self._database.count(
                asked["doctype"], asked.get("filters")
            ),
        }

    @property
    def _database(self) -> Database:
        if self._opened is None:
            self._opened = Database(self._world)
        return self._opened

    async def documents(self, request: Request) -> Response:
        """A list; `limit` is another word for `limit_page_length`."""

        def found() -> Any:
            asked = parsed_arguments(dict(request.query_params))
            asked["limit_page_length"] = asked.get("limit") or asked.get("limit_page_length", 20)
            return self._database.list(request.path_params["doctype"], asked)

        return self._answer(request, "data", found)

    async def document(self, request: Request) -> Response:
        """A document without its NULL fields; its name may hold slashes."""
        doctype, name = request.path_params["doctype"], request.path_params["name"]
        return self._answer(request, "data", lambda: self._database.document(doctype, name, False))

    async def method(self, request: Request) -> Response:
        """A whitelisted function; arguments come as JSON or in the query."""
        asked: Arguments = dict(request.query_params)
        if request.method == "POST":
            asked |= json.loads(await request.body() or b"{}", parse_float=Decimal)
        called = request.path_params["method"]
        self._world.log.note(f"{called} {json.dumps(asked, default=str)[:2000]}")

        def found() -> Any:
            is_refused = called.startswith("frappe.desk.") and self._world.options.get("count") == "refused"
            if called not in self._methods or is_refused:
                said = f"Failed to get method for command {called} with {called.rpartition('.')[2]}"
                raise FrappeError("ValidationError", said)
            return self._methods[called](parsed_arguments(asked))

        return self._answer(request, "message", found)

    async def nowhere(self, request: Request) -> Response:
        """Any other path is one of the website."""
        return HTMLResponse("<!DOCTYPE html><html><head><title>Not Found</title></head></html>", 404)

    def _answer(self, request: Request, member: str, found: Callable[[], Any]) -> Response:
        try:
            self._check_key(request)
            return json_response({member: found()})
        except FrappeError as error:
            return error.response()
        except (KeyError, ValueError) as error:
            return FrappeError(type(error).__name__, str(error), "builtins").response()

    def _time_zone(self, asked: Arguments) -> dict[str, str | None]:
        is_told = self._world.options.get("time_zone") != "untold"
        return {"time_zone": self._database.zone.key if is_told else None}

    def _check_key(self, request: Request) -> None:
        """`token key:secret`, or the same pair as Basic; without either the user is Guest, who may do nothing here."""
        scheme, _, told = request.headers.get("authorization", "").partition(" ")
        if not scheme:
            raise FrappeError("PermissionError", "Login to access")
        pair = told if scheme.lower() == "token" else b64decode(told).decode() if scheme.lower() == "basic" else ""
        key, _, secret = pair.partition(":")
        credentials = self._world.credentials
        is_right = key == credentials["login"] and compare_digest(secret.encode(), credentials["password"].encode())
        if not is_right or self._world.faults.active("expired_token"):
            raise FrappeError("AuthenticationError")


def parsed_arguments(asked: Arguments) -> Arguments:
    """The arguments with JSON texts parsed, as they come in a query."""
    parsed = dict(asked)
    for name in JSON_ARGUMENTS:
        if isinstance(parsed.get(name), str):
            parsed[name] = json.loads(parsed[name], parse_float=Decimal)
    return parsed
