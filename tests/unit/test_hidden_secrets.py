"""A source that repeats credentials in its error is quoted without them."""

from __future__ import annotations

from contextlib import nullcontext

import httpx
import pytest

from include.orderhouse.auth import HeaderKey, basic
from include.orderhouse.credentials import Credentials
from include.orderhouse.errors import OrderhouseError
from include.orderhouse.http import Api, Patience

CREDENTIALS = Credentials(
    "acme",
    "https://erp.example.com",
    login="reader",
    password="s3cret-password",
    extra={"client_secret": "s3cret-client", "tenant_id": "contoso", "depth": 3},
)


class Unlimited:
    """No limits."""

    def slot(self) -> nullcontext[None]:
        """Any number at once."""
        return nullcontext()

    def pace(self) -> None:
        """At once."""

    def pause(self, seconds: float) -> None:
        """Never."""


def _echo(request: httpx.Request) -> httpx.Response:
    said = f"no to {request.headers['authorization']} with s3cret-password, s3cret-client of contoso"
    return httpx.Response(400, json={"error": {"message": said}})


def _refused(auth: httpx.Auth) -> OrderhouseError:
    transport, secrets = httpx.MockTransport(_echo), CREDENTIALS.secrets()
    with (
        Api(CREDENTIALS.base_url, auth, Unlimited(), lambda _: None, Patience(tries=1), transport, secrets) as api,
        pytest.raises(OrderhouseError) as caught,
    ):
        api.get("orders")
    return caught.value


@pytest.mark.parametrize(
    "auth", [HeaderKey("Authorization", "Bearer s3cret-token"), basic("reader", "s3cret-password")]
)
def test_an_error_repeats_no_secret_and_no_token(auth: httpx.Auth) -> None:
    error = _refused(auth)
    assert "no to B" in str(error)
    assert "*** with ***, *** of contoso" in str(error)
    assert "s3cret" not in str(error) + repr(error)


def test_what_is_no_secret_is_none() -> None:
    assert CREDENTIALS.secrets() == ("s3cret-password", "s3cret-client")
