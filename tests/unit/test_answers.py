"""What an answer says, and which error its status alone makes of it."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from include.orderhouse.errors import OrderhouseError, RateLimitExceeded, RequestRefused
from include.orderhouse.http import Api, Patience
from include.orderhouse.http.answer import ACTIONS, Answer, Refusal, refusal_by_status, said
from include.orderhouse.http.auth import HeaderKey
from tests.unit.test_waiting import Recorder


@pytest.mark.parametrize(
    ("body", "text", "words"),
    [
        ({"error": {"message": "no such field"}}, "{...}", "no such field"),
        ({"error": {"title": "no such field"}}, "{...}", "no such field"),
        ({"error": {"message": {"lang": "en", "value": "no such field"}}}, "{...}", "no such field"),
        ({"error": "no such field"}, "{...}", "no such field"),
        ({"message": "no such field", "title": "Bad request"}, "{...}", "no such field"),
        ({"title": "Bad request"}, "{...}", "Bad request"),
        ({"error": {"message": None}}, "the  start\n of it", "the start of it"),
        ({}, "the  start\n of it", "the start of it"),
        ([1], "the start of it", "the start of it"),
        (None, "<html>" + "x" * 500, "<html>" + "x" * 194),
        ({"message": "x" * 900}, "{...}", "x" * 500),
        (None, " \n", "no message"),
    ],
)
def test_the_words_of_a_refusal_are_found_where_sources_have_them(body: Any, text: str, words: str) -> None:
    assert said(Answer(400, {}, body, text)) == words


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (200, None),
        (299, None),
        (300, "REQUEST_REFUSED"),
        (400, "REQUEST_REFUSED"),
        (401, "AUTHENTICATION_FAILED"),
        (403, "PERMISSION_DENIED"),
        (404, "REQUEST_REFUSED"),
        (408, "SOURCE_TIMEOUT"),
        (429, "RATE_LIMIT_EXCEEDED"),
        (499, "REQUEST_REFUSED"),
        (500, "SOURCE_UNAVAILABLE"),
        (504, "SOURCE_TIMEOUT"),
        (599, "SOURCE_UNAVAILABLE"),
    ],
)
def test_a_status_alone_tells_what_happens_next(status: int, code: str | None) -> None:
    refusal = refusal_by_status(Answer(status, {"retry-after": "5"}, None, "words"))
    assert (refusal and refusal.error.code) == code
    if refusal is not None:
        assert (refusal.message, refusal.retry_after) == (f"status {status}: words", 5.0)
        assert refusal.error in ACTIONS


def _api(refusal: Refusal, limiter: Recorder) -> Api:
    transport = httpx.MockTransport(lambda request: httpx.Response(200, json={"rows": []}))
    auth = HeaderKey("X-Key", "s3cret-key")
    return Api("https://erp.example/api", auth, limiter, lambda _: refusal, Patience(tries=1), transport)


def test_what_a_connector_calls_a_refusal_is_one_whatever_the_status() -> None:
    limiter = Recorder()
    with _api(Refusal(RequestRefused, " no\n such  view. ", "r-1", 9.0), limiter) as api:
        with pytest.raises(RequestRefused) as caught:
            api.get("orders", params={"$filter": "secret eq 1"})
        assert str(caught.value) == (
            "REQUEST_REFUSED: no such view (GET https://erp.example/api/orders). (request id r-1) "
            "Check the connection's settings against the message of the source."
        )
        assert limiter.pauses == []


@pytest.mark.parametrize(("wait", "pauses"), [(90.0, [90.0]), (None, [])])
def test_a_limit_in_a_connectors_own_words_pauses_all_of_the_connection(
    wait: float | None, pauses: list[float]
) -> None:
    limiter = Recorder()
    with _api(Refusal(RateLimitExceeded, "slow down", "r-1", wait), limiter) as api:
        with pytest.raises(RateLimitExceeded) as caught:
            api.get("orders")
        assert (caught.value.retry_after, caught.value.request_id, limiter.pauses) == (wait, "r-1", pauses)


def test_an_error_without_an_action_of_its_own_sends_to_the_message() -> None:
    with _api(Refusal(OrderhouseError, "odd"), Recorder()) as api, pytest.raises(OrderhouseError) as caught:
        api.get("orders")
    assert caught.value.action == "Look at the message of the source."
