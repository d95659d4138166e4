"""Giving the access back to the vendor when a connection leaves, where there is an endpoint for that (RFC 7009)."""

from __future__ import annotations

import httpx

from include.orderhouse import wire
from include.orderhouse.credentials import Credentials
from include.orderhouse.errors import AuthenticationFailed, SourceUnavailable
from include.orderhouse.http import Patience
from include.orderhouse.http.transport import SafeTransport
from include.orderhouse.sync.runtime import Runtime
from include.orderhouse.warehouse.access.audit import Event, record_now
from include.orderhouse.warehouse.keys.token_store import WarehouseTokens

SECONDS = 30.0


def revoke_tokens(runtime: Runtime, actor: str) -> bool:
    """Revoke the latest refresh token, and with it all that it gives; whether there was one, and an endpoint.

    Raises an error of the tree where the vendor cannot be reached or refuses.
    """
    revocation = runtime.connection.connector.revocation
    credentials = runtime.credentials()
    first = credentials.extra.get("refresh_token")
    if revocation is None or not first:
        return False
    url = str(credentials.extra.get("revocation_url") or revocation.url)
    tokens = WarehouseTokens(runtime.warehouse, runtime.connection.credentials_id, runtime.cipher)
    with tokens.hold(str(first)) as chain:
        _post(runtime, credentials, url, {"token": chain.tokens.refresh_token}, revocation.takes_json)
    connection = runtime.connection
    record_now(
        runtime.warehouse,
        Event("tokens.revoked", actor, connection.name, connection.customer, connection.credentials_id),
    )
    return True


def _post(runtime: Runtime, credentials: Credentials, url: str, body: dict[str, str], takes_json: bool) -> None:
    client = httpx.BasicAuth(credentials.need("client_id"), credentials.need("client_secret"))
    transport = runtime.transport or SafeTransport(runtime.way(credentials, Patience(timeout=SECONDS)))
    kind = {"Content-Type": "application/json", "Accept": "application/json"}
    try:
        with httpx.Client(transport=transport, auth=client, timeout=SECONDS) as vendor:
            if takes_json:
                answer = vendor.post(url, content=wire.encode(body), headers=kind)
            else:
                answer = vendor.post(url, data=body)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise SourceUnavailable(
            f"{url} could not be asked to revoke the tokens ({type(error).__name__}).",
            action="Take the access back at the vendor by hand.",
        ) from error
    if not answer.is_success:
        raise AuthenticationFailed(
            f"{url} did not revoke the tokens (status {answer.status_code}).",
            action="Take the access back at the vendor by hand.",
        )
