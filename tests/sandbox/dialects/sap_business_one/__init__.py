"""SAP Business One: the Service Layer of one company database, as version 1 (OData 3) and version 2 (OData 4).

Options: ``time_zone`` (of the server, UTC), ``receipts=move`` (goods receipts and invoices move an order's UpdateDate),
``manual_close=clear`` (closing by hand clears the open quantity), ``links=whole`` (next links keep the query),
``doubles=binary`` (numbers with the noise of binary floats), ``rates=indirect`` (foreign amounts are divided by rates),
``invoices=reserve`` (what is invoiced ahead of its goods is invoiced by A/P reserve invoices), ``prices=abroad`` (every
second row has its price in another currency than the document), ``returns``, ``credits`` and ``requests`` (what is
taken back, see `given_back`), ``documents=services`` (see `by_amount`), ``totals=whole`` (documents round their
totals), ``page_cap``.
"""

from __future__ import annotations

from collections.abc import Sequence

from starlette.routing import BaseRoute, Route

from tests.sandbox.dialect import Dialect, World
from tests.sandbox.dialects.sap_business_one.answers import rate_limited_response, server_error_response
from tests.sandbox.dialects.sap_business_one.service import Service
from tests.sandbox.dialects.sap_business_one.sessions import Sessions

VERSION = "/b1s/{version:str}"


def routes(world: World) -> Sequence[BaseRoute]:
    """The endpoints of the Service Layer that concern purchase orders."""
    sessions = Sessions(world)
    service = Service(world, sessions)
    return [
        Route(f"{VERSION}/Login", sessions.login, methods=["POST"]),
        Route(f"{VERSION}/Logout", sessions.logout, methods=["POST"]),
        Route(f"{VERSION}/CompanyService_GetAdminInfo", service.admin_info, methods=["POST"]),
        Route(f"{VERSION}/QueryService_PostQuery", service.post_query, methods=["POST"]),
        Route(f"{VERSION}/{{entity}}/$count", service.count),
        Route(f"{VERSION}/{{entity}}({{key}})", service.single),
        Route(f"{VERSION}/{{entity}}", service.collection),
    ]


DIALECT = Dialect(
    name="sap_business_one",
    routes=routes,
    rate_limited_response=rate_limited_response,
    server_error_response=server_error_response,
    token_paths=("/Login", "/Logout"),
    credentials={"company_db": "SBO_ORCHARD", "login": "orderhouse", "password": "sandbox-password"},
)
