"""Ways to prove who we are to a source: httpx authentication flows, safe to share between threads."""

from __future__ import annotations

import time
from collections.abc import Generator
from datetime import UTC, datetime, timedelta
from threading import Lock
from typing import Any
from uuid import uuid4

import httpx
import jwt

from include.orderhouse import wire
from include.orderhouse.credentials import Credentials
from include.orderhouse.errors import AuthenticationFailed, ConfigurationInvalid, SourceUnavailable, UnexpectedShape
from include.orderhouse.http.answer import Answer, retry_after
from include.orderhouse.tokens import Tokens

EARLY_SECONDS = 60
"""A token is renewed this long before it expires."""
_LONGEST_SAID = 200
"""Characters of what a token endpoint says about a refusal."""
_BUSY = (httpx.codes.REQUEST_TIMEOUT, httpx.codes.TOO_MANY_REQUESTS)
_OUTAGES = ("server_error", "temporarily_unavailable")
"""Words of RFC 6749, 4.1.2.1, that token endpoints such as Entra's use as well: they say nothing of the credentials."""
_LONGEST_LIFE = 30 * 24 * 3600


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
            token = yield from self._current_token(stale=token)
            request.headers["Authorization"] = f"Bearer {token}"
            yield request

    def _current_token(self, stale: str | None) -> Generator[httpx.Request, httpx.Response, str]:
        with self._lock:
            if self._token is None or self._token == stale or time.monotonic() > self._expires_at:
                response = yield self._request(self.grant())
                response.read()
                self._token = self._keep(response)
            return self._token

    def _request(self, form: dict[str, str]) -> httpx.Request:
        """A request with that form, and with the client's id and secret where they belong into a header."""
        request = httpx.Request("POST", self._token_url, data=form, headers={"Accept": "application/json"})
        return next(self._client.auth_flow(request)) if self._client else request

    def grant(self) -> dict[str, str]:
        """The form of a token request."""
        return {"grant_type": "client_credentials", **self._form}

    def _keep(self, response: httpx.Response) -> str:
        body = self._granted(response)
        self._expires_at = time.monotonic() + _seconds(body)
        return str(body["access_token"])

    def _granted(self, response: httpx.Response) -> dict[str, Any]:
        """The body of a token response. Raises where the endpoint is out of order or refuses."""
        try:
            body: Any = wire.decode_foreign(response.content)
        except ValueError:
            body = None
        said = str(body.get("error", "no access token") if isinstance(body, dict) else "no JSON object")
        if response.status_code >= httpx.codes.INTERNAL_SERVER_ERROR or response.status_code in _BUSY:
            raise self._away(response, f"{response.status_code}")
        if said in _OUTAGES:
            raise self._away(response, f"{response.status_code} ({said})")
        if response.status_code != httpx.codes.OK or not isinstance(body, dict) or not body.get("access_token"):
            raise self._refused(said[:_LONGEST_SAID], response.status_code)
        return body

    def _away(self, response: httpx.Response, answered: str) -> SourceUnavailable:
        return SourceUnavailable(
            f"The token endpoint {self._token_url} answered {answered}.",
            action="A run in Airflow tries again by itself; if it goes on, check token_url in the Connection.",
            retry_after=retry_after(Answer(response.status_code, response.headers, None, "")),
        )

    def _refused(self, said: str, status: int) -> AuthenticationFailed:
        if said == "invalid_scope":
            return AuthenticationFailed(
                f"The token endpoint {self._token_url} does not grant {self._form.get('scope', 'the scope')!r} to the "
                f"client ({status}: {said}).",
                action="Give the client these scopes at the source, or name those that it has as scope in the extra "
                "JSON of the Airflow Connection, where the connector takes it; then sync again.",
            )
        return AuthenticationFailed(
            f"The token endpoint {self._token_url} refused the client ({status}: {said}).",
            action="Check client id and secret or certificate in the Airflow Connection, then sync again.",
        )


def _seconds(body: dict[str, Any]) -> int:
    """How long to use an access token: shorter than it lives. UnexpectedShape where its life is no number."""
    told = body.get("expires_in", 3600)
    try:
        return max(min(int(told), _LONGEST_LIFE) - EARLY_SECONDS, 1)
    except (TypeError, ValueError, OverflowError) as error:
        raise UnexpectedShape(
            f"The token endpoint says that a token lives for {str(told)[:40]!r} seconds.",
            action="Report it to who runs the token endpoint; a proxy may stand in between.",
        ) from error


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


class RotatingToken(TokenAuth):
    """OAuth 2.0 refresh tokens (RFC 6749, 6) that rotate, by a client that proves itself with HTTP Basic.

    The credentials hold ``client_id``, ``client_secret`` and the first ``refresh_token``; their token store keeps the
    later ones. Of parallel tasks one asks for new tokens and the others take them from the store. An answer is kept
    before it is used; one that could not be kept is kept at the next try, unless another task was faster.
    """

    def __init__(self, token_url: str, credentials: Credentials, steps: str) -> None:
        """``steps`` tells a person how to get a new refresh token at the vendor."""
        if credentials.tokens is None:
            raise ConfigurationInvalid(
                f"The tokens of {credentials.connection!r} rotate, and there is nowhere to keep them.",
                action="Call the source through a sync; it keeps them in the warehouse.",
            )
        self._store, self._connection, self._steps = credentials.tokens, credentials.connection, steps
        self._first = credentials.need("refresh_token")
        super().__init__(token_url, {}, (credentials.need("client_id"), credentials.need("client_secret")))
        self._latest: Tokens | None = None
        self._not_kept: tuple[Tokens, Tokens] | None = None

    def _current_token(self, stale: str | None) -> Generator[httpx.Request, httpx.Response, str]:
        with self._lock:
            if self._latest is None or not _is_usable(self._latest, stale):
                self._latest = yield from self._renew(stale)
            return str(self._latest.access_token)

    def _renew(self, stale: str | None) -> Generator[httpx.Request, httpx.Response, Tokens]:
        with self._store.hold(self._first) as chain:
            known = chain.tokens
            if _is_usable(known, stale):
                return known
            if self._not_kept is None or self._not_kept[0] != known:
                form = {"grant_type": "refresh_token", "refresh_token": known.refresh_token}
                response = yield self._request(form)
                response.read()
                self._not_kept = (known, self._answered(response, known))
            chain.keep(self._not_kept[1])
            fresh, self._not_kept = self._not_kept[1], None
            return fresh

    def _answered(self, response: httpx.Response, before: Tokens) -> Tokens:
        body = self._granted(response)
        ends_at = datetime.now(UTC) + timedelta(seconds=_seconds(body))
        return Tokens(str(body.get("refresh_token") or before.refresh_token), str(body["access_token"]), ends_at)

    def _refused(self, said: str, status: int) -> AuthenticationFailed:
        if said != "invalid_grant":
            return super()._refused(said, status)
        return AuthenticationFailed(
            f"The refresh token of {self._connection!r} is not valid any more ({self._token_url}: {said}); it expired "
            "unused, was revoked, or was used elsewhere.",
            action=f"{self._steps} Enter it as refresh_token in the extra JSON of the Airflow Connection; the next "
            "sync begins with it.",
        )


def _is_usable(tokens: Tokens, stale: str | None) -> bool:
    """Whether the access token is there, has not ended, and is not the one that was just refused."""
    has_time = tokens.expires_at is not None and datetime.now(UTC) < tokens.expires_at
    return tokens.access_token is not None and tokens.access_token != stale and has_time
