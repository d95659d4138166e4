"""A source that repeats credentials in its error is quoted without them."""

from __future__ import annotations

from contextlib import nullcontext

import httpx
import pytest

from include.orderhouse.credentials import Credentials, hide_secrets
from include.orderhouse.errors import OrderhouseError, RequestRefused
from include.orderhouse.http import Api, Patience
from include.orderhouse.http.auth import HeaderKey, basic
from tests.security.servers import serving

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


@pytest.mark.parametrize("key", ["s3cret-key\n", "s3cret-key\r\nX-Other: 1", "s3cret-\x00key"])
def test_a_key_that_no_header_can_hold_is_told_without_it(key: str) -> None:
    said = _sent_nowhere(HeaderKey("Authorization", f"token id:{key}"), key)
    assert said.code == "CONFIGURATION_INVALID"
    assert "cannot be written as HTTP" in str(said)
    assert "s3cret" not in str(said) + repr(said) + repr(said.__cause__)


def _sent_nowhere(auth: httpx.Auth, key: str) -> OrderhouseError:
    with (
        serving(lambda _head, _connection: None) as served,
        Api(served.url("http"), auth, Unlimited(), lambda _: None, Patience(tries=1, timeout=2), secrets=[key]) as api,
        pytest.raises(OrderhouseError) as caught,
    ):
        api.get("orders")
    return caught.value


def test_a_secret_is_hidden_as_urls_write_it_and_where_another_begins_with_it() -> None:
    error = RequestRefused("client_secret=a%2Bb%3D%3D, a%2Bb%3D%3D, abcd-efgh and abcd", action="")
    hide_secrets(error, ["a+b==", "abcd", "abcd-efgh"])
    assert error.message == "client_secret=***, ***, *** and ***"


@pytest.mark.parametrize(
    "said",
    [
        r"""The body was {"Password": "a\"b&c<d\\\u00e9'e"}""",
        r"""The body was {"Password": "a\"b&c<d\\é'e"}""",
        r"<pre>a&quot;b&amp;c&lt;d\é&#x27;e</pre>",
        r"<pre>a&#34;b&amp;c&lt;d\é&#39;e</pre>",
        r"""<pre>a"b&amp;c&lt;d\é'e</pre>""",
    ],
)
def test_a_secret_is_hidden_as_pages_and_json_write_it(said: str) -> None:
    """A login is posted as JSON, and what stands before a source may show in a page what it refused."""
    error = RequestRefused(f"{said} (POST https://erp.example.com/Login).", action="")
    hide_secrets(error, [r"""a"b&c<d\é'e"""])
    assert "b&" not in error.message
    assert error.message.count("***") == 1
    assert error.message.endswith("(POST https://erp.example.com/Login).")


@pytest.mark.parametrize("before", range(170, 201, 5))
def test_a_token_is_hidden_also_where_what_was_said_was_cut_off_in_it(before: int) -> None:
    """A token is longer than what is shown of a message."""
    token = "eyJhbGciOiJSUzI1NiJ9." + "".join(str(number) for number in range(300))
    answer = httpx.MockTransport(lambda _: httpx.Response(400, text="x" * before + token))
    auth = HeaderKey("Authorization", f"Bearer {token}")
    with (
        Api(CREDENTIALS.base_url, auth, Unlimited(), lambda _: None, Patience(tries=1), answer) as api,
        pytest.raises(OrderhouseError, match="x" * before) as caught,
    ):
        api.get("orders")
    assert token[:12] not in str(caught.value)
    assert "orders)" in str(caught.value)


def test_of_what_only_begins_like_a_secret_no_more_is_hidden() -> None:
    error = RequestRefused("orderhouse-reader-1 and orderhouse-rea and orderhouse", action="")
    hide_secrets(error, ["orderhouse-reader-2"])
    assert error.message == "***1 and *** and orderhouse"


def test_what_is_no_secret_is_none() -> None:
    assert CREDENTIALS.secrets() == ("s3cret-password", "s3cret-client")
