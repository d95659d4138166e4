"""A vendor whose refresh tokens rotate, and tasks that call it with the warehouse as their store."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl

import httpx
import pytest
import sqlalchemy as sa
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from include.orderhouse.cipher import Cipher
from include.orderhouse.credentials import Credentials
from include.orderhouse.http.auth import RotatingToken
from include.orderhouse.warehouse.keys.token_store import WarehouseTokens
from tests.sandbox.clock import Clock
from tests.sandbox.company import Company
from tests.sandbox.dialect import Dialect, World
from tests.sandbox.generate import generate
from tests.sandbox.refresh_tokens import RefreshTokens, RotationRules
from tests.sandbox.running import Sandbox, sandbox
from tests.sandbox.wire import json_response

NOW = datetime(2026, 10, 1, 12, tzinfo=UTC)
RULES = RotationRules(lifetime=timedelta(days=60), grace=timedelta(minutes=30))
FIRST, SECRET = "the-first-refresh-token", "the-client-secret"
STEPS = "Sign in to the vendor again."


def routes(world: World) -> list[Route]:
    """A token endpoint whose refresh tokens rotate, and a resource behind it."""
    refreshing = world.tokens.refreshing = RefreshTokens(world.clock, RULES, SECRET, FIRST)

    async def token(request: Request) -> Response:
        form = dict(parse_qsl((await request.body()).decode()))
        if (
            request.headers["authorization"]
            != next(httpx.BasicAuth("app", SECRET).auth_flow(httpx.Request("GET", "http://sandbox"))).headers[
                "authorization"
            ]
        ):
            return json_response({"error": "invalid_client"}, 401)
        refresh_token = refreshing.redeem(form["refresh_token"])
        if refresh_token is None:
            return json_response({"error": "invalid_grant"}, 400)
        body = {"access_token": world.tokens.issue(1800), "expires_in": 1800, "refresh_token": refresh_token}
        return json_response(body)

    async def orders(request: Request) -> Response:
        is_known = world.tokens.accepts_bearer(request.headers.get("authorization"))
        return json_response({}, 200 if is_known else 401)

    return [Route("/token", token, methods=["POST"]), Route("/orders", orders)]


DIALECT = Dialect(
    "rotating", routes, lambda seconds: Response(status_code=429), lambda status: Response(status_code=status),
    token_paths=("/token",),
)  # fmt: skip


@pytest.fixture(scope="module")
def company() -> Company:
    return generate(7, orders=1, now=NOW)


@pytest.fixture
def vendor(company: Company) -> Iterator[Sandbox]:
    with sandbox(company, [DIALECT], Clock(NOW)) as running:
        yield running


@pytest.fixture
def store(engine: sa.Engine) -> WarehouseTokens:
    return tokens_of(engine)


def tokens_of(engine: sa.Engine, connection: str = "acme_books", key: bytes = b"k" * 32) -> WarehouseTokens:
    return WarehouseTokens(engine, connection, Cipher("acme", {1: key}))


def ask(vendor: Sandbox, store: Any, first: str = FIRST, secret: str = SECRET) -> int:
    """One request of a task that knows nothing but the Airflow Connection and the store; its status."""
    return client(vendor, store, first, secret).get("/orders").status_code


def client(vendor: Sandbox, store: Any, first: str = FIRST, secret: str = SECRET) -> httpx.Client:
    url = vendor.url("rotating")
    extra = {"client_id": "app", "client_secret": secret, "refresh_token": first}
    credentials = Credentials("acme_books", url, extra=extra, tokens=store)
    return httpx.Client(base_url=url, auth=RotatingToken(f"{url}/token", credentials, STEPS), trust_env=False)
