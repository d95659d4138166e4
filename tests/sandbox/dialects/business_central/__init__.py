"""Dynamics 365 Business Central: API v2.0 of an online environment, and an API page with the company's own fields."""

from __future__ import annotations

from collections.abc import Sequence

from starlette.routing import BaseRoute, Route

from tests.sandbox.dialect import Dialect, World
from tests.sandbox.dialects.business_central.answers import rate_limited_response, server_error_response
from tests.sandbox.dialects.business_central.service import Service
from tests.sandbox.entra import SignIn


def routes(world: World) -> Sequence[BaseRoute]:
    """Microsoft Entra's token endpoint and the service root of one tenant."""
    service = Service(world)
    return [
        Route("/{tenant}/oauth2/v2.0/token", SignIn(world).token, methods=["POST"]),
        Route("/v2.0/{tenant}/{environment}/api/{api:path}/companies", service.companies),
        Route("/v2.0/{tenant}/{environment}/api/{api:path}/companies({company})/{entity}", service.collection),
        Route(
            "/v2.0/{tenant}/{environment}/api/{api:path}/companies({company})/purchaseOrders({order})/{part}",
            service.order_part,
        ),
    ]


DIALECT = Dialect(
    name="business_central",
    routes=routes,
    rate_limited_response=rate_limited_response,
    server_error_response=server_error_response,
    token_paths=("/oauth2/v2.0/token",),
    credentials={
        "tenant_id": "00000000-0000-0000-0000-000000000001",
        "environment": "production",
        "client_id": "orderhouse",
        "client_secret": "sandbox-client-secret",
    },
)
