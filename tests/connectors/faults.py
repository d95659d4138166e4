"""What may go wrong at any source, and the error that each must become: never an answer without orders."""

from __future__ import annotations

from typing import Any

from include.orderhouse.errors import OrderhouseError, RateLimitExceeded, SourceUnavailable, UnexpectedShape

Fault = tuple[str, dict[str, Any], type[OrderhouseError]]

COMMON: list[Fault] = [
    ("rate_limited", {"seconds": 17}, RateLimitExceeded),
    ("server_error", {}, SourceUnavailable),
    ("unavailable", {}, SourceUnavailable),
    ("dropped_connection", {}, SourceUnavailable),
    ("truncated_json", {}, UnexpectedShape),
    ("html", {}, UnexpectedShape),
    ("wrong_shape", {}, UnexpectedShape),
]


def misshapen(*answers: Any) -> list[Fault]:
    """Answers of other shapes than the source's own."""
    return [("wrong_shape", {"value": answer}, UnexpectedShape) for answer in answers]
