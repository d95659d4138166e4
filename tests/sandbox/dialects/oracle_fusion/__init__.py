"""Oracle Fusion Cloud Procurement: the REST resources of purchase orders, their drafts, schedules and suppliers."""

from __future__ import annotations

from collections.abc import Sequence

from starlette.routing import BaseRoute, Route

from tests.sandbox.dialect import Dialect, World
from tests.sandbox.dialects.oracle_fusion.answers import rate_limited_response, server_error_response
from tests.sandbox.dialects.oracle_fusion.service import Service
from tests.sandbox.dialects.oracle_fusion.sign_in import SignIn

ROOT = "/fscmRestApi/resources/{version}"


def routes(world: World) -> Sequence[BaseRoute]:
    """The identity domain's token endpoint and the resources of one pod."""
    service = Service(world)
    return [
        Route("/oauth2/v1/token", SignIn(world).token, methods=["POST"]),
        Route(f"{ROOT}/{{resource}}/describe", service.describe),
        Route(f"{ROOT}/{{resource}}", service.collection),
        Route(f"{ROOT}/{{resource}}/{{path:path}}", service.inner),
    ]


DIALECT = Dialect(
    name="oracle_fusion",
    routes=routes,
    rate_limited_response=rate_limited_response,
    server_error_response=server_error_response,
    token_paths=("/oauth2/v1/token",),
    credentials={
        "login": "orderhouse",
        "password": "sandbox-password",
        "client_id": "orderhouse-client",
        "client_secret": "sandbox-client-secret",
        "scope": "urn:opc:resource:fa:instanceid=1urn:opc:resource:consumer::all",
    },
)
