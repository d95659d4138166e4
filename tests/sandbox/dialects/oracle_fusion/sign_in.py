"""Who may ask: HTTP Basic with a user of the pod, or an access token of its identity domain."""

from __future__ import annotations

from base64 import b64decode
from urllib.parse import parse_qsl

import jwt
from starlette.requests import Request
from starlette.responses import Response

from tests.sandbox.dialect import World
from tests.sandbox.wire import json_response

SECONDS = 3600
USER_ASSERTION = "urn:ietf:params:oauth:grant-type:jwt-bearer"
AUDIENCE = "https://identity.oraclecloud.com/"


class SignIn:
    """The identity domain, and the check of what its clients bring."""

    def __init__(self, world: World) -> None:
        self._world = world

    async def token(self, request: Request) -> Response:
        """POST /oauth2/v1/token: client credentials, or an assertion about a user signed by the client."""
        known = self._world.credentials
        form = dict(parse_qsl((await request.body()).decode("utf-8")))
        if basic(request) != (known["client_id"], known["client_secret"]):
            return _refused(401, "invalid_client", "Client authentication failed.")
        if form.get("scope") != known["scope"]:
            return _refused(400, "invalid_scope", "The requested scope is invalid.")
        match form.get("grant_type"):
            case "client_credentials":
                pass
            case "urn:ietf:params:oauth:grant-type:jwt-bearer":
                if not self._accepts(form.get("assertion", "")):
                    return _refused(400, "invalid_grant", "The user assertion is invalid.")
            case _:
                return _refused(400, "unsupported_grant_type", "The grant type is not supported.")
        token = self._world.tokens.issue(SECONDS)
        return json_response({"access_token": token, "token_type": "Bearer", "expires_in": SECONDS})

    def admits(self, request: Request) -> bool:
        """Whether a request of the resources comes from somebody known."""
        known = self._world.credentials
        if basic(request) == (known["login"], known["password"]):
            return True
        return self._world.tokens.accepts_bearer(request.headers.get("authorization"))

    def _accepts(self, assertion: str) -> bool:
        known = self._world.credentials
        try:
            told = jwt.decode(assertion, known.get("public_key", ""), ["RS256"], audience=AUDIENCE)
        except (jwt.PyJWTError, ValueError):
            return False
        return bool(told.get("iss") == known["client_id"] and told.get("sub") == known["login"])


def basic(request: Request) -> tuple[str, str] | None:
    """Name and password of an Authorization header of the scheme Basic."""
    scheme, _, told = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return None
    name, _, password = b64decode(told).decode("utf-8").partition(":")
    return name, password


def _refused(status: int, error: str, said: str) -> Response:
    return json_response({"error": error, "error_description": said}, status)
