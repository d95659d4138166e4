"""Odoo's external API: JSON-RPC (`/jsonrpc`, up to Odoo 21) and JSON-2 (`/json/2/<model>/<method>`, from Odoo 19).

Both call the same methods with the same named arguments and answer the same records. JSON-RPC wants database, user id
and key among the arguments of every call and hides errors behind status 200; JSON-2 has a bearer key and real statuses.
See https://www.odoo.com/documentation/19.0/developer/reference/external_api.html and `external_rpc_api.html` beside it.
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from threading import Lock
from typing import Any, Literal

import httpx

from include.orderhouse import wire
from include.orderhouse.errors import (
    AuthenticationFailed,
    ConfigurationInvalid,
    OrderhouseError,
    PermissionDenied,
    RateLimitExceeded,
    RequestRefused,
    SourceUnavailable,
)
from include.orderhouse.http import ACTIONS, Answer, Api, Refusal, retry_after

Protocol = Literal["jsonrpc", "json2"]

JSON2_SINCE = 19
JSONRPC_PATH = "jsonrpc"

EXCEPTIONS: dict[str, type[OrderhouseError]] = {
    "odoo.exceptions.AccessDenied": AuthenticationFailed,
    "odoo.http.SessionExpiredException": AuthenticationFailed,
    "werkzeug.exceptions.Unauthorized": AuthenticationFailed,
    "odoo.exceptions.AccessError": PermissionDenied,
    "werkzeug.exceptions.Forbidden": PermissionDenied,
    "werkzeug.exceptions.TooManyRequests": RateLimitExceeded,
    "psycopg2.OperationalError": SourceUnavailable,
    "psycopg2.InterfaceError": SourceUnavailable,
    "psycopg2.pool.PoolError": SourceUnavailable,
    "odoo.sql_db.PoolError": SourceUnavailable,
    "psycopg2.errors.SerializationFailure": SourceUnavailable,
    "psycopg2.errors.DeadlockDetected": SourceUnavailable,
    "psycopg2.errors.LockNotAvailable": SourceUnavailable,
    "psycopg2.errors.QueryCanceled": SourceUnavailable,
    "psycopg2.errors.InFailedSqlTransaction": SourceUnavailable,
    "psycopg2.errors.AdminShutdown": SourceUnavailable,
    "psycopg2.errors.CrashShutdown": SourceUnavailable,
    "psycopg2.errors.CannotConnectNow": SourceUnavailable,
    "psycopg2.errors.TooManyConnections": SourceUnavailable,
    "psycopg2.errors.OutOfMemory": SourceUnavailable,
    "psycopg2.errors.DiskFull": SourceUnavailable,
    "builtins.MemoryError": SourceUnavailable,
}
"""Python exceptions of an Odoo server in our terms; all others mean that the request is wrong."""


@dataclass(frozen=True)
class OdooCall:
    """How the methods of one connection's models are called."""

    api: Api
    protocol: Protocol
    context: dict[str, Any]

    def __call__(self, model: str, method: str, **arguments: Any) -> Any:
        """What the method returns. Raises UnexpectedShape where the answer is no answer of the protocol."""
        named = {**arguments, "context": self.context}
        if self.protocol == "json2":
            return self.api.post(f"json/2/{model}/{method}", named)
        body = self.api.post(JSONRPC_PATH, _envelope("object", "execute_kw", [model, method, [], named]))
        wire.part(body, "", dict, of=f"{model}.{method}")
        return wire.part(body, "result", object, of=f"{model}.{method}")

    def records(self, model: str, **arguments: Any) -> list[dict[str, Any]]:
        """The records of a `search_read`; many2one fields are ``[id, "display name"]``."""
        of = f"{model}.search_read"
        found = wire.part(self(model, "search_read", **arguments), "", list, of=of)
        return [{**wire.part(record, "", dict, of=of), "id": wire.part(record, "id", int, of=of)} for record in found]

    def count(self, model: str, domain: list[Any]) -> int:
        """How many records a domain finds."""
        return wire.part(self(model, "search_count", domain=domain), "", int, of=f"{model}.search_count")

    def fields(self, model: str, names: list[str] | None = None) -> dict[str, dict[str, Any]]:
        """The model's fields (of ``names``, those that exist) with type, relation and whether they are stored."""
        attributes = ["type", "relation", "store", "string", "manual"]
        found = self(model, "fields_get", allfields=names or [], attributes=attributes)
        return wire.part(found, "", dict, of=f"{model}.fields_get")


def find_protocol(api: Api) -> tuple[Protocol, str]:
    """The protocol to speak and the server's version. JSON-RPC, which would tell the version, ends with Odoo 22."""
    try:
        major, version = read_version(api)
    except RequestRefused:
        return "json2", "not told"
    return ("json2" if major >= JSON2_SINCE else "jsonrpc"), version


def read_version(api: Api) -> tuple[int, str]:
    """Major version and full version of the server; needs no credentials. Raises RequestRefused from Odoo 22 on."""
    body = api.post(JSONRPC_PATH, _envelope("common", "version", []))
    told = wire.part(body, "result.server_version_info", list, of="common.version")
    major = str(told[0]).rpartition("~")[2] if told else ""
    number = "".join(digit for digit in major if digit.isdigit())
    if not number:
        wire.part(body, "result.server_version_info.0", int, of="common.version")
    return int(number), wire.part(body, "result.server_version", str, of="common.version")


def explain(answer: Answer) -> Refusal | None:
    """Odoo's exceptions, which JSON-RPC answers with status 200 and JSON-2 with a status of their own.

    JSON-2 answers a model's fields by their names, of which one may be ``error``: those of JSON-RPC have a message.
    """
    body = answer.body
    if not isinstance(body, dict):
        return None
    told = body.get("error")
    error = told if isinstance(told, dict) and "message" in told else None
    data = error.get("data") if error else None
    thrown = data if isinstance(data, dict) else body if answer.status >= httpx.codes.BAD_REQUEST else error
    if not isinstance(thrown, dict) or not ("name" in thrown or error):
        return None
    name = str(thrown.get("name", "error"))
    message = " ".join(str(thrown.get("message", "")).split())[:400] or "no message"
    return Refusal(_error(name, message, answer.status), f"{name}: {message}", retry_after=retry_after(answer))


def _error(name: str, message: str, status: int) -> type[OrderhouseError]:
    if name == "psycopg2.OperationalError" and "does not exist" in message:
        return RequestRefused
    if name == "odoo.exceptions.MissingError" and "res.users(" in message:
        return AuthenticationFailed
    fallback = SourceUnavailable if status >= httpx.codes.INTERNAL_SERVER_ERROR else RequestRefused
    return EXCEPTIONS.get(name, RateLimitExceeded if status == httpx.codes.TOO_MANY_REQUESTS else fallback)


class OdooKey(httpx.Auth):
    """An API key (or password) for both protocols; the user id that JSON-RPC wants is asked for once.

    Requests name only model, method and arguments; database, user id and key are put in here, on their way out. An
    answer to signing in that is no sign-in becomes the answer to the request that needed it, so that limits and outages
    are judged as they are everywhere.
    """

    def __init__(self, key: str, database: str | None, login: str | None) -> None:
        self._key, self._database, self._login = key, database, login
        self._lock = Lock()
        self._uid: int | None = None

    def sync_auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """Send the request with credentials; the first JSON-RPC call of an object signs in before."""
        if not request.url.path.endswith(f"/{JSONRPC_PATH}"):
            request.headers["Authorization"] = f"bearer {self._key}"
            if self._database:
                request.headers["X-Odoo-Database"] = self._database
            yield request
            return
        body = wire.decode(request.content)
        if body["params"]["service"] != "object":
            yield request
            return
        with self._lock:
            if self._uid is None:
                arguments: list[Any] = [self._need_database(), self._login, self._key, {}]
                response = yield _with_body(request, _envelope("common", "authenticate", arguments))
                response.read()
                self._uid = _signed_in(response)
                if self._uid is None:
                    return
        body["params"]["args"] = [self._need_database(), self._uid, self._key, *body["params"]["args"]]
        yield _with_body(request, body)

    def _need_database(self) -> str:
        if not self._database:
            raise ConfigurationInvalid(
                "Odoo's JSON-RPC needs the name of the database.",
                action="Put it into the extra JSON of the Airflow Connection under the key 'database'.",
            )
        return self._database


def _signed_in(response: httpx.Response) -> int | None:
    """The user id; None where the server refuses or answers something else. Raises AuthenticationFailed.

    A wrong login or key is answered with ``false`` and status 200.
    """
    try:
        body: Any = wire.decode_foreign(response.content)
    except ValueError:
        body = None
    if response.status_code != httpx.codes.OK or not isinstance(body, dict) or "error" in body:
        return None
    uid = body.get("result")
    if isinstance(uid, bool) or not isinstance(uid, int):
        raise AuthenticationFailed(
            "Odoo does not know the login or does not accept the API key.", action=ACTIONS[AuthenticationFailed]
        )
    return uid


def _envelope(service: str, method: str, arguments: list[Any]) -> dict[str, Any]:
    params = {"service": service, "method": method, "args": arguments}
    return {"jsonrpc": "2.0", "method": "call", "id": 1, "params": params}


def _with_body(request: httpx.Request, body: dict[str, Any]) -> httpx.Request:
    headers = {name: value for name, value in request.headers.items() if name.lower() != "content-length"}
    content = wire.encode(body)
    return httpx.Request(request.method, request.url, headers=headers, content=content, extensions=request.extensions)
