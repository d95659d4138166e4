"""QuickBooks Online's REST API: queries, paging, change data capture, and both spellings of its faults.

A query gives 1,000 rows at most, and STARTPOSITION counts rows that move while they are read. So pages go on from the
last row's ``LastUpdatedTime``: a row that is saved meanwhile moves behind it and comes again, none is skipped. Rows of
that same second are told apart by their ids.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from include.orderhouse import wire
from include.orderhouse.connector import Source
from include.orderhouse.errors import (
    AuthenticationFailed,
    FilterIgnored,
    OrderhouseError,
    PermissionDenied,
    RateLimitExceeded,
    RequestRefused,
    UnexpectedShape,
)
from include.orderhouse.http import Answer, Refusal, refusal_by_status, retry_after
from include.orderhouse.lookup import batches
from include.orderhouse.values.precision import until

MOST_ROWS = 1000
"""Rows of one answer at most, of a query and of change data capture."""
CAPTURED = timedelta(days=30) - timedelta(hours=1)
"""How far change data capture looks back; an hour less, for clocks that differ."""
IDS_AT_ONCE = 200
THROTTLED_SECONDS = 60.0
"""How long to wait where the throttle does not say: its windows are of a minute."""

UPDATED = "MetaData.LastUpdatedTime"

ERRORS: dict[str, type[OrderhouseError]] = {
    "3001": RateLimitExceeded,
    "3100": PermissionDenied,
    "3200": AuthenticationFailed,
}
"""ThrottleExceeded, ApplicationAuthorizationFailed, AuthenticationFailed: codes that say more than their status."""
XML_FAULT = re.compile(r'<Error code="(\d+)".*?<Message>(.*?)</Message>(?:\s*<Detail>(.*?)</Detail>)?', re.DOTALL)

Row = dict[str, Any]
After = Mapping[str, Any]
"""Where a walk goes on: ``at``, the last row's second, and ``ids``, what was read of that second."""


@dataclass(frozen=True)
class Within:
    """Rows last saved in ``[start, end)`` for which the further conditions hold, too."""

    start: datetime | None = None
    end: datetime | None = None
    conditions: tuple[str, ...] = ()


def literal(value: str | datetime) -> str:
    """A value inside a query."""
    if isinstance(value, datetime):
        return f"'{value.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}'"
    return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"


def _between(start: datetime | None, end: datetime | None) -> list[str]:
    """The conditions that a row was last saved in ``[start, end)``: in whole seconds, which is what rows tell."""
    found = []
    if start is not None:
        found.append(f"{UPDATED} >= {literal(start)}")
    if end is not None:
        found.append(f"{UPDATED} < {literal(until(end))}")
    return found


def query(source: Source, statement: str) -> Row:
    """The ``QueryResponse`` of a statement."""
    params = {"query": statement, "minorversion": str(source.settings.minor_version)}
    body = source.api.get(f"{_company(source)}/query", params=params)
    return wire.part(body, "QueryResponse", dict, of="a query")


def count(source: Source, entity: str, within: Within) -> int:
    """QuickBooks' own count."""
    conditions = [*_between(within.start, within.end), *within.conditions]
    response = query(source, _select("COUNT(*)", entity, conditions))
    return wire.part(response, "totalCount", int, of="a count")


def every(source: Source, entity: str, *conditions: str) -> list[Row]:
    """All rows of a short list."""
    found: list[Row] = []
    while True:
        place = f"STARTPOSITION {len(found) + 1} MAXRESULTS {MOST_ROWS}"
        rows = _rows(query(source, _select("*", entity, conditions, place)), entity)
        found += rows
        if len(rows) < MOST_ROWS:
            return found


def by_ids(source: Source, entity: str, ids: Collection[str], *conditions: str) -> list[Row]:
    """The rows with these ids, as many as exist."""
    found: list[Row] = []
    for batch in batches(sorted(set(ids)), IDS_AT_ONCE):
        chosen = [f"Id IN ({', '.join(map(literal, batch))})", *conditions]
        rows = _rows(query(source, _select("*", entity, chosen, f"MAXRESULTS {MOST_ROWS}")), entity)
        if extra := {_id(row) for row in rows} - set(batch):
            raise _ignored(f"{entity} {', '.join(sorted(extra)[:5])} came without being asked for by id")
        found += rows
    return found


def walk(
    source: Source, entity: str, within: Within, size: int, after: After | None = None
) -> Iterator[tuple[list[Row], After | None]]:
    """Pages of the rows within bounds, each with where to go on; None after the last.

    Raises FilterIgnored where a page does not go on after the one before, which would never end, or is in another
    order, which would lose rows.
    """
    size = min(size, MOST_ROWS)
    while True:
        known = set(after["ids"]) if after else set()
        since = datetime.fromisoformat(after["at"]) if after else within.start
        most = min(len(known) + size, MOST_ROWS)
        place = f"ORDERBY {UPDATED} ASC STARTPOSITION {len(known) + size - most + 1} MAXRESULTS {most}"
        rows = _rows(
            query(source, _select("*", entity, [*_between(since, within.end), *within.conditions], place)), entity
        )
        if after and any(updated_at(row) < datetime.fromisoformat(after["at"]) for row in rows):
            raise _ignored(f"asked for {entity} saved since {after['at']}, QuickBooks gave earlier ones")
        fresh = [row for row in rows if _id(row) not in known]
        if len(rows) < most and len(fresh) <= size:
            yield fresh, None
            return
        if not fresh:
            raise _ignored(f"a page of {entity} brought nothing but what the page before had")
        times = [updated_at(row) for row in rows]
        if times != sorted(times):
            raise _ignored(f"{entity} came in another order than that of {UPDATED}")
        after = _after(fresh[:size], after)
        yield fresh[:size], after
        del rows, fresh


def _after(rows: Sequence[Row], before: After | None) -> After:
    at = updated_at(rows[-1])
    ids = [_id(row) for row in rows if updated_at(row) == at]
    if before and datetime.fromisoformat(before["at"]) == at:
        ids = [*before["ids"], *ids]
    return {"at": at.isoformat(), "ids": ids}


def updated_at(row: Row) -> datetime:
    """When a row was last saved, in UTC."""
    return wire.instant(wire.part(row, UPDATED, str, of="a row"), of=f"{UPDATED} of a row")


def deletions(source: Source, entity: str, since: datetime) -> tuple[list[str], bool]:
    """The ids that change data capture tells as deleted since an instant, and whether they are all.

    It looks back 30 days and gives 1,000 objects, changed ones included, and no second page.
    """
    now = source.api.source_time or datetime.now(UTC)
    reach = max(since, now - CAPTURED)
    params = {"entities": entity, "changedSince": f"{reach.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"}
    params |= {"minorversion": str(source.settings.minor_version)}
    body = source.api.get(f"{_company(source)}/cdc", params=params)
    rows = [row for part in _captured(body) for row in _rows(part, entity)]
    gone = [_id(row) for row in rows if row.get("status") == "Deleted"]
    return gone, reach == since and len(rows) < source.settings.captured_at_once


def _captured(body: Any) -> list[Row]:
    parts: list[Row] = []
    for response in wire.part(body, "CDCResponse", list, of="change data capture"):
        found = wire.part(response, "QueryResponse", list, of="change data capture")
        parts += [wire.part(part, "", dict, of="change data capture") for part in found]
    return parts


def _company(source: Source) -> str:
    return f"v3/company/{source.settings.realm_id}"


def _select(what: str, entity: str, conditions: Sequence[str], place: str = "") -> str:
    where = f" WHERE {' AND '.join(conditions)}" if conditions else ""
    return f"SELECT {what} FROM {entity}{where} {place}".rstrip()  # noqa: S608 - literals are quoted


def _rows(response: Row, entity: str) -> list[Row]:
    """The rows of a response; an empty page has no member for its entity, and no other members either."""
    if entity not in response:
        if strange := response.keys() - {"startPosition", "maxResults", "totalCount"}:
            raise UnexpectedShape(
                f"A query of {entity} is answered with {', '.join(sorted(strange))}.",
                action="Nothing was loaded. A proxy or a new release may have changed the answer.",
            )
        return []
    rows = wire.part(response, entity, list, of="a query")
    return [wire.part(row, "", dict, of=f"a row of {entity}") for row in rows]


def _id(row: Row) -> str:
    return wire.part(row, "Id", str, of="a row")


def _ignored(what: str) -> FilterIgnored:
    return FilterIgnored(
        f"QuickBooks does not answer what it is asked: {what}.",
        action="Nothing was loaded. Try the query in Intuit's API Explorer; sync again when it answers right.",
    )


def explain(answer: Answer) -> Refusal | None:
    """A fault, in whichever spelling: ``Fault`` of the API, ``fault`` of its gateway, inside a response, or as XML.

    An answer without one is judged by its status; either way the id that support asks for is kept.
    """
    code, message = _fault(answer)
    refusal = refusal_by_status(answer) or (Refusal(RequestRefused, message) if code else None)
    if refusal is None:
        return None
    error, wait = ERRORS.get(code or "", refusal.error), retry_after(answer)
    if error is RateLimitExceeded and wait is None:
        wait = THROTTLED_SECONDS
    return Refusal(error, message or refusal.message, answer.headers.get("intuit_tid"), wait)


def _fault(answer: Answer) -> tuple[str | None, str]:
    """Code and words of the first error; no code where the answer is no fault."""
    if answer.body is None:
        found = XML_FAULT.search(answer.text)
        return (found[1], f"{found[1]}: {found[2]} {found[3] or ''}".strip()) if found else (None, "")
    fault = next(_faults(answer.body), {})
    errors = fault.get("Error") or fault.get("error") or []
    first = errors[0] if isinstance(errors, list) and errors and isinstance(errors[0], dict) else None
    if first is None:
        return None, ""
    code = str(first.get("code", "?"))
    words = (first.get("Message") or first.get("message"), first.get("Detail") or first.get("detail"))
    return code, f"{code}: {' '.join(str(word) for word in words if word)}"[:500]


def _faults(body: Any) -> Iterator[Row]:
    """The fault objects of a body: at its top, or in a response inside it."""
    for holder in (body, *_responses(body)):
        if isinstance(holder, dict):
            yield from (holder[name] for name in ("Fault", "fault") if isinstance(holder.get(name), dict))


def _responses(body: Any) -> Iterator[Any]:
    inner = [body.get(name) for name in ("QueryResponse", "CDCResponse")] if isinstance(body, dict) else []
    for found in inner:
        for response in found if isinstance(found, list) else [found]:
            yield response
            yield from _responses(response)
