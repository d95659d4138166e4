"""Microsoft Entra ID, which gives out the tokens for Dynamics 365."""

from __future__ import annotations

import httpx

from include.orderhouse.auth import client_credentials
from include.orderhouse.credentials import Credentials

TOKEN_URL = "https://login.microsoftonline.com/{tenant_id}/oauth2/v2.0/token"  # noqa: S105  an address


def entra_application(credentials: Credentials, scope: str) -> httpx.Auth:
    """A registered application (client credentials); the extra JSON may name another ``token_url`` and ``scope``."""
    extra = credentials.extra
    token_url = extra.get("token_url") or TOKEN_URL.format(tenant_id=credentials.need("tenant_id"))
    client_id, secret = credentials.need("client_id"), credentials.need("client_secret")
    return client_credentials(token_url, client_id, secret, extra.get("scope") or scope)
