"""Xero: purchase orders by If-Modified-Since, of one or more organisations, OAuth 2.0 with rotating tokens.

An order is one document: its ``UpdatedDateUTC`` was seen to move with every change of it and of its lines; for the case
that it does not, ``reread_open_orders`` reads the open ones at every sync. A deleted order stays in the list with the
status DELETED. Xero knows neither receipts nor units; its custom fields are the tracking categories of lines.

Each organisation allows 60 calls a minute, 5,000 a day and five at once. A day's limit lasts for hours, so the run
fails with it; a later one goes on.
"""

from __future__ import annotations

import httpx

from include.orderhouse.auth import RotatingToken, TokenAuth
from include.orderhouse.connector import Connector, Revocation
from include.orderhouse.connectors.xero.mapping import MAPPING
from include.orderhouse.connectors.xero.reading import discover, fetch, read, scan
from include.orderhouse.connectors.xero.settings import Settings
from include.orderhouse.credentials import Credentials
from include.orderhouse.xero_accounting import explain

TOKEN_URL = "https://identity.xero.com/connect/token"  # noqa: S105  an address
SCOPES = "accounting.transactions.read accounting.contacts.read accounting.settings.read"
REVOCATION_URL = "https://identity.xero.com/connect/revocation"
"""Takes a refresh token as a form (RFC 7009), and ends with it all connections that the user gave the app; so does
``TokenApi.revoke_token`` of Xero's own SDK (XeroAPI/xero-python)."""
STEPS = f"Authorise the app again in Xero (scopes offline_access {SCOPES}) and take the refresh token."


def authenticate(credentials: Credentials, settings: Settings) -> httpx.Auth:
    """A refresh token that rotates, or without one a custom connection (client credentials)."""
    token_url = credentials.extra.get("token_url") or TOKEN_URL
    if credentials.extra.get("refresh_token"):
        return RotatingToken(token_url, credentials, STEPS)
    client = (credentials.need("client_id"), credentials.need("client_secret"))
    return TokenAuth(token_url, {"scope": credentials.extra.get("scope", SCOPES)}, client)


CONNECTOR = Connector(
    name="xero",
    label="Xero",
    documentation=(
        "[purchase orders](https://developer.xero.com/documentation/api/accounting/purchaseorders), "
        "[OpenAPI description](https://github.com/XeroAPI/Xero-OpenAPI), "
        "[OAuth 2.0](https://developer.xero.com/documentation/guides/oauth2/overview), "
        "[limits](https://developer.xero.com/documentation/guides/oauth2/limits)"
    ),
    settings=Settings,
    authenticate=authenticate,
    discover=discover,
    fetch=fetch,
    read=read,
    scan=scan,
    explain=explain,
    mapping=MAPPING,
    page_size=100,
    requests_per_minute=55,
    concurrency=4,
    custom_field_patterns=("tracking_*",),
    revocation=Revocation(REVOCATION_URL),
)
