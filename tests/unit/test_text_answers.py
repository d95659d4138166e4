"""Sources that answer XML or CSV: what they refuse is judged like any other refusal, whatever the status."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import httpx
import pytest

from include.orderhouse.answer import Answer, Refusal
from include.orderhouse.auth import basic
from include.orderhouse.errors import AuthenticationFailed, RateLimitExceeded, RequestRefused
from include.orderhouse.http import Api, Patience
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
