"""Oracle's REST framework (ADF Business Components), as Fusion applications speak it: q expressions, pages, children.

Documents: Oracle "REST API for Common Features in Oracle Fusion Cloud Applications": manage collections, framework
versions, describe, exceptions. Pages are keyset pages: each is a query of its own behind the last row's key, because
an offset counts rows that move. Children come as plain arrays (framework versions 1 and 2) or as collections of their
own, which may be cut off; both are read to their end. Links stand beside the attributes, or from version 9 on in
``@context``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from include.orderhouse import wire
from include.orderhouse.errors import FilterIgnored, RequestRefused, SourceUnavailable, UnexpectedShape
from include.orderhouse.http import BY_STATUS, Answer, Api, Refusal, retry_after
from include.orderhouse.values.precision import since, until

LARGEST_PAGE = 500
LINKS = "self,child"

Row = dict[str, Any]


@dataclass(frozen=True)
class Part:
    """A child resource: its name, the integer attribute that orders its rows, and its own children."""

    name: str
    key: str | None = None
    parts: tuple[Part, ...] = ()

    def expansion(self, prefix: str = "") -> list[str]:
        """What ``expand`` says for it and for all below it."""
        path = f"{prefix}{self.name}"
        return [path, *(name for part in self.parts for name in part.expansion(f"{path}."))]


@dataclass(frozen=True)
class Query:
    """What is asked of a collection. ``key`` is an integer attribute that never changes; pages go on behind it."""

    path: str
    key: str
    conditions: tuple[str, ...] = ()
    parts: tuple[Part, ...] = ()
    """Children to expand; not together with ``fields``."""
    fields: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)

    def params(self, size: int, after: int | None) -> dict[str, str]:
        """The parameters of one page."""
        conditions = [*self.conditions, *([f"{self.key} > {after}"] if after is not None else [])]
        shape = {"expand": ",".join(name for part in self.parts for name in part.expansion())} if self.parts else {}
        shape |= {"fields": self.fields} if self.fields else {}
        shape |= {"q": " and ".join(conditions)} if conditions else {}
        shape |= {"totalResults": "true"} if after is None else {}
        return shape | {"links": LINKS, "orderBy": f"{self.key}:asc", "limit": str(min(size, LARGEST_PAGE))}


@dataclass(frozen=True)
class CollectionPage:
    """One page: its rows, the key behind which the next one begins (None: it is the last), all rows of the query."""

    rows: list[Row]
    last: int | None
    total: int | None


def literal(value: Any) -> str:
    """A value as a q expression writes it; instants are told in UTC."""
    match value:
        case bool():
            return "true" if value else "false"
        case int():
            return str(value)
        case datetime():
            return f"'{value.astimezone(UTC):%Y-%m-%dT%H:%M:%S}.{value.microsecond // 1000:03}+00:00'"
        case str():
            return "'" + value.replace("'", "''") + "'"
    raise TypeError(f"a q expression has no literal for {type(value).__name__}")


def one_of(attribute: str, values: Iterable[Any]) -> str:
    """The attribute has one of the values."""
    return f"{attribute} in ({', '.join(map(literal, values))})"


def none_of(attribute: str, values: Iterable[Any]) -> str:
    """The attribute has none of the values."""
    return f"{attribute} not in ({', '.join(map(literal, values))})"


def between(attribute: str, start: datetime | None, end: datetime | None) -> tuple[str, ...]:
    """The instant is in ``[start, end)``, in whole seconds as it is told: the start goes down, the end up."""
    lower = (f"{attribute} >= {literal(since(start))}",) if start else ()
    upper = (f"{attribute} < {literal(until(end))}",) if end else ()
    return (*lower, *upper)


def walk(api: Api, query: Query, size: int, after: int | None = None) -> Iterator[CollectionPage]:
    """The pages of a query behind a key, each asked for when it is wanted. Only the first one tells the total."""
    while True:
        body = api.get(query.path, params=query.params(size, after), headers=query.headers)
        rows, more = _rows(body, query.path), wire.part(body, "hasMore", bool, of=query.path)
        keys = [number(row, query.key, of=query.path) for row in rows]
        if keys != sorted(keys) or (after is not None and keys and keys[0] <= after):
            raise FilterIgnored(
                f"{query.path} does not go on behind {query.key} {after}, or not in its order.",
                action="Nothing was loaded. The source may ignore q or orderBy after an update; try a request by hand.",
            )
        if more and not rows:
            raise UnexpectedShape(
                f"{query.path} says that there is more, but gives nothing.",
                action="Nothing was loaded. Report it to who runs the source: its paging would never end.",
            )
        total = wire.part(body, "totalResults", int, of=query.path) if after is None else None
        after = keys[-1] if more else None
        yield CollectionPage(rows, after, total)
        if after is None:
            return
        del body, rows


def whole(api: Api, row: Row, query: Query) -> Row:
    """A row with all its children as plain lists, those included that one answer cut off."""
    return {**row, **{part.name: _children(api, row, part, query.headers) for part in query.parts}}


def _children(api: Api, row: Row, part: Part, headers: Mapping[str, str]) -> list[Row]:
    found = row.get(part.name)
    of = f"the {part.name} of a row"
    if isinstance(found, list):
        rows, more = [_row(one, of) for one in found], False
    else:
        rows, more = _rows(found, of), wire.part(found, "hasMore", bool, of=of)
    query = Query(_child_link(row, part.name), part.key or "", parts=part.parts, headers=headers) if more else None
    if query:
        if part.key is None:
            raise UnexpectedShape(f"{of} are cut off and have no key.", action="Nothing was loaded. Report it to us.")
        rows = [one for page in walk(api, query, LARGEST_PAGE) for one in page.rows]
    inner = Query("", "", parts=part.parts, headers=headers)
    return [whole(api, one, inner) for one in rows]


def link(row: Mapping[str, Any], rel: str, name: str | None = None) -> Mapping[str, Any] | None:
    """The first of a row's links with that relation, and that name where one is given."""
    context = row.get("@context")
    listed = row.get("links") or (context.get("links") if isinstance(context, dict) else None) or ()
    for one in listed:
        if isinstance(one, dict) and one.get("rel") == rel and name in (None, one.get("name")):
            return one
    return None


def _child_link(row: Row, name: str) -> str:
    """Where a child collection lives: its own link, or below its parent's. Keys in URLs are never made up."""
    inside = row.get(name)
    found = link(inside, "self") if isinstance(inside, dict) else None
    if found is None:
        found = link(row, "child", name)
    if found is not None:
        return wire.part(dict(found), "href", str, of=f"a link to {name}")
    own = link(row, "self")
    return f"{wire.part(dict(own or {}), 'href', str, of='a link to a row')}/child/{name}"


def number(row: Mapping[str, Any], attribute: str, *, of: str) -> int:
    """An integer attribute, sent as a number or as its digits. Raises UnexpectedShape."""
    told = row.get(attribute)
    if isinstance(told, bool) or not str(told).isdecimal():
        raise UnexpectedShape(
            f"{of}: {attribute} is {told!r}, not an integer.",
            action="Nothing was loaded. Compare the response with the vendor's documentation.",
        )
    return int(str(told))


def instant(row: Mapping[str, Any], attribute: str, *, of: str) -> datetime:
    """An instant attribute, in UTC; without an offset it is told in UTC. Raises UnexpectedShape."""
    told = wire.part(dict(row), attribute, str, of=of)
    try:
        moment = datetime.fromisoformat(told)
    except ValueError as error:
        raise UnexpectedShape(
            f"{attribute} is {told!r}, which is no instant.",
            action="Nothing was loaded. Compare the attribute with the vendor's documentation.",
        ) from error
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)


@dataclass(frozen=True)
class Description:
    """What ``describe`` tells of a resource: the attributes that q may name, and its children by dotted path."""

    queryable: tuple[str, ...]
    children: tuple[str, ...]


def describe(api: Api, path: str, headers: Mapping[str, str]) -> Description:
    """The description of the resource at a path."""
    name = path.rpartition("/")[2]
    body = api.get(f"{path}/describe", headers=headers)
    resource = wire.part(body, f"Resources.{name}", dict, of=f"the description of {name}")
    attributes = wire.part(resource, "attributes", list, of=f"the description of {name}")
    queryable = [str(one["name"]) for one in attributes if isinstance(one, dict) and one.get("queryable") is True]
    return Description(tuple(queryable), tuple(_paths(resource, "")))


def _paths(resource: Mapping[str, Any], prefix: str) -> Iterator[str]:
    for name, child in (resource.get("children") or {}).items():
        yield f"{prefix}{name}"
        yield from _paths(child, f"{prefix}{name}.")


def explain(answer: Answer) -> Refusal | None:
    """The framework's error documents, with the id that Oracle's support asks for; plain text is left to the status."""
    body = answer.body if isinstance(answer.body, dict) else {}
    if "title" not in body or not {"detail", "o:errorDetails"} & body.keys():
        return None
    status = int(body["status"]) if str(body.get("status")).isdecimal() else answer.status
    if status < 400:
        return None
    details = [one for one in body.get("o:errorDetails") or () if isinstance(one, dict)] or [body]
    told = "; ".join(f"{one.get('o:errorCode') or ''}: {one.get('detail') or ''}".strip(": ") for one in details)
    kind = BY_STATUS.get(status, SourceUnavailable if status >= 500 else RequestRefused)
    message = f"{body['title']}: {told}"[:500]
    return Refusal(kind, message, answer.headers.get("x-oracle-dms-ecid"), retry_after(answer))


def _rows(body: Any, of: str) -> list[Row]:
    return [_row(one, of) for one in wire.part(body, "items", list, of=of)]


def _row(found: Any, of: str) -> Row:
    return wire.part(found, "", dict, of=f"a row of {of}")
