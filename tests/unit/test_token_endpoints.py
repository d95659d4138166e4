"""Tokens of the client credentials grant: asked for once, renewed in time and after a 401, and what is told of a no."""

from __future__ import annotations

import time
from typing import Any
from urllib.parse import parse_qs

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from include.orderhouse.errors import OrderhouseError
from include.orderhouse.http import Api, Patience
from include.orderhouse.http.auth import SignedAssertion, TokenAuth, UserAssertion, client_credentials
from tests.connectors.conftest import Unlimited

BASE, TOKEN_URL = "https://erp.example", "https://login.example/token"
DAY = 24 * 3600


class Vendor:
    """A source and its token endpoint, whose tokens are numbered; ``refused`` are those that the source takes back."""

    def __init__(self, status: int = 200, **granted: Any) -> None:
        self.status, self.granted = status, granted
        self.forms: list[dict[str, list[str]]] = []
        self.sent: list[str] = []
        self.refused: set[str] = set()

    def __call__(self, request: httpx.Request) -> httpx.Response:
        """The answer of either."""
        if request.url.path == "/token":
            self.forms.append(parse_qs(request.content.decode()))
            token = {"access_token": f"t0ken-{len(self.forms)}", "expires_in": 3600}
            return httpx.Response(self.status, json={**token, **self.granted})
        self.sent.append(request.headers["authorization"].removeprefix("Bearer "))
        return httpx.Response(401 if self.sent[-1] in self.refused else 200, json={})

    def api(self, auth: TokenAuth | None = None) -> Api:
        """A client."""
        auth = auth or client_credentials(TOKEN_URL, "reader", "s3cret-client", "orders")
        return Api(BASE, auth, Unlimited(), lambda _: None, Patience(tries=1), httpx.MockTransport(self))


def _refused(vendor: Vendor) -> OrderhouseError:
    with vendor.api() as api, pytest.raises(OrderhouseError) as caught:
        api.get("orders")
    assert "s3cret" not in str(caught.value)
    return caught.value


def test_one_token_serves_all_requests() -> None:
    vendor = Vendor()
    with vendor.api() as api:
        for _ in range(3):
            api.get("orders")
    assert vendor.sent == ["t0ken-1"] * 3
    form = {"grant_type": "client_credentials", "client_id": "reader", "client_secret": "s3cret-client"}
    assert vendor.forms == [{**{name: [value] for name, value in form.items()}, "scope": ["orders"]}]


@pytest.mark.parametrize(
    ("granted", "lasts"),
    [
        ({"expires_in": 3600}, 3540),
        ({"expires_in": "3600"}, 3540),
        ({"expires_in": 5}, 1),
        ({"expires_in": 10**400}, 30 * DAY - 60),
        ({}, 3540),
    ],
)
def test_a_token_is_renewed_a_minute_before_it_ends(
    granted: dict[str, Any], lasts: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = [1000.0]
    monkeypatch.setattr(time, "monotonic", lambda: clock[0])
    vendor = Vendor(**granted)
    with vendor.api() as api:
        for clock[0] in (1000.0, 1000.0 + lasts, 1000.5 + lasts):
            api.get("orders")
    assert vendor.sent == ["t0ken-1", "t0ken-1", "t0ken-2"]


def test_a_token_that_the_source_takes_back_is_replaced_once_and_the_request_sent_again() -> None:
    vendor = Vendor()
    vendor.refused = {"t0ken-1"}
    with vendor.api() as api:
        assert api.get("orders") == {}
        assert api.get("orders") == {}
    assert vendor.sent == ["t0ken-1", "t0ken-2", "t0ken-2"]
    vendor.refused = {f"t0ken-{number}" for number in range(1, 9)}
    assert _refused(vendor).code == "AUTHENTICATION_FAILED"
    assert vendor.sent[3:] == ["t0ken-3", "t0ken-4"]


@pytest.mark.parametrize(
    ("status", "granted", "code", "saying"),
    [
        (500, {}, "SOURCE_UNAVAILABLE", "login.example/token answered 500"),
        (503, {}, "SOURCE_UNAVAILABLE", "answered 503"),
        (429, {}, "SOURCE_UNAVAILABLE", "answered 429"),
        (408, {}, "SOURCE_UNAVAILABLE", "answered 408"),
        (400, {"error": "temporarily_unavailable"}, "SOURCE_UNAVAILABLE", "answered 400 (temporarily_unavailable)"),
        (400, {"error": "server_error"}, "SOURCE_UNAVAILABLE", "answered 400 (server_error)"),
        (400, {"error": ["temporarily_unavailable"]}, "AUTHENTICATION_FAILED", "refused the client (400: ["),
        (499, {}, "AUTHENTICATION_FAILED", "refused the client (499: no access token)"),
        (400, {"error": "invalid_client"}, "AUTHENTICATION_FAILED", "refused the client (400: invalid_client)"),
        (400, {"error": "invalid_scope"}, "AUTHENTICATION_FAILED", "does not grant 'orders' to the client"),
        (200, {"access_token": None}, "AUTHENTICATION_FAILED", "refused the client (200: no access token)"),
        (200, {"access_token": ""}, "AUTHENTICATION_FAILED", "refused the client (200: no access token)"),
        (201, {}, "AUTHENTICATION_FAILED", "refused the client (201: no access token)"),
        (400, {"error": "s3cret-client is wrong"}, "AUTHENTICATION_FAILED", "refused the client (400: *** is wrong)"),
        (400, {"error": "x" * 300}, "AUTHENTICATION_FAILED", f"(400: {'x' * 200})"),
        (200, {"expires_in": None}, "UNEXPECTED_SHAPE", "lives for 'None' seconds"),
    ],
)
def test_what_a_token_endpoint_says_no_with_is_told(
    status: int, granted: dict[str, Any], code: str, saying: str
) -> None:
    vendor = Vendor(status, **granted)
    with (
        Api(
            BASE,
            client_credentials(TOKEN_URL, "reader", "s3cret-client", "orders"),
            Unlimited(),
            lambda _: None,
            Patience(tries=1),
            httpx.MockTransport(vendor),
            ["s3cret-client"],
        ) as api,
        pytest.raises(OrderhouseError) as caught,
    ):
        api.get("orders")
    assert (caught.value.code, vendor.sent) == (code, [])
    assert saying in str(caught.value)


def test_an_answer_that_is_no_json_is_no_token() -> None:
    for content in (b"<html>", b"[]", b"", b'"t0ken"'):
        endpoint = httpx.MockTransport(lambda _, told=content: httpx.Response(200, content=told))
        auth = client_credentials(TOKEN_URL, "reader", "s3cret-client")
        with (
            Api(BASE, auth, Unlimited(), lambda _: None, Patience(tries=1), endpoint) as api,
            pytest.raises(OrderhouseError, match="no JSON object") as caught,
        ):
            api.get("orders")
        assert caught.value.code == "AUTHENTICATION_FAILED"


def test_a_client_that_proves_itself_in_a_header_tells_its_secret_nowhere_else() -> None:
    seen: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(200, json={"access_token": "t0ken"})

    auth = TokenAuth(TOKEN_URL, {"scope": "orders"}, ("reader", "s3cret-client"))
    with Api(BASE, auth, Unlimited(), lambda _: None, Patience(tries=1), httpx.MockTransport(answer)) as api:
        api.get("orders")
    assert seen[0].headers["authorization"] == "Basic cmVhZGVyOnMzY3JldC1jbGllbnQ="
    assert (seen[0].content, seen[0].headers["accept"]) == (
        b"grant_type=client_credentials&scope=orders",
        "application/json",
    )


@pytest.mark.parametrize("status", [429, 503])
def test_a_token_endpoint_is_asked_again_when_it_said(status: int, monkeypatch: pytest.MonkeyPatch) -> None:
    waits: list[float] = []
    monkeypatch.setattr(time, "sleep", waits.append)
    auth = client_credentials(TOKEN_URL, "reader", "s3cret-client")
    refused = httpx.MockTransport(lambda request: httpx.Response(status, headers={"Retry-After": "7"}))
    api = Api(BASE, auth, Unlimited(), lambda _: None, Patience(tries=1), refused)
    with api, pytest.raises(OrderhouseError) as told:
        api.get("orders")
    assert (told.value.code, told.value.retry_after, waits) == ("SOURCE_UNAVAILABLE", 7.0, [7.0] * 3)


@pytest.fixture(scope="module")
def private_key() -> str:
    """A key of the client, in PEM."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    form = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    return key.private_bytes(*form).decode("ascii")


@pytest.mark.parametrize("kind", ["client_assertion", "assertion"])
def test_each_assertion_is_of_its_own_and_ends_after_five_minutes(kind: str, private_key: str) -> None:
    """RFC 7523, 3: by its jti an endpoint tells whether one comes a second time."""
    auth = (
        SignedAssertion(TOKEN_URL, {"iss": "reader", "aud": "x"}, private_key, "key", "PS256")
        if kind == "client_assertion"
        else UserAssertion(TOKEN_URL, ("reader", "s3cret"), {"aud": TOKEN_URL, "scope": "orders"}, private_key)
    )
    claims = [jwt.decode(auth.grant()[kind], options={"verify_signature": False}) for _ in range(2)]
    assert len({each["jti"] for each in claims}) == 2
    assert [(each["exp"] - each["iat"], each["aud"], "scope" in each) for each in claims] == [
        (300, TOKEN_URL, False)
    ] * 2
