"""Oracle Fusion Cloud Procurement: purchase orders with lines, schedules and distributions, and their drafts.

The vendor does not say whether an order's ``LastUpdateDate`` moves with its lines, schedules and receipts. So a window
holds the orders whose header changed in it, those with a schedule that did (receipts and invoices save schedules), and
the open ones with a line that did. Order numbers are unique within a legal entity only: the key is ``POHeaderId``.
"""

from __future__ import annotations

import httpx

from include.orderhouse.connector import Connector
from include.orderhouse.connectors.oracle_fusion.discovery import discover
from include.orderhouse.connectors.oracle_fusion.mapping import MAPPING
from include.orderhouse.connectors.oracle_fusion.reading import fetch, read, scan
from include.orderhouse.connectors.oracle_fusion.settings import Settings
from include.orderhouse.credentials import Credentials
from include.orderhouse.http.auth import TokenAuth, UserAssertion, basic
from include.orderhouse.protocols import adf

AUDIENCE = "https://identity.oraclecloud.com/"


def authenticate(credentials: Credentials, settings: Settings) -> httpx.Auth:
    """A user with password, or an application of the identity domain, for itself or for a user."""
    if settings.authentication == "basic":
        return basic(credentials.need("login"), credentials.need("password"))
    token_url, scope = credentials.need("token_url"), credentials.need("scope")
    if settings.authentication == "client_credentials":
        client = (credentials.need("client_id"), credentials.need("client_secret"))
        return TokenAuth(token_url, {"scope": scope}, client)
    client_id = credentials.need("client_id")
    claims = {"iss": client_id, "sub": credentials.need("login"), "aud": AUDIENCE, "scope": scope}
    client = (client_id, credentials.need("client_secret"))
    return UserAssertion(token_url, client, claims, credentials.need("private_key"))


CONNECTOR = Connector(
    name="oracle_fusion",
    label="Oracle Fusion Cloud Procurement",
    documentation=(
        "[REST API for Procurement](https://docs.oracle.com/en/cloud/saas/procurement/25d/fapra/), "
        "[collections, framework versions, OAuth](https://docs.oracle.com/en/cloud/saas/applications-common/25d/farca/)"
    ),
    settings=Settings,
    authenticate=authenticate,
    discover=discover,
    fetch=fetch,
    read=read,
    scan=scan,
    explain=adf.explain,
    mapping=MAPPING,
    page_size=100,
    largest_page=adf.LARGEST_PAGE,
    requests_per_minute=300,
    concurrency=3,
    version=8,
    custom_field_patterns=("DFF_*",),
)
