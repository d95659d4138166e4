"""Xero's Accounting API: tenants, paging by modification time, and what its refusals mean.

Purchase orders have no filter but ``If-Modified-Since``, and pages are counted, so rows that are saved while pages are
read would shift them. So every page is the first one of a request of its own, which asks for what was modified since
the last row, in order of modification: a row that is saved meanwhile moves behind it and comes again, none is skipped.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from include.orderhouse import wire
from include.orderhouse.connector import Source
from include.orderhouse.errors import (
    FilterIgnored,
    PermissionDenied,
    QuotaExhausted,
    RateLimitExceeded,
    RequestRefused,
    UnexpectedShape,
)
from include.orderhouse.http import Answer, Refusal, refusal_by_status, retry_after
from include.orderhouse.protocols import odata
from include.orderhouse.values import precision

API = "api.xro/2.0"
SMALLEST_PAGE = 100
"""Where an answer has no ``pagination``, a page of fewer rows than this is the last one, whatever was asked for."""
STEP = timedelta(seconds=1)
"""How far before the last row a request begins: the header is told in seconds, and its instant may be left out."""
NOT_IN_SCOPE = "AuthorizationUnsuccessful"
"""The ``Detail`` of a 401 that means no bad token, but one without the scope for what was asked."""
WAITS = {"minute": 60.0, "appminute": 60.0, "concurrent": 2.0}
"""Seconds to wait where a limit's answer does not say, by its ``X-Rate-Limit-Problem``."""
DAILY = ("day", "daily")
"""The limit of a day, as answers were seen to name it and as Xero's page on its limits does."""

Row = dict[str, Any]
After = Mapping[str, Any]
"""Where a walk goes on: ``at``, the last row's modification, and ``keys`` of the rows since shortly before it."""


class NotModified(RequestRefused):
    """Status 304: nothing was modified since the instant asked for."""


class NotFound(RequestRefused):
    """Status 404: there is no such resource."""


@dataclass(frozen=True)
class Request:
    """A list of a tenant: its path below the API, its member in the answer, and further parameters."""

    tenant: str
    name: str
    params: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Rows:
    """A page of a list."""

    rows: list[Row]
    is_last: bool
    count: int | None
    """How many the whole list has by Xero's own count; None where it does not say."""


def get(source: Source, tenant: str, path: str, params: Mapping[str, str] | None = None) -> Any:
    """The answer to a request for a tenant."""
    return source.api.get(f"{API}/{path}", params=params, headers={"xero-tenant-id": tenant})


def listed(body: Any, name: str) -> list[Row]:
    """The rows of an answer."""
    rows = wire.part(body, name, list, of=f"a list of {name}")
    return [wire.part(row, "", dict, of=f"a row of {name}") for row in rows]


def page(source: Source, request: Request, number: int, size: int, since: datetime | None) -> Rows:
    """One page in order of modification. Raises FilterIgnored where it is not in that order."""
    params = {**request.params, "order": "UpdatedDateUTC ASC", "page": str(number), "pageSize": str(size)}
    headers = {"xero-tenant-id": request.tenant}
    if since is not None:
        headers["If-Modified-Since"] = f"{since.astimezone(UTC):%Y-%m-%dT%H:%M:%S}"
    try:
        body = source.api.get(f"{API}/{request.name}", params=params, headers=headers)
    except NotModified:
        return Rows([], True, 0)
    rows = listed(body, request.name)
    times = [updated_at(row) for row in rows]
    if times != sorted(times):
        raise _ignored("rows are not in order of UpdatedDateUTC")
    told = body.get("pagination")
    if told is None:
        return Rows(rows, len(rows) < min(size, SMALLEST_PAGE), None)
    pages, count = (wire.part(told, part, int, of="pagination") for part in ("pageCount", "itemCount"))
    return Rows(rows, number >= pages, count)


def walk(
    source: Source, request: Request, size: int, since: datetime | None, after: After | None
) -> Iterator[tuple[Rows, After | None]]:
    """All rows modified since an instant, each page with where to go on; None after the last.

    Rows that were already read stand at the beginning of each answer; where one second has more of them than a page,
    the walk goes through them page by page. The first page may hold rows of the second before ``since``. Raises
    FilterIgnored where the order or the instant is not kept to: nothing could be said of what is missing then.
    """
    while True:
        known = set(after["keys"]) if after else set()
        edge = precision.since(datetime.fromisoformat(after["at"])) if after else since and precision.since(since)
        asked = edge and edge - STEP
        number = max(1, len(known) // size)
        found = page(source, request, number, size, asked)
        while number > 1 and not (found.rows and _key(found.rows[0]) in known):
            number -= 1
            found = page(source, request, number, size, asked)
        while not (fresh := [row for row in found.rows if _key(row) not in known]) and not found.is_last:
            number += 1
            found = page(source, request, number, size, asked)
        if after and found.rows and asked and updated_at(found.rows[0]) < asked:
            raise _ignored("rows are older than asked for")
        before, after = after, None if found.is_last else _after(fresh, after)
        yield Rows(fresh, found.is_last, found.count if before is None else None), after
        if after is None:
            return


def _after(rows: Sequence[Row], before: After | None) -> After:
    at = updated_at(rows[-1])
    edge = precision.since(at) - STEP
    kept = [(key, told) for key, told in (before or {"keys": {}})["keys"].items() if _instant(told) >= edge]
    kept += [(_key(row), updated_at(row).isoformat()) for row in rows if updated_at(row) >= edge]
    return {"at": at.isoformat(), "keys": dict(kept)}


def _ignored(what: str) -> FilterIgnored:
    return FilterIgnored(
        f"Xero does not answer what it is asked: {what}.",
        action="Nothing was loaded. A proxy may drop the request's parameters or its If-Modified-Since header.",
    )


def updated_at(row: Row) -> datetime:
    """When a row was last modified; the offset beside the milliseconds says nothing, they are UTC."""
    told = odata.instant(wire.part(row, "UpdatedDateUTC", str, of="a row"))
    if told is None:
        raise UnexpectedShape("A row has no UpdatedDateUTC.", action="Nothing was loaded. Look at the row in Xero.")
    return told


def order_id(row: Row) -> str:
    """The id of an order, which it cannot be without."""
    return wire.part(row, "PurchaseOrderID", str, of="a purchase order")


def _key(row: Row) -> str:
    """A row in one state: an order that is saved again comes again."""
    return f"{order_id(row)} {row['UpdatedDateUTC']}"


def _instant(told: str) -> datetime:
    return datetime.fromisoformat(told)


def explain(answer: Answer) -> Refusal | None:
    """Xero's refusals. A limit's header says which one it is: that of a day lasts for hours, so the run fails."""
    request_id = answer.headers.get("xero-correlation-id")
    if answer.status == 429:
        return _limit(answer, request_id)
    if answer.status == 304:
        return Refusal(NotModified, "nothing was modified", request_id)
    body = answer.body if isinstance(answer.body, dict) else {}
    if answer.status < 400 and "ErrorNumber" not in body:
        return None
    said = _said(body) or " ".join(answer.text.split())[:200] or "no message"
    if answer.status == 401 and NOT_IN_SCOPE in said:
        return Refusal(PermissionDenied, f"status 401: {said}: the token lacks a scope for this", request_id)
    by_status = refusal_by_status(answer)
    error = NotFound if answer.status == 404 else by_status.error if by_status else RequestRefused
    return Refusal(error, f"status {answer.status}: {said}", request_id, retry_after(answer))


def _limit(answer: Answer, request_id: str | None) -> Refusal:
    which, wait = answer.headers.get("x-rate-limit-problem", "minute").lower(), retry_after(answer)
    if which in DAILY:
        until = "" if wait is None else f" for {wait / 3600:.1f} hours more"
        return Refusal(QuotaExhausted, f"the tenant's calls of the day are used up{until}", request_id)
    message = f"the limit of {which} is reached"
    return Refusal(RateLimitExceeded, message, request_id, WAITS.get(which, 60.0) if wait is None else wait)


def _said(body: Row) -> str:
    """The words of the gateway (``Title``, ``Detail``) or of the API (``Message``, errors of the elements)."""
    errors = [
        str(error.get("Message"))
        for element in body.get("Elements") or ()
        for error in (element.get("ValidationErrors") or () if isinstance(element, dict) else ())
    ]
    parts = [body.get("Title"), body.get("Detail"), body.get("Message"), *errors]
    return " ".join(str(part) for part in parts if part)[:500]
