"""Sources that answer XML or CSV: what they refuse is judged like any other refusal, whatever the status."""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Sequence

import httpx
import pytest

from include.orderhouse.errors import AuthenticationFailed, RateLimitExceeded, RequestRefused
from include.orderhouse.http import Api, Patience
from include.orderhouse.http.answer import Answer, Refusal
from include.orderhouse.http.auth import basic
from tests.connectors.conftest import Unlimited

ORDERS = "<orders><order id='1'/></orders>"
BUSY = "<error><code>BUSY</code><message>Too many sessions</message></error>"
EXPIRED = "<error><code>EXPIRED</code><message>Sign in again</message></error>"
KINDS = {"BUSY": RateLimitExceeded, "EXPIRED": AuthenticationFailed}


def explain(answer: Answer) -> Refusal | None:
    """A source that says no in XML with status 200."""
    if not answer.text.startswith("<error>"):
        return None
    code = answer.text.partition("<code>")[2].partition("</code>")[0]
    message = answer.text.partition("<message>")[2].partition("</message>")[0]
    return Refusal(KINDS[code], message)


def api(answers: Sequence[httpx.Response], tries: int = 1) -> Api:
    """A client of a source that gives these answers, one after the other."""
    told: Iterator[httpx.Response] = iter(answers)
    patience = Patience(tries=tries, longest_wait=0.01)
    transport = httpx.MockTransport(lambda request: next(told))
    return Api("https://erp.example", basic("reader", "s3cret-password"), Unlimited(), explain, patience, transport)


def test_a_refusal_with_status_200_is_explained() -> None:
    """H20: a limit that is told as a text with status 200 would else be an order list of the wrong shape."""
    with api([httpx.Response(200, text=EXPIRED)]) as client, pytest.raises(AuthenticationFailed, match="Sign in again"):
        client.get_text("orders.xml")


def test_a_limit_that_is_told_as_text_is_waited_for() -> None:
    with api([httpx.Response(200, text=BUSY), httpx.Response(200, text=ORDERS)], tries=2) as client:
        assert client.get_text("orders.xml") == ORDERS
        assert client.calls == 2


def test_a_refusal_beyond_the_start_of_a_long_text_is_explained() -> None:
    """The message of a text comes whole, not cut as the text of an error is."""
    words = "no " * 1_000
    said = f"<error><code>EXPIRED</code><message>{words}to all</message></error>"
    with api([httpx.Response(200, text=said)]) as client, pytest.raises(AuthenticationFailed, match="no to all"):
        client.get_text("orders.xml")


def test_a_text_with_the_status_of_an_error_is_refused_by_it() -> None:
    with api([httpx.Response(400, text="no such report")]) as client, pytest.raises(RequestRefused, match="no such re"):
        client.get_text("orders.xml")


def test_a_text_that_was_not_asked_for_as_text_is_shown_to_nobody() -> None:
    """JSON is judged by its body: a word of an order in it must not read as a refusal."""
    with api([httpx.Response(200, text='"<error><code>BUSY</code></error>"')]) as client:
        assert client.get("orders") == "<error><code>BUSY</code></error>"


@pytest.mark.parametrize("status", [300, 302, 304])
def test_an_answer_that_leads_elsewhere_without_saying_where_is_no_text_and_no_json(status: int) -> None:
    for ask in (Api.get, Api.get_text):
        with (
            api([httpx.Response(status, text="[]")]) as client,
            pytest.raises(RequestRefused, match=f"status {status}"),
        ):
            ask(client, "orders")


@pytest.mark.parametrize(
    ("charset", "told", "read"),
    [
        ("=iso-8859-1", b"K\xf6ln", "K\u00f6ln"),
        ("=windows-1252", b"\x80 5", "\u20ac 5"),
        ("=utf-16", b"\xff\xfeK\x00\xf6\x00", "K\u00f6"),
        ("=utf-16", "K\u00f6".encode("utf-16-le"), "K\u00f6"),
        ("=gb18030", "\u8ba2\u5355".encode("gb18030"), "\u8ba2\u5355"),
        ("=none", "K\u00f6ln".encode(), "K\u00f6ln"),
        ("=undefined", b"ok \xff", "ok \ufffd"),
        ("=idna", b"ok", "ok"),
        ("=zlib", zlib.compress(b"0" * 1000), None),
        ("=rot13", b"ok", "ok"),
        ("=x" * 10_000, b"ok", "ok"),
        ("*=us-ascii'en'a%00b", b"ok", "ok"),
        ("=punycode", b"a" * 1_000_000 + b"-" + b"k" * 1_000_000, "a" * 1_000_000 + "-" + "k" * 1_000_000),
    ],
    ids=lambda value: repr(value)[:24],
)
def test_a_text_is_read_as_its_charset_says_and_as_utf_8_where_that_is_none(
    charset: str, told: bytes, read: str | None
) -> None:
    headers = {"Content-Type": f"text/xml; charset{charset}"}
    with api([httpx.Response(200, headers=headers, content=told)]) as client:
        text = client.get_text("orders.xml")
    assert text == read if read is not None else len(text) < 100


def test_the_text_of_an_error_is_shown_whatever_it_says_it_is_written_in() -> None:
    answer = httpx.Response(400, headers={"Content-Type": "text/html; charset=undefined"}, content=b"no such report")
    with api([answer]) as client, pytest.raises(RequestRefused, match="no such report"):
        client.get("orders")
