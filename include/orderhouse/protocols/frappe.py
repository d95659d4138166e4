"""The REST API of the Frappe framework, on which ERPNext is built: lists, counts and documents of doctypes.

Facts are those of Frappe 15's own `frappe/client.py`, `frappe/model/db_query.py`, `frappe/desk/reportview.py`,
`frappe/exceptions.py` and `frappe/rate_limiter.py`: 20 rows a list unless told otherwise; lists hold no child tables;
the columns of a join must be qualified where both tables have them; `frappe.client.get_count` counts what a user may
not see, the list view's own count does not.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import quote

import httpx

from include.orderhouse import wire
from include.orderhouse.errors import (
    AuthenticationFailed,
    FilterIgnored,
    OrderhouseError,
    PermissionDenied,
    RateLimitExceeded,
    RequestRefused,
    SourceTimeout,
    SourceUnavailable,
    UnexpectedShape,
)
from include.orderhouse.http import Answer, Api, Refusal, retry_after

Raw = dict[str, Any]
Filters = Sequence[Sequence[Any]]
"""``[field, operator, value]``, or ``[child doctype, field, operator, value]``; all of them must hold."""

EVERYTHING = ("*",)
UNKNOWN_COLUMN = "(1054,"
"""MariaDB's ER_BAD_FIELD_ERROR."""


class DocumentMissing(RequestRefused):
    """There is no document, or no doctype, of that name."""


EXCEPTIONS: dict[str, type[OrderhouseError]] = {
    "AuthenticationError": AuthenticationFailed,
    "InvalidAuthorizationHeader": AuthenticationFailed,
    "InvalidAuthorizationPrefix": AuthenticationFailed,
    "InvalidAuthorizationToken": AuthenticationFailed,
    "SessionExpired": AuthenticationFailed,
    "PermissionError": PermissionDenied,
    "DoesNotExistError": DocumentMissing,
    "PageDoesNotExistError": DocumentMissing,
    "RateLimitExceededError": RateLimitExceeded,
    "TooManyRequestsError": RateLimitExceeded,
    "SessionStopped": SourceUnavailable,
    "SessionBootFailed": SourceUnavailable,
    "InReadOnlyMode": SourceUnavailable,
    "QueryDeadlockError": SourceUnavailable,
    "QueryTimeoutError": SourceTimeout,
}
"""Exceptions of `frappe/exceptions.py` in our terms; the status decides on all others."""


@dataclass(frozen=True)
class Frappe:
    """The doctypes of one site."""

    api: Api

    def records(
        self,
        doctype: str,
        fields: Sequence[str] = EVERYTHING,
        filters: Filters = (),
        *,
        limit: int = 0,
        parent: str | None = None,
        order_by: str = "name asc",
    ) -> list[Raw]:
        """The rows of a doctype without child tables, all of them for a limit of 0.

        Rows of a child table need the doctype they belong to, ``parent``, on which rights are checked.
        """
        asked = {
            "doctype": doctype,
            "fields": list(fields),
            "filters": [list(entry) for entry in filters],
            "order_by": order_by,
            "limit_start": 0,
            "limit_page_length": limit,
        }
        body = self.api.post("api/method/frappe.client.get_list", asked | ({"parent": parent} if parent else {}))
        of = f"the list of {doctype}"
        found = wire.part(body, "message", list, of=of)
        return [{**wire.part(row, "", dict, of=of), "name": wire.part(row, "name", str, of=of)} for row in found]

    def walk(
        self,
        doctype: str,
        fields: Sequence[str] = EVERYTHING,
        filters: Filters = (),
        *,
        size: int,
        after: str | None = None,
    ) -> Iterator[list[Raw]]:
        """The rows of a doctype in order of their names, from behind a name on, until none comes any more.

        Rows of a join come once for every row joined; a page has each name once.
        """
        order_by = f"`tab{doctype}`.`name` asc"
        while rows := self.records(doctype, fields, [*filters, *_behind(after)], limit=size, order_by=order_by):
            page = {row["name"]: row for row in rows}
            if after in page:
                raise FilterIgnored(
                    f"{doctype}: asked for names after {after!r}, and it came again.",
                    action="Nothing was loaded. A proxy or a customisation of the site drops the filters.",
                )
            yield list(page.values())
            after = next(reversed(page))

    def count(self, doctype: str, filters: Filters) -> int | None:
        """How many documents a list with these filters holds; None where the site does not offer its desk's count."""
        asked = {"doctype": doctype, "filters": [list(entry) for entry in filters], "fields": [], "distinct": "false"}
        try:
            body = self.api.post("api/method/frappe.desk.reportview.get_count", asked)
        except (RequestRefused, PermissionDenied):
            return None
        return wire.part(body, "message", int, of=f"the count of {doctype}")

    def document(self, doctype: str, name: str) -> Raw | None:
        """A whole document with its child tables, without its empty fields; None where it does not exist."""
        try:
            body = self.api.get(f"api/resource/{quote(doctype)}/{quote(name, safe='')}")
        except DocumentMissing:
            return None
        return wire.part(body, "data", dict, of=f"{doctype} {name}")

    def user(self) -> str:
        """Who the credentials stand for."""
        return wire.part(self.api.get("api/method/frappe.auth.get_logged_user"), "message", str, of="the user")

    def time_zone(self) -> str | None:
        """The zone of the site's clock, which all of its times are in; None where the site does not tell."""
        try:
            body = self.api.get("api/method/frappe.client.get_time_zone")
        except (RequestRefused, PermissionDenied):
            return None
        told = wire.part(body, "message", dict, of="the time zone").get("time_zone")
        return str(told) if told else None


def _behind(name: str | None) -> Filters:
    return [["name", ">", name]] if name else []


def wire_time(local: datetime) -> str:
    """A local time as filters take it."""
    return local.strftime("%Y-%m-%d %H:%M:%S.%f")


def read_time(told: Any) -> datetime:
    """A local time as Frappe writes it. Raises UnexpectedShape for anything else."""
    try:
        return datetime.fromisoformat(told).replace(tzinfo=None)
    except (TypeError, ValueError):
        raise UnexpectedShape(
            f"A time such as '2026-01-31 09:30:00.123456' expected, came {told!r:.80}.",
            action="Nothing was loaded. A customisation of the site may have changed a standard field.",
        ) from None


def explain(answer: Answer) -> Refusal | None:
    """Frappe's exceptions; a site over its limit answers in plain text."""
    if answer.status == httpx.codes.TOO_MANY_REQUESTS:
        return Refusal(RateLimitExceeded, _said(answer), retry_after=_wait(answer))
    body = answer.body
    if answer.status < httpx.codes.BAD_REQUEST or not isinstance(body, dict):
        return None
    name = _exception(body)
    if name is None:
        return None
    said = _said(answer)
    if UNKNOWN_COLUMN in said:
        return Refusal(RequestRefused, f"{name}: {said}")
    fallback = SourceUnavailable if answer.status >= httpx.codes.INTERNAL_SERVER_ERROR else RequestRefused
    by_status = {401: AuthenticationFailed, 403: PermissionDenied, 504: SourceTimeout}.get(answer.status, fallback)
    return Refusal(EXCEPTIONS.get(name, by_status), f"{name}: {said}", retry_after=retry_after(answer))


def _exception(body: Raw) -> str | None:
    told = body.get("exc_type") or str(body.get("exception") or "").partition(":")[0]
    return str(told).rpartition(".")[2] or None


def _said(answer: Answer) -> str:
    """The message meant for the user, which is JSON within JSON within JSON; else that of the exception."""
    body = answer.body
    if not isinstance(body, dict):
        return " ".join(answer.text.split())[:200] or "no message"
    try:
        said = json.loads(json.loads(body["_server_messages"])[0])["message"]
    except (KeyError, ValueError, IndexError, TypeError, RecursionError):
        said = str(body.get("exception") or "").partition(":")[2]
    return " ".join(str(said).split())[:400] or "no message"


def _wait(answer: Answer) -> float | None:
    """Retry-After, else the seconds until the site's budget of processing time begins anew."""
    asked = retry_after(answer)
    reset = answer.headers.get("x-ratelimit-reset", "")
    return float(reset) if asked is None and reset.isdecimal() else asked
