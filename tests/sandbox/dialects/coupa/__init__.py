"""Coupa's Core API; what its releases and instances differ in are options.

- ``nothing``: ``empty`` answers an empty list where nothing is found, else 404 with an error
- ``sorting``: ``ignored`` gives the latest ids first, whatever ``order_by`` and ``dir`` say
- ``header``: ``bare`` is that of the vendor's example: no currency, no total, people by first and last names
- ``closing``: ``soft`` closes orders so that they can be opened again
- ``blank``: ``instants`` can be asked for those that are blank, too
- ``default_filter``: ``yes`` has an API filter that leaves elements out, unless ``filter`` names another one
- ``time_zone``: the zone in whose offsets times are written (America/Los_Angeles)
- ``company_zone``: the company's default zone, in which days begin (that of ``time_zone``)
"""

from __future__ import annotations

from tests.sandbox.dialect import Dialect
from tests.sandbox.dialects.coupa.errors import rate_limited, server_error
from tests.sandbox.dialects.coupa.service import TOKEN_PATH, routes

DIALECT = Dialect(
    name="coupa",
    routes=routes,
    rate_limited_response=rate_limited,
    server_error_response=server_error,
    token_paths=(TOKEN_PATH,),
    credentials={"client_id": "orderhouse", "client_secret": "coupa-sandbox-client-secret"},
)
