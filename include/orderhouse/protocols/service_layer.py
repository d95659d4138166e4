"""The Service Layer of SAP Business One: pages by key, records by their keys, documents beside their lines, its clock.

Pages are asked for by the last key, never by a next link: links were seen to lose the query's filter. That a link is
there says that there is more.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from include.orderhouse import wire
from include.orderhouse.connector import Source
from include.orderhouse.errors import AuthenticationFailed, FilterIgnored, OrderhouseError, UnexpectedShape
from include.orderhouse.http import Answer, Refusal
from include.orderhouse.lookup import Row
from include.orderhouse.protocols import odata
from include.orderhouse.protocols.odata import CollectionPage
from include.orderhouse.values.local_time import from_local, is_one_instant

PURCHASE_ORDER, GOODS_RETURN, GOODS_RECEIPT, CREDIT_MEMO, INVOICE, RETURN_REQUEST = 22, 21, 20, 19, 18, 234_000_032
"""Object types, as ``BaseType`` tells them."""
KEYS_AT_ONCE = 40
ROOM_FOR_KEYS = 6000
"""Characters of the 8,190 that a web server such as the Service Layer's takes in the first line of a request."""
JOINED_AT_ONCE = 100
ERRORS: dict[str, type[OrderhouseError]] = {"301": AuthenticationFailed, "-304": AuthenticationFailed}
"""301: no such session, or timed out; -304: the login's company, user or password is wrong."""
UNPAGED = {"Prefer": "odata.maxpagesize=0"}


class ServiceLayer:
    """The Service Layer of a source."""

    def __init__(self, source: Source) -> None:
        self._api, self._size = source.api, source.page_size
        self._root = f"b1s/{source.settings.version}"
        self._odata: odata.Version = 3 if source.settings.version == "v1" else 4

    def call(self, operation: str) -> Any:
        """The answer of an operation without arguments."""
        return self._api.post(f"{self._root}/{operation}", {})

    def pages(
        self, entity: str, key: str, condition: str | None = None, select: Sequence[str] = (), after: Any = None
    ) -> Iterator[CollectionPage]:
        """An entity set in order of its key, from behind a key on; the first page from the beginning tells the count.

        Raises FilterIgnored where a page begins anew instead of going on, or is in another order, which would lose
        rows: of numbers, since texts are in whatever order the database has for them.
        """
        counting = {"$inlinecount": "allpages"} if self._odata == 3 else {"$count": "true"}
        while True:
            query = {"$orderby": key} | ({"$select": ",".join(select)} if select else {})
            behind = None if after is None else f"{key} gt {odata.literal(after)}"
            if wanted := odata.all_of(condition, behind):
                query["$filter"] = wanted
            page = self._page(entity, query | (counting if after is None else {}))
            if after is not None and any(row.get(key) == after for row in page.rows):
                raise _began_anew(entity, f"what comes after {key} {after}")
            goes_on = bool(page.next_link and page.rows)
            keys: list[Any] = [wire.part(row, key, object, of=entity) for row in page.rows if goes_on]
            yield page
            if not goes_on:
                return
            if all(isinstance(one, int) for one in keys) and keys != sorted(keys):
                raise _ignored(f"{entity}: asked for in order of {key}, came {keys[:5]}.", "order")
            after = keys[-1]
            del page

    def by_keys(
        self, entity: str, key: str, keys: Iterable[Any], select: Sequence[str] = (), condition: str | None = None
    ) -> Iterator[CollectionPage]:
        """The records with these keys, some at a time, as many as exist and meet the condition."""
        for batch in odata.fitting(key, sorted(set(keys)), KEYS_AT_ONCE, ROOM_FOR_KEYS):
            yield from self.pages(entity, key, odata.all_of(condition, odata.one_of(key, batch)), select)

    def joined(self, entity: str, document: str, line: str, condition: str) -> list[Row]:
        """Lines with their documents: the selected members of both, the document's under ``Document``.

        Raises FilterIgnored where a page begins anew instead of going on.
        """
        lines = f"{entity}/DocumentLines"
        option = (
            f"$expand={entity}($select={document}),{lines}($select={line})"
            f"&$filter={entity}/DocEntry eq {lines}/DocEntry and {condition}"
        )
        found: list[Row] = []
        while True:
            body = {"QueryPath": f"$crossjoin({entity},{lines})", "QueryOption": f"{option}&$skip={len(found)}"}
            answer = self._api.post(f"{self._root}/QueryService_PostQuery", body, headers=UNPAGED)
            page = odata.collection(answer, self._odata, of=f"lines of {entity}")
            told = [_joined(row, entity, lines) for row in page.rows]
            if any(row in found for row in told[:1]):
                raise _began_anew(f"lines of {entity}", f"what comes after {len(found)} others")
            found += told
            if not page.rows or not page.next_link:
                return found

    def _page(self, entity: str, query: dict[str, str]) -> CollectionPage:
        headers = {"Prefer": f"odata.maxpagesize={self._size}"}
        body = self._api.get(f"{self._root}/{entity}", params=query, headers=headers)
        return odata.collection(body, self._odata, of=entity)


def _joined(row: Row, entity: str, lines: str) -> Row:
    """The line of a joined row, and its document, which cannot be without a key."""
    of = f"a line of {entity}"
    wire.part(row, f"{entity}.DocEntry", int, of=of)
    return wire.part(row, lines, dict, of=of) | {"Document": wire.part(row, entity, dict, of=of)}


def _began_anew(entity: str, asked: str) -> FilterIgnored:
    return _ignored(f"{entity}: asked for {asked}, it came again.", "filter")


def _ignored(what: str, dropped: str) -> FilterIgnored:
    return FilterIgnored(
        what, action=f"Nothing was loaded. A proxy or an update of the server drops the query's {dropped}."
    )


def lines_of(document: Row) -> list[Row]:
    """The lines of a document. Raises UnexpectedShape where it has none."""
    found = wire.part(document, "DocumentLines", list, of="a document")
    return [wire.part(line, "", dict, of="a line of a document") for line in found]


def changed_at(document: Row, source: Source) -> datetime | None:
    """When a document was last updated, to the minute, by the server's clock; None where it tells no day."""
    told = _local_change(document)
    now = source.api.source_time or datetime.now(UTC)
    return told and from_local(told, ZoneInfo(source.time_zone), now)


def ambiguous_change(document: Row, source: Source) -> datetime | None:
    """When it was last updated, if that cannot be told later on: of an hour that comes twice, by when it was read."""
    told = _local_change(document)
    is_clear = told is None or is_one_instant(told, ZoneInfo(source.time_zone))
    return None if is_clear else changed_at(document, source)


def _local_change(document: Row) -> datetime | None:
    day, clock = document.get("UpdateDate"), document.get("UpdateTime") or "00:00"
    if not day:
        return None
    try:
        return datetime.combine(date.fromisoformat(str(day)[:10]), time.fromisoformat(str(clock)[:8]))
    except ValueError as error:
        raise UnexpectedShape(
            f"A document: UpdateDate {day!r:.40} and UpdateTime {clock!r:.40} are no day and time of day.",
            action="Nothing was loaded. Compare the response with the vendor's documentation.",
        ) from error


def on_days(field: str, first: date | None, last: date | None) -> str | None:
    """The field's day is between two days, both included; a bound that is None is left out."""
    lower = f"{field} ge {literal(first)}" if first else None
    upper = f"{field} le {literal(last)}" if last else None
    return odata.all_of(lower, upper) or None


def literal(day: date) -> str:
    """A date as the Service Layer takes it in both versions: as text."""
    return odata.literal(day.isoformat())


def explain(answer: Answer) -> Refusal | None:
    """The Service Layer's error bodies; version 2 tells the message as plain text."""
    return odata.explain(answer, ERRORS)
