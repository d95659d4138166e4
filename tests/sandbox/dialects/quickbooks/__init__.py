"""QuickBooks Online: its query language, change data capture and rotating tokens, after Intuit's documentation.

One realm serves one legal entity. Options: ``entity`` (its code; the first one), ``rotation=always`` (a new refresh
token at every use, and no grace for the old one), ``links_move=no``, ``queryable_status=no``, ``precision=micro``,
``received=sparse``, ``details`` (``purchase_order_item``, ``account`` or ``amount``), ``addresses=free``,
``notes=item``, ``links`` (``header``, ``order`` or ``mixed``) and ``drawn_by`` (see `orders.Renderer`), ``cdc_most``
(objects in one answer of change data capture).
"""

from __future__ import annotations

from starlette.routing import Route

from tests.sandbox.dialect import Dialect, World
from tests.sandbox.dialects.quickbooks.answers import out_of_order, throttled
from tests.sandbox.dialects.quickbooks.notifying import notify
from tests.sandbox.dialects.quickbooks.service import TOKEN_PATH, Service

REALM_ID = "9341450000000001"


def routes(world: World) -> list[Route]:
    """The routes of one realm."""
    return Service(world).routes()


DIALECT = Dialect(
    "quickbooks",
    routes,
    throttled(),
    out_of_order,
    token_paths=(TOKEN_PATH,),
    credentials={
        "client_id": "orderhouse",
        "client_secret": "quickbooks-client-secret",
        "refresh_token": "quickbooks-first-refresh-token",
        "realm_id": REALM_ID,
    },
    notify=notify,
)
