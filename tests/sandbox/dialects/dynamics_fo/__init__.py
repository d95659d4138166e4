"""Dynamics 365 Finance & Operations: the OData entities of purchase orders and of what they refer to."""

from __future__ import annotations

from collections.abc import Sequence

from starlette.routing import BaseRoute, Route

from tests.sandbox.dialect import Dialect, World
from tests.sandbox.dialects.dynamics_fo.answers import rate_limited_response, server_error_response
from tests.sandbox.dialects.dynamics_fo.service import Service
from tests.sandbox.entra import SignIn


def routes(world: World) -> Sequence[BaseRoute]:
    """Microsoft Entra's token endpoint and the service root of one environment."""
    return [
        Route("/{tenant}/oauth2/v2.0/token", SignIn(world).token, methods=["POST"]),
        Route("/data/{entity}", Service(world).collection),
    ]


DIALECT = Dialect(
    name="dynamics_fo",
    routes=routes,
    rate_limited_response=rate_limited_response,
    server_error_response=server_error_response,
    token_paths=("/oauth2/v2.0/token",),
    credentials={
        "tenant_id": "00000000-0000-0000-0000-000000000002",
        "client_id": "orderhouse",
        "client_secret": "sandbox-client-secret",
    },
)
