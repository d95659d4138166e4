"""What the error bodies of a Frappe site say."""

from __future__ import annotations

import json
from typing import Any

import pytest

from include.orderhouse.errors import (
    AuthenticationFailed,
    PermissionDenied,
    RateLimitExceeded,
    RequestRefused,
    SourceTimeout,
    SourceUnavailable,
)
from include.orderhouse.http import Answer
from include.orderhouse.protocols.frappe import explain

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
