"""ERPNext 14 and later, on one's own bench or Frappe Cloud: `Purchase Order` with its child tables."""

from __future__ import annotations

import httpx

from include.orderhouse.connector import Connector
from include.orderhouse.connectors.erpnext.discovery import discover
from include.orderhouse.connectors.erpnext.mapping import MAPPING
from include.orderhouse.connectors.erpnext.notifications import NOTIFICATIONS
from include.orderhouse.connectors.erpnext.reading import fetch, read, scan
from include.orderhouse.connectors.erpnext.settings import Settings
from include.orderhouse.credentials import Credentials
from include.orderhouse.http.auth import HeaderKey
from include.orderhouse.protocols.frappe import explain


def authenticate(credentials: Credentials, settings: Settings) -> httpx.Auth:
    """API key and API secret of a user, as login and password."""
    return HeaderKey("Authorization", f"token {credentials.need('login')}:{credentials.need('password')}")


CONNECTOR = Connector(
    name="erpnext",
    label="ERPNext",
    documentation=(
        "- [Frappe REST API](https://docs.frappe.io/framework/user/en/api/rest)\n"
        "- [Token based authentication](https://docs.frappe.io/framework/user/en/guides/integration/rest_api/"
        "token_based_authentication)\n"
        "- [Rate limiting](https://docs.frappe.io/framework/user/en/rate-limiting)\n"
        "- [ERPNext: Purchase Order](https://docs.frappe.io/erpnext/user/manual/en/purchase-order)"
    ),
    settings=Settings,
    authenticate=authenticate,
    discover=discover,
    fetch=fetch,
    read=read,
    scan=scan,
    explain=explain,
    mapping=MAPPING,
    version=6,
    page_size=200,
    requests_per_minute=300,
    concurrency=2,
    custom_field_patterns=("custom_*",),
    notifications=NOTIFICATIONS,
)
