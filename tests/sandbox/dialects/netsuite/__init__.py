"""NetSuite's SuiteQL over REST, after Oracle's SuiteTalk REST Web Services documentation.

Options: ``row_cap`` (rows that one query gives at most, 100000), ``time_zone`` of the account, ``status`` and ``signs``
(see `orders.Renderer`), ``absent`` (tables and columns that this account lacks, such as ``vendor.vatregnumber,term``),
``refusals`` (how it says so: by ``records`` and their fields, or by ``identifiers`` without their table),
``bill_lines`` (lines of a bill, which is a transaction beside the orders).
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tests.sandbox.dialect import Dialect, World
from tests.sandbox.dialects.netsuite.suiteql import Database, SuiteQLError
from tests.sandbox.faults import FaultKind
from tests.sandbox.wire import json_response

SUITEQL_PATH = "/services/rest/query/v1/suiteql"
TOKEN_PATH = "/services/rest/auth/oauth2/v1/token"
ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
ALGORITHMS = ["PS256", "PS384", "PS512", "ES256", "ES384", "ES512"]
MAX_LIMIT, ROW_CAP, TOKEN_SECONDS = 1000, 100_000, 3600

TITLES = {
    400: ("Bad Request", "4.1"), 401: ("Unauthorized", "4.2"), 429: ("Too Many Requests", "4.30"),
    500: ("Internal Server Error", "5.1"), 503: ("Service Unavailable", "5.4"),
}  # fmt: skip
INVALID_LOGIN = (
    "Invalid login attempt. For more details, see the Login Audit Trail in the NetSuite UI at Setup > Users/Roles > "
    "User Management > View Login Audit Trail."
)


def error(status: int, code: str, detail: str, **where: str) -> Response:
    """NetSuite's error envelope; ``where`` names the query parameter or header at fault."""
    title, section = TITLES.get(status, ("Error", "5.1"))
    named = {f"o:error{name}": value for name, value in where.items()}
    body = {
        "type": f"https://www.w3.org/Protocols/rfc2616/rfc2616-sec10.html#sec10.{section}",
        "title": title,
        "status": status,
        "o:errorDetails": [{"detail": detail, **named, "o:errorCode": code}],
    }
    return json_response(body, status, media_type="application/vnd.oracle.resource+json; type=error")


def too_many(status: int = 429, code: str = "CONCURRENCY_LIMIT_EXCEEDED") -> Callable[[float | None], Response]:
    """The concurrency limit as NetSuite words it, with 429 or 400, or as an invalid login; never with Retry-After."""
    detail = INVALID_LOGIN if code == "INVALID_LOGIN" else "Concurrent request limit exceeded. Request blocked."
    return lambda seconds: error(status, code, detail)


def out_of_order(status: int) -> Response:
    """An outage."""
    return error(status, "UNEXPECTED_ERROR", "An unexpected error occurred. Error ID: l0c4lh0st")


def routes(world: World) -> list[Route]:
    """The token and the query endpoint."""
    database: list[Database] = []

    async def token(request: Request) -> Response:
        form = dict(parse_qsl((await request.body()).decode("latin-1")))
        if form.get("grant_type") != "client_credentials" or form.get("client_assertion_type") != ASSERTION_TYPE:
            return json_response({"error": "unsupported_grant_type"}, 400)
        problem = _assertion_problem(world, form.get("client_assertion", ""))
        if problem:
            return json_response({"error": problem}, 400)
        access_token = world.tokens.issue(TOKEN_SECONDS)
        return json_response({"access_token": access_token, "expires_in": str(TOKEN_SECONDS), "token_type": "Bearer"})

    async def suiteql(request: Request) -> Response:
        body = await request.body()
        if not world.tokens.accepts_bearer(request.headers.get("authorization")):
            return error(401, "INVALID_LOGIN", INVALID_LOGIN)
        if request.headers.get("prefer", "").lower() != "transient":
            detail = "The required request header 'Prefer' is missing or its value is invalid. Set it to 'transient'."
            return error(400, "INVALID_HEADER", detail, Header="Prefer")
        if not database:
            database.append(Database(world.company, world.options))
        return _answer(world, database[0], request, body)

    return [Route(TOKEN_PATH, token, methods=["POST"]), Route(SUITEQL_PATH, suiteql, methods=["POST"])]


def _assertion_problem(world: World, assertion: str) -> str | None:
    """What is wrong with a client's assertion, as an OAuth error code.

    Its lifetime counts by the real clock, since the client signs by it.
    """
    accepted = world.credentials
    try:
        header = jwt.get_unverified_header(assertion)
        claims = jwt.decode(
            assertion,
            accepted["public_key"],
            algorithms=ALGORITHMS,
            audience=world.base_url + TOKEN_PATH,
            options={"require": ["iss", "aud", "iat", "exp"]},
        )
    except jwt.InvalidTokenError:
        return "invalid_grant"
    if claims["iss"] != accepted["client_id"] or header.get("kid") != accepted["certificate_id"]:
        return "invalid_client"
    is_short_lived = 0 < claims["exp"] - claims["iat"] <= TOKEN_SECONDS
    if not is_short_lived:
        return "invalid_grant"
    return None if "rest_webservices" in claims.get("scope", ()) else "invalid_scope"


def _answer(world: World, database: Database, request: Request, body: bytes) -> Response:
    try:
        limit, offset = (
            int(request.query_params.get(name, default)) for name, default in (("limit", "1000"), ("offset", "0"))
        )
        query = json.loads(body)["q"]
    except (ValueError, TypeError, KeyError):
        return error(400, "INVALID_CONTENT", "Invalid content in the request body.")
    cap = int(world.options.get("row_cap", ROW_CAP))
    if not 1 <= limit <= MAX_LIMIT or offset < 0 or offset % limit:
        detail = f"The limit must be between 1 and {MAX_LIMIT}, and the offset divisible by the limit."
        return error(400, "INVALID_PARAMETER", detail, QueryParam="offset" if offset else "limit")
    if offset >= cap:
        detail = f"Invalid offset. A query returns at most {cap} results."
        return error(400, "INVALID_PARAMETER", detail, QueryParam="offset")
    world.log.note(query)
    try:
        is_unfiltered = world.faults.active(FaultKind.IGNORE_FILTER) is not None
        result = database.run(query, min(limit, cap - offset), offset, is_unfiltered)
    except SuiteQLError as refused:
        detail = f"Invalid search query. Detailed unprocessed description follows. {refused}"
        return error(400, "INVALID_PARAMETER", detail, QueryParam="q")
    items = [world.faults.reshaped(item) for item in result.items]
    return json_response(_page(world.base_url + SUITEQL_PATH, items, limit, offset, result.total, cap))


def _page(url: str, items: list[dict[str, Any]], limit: int, offset: int, total: int, cap: int) -> dict[str, Any]:
    """An answer: it tells that there is more also beyond the cap, where only another query leads."""
    links = [{"rel": "self", "href": f"{url}?limit={limit}&offset={offset}"}]
    has_more = offset + len(items) < total
    if has_more:
        links.insert(0, {"rel": "next", "href": f"{url}?limit={limit}&offset={offset + limit}"})
    return {
        "links": links,
        "count": len(items),
        "hasMore": has_more,
        "items": [{"links": [], **item} for item in items],
        "offset": offset,
        "totalResults": min(total, cap),
    }


def key_pair() -> dict[str, str]:
    """A key pair of this process, for tests; the sandbox process is given the public key of its installation."""
    key = ec.generate_private_key(ec.SECP256R1())
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    public = key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    return {"private_key": private.decode("ascii"), "public_key": public.decode("ascii")}


DIALECT = Dialect(
    "netsuite",
    routes,
    too_many(),
    out_of_order,
    token_paths=(TOKEN_PATH,),
    credentials={"client_id": "orderhouse", "certificate_id": "sandbox", **key_pair()},
)
