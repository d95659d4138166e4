"""Odoo 17, 18 and 19: `{"version": "18"}` is the default; 19 speaks JSON-2, too.

With `{"locking": "DE01"}` the companies of these codes, parted by blanks, have "Lock Confirmed Orders" set. With
`{"user": "administrator"}` the user may administer access rights, and sees companies that it does not belong to, too.

Faithful to a running Odoo 18.0: wire formats, what moves `write_date`, errors behind status 200, no page-size cap.
"""

from __future__ import annotations

from tests.sandbox.dialect import Dialect
from tests.sandbox.dialects.odoo.errors import rate_limited, server_error
from tests.sandbox.dialects.odoo.notifying import notify
from tests.sandbox.dialects.odoo.service import routes

DIALECT = Dialect(
    name="odoo",
    routes=routes,
    rate_limited_response=rate_limited,
    server_error_response=server_error,
    credentials={"database": "sandbox", "login": "orderhouse", "password": "odoo-sandbox-api-key"},
    notify=notify,
)
