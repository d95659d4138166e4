"""Microsoft Entra ID, which gives out the tokens for Dynamics 365, and why it does not."""

from __future__ import annotations

from typing import Any

import httpx

from include.orderhouse import wire
from include.orderhouse.credentials import Credentials
from include.orderhouse.errors import AuthenticationFailed
from include.orderhouse.http.auth import TokenAuth

TOKEN_URL = "https://login.microsoftonline.com/{tenant_id}/oauth2/v2.0/token"  # noqa: S105 - an address

NOT_LISTED = "an application that Entra knows must also be on the page Microsoft Entra applications of Dynamics itself"
"""Why Dynamics may refuse a token that Entra has just given ("Service-to-service authentication" of Business Central,
"Register your external application" of Finance & Operations)."""

REASONS = {
    7000222: ("the client secret has expired", "Make a new client secret and enter its value as client_secret"),
    7000215: ("the client secret is wrong", "Enter the value of a client secret, not its id, as client_secret"),
    700016: ("the tenant has no such application", "Correct client_id or tenant_id"),
    90002: ("there is no such tenant", "Correct tenant_id"),
}
"""Of Microsoft's "Entra authentication and authorization error codes" those that wrong credentials lead to."""
CODES_PAGE = "https://login.microsoftonline.com/error?code={code}"


class EntraApplication(TokenAuth):
    """Client credentials of a registered application; a refusal is told with Entra's own code and what it means."""

    def _granted(self, response: httpx.Response) -> dict[str, Any]:
        try:
            return super()._granted(response)
        except AuthenticationFailed as error:
            raise _explained(error, _code(response)) from None


def _explained(error: AuthenticationFailed, code: int | None) -> AuthenticationFailed:
    if code is None:
        return error
    if code not in REASONS:
        return AuthenticationFailed(error.message, action=f"{error.action} {CODES_PAGE.format(code=code)} tells more.")
    reason, action = REASONS[code]
    return AuthenticationFailed(
        f"Microsoft Entra refused the application (AADSTS{code}): {reason}.",
        action=f"{action} in the Airflow Connection, then sync again.",
    )


def _code(response: httpx.Response) -> int | None:
    """The first of Entra's own error codes; None where the body, which `_granted` has judged, tells none."""
    try:
        body: Any = wire.decode_foreign(response.content)
    except ValueError:
        return None
    codes = body.get("error_codes") if isinstance(body, dict) else None
    return codes[0] if isinstance(codes, list) and codes and type(codes[0]) is int else None


def entra_application(credentials: Credentials, scope: str) -> httpx.Auth:
    """A registered application (client credentials); the extra JSON may name another ``token_url`` and ``scope``."""
    extra = credentials.extra
    token_url = extra.get("token_url") or TOKEN_URL.format(tenant_id=credentials.need("tenant_id"))
    client = {"client_id": credentials.need("client_id"), "client_secret": credentials.need("client_secret")}
    return EntraApplication(token_url, {**client, "scope": extra.get("scope") or scope})
