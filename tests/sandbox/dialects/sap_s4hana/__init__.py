"""SAP S/4HANA: the purchase order services of OData 2.0 and 4.0 over the same orders, at their real paths.

Options: ``page_cap`` (rows of a page at most), ``lines_at_once`` (lines inside an order before it links to more),
``link_base`` (scheme and host of 2.0's links to more lines), ``rate_units`` (``JPY:100 HUF:100``: the ratios of table
TCURF, for how many units of a currency its exchange rates are; one where it is not named), ``returns`` (``3``:
every third line is a returns item; none without it), ``language`` (of the user, in which units are told: EN).
"""

from __future__ import annotations

from collections.abc import Sequence

from starlette.routing import BaseRoute, Route

from tests.sandbox.dialect import Dialect, World
from tests.sandbox.dialects.sap_s4hana.answers import rate_limited_response, server_error_response
from tests.sandbox.dialects.sap_s4hana.notifying import notify
from tests.sandbox.dialects.sap_s4hana.service import ROOTS, TOKEN_PATH, Service, SignIn


def routes(world: World) -> Sequence[BaseRoute]:
    """The token endpoint of SAP Gateway and the two services."""
    sign_in = SignIn(world)
    services = [
        Route(f"{root}/{{path:path}}", Service(world, sign_in, version).answer) for version, root in ROOTS.items()
    ]
    return [Route(TOKEN_PATH, sign_in.token, methods=["POST"]), *services]


DIALECT = Dialect(
    name="sap_s4hana",
    routes=routes,
    rate_limited_response=rate_limited_response,
    server_error_response=server_error_response,
    token_paths=(TOKEN_PATH,),
    credentials={
        "login": "ORDERHOUSE",
        "password": "sandbox-password",
        "client_id": "orderhouse",
        "client_secret": "sandbox-client-secret",
        "api_key": "sandbox-api-key",
    },
    notify=notify,
)
