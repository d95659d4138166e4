"""ERPNext 15 on one site; what its versions and sites differ in are options.

- ``time_zone``: the site's zone (Asia/Kolkata, as delivered), or ``untold`` where the site does not tell it
- ``nulls``: ``14`` lets ``modified < ...`` find rows without one, as older versions do
- ``tables``: ``denied`` refuses lists of child tables
- ``wildcard``: ``bare`` tells no more of a child table's rows by ``*`` than their names and times, as some versions do
- ``links``: ``denied`` refuses the doctypes that orders link to
- ``deleted``: ``denied`` hides the deleted documents, as from all but System Managers; ``restored`` has them restored,
  which gives them new names of the series
- ``count``: ``refused`` does not offer the count of the desk's lists
- ``company``: the only company that user permissions let the user see
- ``naming``: ``slashes`` names orders ``PO/2026/00001``
"""

from __future__ import annotations

from tests.sandbox.dialect import Dialect
from tests.sandbox.dialects.erpnext.errors import rate_limited, server_error
from tests.sandbox.dialects.erpnext.notifying import notify
from tests.sandbox.dialects.erpnext.service import routes

DIALECT = Dialect(
    name="erpnext",
    routes=routes,
    rate_limited_response=rate_limited,
    server_error_response=server_error,
    credentials={"login": "5a8f0e3c1d2b4f6", "password": "erpnext-sandbox-api-secret"},
    notify=notify,
)
