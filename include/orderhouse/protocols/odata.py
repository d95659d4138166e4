"""OData as connectors read it: literals of filters, pages of a collection, error bodies; versions 2.0, 3.0 and 4.0.

Documents: OData 2.0 "URI Conventions" and "JSON Format"; OData 3.0 "JSON Format" (light); OData 4.01 part 2 (URL
conventions) and its JSON format; the shared shape of error bodies follows OData 4.01 JSON, 21.1.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any, Literal
from urllib.parse import quote_plus
from uuid import UUID

import httpx

from include.orderhouse import wire
from include.orderhouse.errors import OrderhouseError, RequestRefused, SourceUnavailable, UnexpectedShape
from include.orderhouse.http import BY_STATUS, Answer, Refusal, retry_after

Version = Literal[2, 3, 4]

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
JSON_DATE = re.compile(r"/Date\((-?\d+)(?:[+-]\d{4})?\)/")
"""``/Date(1130168212000+0000)/``: milliseconds since 1970 in UTC; the offset does not change the instant."""
ESCAPED = re.compile(r"_x((?![dD][89a-fA-F])[0-9A-Fa-f]{4})_")
"""Half a character, which no text can hold, is left as it is written."""


@dataclass(frozen=True)
class CollectionPage:
    """One page of a collection."""

    rows: list[dict[str, Any]]
    next_link: str | None
    """The server's own link to the page after this one, absolute or relative to the service."""
    count: int | None
    """How many rows the whole collection has, where it was asked for (``$count=true``, ``$inlinecount=allpages``)."""


def literal(value: Any, version: Version = 4) -> str:
    """A value as a filter writes it; text is quoted, instants are in UTC with all digits they have."""
    match value:
        case bool():
            return "true" if value else "false"
        case int():
            return str(value)
        case Decimal():
            return f"{value:f}" + ("M" if version == 2 else "")
        case datetime():
            told = instant_text(value)
            return f"datetimeoffset'{told}'" if version == 2 else told
        case date():
            return f"datetime'{value.isoformat()}T00:00:00'" if version == 2 else value.isoformat()
        case UUID():
            return f"guid'{value}'" if version == 2 else str(value)
        case str():
            return "'" + value.replace("'", "''") + "'"
    raise TypeError(f"OData has no literal for {type(value).__name__}")


def instant_text(value: datetime) -> str:
    """An instant in UTC as ISO 8601 ending in Z, without needless zeros after the point."""
    told = value.astimezone(UTC).isoformat(timespec="microseconds").removesuffix("+00:00")
    return told.rstrip("0").rstrip(".") + "Z"


def instant(value: Any) -> datetime | None:
    """An instant off the wire: ISO 8601 (4.0) or ``/Date(...)/`` (2.0); None for null. Raises UnexpectedShape."""
    if value is None or value == "":
        return None
    with suppress(ValueError, OverflowError):
        if isinstance(value, str) and (found := JSON_DATE.fullmatch(value)):
            return EPOCH + timedelta(milliseconds=int(found[1]))
    return wire.instant(value, of="A field")


def all_of(*conditions: str | None) -> str:
    """Conditions joined by ``and``; the missing ones are left out."""
    return " and ".join(_grouped(condition) for condition in conditions if condition)


def any_of(conditions: Iterable[str]) -> str:
    """Conditions joined by ``or``."""
    return " or ".join(conditions)


def one_of(field: str, values: Iterable[Any]) -> str:
    """The field has one of the values, for services that know no ``in``."""
    return any_of(f"{field} eq {literal(value)}" for value in values)


def fitting(field: str, values: Iterable[Any], size: int, room: int) -> Iterator[list[Any]]:
    """The values, so many at a time at most, and so that an address has room for `one_of` them; one at the least."""
    batch: list[Any] = []
    left = room
    for value in values:
        length = len(quote_plus(f"{field} eq {literal(value)} or "))
        if batch and (len(batch) == size or length > left):
            yield batch
            batch, left = [], room
        batch.append(value)
        left -= length
    if batch:
        yield batch


def between(field: str, start: Any, end: Any, version: Version = 4) -> str | None:
    """``field`` in ``[start, end)``; a bound that is None is left out."""
    lower = f"{field} ge {literal(start, version)}" if start is not None else None
    upper = f"{field} lt {literal(end, version)}" if end is not None else None
    return all_of(lower, upper) or None


def after(first: str, first_value: Any, second: str, second_value: Any, version: Version = 4) -> str:
    """The rows behind a key pair in the order of both: where a page that ended there goes on."""
    told = literal(first_value, version)
    return f"{first} gt {told} or ({first} eq {told} and {second} gt {literal(second_value, version)})"


def collection(body: Any, version: Version = 4, *, of: str) -> CollectionPage:
    """The rows, next link and count of a page's body. Raises UnexpectedShape where it is no page of a collection."""
    if version != 2:
        prefix = "@odata" if version == 4 else "odata"
        rows, link, told = (
            wire.part(body, "value", list, of=of),
            body.get(f"{prefix}.nextLink"),
            body.get(f"{prefix}.count"),
        )
    else:
        rows, envelope = _envelope(wire.part(body, "d", object, of=of), of)
        link, told = envelope.get("__next"), envelope.get("__count")
    for row in rows:
        wire.part(row, "", dict, of=f"a row of {of}")
    return CollectionPage(rows, str(link) if link else None, _count(told, of))


def nested(row: Mapping[str, Any], member: str, version: Version = 4, *, of: str) -> CollectionPage:
    """An expanded collection inside a row, with the link to its next page where the server cut it off."""
    if version == 4:
        rows = wire.part(row, "", dict, of=of).get(member)
        if not isinstance(rows, list):
            raise _no_member(member, of)
        for inner in rows:
            wire.part(inner, "", dict, of=f"a row of {member} of {of}")
        link = row.get(f"{member}@odata.nextLink")
        return CollectionPage(rows, str(link) if link else None, _count(row.get(f"{member}@odata.count"), of))
    found = row.get(member)
    if not isinstance(found, list | dict):
        raise _no_member(member, of)
    return collection({"d": found}, 2, of=f"{member} of {of}")


def pages(
    follow: Callable[[str], Any], first: Any, link: str | None, version: Version = 4, *, of: str
) -> Iterator[CollectionPage]:
    """The pages from the body of the first one, or from a next link on, each asked for when it is wanted.

    ``follow`` gets the body behind a link. Only the first page keeps its count. Raises UnexpectedShape where a page
    leads to itself.
    """
    if link is None:
        page = collection(first, version, of=of)
        link = page.next_link
        yield page
        del first, page
    while link:
        page = collection(follow(link), version, of=of)
        if page.next_link == link:
            raise UnexpectedShape(
                f"The next page of {of} is the page itself.",
                action="Nothing was loaded. Report it to who runs the source: its paging would never end.",
            )
        link = page.next_link
        yield CollectionPage(page.rows, page.next_link, None)
        del page


def all_rows(
    follow: Callable[[str], Any], first: Any, link: str | None = None, version: Version = 4, *, of: str
) -> list[dict[str, Any]]:
    """The rows of all these pages, for collections that are small."""
    return [row for page in pages(follow, first, link, version, of=of) for row in page.rows]


def whole(
    row: Mapping[str, Any], member: str, follow: Callable[[str], Any], version: Version = 4, *, of: str
) -> list[dict[str, Any]]:
    """The rows of an expanded collection, those included that the server cut off."""
    page = nested(row, member, version, of=of)
    return page.rows + (all_rows(follow, None, page.next_link, version, of=member) if page.next_link else [])


def unescaped(name: str) -> str:
    """A name in which characters that XML names cannot hold were escaped: ``In_x0020_Review`` is ``In Review``."""
    return name if "_x" not in name else ESCAPED.sub(lambda found: chr(int(found[1], 16)), name)


def explain(
    answer: Answer, codes: Mapping[str, type[OrderhouseError]], *, request_id: str | None = None
) -> Refusal | None:
    """An OData error body in our terms; None where the answer holds none.

    ``codes`` maps error codes, or the beginnings of codes, to errors; others are judged by the status. A body with an
    ``error`` counts as a refusal whatever its status says.
    """
    error = answer.body.get("error") if isinstance(answer.body, dict) else None
    if not isinstance(error, dict) or not {"code", "message"} & error.keys():
        return None
    code, message = str(error.get("code") or ""), error.get("message") or ""
    if isinstance(message, dict):
        message = message.get("value") or ""
    kind = next((codes[known] for known in sorted(codes, key=len, reverse=True) if code.startswith(known)), None)
    if kind is None:
        is_outage = answer.status >= httpx.codes.INTERNAL_SERVER_ERROR
        kind = BY_STATUS.get(answer.status, SourceUnavailable if is_outage else RequestRefused)
    return Refusal(kind, f"{code}: {str(message)[:500]}".removeprefix(": "), request_id, retry_after(answer))


def _grouped(condition: str) -> str:
    return f"({condition})" if " or " in condition else condition


def _envelope(found: Any, of: str) -> tuple[list[Any], dict[str, Any]]:
    """``d`` holds the rows itself in early services, else under ``results``."""
    if isinstance(found, list):
        return found, {}
    return wire.part(found, "results", list, of=of), found


def _count(told: Any, of: str) -> int | None:
    try:
        return None if told is None else int(told)
    except (TypeError, ValueError) as error:
        raise UnexpectedShape(
            f"{of}: their number is {told!r:.40}.",
            action="Nothing was loaded. Compare the response with the vendor's documentation.",
        ) from error


def _no_member(member: str, of: str) -> UnexpectedShape:
    return UnexpectedShape(
        f"{of} has no expanded {member!r}.",
        action="Nothing was loaded: without it, the order would look as if it had none. Check what the source expands.",
    )
