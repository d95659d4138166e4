"""What a source answers: a response as a connector judges it, and a refusal in our terms."""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import httpx

from include.orderhouse.errors import (
    AuthenticationFailed,
    OrderhouseError,
    PermissionDenied,
    QuotaExhausted,
    RateLimitExceeded,
    RequestRefused,
    SourceTimeout,
    SourceUnavailable,
)

BY_STATUS: dict[int, type[OrderhouseError]] = {
    401: AuthenticationFailed,
    403: PermissionDenied,
    408: SourceTimeout,
    429: RateLimitExceeded,
    504: SourceTimeout,
}

ACTIONS: dict[type[OrderhouseError], str] = {
    AuthenticationFailed: "Renew the credentials in the Airflow Connection, then sync again.",
    PermissionDenied: "Give the user or application the missing right at the source, then sync again.",
    RequestRefused: "Check the connection's settings against the message of the source.",
    RateLimitExceeded: "The sync waits and goes on by itself; lower requests_per_minute if it happens often.",
    QuotaExhausted: "This run fails; a later one goes on where the watermark stands. If it happens often, sync less "
    "often or ask the vendor for more.",
    SourceUnavailable: "A run in Airflow tries again by itself; if it goes on, check the address in the Airflow "
    "Connection and ask who runs the source.",
    SourceTimeout: "A run in Airflow tries again by itself; if it goes on, lower page_size or raise timeout_seconds.",
}


@dataclass(frozen=True)
class Answer:
    """A response as a connector judges it.

    ``body`` is decoded JSON, or None where it is none; ``text`` the start of an error's text, or the whole of an answer
    that was asked for as text (`Api.get_text`).
    """

    status: int
    headers: Mapping[str, str]
    body: Any
    text: str


@dataclass(frozen=True)
class Refusal:
    """A source's no, in our terms: which error it is, what it said, its request id, the wait in seconds it asks for."""

    error: type[OrderhouseError]
    message: str
    request_id: str | None = None
    retry_after: float | None = None


Explain = Callable[[Answer], Refusal | None]
"""How a system words its errors. Asked about every answer, also those with status 200; None means nothing special."""


_CHARSETS = re.compile(r"ascii|cp\d+|iso8859-\d+|koi8-\w|utf-(8|16|32)(-[bl]e)?|gb\w+|big5\w*|euc_\w+|shift_\w+")
"""What texts are written in, by Python's names. It has more, such as ``zlib``, which unpacks what it is given."""


def text_of(response: httpx.Response, most: int | None = None) -> str:
    """An answer's text, at ``most`` so many characters of it, in the charset that it names; else in UTF-8."""
    start = response.content if most is None else response.content[: 4 * most]
    return start.decode(_charset(response.charset_encoding or ""), "replace")[:most]


def _charset(named: str) -> str:
    try:
        known = codecs.lookup(named).name
    except (LookupError, ValueError):
        return "utf-8"
    return known if _CHARSETS.fullmatch(known) else "utf-8"


def refusal_by_status(answer: Answer) -> Refusal | None:
    """What the status alone tells; None where it is no error."""
    if answer.status < httpx.codes.MULTIPLE_CHOICES:
        return None
    kind = BY_STATUS.get(answer.status)
    if kind is None:
        kind = SourceUnavailable if answer.status >= httpx.codes.INTERNAL_SERVER_ERROR else RequestRefused
    return Refusal(kind, f"status {answer.status}: {said(answer)}", retry_after=retry_after(answer))


def said(answer: Answer) -> str:
    """The source's words, shortened: of JSON the usual message members, else the start of the text."""
    body = answer.body
    if isinstance(body, dict):
        inner = body.get("error", body)
        message = inner.get("message", inner.get("title")) if isinstance(inner, dict) else inner
        if isinstance(message, dict):
            message = message.get("value")
        if message:
            return str(message)[:500]
    return " ".join(answer.text.split())[:200] or "no message"


def retry_after(answer: Answer) -> float | None:
    """The wait of a Retry-After header in seconds, given as a number or as a date (RFC 9110, 10.2.3).

    A date is held against the source's own clock where it tells it: ours may go wrong. None where no wait is told,
    which one of no seconds is none of: to ask again at once is what was just refused.
    """
    told = answer.headers.get("retry-after", "")
    try:
        wait = float(told)
    except ValueError:
        wait = _until(told, answer.headers.get("date", ""))
    return min(wait, _LONGEST_WAIT) if wait > 0 else None


def _until(told: str, sent: str) -> float:
    until, now = instant_of(told), instant_of(sent) or datetime.now(UTC)
    return (until - now).total_seconds() if until else 0.0


def instant_of(told: str) -> datetime | None:
    """What an HTTP date says (RFC 9110, 5.6.7), in UTC as all of them are; None where it is no date."""
    try:
        found = parsedate_to_datetime(told)
        return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


_LONGEST_WAIT = 7 * 24 * 3600.0
"""What a source asks for beyond a week is taken for a week: no clock can be set further ahead by a header."""
