"""Microsoft Entra's token endpoint, as far as the client credentials grant needs it: of all Microsoft dialects."""

from __future__ import annotations

from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import Response

from tests.sandbox.dialect import World
from tests.sandbox.wire import json_response

SECONDS = 3599


class SignIn:
    """Hands out access tokens to the registered application, unless with the option ``secret=expired``."""

    def __init__(self, world: World) -> None:
        self._world = world

    async def token(self, request: Request) -> Response:
        """POST /{tenant}/oauth2/v2.0/token."""
        known = self._world.credentials
        form = dict(parse_qsl((await request.body()).decode("utf-8")))
        tenant = request.path_params["tenant"]
        if tenant != known["tenant_id"]:
            return _refused(400, "invalid_request", 90002, f"Tenant '{tenant}' not found.")
        if form.get("grant_type") != "client_credentials":
            return _refused(400, "unsupported_grant_type", 70003, "The app requested an unsupported grant type.")
        if form.get("client_id") != known["client_id"]:
            return _refused(400, "unauthorized_client", 700016, "Application was not found in the directory.")
        if self._world.options.get("secret") == "expired":
            return _refused(401, "invalid_client", 7000222, "The provided client secret keys are expired.")
        if form.get("client_secret") != known["client_secret"]:
            return _refused(401, "invalid_client", 7000215, "Invalid client secret provided.")
        if not form.get("scope", "").endswith("/.default"):
            return _refused(400, "invalid_scope", 1002012, "The provided value for scope is not valid.")
        token = self._world.tokens.issue(SECONDS)
        return json_response(
            {"token_type": "Bearer", "expires_in": SECONDS, "ext_expires_in": SECONDS, "access_token": token}
        )


def _refused(status: int, error: str, number: int, said: str) -> Response:
    body = {"error": error, "error_description": f"AADSTS{number}: {said}", "error_codes": [number]}
    return json_response(body, status)
