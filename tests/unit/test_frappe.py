"""What the error bodies of a Frappe site say, and what a site does not tell."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import Any, cast

import pytest

from include.orderhouse.errors import (
    AuthenticationFailed,
    FilterIgnored,
    PermissionDenied,
    RateLimitExceeded,
    RequestRefused,
    SourceTimeout,
    SourceUnavailable,
)
from include.orderhouse.http import Answer, Api
from include.orderhouse.protocols.frappe import Frappe, explain

THROWN = "frappe.exceptions.ValidationError: Row #1:\n  the rate is missing"


def told(*messages: Any) -> str:
    """Messages as Frappe writes them: JSON in JSON."""
    return json.dumps([json.dumps(message) for message in messages])


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"_server_messages": told({"message": "Not \n permitted"}, {"message": "other"})}, "Not permitted"),
        ({"exception": THROWN}, "Row #1: the rate is missing"),
        ({"exception": THROWN, "_server_messages": "no JSON"}, "Row #1: the rate is missing"),
        ({"exception": THROWN, "_server_messages": told("a text")}, "Row #1: the rate is missing"),
        ({"exception": THROWN, "_server_messages": "[]"}, "Row #1: the rate is missing"),
        ({}, "no message"),
    ],
)
def test_a_refusal_says_what_the_site_tells_its_users(body: dict[str, Any], said: str) -> None:
    refusal = explain(Answer(417, {}, {"exc_type": "ValidationError"} | body, ""))
    assert refusal is not None
    assert (refusal.error, refusal.message) == (RequestRefused, f"ValidationError: {said}")


def test_a_site_that_does_not_go_on_behind_a_name_is_told() -> None:
    """H19: its list would be read again and again."""
    page = {"message": [{"name": "PO-1"}, {"name": "PO-2"}]}
    site = Frappe(cast(Api, SimpleNamespace(post=lambda path, asked: page)))
    pages = site.walk("Purchase Order", size=2)
    assert len(next(pages)) == 2
    with pytest.raises(FilterIgnored, match="asked for names after 'PO-2', and it came again"):
        next(pages)


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (400, RequestRefused),
        (401, AuthenticationFailed),
        (403, PermissionDenied),
        (500, SourceUnavailable),
        (504, SourceTimeout),
    ],
)
def test_an_exception_of_an_apps_own_is_judged_by_its_status(status: int, error: type[Exception]) -> None:
    refusal = explain(Answer(status, {}, {"exc_type": "SomeAppsOwnError"}, ""))
    assert refusal is not None
    assert refusal.error is error


def test_a_column_that_is_not_there_is_no_outage() -> None:
    exception = "pymysql.err.OperationalError: (1054, \"Unknown column 'x' in 'field list'\")"
    refusal = explain(Answer(500, {}, {"exception": exception}, ""))
    assert refusal is not None
    assert refusal.error is RequestRefused
    assert "Unknown column 'x'" in refusal.message


@pytest.mark.parametrize(("text", "said"), [("Too Many\n Requests", "Too Many Requests"), ("", "no message")])
def test_a_site_over_its_limit_answers_in_plain_text(text: str, said: str) -> None:
    refusal = explain(Answer(429, {}, None, text))
    assert refusal is not None
    assert (refusal.error, refusal.message) == (RateLimitExceeded, said)


def test_a_document_with_such_a_field_is_no_refusal() -> None:
    assert explain(Answer(200, {}, {"message": {}, "exc_type": "ValidationError"}, "")) is None


def site(answer: Any) -> Frappe:
    """A site that gives one answer, or refuses."""

    def call(*_: Any) -> Any:
        if isinstance(answer, Exception):
            raise answer
        return {"message": answer}

    return Frappe(cast(Api, SimpleNamespace(get=call, post=call)))


@pytest.mark.parametrize("refused", [RequestRefused, PermissionDenied])
def test_a_count_or_time_zone_that_the_site_does_not_offer_is_unknown(refused: type[Exception]) -> None:
    error = refused("No.", action="None.")  # type: ignore[call-arg]
    assert (site(error).count("Purchase Order", ()), site(error).time_zone()) == (None, None)


@pytest.mark.parametrize(("told", "zone"), [("Asia/Kolkata", "Asia/Kolkata"), ("", None), (None, None)])
def test_a_site_may_have_no_time_zone(told: str | None, zone: str | None) -> None:
    assert site({"time_zone": told}).time_zone() == zone
