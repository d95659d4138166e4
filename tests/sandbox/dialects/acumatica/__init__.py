"""Acumatica: the contract-based REST API with the endpoint Default, one tenant.

Options: ``seats`` (how many sessions may be open), ``receipts=leave`` (receipts do not move an order's
LastModifiedDateTime), ``expand=ignored``, ``expand=empty`` and ``expand=refused`` (lists leave details out, tell them
as empty, or refuse to expand anything), ``refusals=401`` (status of a refused login), ``offset`` (minutes east of UTC
in which instants are told), ``versions`` (those of the endpoint Default, separated by commas),
``elements=hidden`` (elements of the screen that are not in the endpoint are neither listed nor told).
"""

from __future__ import annotations

from collections.abc import Sequence

from starlette.routing import BaseRoute, Route

from tests.sandbox.dialect import Dialect, World
from tests.sandbox.dialects.acumatica.answers import rate_limited_response, server_error_response
from tests.sandbox.dialects.acumatica.service import Service
from tests.sandbox.dialects.acumatica.sessions import Sessions

ENDPOINT = "/entity/{endpoint}/{version}"


def routes(world: World) -> Sequence[BaseRoute]:
    """Sign-in by cookie and by token, the list of endpoints, and the entities of one of them."""
    sessions = Sessions(world)
    service = Service(world, sessions)
    return [
        Route("/entity/auth/login", sessions.login, methods=["POST"]),
        Route("/entity/auth/logout", sessions.logout, methods=["POST"]),
        Route("/identity/connect/token", sessions.token, methods=["POST"]),
        Route("/entity", service.endpoints),
        Route(f"{ENDPOINT}/PurchaseOrder/$adHocSchema", service.schema),
        Route(f"{ENDPOINT}/{{entity}}/{{first}}/{{second}}", service.single),
        Route(f"{ENDPOINT}/{{entity}}", service.collection),
    ]


DIALECT = Dialect(
    name="acumatica",
    routes=routes,
    rate_limited_response=rate_limited_response,
    server_error_response=server_error_response,
    token_paths=("/auth/login", "/auth/logout", "/connect/token"),
    credentials={"login": "orderhouse", "password": "sandbox-password"},
)
"""``client_id`` and ``client_secret`` of a connected application are ``CLIENT`` of `sessions`."""
