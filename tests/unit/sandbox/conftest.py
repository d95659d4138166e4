"""A tiny dialect and one generated company for the tests of the sandbox's core."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tests.sandbox.clock import Clock
from tests.sandbox.company import Company
from tests.sandbox.dialect import Dialect, World
from tests.sandbox.generate import generate
from tests.sandbox.rows import RowCache
from tests.sandbox.running import Sandbox, sandbox
from tests.sandbox.wire import json_response

NOW = datetime(2026, 10, 1, 12, 0, 0, 123456, tzinfo=UTC)


def tiny_routes(world: World) -> list[Route]:
    """Hands out tokens, and lists the orders with their totals to those who have one."""
    rows = RowCache(world.company, lambda order: {"id": order.id, "total": order.total, "memo": order.memo})

    async def token(request: Request) -> Response:
        return json_response({"access_token": world.tokens.issue(3600)})

    async def orders(request: Request) -> Response:
        if not world.tokens.accepts_bearer(request.headers.get("authorization")):
            return json_response({"tiny": "who are you?"}, 401)
        is_filtered = "id" in request.query_params and not world.faults.active("ignore_filter")
        wanted = int(request.query_params["id"]) if is_filtered else None
        world.log.note(f"wanted {wanted}")
        return json_response([row for row in rows.rows() if wanted in (None, row["id"])])

    return [Route("/token", token, methods=["POST"]), Route("/orders", orders)]


def tiny_error(status: int) -> Response:
    return json_response({"tiny": "error"}, status)


def tiny_rate_limit(seconds: float | None) -> Response:
    return json_response({"tiny": "slow down"}, 429, {} if seconds is None else {"Retry-After": str(seconds)})


TINY = Dialect("tiny", tiny_routes, tiny_rate_limit, tiny_error, token_paths=("/token",))


@pytest.fixture(scope="session")
def generated() -> Company:
    """A generated company that no test changes."""
    return generate(7, orders=1500, now=NOW)


@pytest.fixture
def company() -> Company:
    """A small generated company to change."""
    return generate(3, orders=60, now=NOW)


@pytest.fixture
def clock() -> Clock:
    return Clock(frozen_at=NOW)


@pytest.fixture
def running(company: Company, clock: Clock) -> Iterator[Sandbox]:
    """The small company served by the tiny dialect; its clock stands still."""
    with sandbox(company, [TINY], clock) as served:
        yield served
