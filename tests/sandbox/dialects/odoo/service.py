"""The endpoints: `/jsonrpc` with its services `common` and `object`, and from 19 on `/json/2/<model>/<method>`."""

from __future__ import annotations

import json
from collections.abc import Sequence
from decimal import Decimal
from hmac import compare_digest
from typing import Any

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import BaseRoute, Route

from tests.sandbox.dialect import World
from tests.sandbox.dialects.odoo.database import Database
from tests.sandbox.dialects.odoo.errors import OdooError, denied, json2_error, jsonrpc_error, not_found, page
from tests.sandbox.dialects.odoo.masters import SERVICE_USER
from tests.sandbox.dialects.odoo.methods import call_method
from tests.sandbox.wire import json_response

BUILDS = {"17": "17.0-20250421", "18": "18.0-20250421", "19": "19.0-20251020"}
INFERRED = "Request inferred type is compatible with [&#39;http&#39;] but &#39;/jsonrpc&#39; is type=&#39;json&#39;."


def routes(world: World) -> Sequence[BaseRoute]:
    """The endpoints of one world."""
    service = Service(world)
    return [
        Route("/jsonrpc", service.jsonrpc, methods=["GET", "POST"]),
        Route("/json/2/{model}/{method}", service.json2, methods=["GET", "POST"]),
        Route("/{path:path}", service.nowhere, methods=["GET", "POST"]),
    ]


class Service:
    """One Odoo server with one database."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._version = world.options.get("version", "18")
        self._opened: Database | None = None

    @property
    def _database(self) -> Database:
        if self._opened is None:
            self._opened = Database(self._world)
        return self._opened

    async def jsonrpc(self, request: Request) -> Response:
        """JSON-RPC 2.0; errors of the server are answered with 200, those of HTTP with 400 and a page."""
        is_json = request.headers.get("content-type", "").partition(";")[0] in (
            "application/json",
            "application/json-rpc",
        )
        if request.method != "POST" or not is_json:
            return page(400, "Bad Request", INFERRED)
        try:
            body = json.loads(await request.body(), parse_float=Decimal)
        except ValueError:
            return HTMLResponse("Invalid JSON data", 400)
        if not isinstance(body, dict):
            return HTMLResponse("Invalid JSON-RPC data", 400)
        try:
            result = self._serve(body.get("params") or {})
        except OdooError as error:
            return jsonrpc_error(error, body.get("id"))
        return json_response({"jsonrpc": "2.0", "id": body.get("id"), "result": result})

    async def json2(self, request: Request) -> Response:
        """One method call with named arguments and a bearer key."""
        if int(self._version) < 19:
            return not_found()
        model, method = request.path_params["model"], request.path_params["method"]
        if request.method != "POST":
            said = "Did you mean POST /json/2/<model>/<method>?"
            return json2_error(OdooError("werkzeug.exceptions.NotFound", said))
        try:
            self._check_bearer(request)
            named = json.loads(await request.body(), parse_float=Decimal)
            self._world.log.note(f"{model}.{method} {_shown(named)}")
            ids = [named.pop("ids")] if "ids" in named else []
            return json_response(call_method(self._database, model, method, ids, named))
        except OdooError as error:
            return json2_error(_in_json2(error, model))

    async def nowhere(self, request: Request) -> Response:
        """Any other path."""
        return not_found()

    def _serve(self, params: dict[str, Any]) -> Any:
        match params:
            case {"service": "common", "method": "version", "args": _}:
                return self._about()
            case {"service": "common", "method": "authenticate" | "login", "args": [database, login, key, *_]}:
                self._check_database(database)
                return SERVICE_USER if login == self._world.credentials["login"] and self._accepts(key) else False
            case {"service": "object", "method": "execute_kw", "args": [database, uid, key, model, method, *rest]}:
                self._check_database(database)
                self._check_user(uid, key)
                arguments, named = rest[0] if rest else [], rest[1] if len(rest) > 1 else {}
                self._world.log.note(f"{model}.{method} {_shown(named or arguments)}")
                return call_method(self._database, model, method, arguments, named)
            case {"service": str(), "method": str()} if "args" not in params:
                raise OdooError("builtins.TypeError", "RPC.jsonrpc() missing 1 required positional argument: 'args'")
        raise OdooError("builtins.KeyError", str(params.get("service")))

    def _about(self) -> dict[str, Any]:
        build = BUILDS[self._version]
        info = [int(self._version), 0, 0, "final", 0, ""]
        return {
            "server_version": build,
            "server_version_info": info,
            "server_serie": build.partition("-")[0],
            "protocol_version": 1,
        }

    def _check_database(self, name: Any) -> None:
        if name != self._world.credentials["database"]:
            said = f'connection to server at "127.0.0.1", port 5432 failed: FATAL:  database "{name}" does not exist\n'
            raise OdooError("psycopg2.OperationalError", said)

    def _check_user(self, uid: Any, key: Any) -> None:
        if uid != SERVICE_USER:
            said = f"Record does not exist or has been deleted.\n(Record: res.users({uid},), User: {uid})"
            raise OdooError("odoo.exceptions.MissingError", said)
        if not self._accepts(key):
            raise denied()

    def _check_bearer(self, request: Request) -> None:
        scheme, _, key = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not self._accepts(key):
            raise OdooError("werkzeug.exceptions.Unauthorized", "Invalid apikey")

    def _accepts(self, key: Any) -> bool:
        """API keys end after three months at most: then the key is as good as a wrong one."""
        is_expired = self._world.faults.active("expired_token") is not None
        return not is_expired and isinstance(key, str) and compare_digest(key, self._world.credentials["password"])


def _in_json2(error: OdooError, model: str) -> OdooError:
    """What JSON-2 says where JSON-RPC has another exception."""
    if error.name == "odoo.exceptions.UserError":
        return OdooError("werkzeug.exceptions.NotFound", f"the model '{model}' does not exist")
    if error.name == "builtins.AttributeError":
        return OdooError("werkzeug.exceptions.NotFound", error.message)
    return error


def _shown(arguments: Any) -> str:
    """The query of a call, for tests to see; long lists of ids are cut."""
    return json.dumps(arguments, default=str)[:2000]
