"""Odoo 17 and later: `purchase.order` with its lines, over JSON-RPC or JSON-2.

What no vendor document states was measured on an Odoo 18.0: what moves which `write_date`, false for empty, no
page-size cap, the noise of binary floats.
"""

from __future__ import annotations

import httpx

from include.orderhouse.connector import Connector
from include.orderhouse.connectors.odoo.discovery import discover
from include.orderhouse.connectors.odoo.mapping import MAPPING
from include.orderhouse.connectors.odoo.notifications import NOTIFICATIONS
from include.orderhouse.connectors.odoo.reading import fetch, read, scan
from include.orderhouse.connectors.odoo.settings import Settings
from include.orderhouse.credentials import Credentials
from include.orderhouse.protocols.odoo_records import LOOKUPS
from include.orderhouse.protocols.odoo_rpc import OdooKey, explain


def authenticate(credentials: Credentials, settings: Settings) -> httpx.Auth:
    """An API key as the password, the database as ``database`` in the extra JSON; JSON-2 needs no login."""
    is_json2 = settings.protocol == "json2"
    database = credentials.extra.get("database") if settings.protocol != "jsonrpc" else credentials.need("database")
    login = credentials.login if is_json2 else credentials.need("login")
    return OdooKey(credentials.need("password"), str(database) if database else None, login)


CONNECTOR = Connector(
    name="odoo",
    label="Odoo",
    documentation=(
        "- [External JSON-2 API](https://www.odoo.com/documentation/19.0/developer/reference/external_api.html)\n"
        "- [External RPC API](https://www.odoo.com/documentation/19.0/developer/reference/external_rpc_api.html)\n"
        "- [ORM API: search domains](https://www.odoo.com/documentation/18.0/developer/reference/backend/orm.html)\n\n"
        "The user needs to read `purchase.order`, `purchase.order.line`, `product.supplierinfo` and, as far as they "
        f"are installed, {', '.join(f'`{model}`' for model in sorted(LOOKUPS))}: where it may not, the sync stops and "
        "says of which. Single records of these that a record rule hides stay their ids and names. An order of which "
        "it hides lines stops the sync, one that it hides as a whole is unknown here."
    ),
    settings=Settings,
    authenticate=authenticate,
    discover=discover,
    fetch=fetch,
    read=read,
    scan=scan,
    explain=explain,
    mapping=MAPPING,
    page_size=200,
    requests_per_minute=300,
    concurrency=2,
    version=6,
    custom_field_patterns=("x_*",),
    notifications=NOTIFICATIONS,
)
