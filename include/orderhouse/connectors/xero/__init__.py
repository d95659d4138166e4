"""Xero: purchase orders by If-Modified-Since, of one or more organisations, OAuth 2.0 with rotating tokens.

An order is one document: its ``UpdatedDateUTC`` was seen to move with every change of it and of its lines; for the case
that it does not, ``reread_open_orders`` reads the open ones at every sync. A deleted order stays in the list with the
status DELETED. Xero knows neither receipts nor units; its custom fields are the tracking categories of lines.

Each organisation allows 60 calls a minute, 5,000 a day and five at once. A day's limit lasts for hours, so the run
fails with it; a later one goes on.
"""

from __future__ import annotations

import httpx

from include.orderhouse.connector import Connector, Revocation
from include.orderhouse.connectors.xero.discovery import discover
from include.orderhouse.connectors.xero.mapping import MAPPING
from include.orderhouse.connectors.xero.reading import fetch, read, scan
from include.orderhouse.connectors.xero.settings import Settings
from include.orderhouse.credentials import Credentials
from include.orderhouse.http.auth import RotatingToken, TokenAuth
from include.orderhouse.protocols.xero_accounting import explain

TOKEN_URL = "https://identity.xero.com/connect/token"  # noqa: S105 - an address
SCOPES = "accounting.invoices.read accounting.contacts.read accounting.settings.read"
"""Purchase orders fall under accounting.invoices. Apps created before 2 March 2026 may have
accounting.transactions.read in its place, which newer ones are refused. (Xero's OAuth 2.0 scopes)"""
REVOCATION_URL = "https://identity.xero.com/connect/revocation"
"""Takes a refresh token as a form (RFC 7009), and ends with it all connections that the user gave the app; so does
``TokenApi.revoke_token`` of Xero's own SDK (XeroAPI/xero-python)."""
STEPS = "Authorise the app again in Xero (scopes offline_access {scopes}) and take the refresh token."


def authenticate(credentials: Credentials, settings: Settings) -> httpx.Auth:
    """A refresh token that rotates, or without one a custom connection (client credentials).

    ``scope`` in the extra JSON replaces the usual scopes.
    """
    token_url = credentials.extra.get("token_url") or TOKEN_URL
    scopes = credentials.extra.get("scope") or SCOPES
    if credentials.extra.get("refresh_token"):
        return RotatingToken(token_url, credentials, STEPS.format(scopes=scopes))
    client = (credentials.need("client_id"), credentials.need("client_secret"))
    return TokenAuth(token_url, {"scope": scopes}, client)


CONNECTOR = Connector(
    name="xero",
    label="Xero",
    documentation=(
        "[purchase orders](https://developer.xero.com/documentation/api/accounting/purchaseorders), "
        "[OpenAPI description](https://github.com/XeroAPI/Xero-OpenAPI), "
        "[OAuth 2.0](https://developer.xero.com/documentation/guides/oauth2/overview), "
        "[limits](https://developer.xero.com/documentation/guides/oauth2/limits)\n\n"
        "The app needs the [scopes](https://developer.xero.com/documentation/guides/oauth2/scopes) "
        f"`{SCOPES}`, and `offline_access` for refresh tokens. An app created before 2 March 2026 that has none of the "
        "granular ones takes `accounting.transactions.read` in place of `accounting.invoices.read`; name its scopes as "
        "`scope` in the extra JSON of the Airflow Connection.\n\n"
        "An organisation lets an app make 60 calls a minute, five at a time, and 5,000 a day, or fewer by the app's "
        "plan. A sync takes two where nothing changed, five with `reread_open_orders`. Where the calls of the day are "
        "used up the run fails, and a later one goes on."
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
    largest_page=1000,
    requests_per_minute=55,
    concurrency=4,
    version=3,
    custom_field_patterns=("tracking_*",),
    revocation=Revocation(REVOCATION_URL),
)
