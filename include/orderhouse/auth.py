"""Ways to prove who we are to a source: httpx authentication flows, safe to share between threads."""

from __future__ import annotations

import time
from collections.abc import Generator
from threading import Lock
from typing import Any
from uuid import uuid4

import httpx
import jwt

from include.orderhouse import wire
from include.orderhouse.errors import AuthenticationFailed, ConfigurationInvalid, SourceUnavailable

EARLY_SECONDS = 60
"""A token is renewed this long before it expires."""


def basic(login: str, password: str) -> httpx.Auth:
    """HTTP Basic (RFC 7617)."""
    return httpx.BasicAuth(login, password)


class HeaderKey(httpx.Auth):
    """A fixed key in a header: an API key, or a bearer token that a person made."""

    def __init__(self, header: str, value: str) -> None:
        self._header, self._value = header, value

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """Add the header."""
        request.headers[self._header] = self._value
        yield request


class TokenAuth(httpx.Auth):
    """OAuth 2.0 tokens of the client credentials grant (RFC 6749, 4.4), renewed before expiry and after a 401."""

    requires_response_body = True

    def __init__(self, token_url: str, form: dict[str, str], client: tuple[str, str] | None = None) -> None:
        """``client``: id and secret that the token endpoint wants as HTTP Basic (RFC 6749, 2.3.1), not in the form."""
        self._token_url, self._form = token_url, form
        self._client = httpx.BasicAuth(*client) if client else None
        self._lock = Lock()
        self._token: str | None = None
        self._expires_at = 0.0

    def sync_auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """Send the request with a token; a 401 gets one more try with a fresh one."""
        token = yield from self._current_token(stale=None)
        request.headers["Authorization"] = f"Bearer {token}"
        response = yield request
        if response.status_code == httpx.codes.UNAUTHORIZED:
            response.read()
            token = yield from self._current_token(stale=token)
            request.headers["Authorization"] = f"Bearer {token}"
            yield request

    def _current_token(self, stale: str | None) -> Generator[httpx.Request, httpx.Response, str]:
        with self._lock:
            if self._token is None or self._token == stale or time.monotonic() > self._expires_at:
                response = yield self._token_request()
                response.read()
                self._token = self._keep(response)
            return self._token

    def _token_request(self) -> httpx.Request:
        request = httpx.Request("POST", self._token_url, data=self.grant())
        return next(self._client.auth_flow(request)) if self._client else request

    def grant(self) -> dict[str, str]:
        """The form of a token request."""
        return {"grant_type": "client_credentials", **self._form}

    def _keep(self, response: httpx.Response) -> str:
        if response.status_code >= httpx.codes.INTERNAL_SERVER_ERROR or response.status_code == 429:
            raise SourceUnavailable(
                f"The token endpoint {self._token_url} answered {response.status_code}.",
                action="It is tried again later.",
            )
        try:
            body: Any = wire.decode(response.content)
        except ValueError:
            body = {}
        if response.status_code != httpx.codes.OK or not isinstance(body, dict) or "access_token" not in body:
            said = body.get("error", "no JSON") if isinstance(body, dict) else "no JSON object"
            raise AuthenticationFailed(
                f"The token endpoint {self._token_url} refused the client ({response.status_code}: {said}).",
                action="Check client id and secret or certificate in the Airflow Connection, then sync again.",
            )
        self._expires_at = time.monotonic() + max(int(body.get("expires_in", 3600)) - EARLY_SECONDS, 1)
        return str(body["access_token"])


def client_credentials(token_url: str, client_id: str, client_secret: str, scope: str | None = None) -> TokenAuth:
    """OAuth 2.0 client credentials with a shared secret."""
    form = {"client_id": client_id, "client_secret": client_secret}
    return TokenAuth(token_url, form | ({"scope": scope} if scope else {}))


class SignedAssertion(TokenAuth):
    """OAuth 2.0 client credentials proved by a signed JWT (RFC 7523); a new assertion for every token."""

    def __init__(self, token_url: str, claims: dict[str, Any], private_key: str, key_id: str, algorithm: str) -> None:
        super().__init__(token_url, {})
        self._claims, self._private_key = claims, private_key
        self._key_id, self._algorithm = key_id, algorithm
        try:
            self.grant()
        except (jwt.PyJWTError, TypeError, ValueError):
            raise ConfigurationInvalid(
                f"The private key of client {claims.get('iss')!r} cannot sign with {algorithm}.",
                action="Put the whole PEM text into private_key of the Airflow Connection's extra JSON; "
                "ES algorithms need an elliptic curve key, PS algorithms an RSA key.",
            ) from None

    def grant(self) -> dict[str, str]:
        """The token request with an assertion that lives for five minutes."""
        now = int(time.time())
        claims = {**self._claims, "aud": self._token_url, "iat": now, "exp": now + 300, "jti": str(uuid4())}
        assertion = jwt.encode(claims, self._private_key, algorithm=self._algorithm, headers={"kid": self._key_id})
        return {
            "grant_type": "client_credentials",
            "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
            "client_assertion": assertion,
        }


class UserAssertion(TokenAuth):
    """OAuth 2.0 tokens for a user whom a signed JWT names (RFC 7523, 2.1); a new assertion for every token."""

    def __init__(self, token_url: str, client: tuple[str, str], claims: dict[str, Any], private_key: str) -> None:
        scope = claims.pop("scope")
        super().__init__(token_url, {"scope": scope}, client)
        self._claims, self._private_key = claims, private_key
        try:
            self.grant()
        except (jwt.PyJWTError, TypeError, ValueError):
            raise ConfigurationInvalid(
                f"The private key of client {client[0]!r} cannot sign with RS256.",
                action="Put the whole PEM text of an RSA key into private_key of the Airflow Connection's extra JSON.",
            ) from None

    def grant(self) -> dict[str, str]:
        """The token request with an assertion that lives for five minutes."""
        now = int(time.time())
        claims = {**self._claims, "iat": now, "exp": now + 300, "jti": str(uuid4())}
        assertion = jwt.encode(claims, self._private_key, algorithm="RS256")
        return {"grant_type": "urn:ietf:params:oauth:grant-type:jwt-bearer", "assertion": assertion, **self._form}
