"""Xero's Accounting API 2.0, after Xero's OpenAPI description and developer pages.

Each legal entity is a tenant. Options: ``rotation=always`` (no grace for a refresh token that was used),
``since=exclusive`` (`If-Modified-Since` leaves out its own instant), ``unchanged=empty`` (an empty page in place of
304), ``pagination=no``, ``largest_page``, ``unitdp=ignored``, ``line_amounts=Inclusive``, ``lines_move=no``,
``rate=base_per_foreign``, ``dates=spaced`` or ``offset``, ``settings=denied`` (no scope for organisations), ``app=old``
(an app without granular scopes).
"""

from __future__ import annotations

from starlette.routing import Route

from tests.sandbox.dialect import Dialect, World
from tests.sandbox.dialects.xero.answers import limited, out_of_order
from tests.sandbox.dialects.xero.service import TOKEN_PATH, Service


def routes(world: World) -> list[Route]:
    """The routes of all tenants."""
    return Service(world).routes()


DIALECT = Dialect(
    "xero",
    routes,
    limited(),
    out_of_order,
    token_paths=(TOKEN_PATH,),
    credentials={
        "client_id": "orderhouse",
        "client_secret": "xero-client-secret",
        "refresh_token": "xero-first-refresh-token",
    },
)
