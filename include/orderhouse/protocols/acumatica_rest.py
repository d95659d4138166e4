"""Acumatica's contract-based REST API, Contract Version 4: lists in order of their keys, single records, error bodies.

A list tells neither a count nor a next page, and takes no order: it comes in order of its keys. So a page is asked for
by the last key, and the end is where nothing comes any more.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlencode

import httpx

from include.orderhouse import wire
from include.orderhouse.connector import Source
from include.orderhouse.errors import (
    AuthenticationFailed,
    FilterIgnored,
    OrderhouseError,
    RateLimitExceeded,
    RequestRefused,
    SourceUnavailable,
)
from include.orderhouse.http import BY_STATUS, Answer, Refusal, retry_after
from include.orderhouse.protocols import odata

Row = dict[str, Any]
ODATA: odata.Version = 2
"""Contract Version 4 writes the literals of filters as OData 2.0 and 3.0 do: ``datetimeoffset'...'``."""

LONGEST_QUERY = 2048
"""Characters that IIS takes, unless ``maxQueryString`` says more."""


class CannotExpand(RequestRefused):
    """The server cannot optimise a list with what was to be expanded in it."""


class NoSuchRecord(RequestRefused):
    """There is no record with these keys."""


SAID: dict[str, type[OrderhouseError]] = {
    "Invalid credentials": AuthenticationFailed,
    "API Login Limit": RateLimitExceeded,
    "Optimization cannot be performed": CannotExpand,
    "No entity satisfies the condition": NoSuchRecord,
}
"""What the server's exceptions say, whatever their status: most have 500."""


@dataclass(frozen=True)
class Listing:
    """Records of one type in order of their numbers, which tell them apart."""

    entity: str
    number: str
    """The field that holds the number."""
    of_type: str
    condition: str | None = None
    query: Mapping[str, str] = field(default_factory=dict)
    wishes: Mapping[str, str] = field(default_factory=dict)
    """What is asked for in addition; lists come without where the server cannot expand it."""


class Endpoint:
    """The entities of a source's endpoint."""

    def __init__(self, source: Source) -> None:
        settings, details = source.settings, source.catalogue.details
        self._api, self._size = source.api, source.page_size
        self._root = f"{site_path(settings.site)}entity/{settings.endpoint}/{details['version']}"
        self._custom = {"$custom": ",".join(details["custom"])} if details["custom"] else {}
        self._bare: set[str] = set()
        """Entities whose lists the server cannot expand."""

    def pages(self, listing: Listing, after: str | None = None) -> Iterator[list[Row]]:
        """The records of a list from behind a number on, until none comes any more."""
        while rows := self._page(listing, after):
            after = key(rows[-1], listing.number)
            yield rows
            del rows

    def _page(self, listing: Listing, after: str | None) -> list[Row]:
        """One page. Raises FilterIgnored where it does not go on behind the number."""
        behind = None if after is None else f"{listing.number} gt {odata.literal(after)}"
        wanted = odata.all_of(f"Type eq {odata.literal(listing.of_type)}", listing.condition, behind)
        query = {"$filter": wanted, "$top": str(self._size), **listing.query}
        rows = self._listed(listing.entity, query, listing.wishes)
        if any(key(row, "Type") != listing.of_type or key(row, listing.number) == after for row in rows):
            raise FilterIgnored(
                f"{listing.entity}: asked for type {listing.of_type} from {after or 'the beginning'} on, "
                "something else came.",
                action="Nothing was loaded. The endpoint, or a proxy in front of it, drops the filter.",
            )
        return rows

    def _listed(self, entity: str, query: dict[str, str], wishes: Mapping[str, str]) -> list[Row]:
        if wishes and entity not in self._bare:
            try:
                return self.rows(entity, {**query, **wishes})
            except CannotExpand:
                self._bare.add(entity)
        return self.rows(entity, query)

    def rows(self, entity: str, query: dict[str, str]) -> list[Row]:
        """The records of a query."""
        found = wire.part(self._api.get(f"{self._root}/{entity}", params=query), "", list, of=entity)
        return [wire.part(row, "", dict, of=f"a row of {entity}") for row in found]

    def by_key(self, entity: str, name: str, keys: Sequence[str], wishes: Mapping[str, str]) -> dict[str, Row]:
        """The records with one of the keys, as many as exist, by that key; bare where the server cannot expand them."""
        found: dict[str, Row] = {}
        room = LONGEST_QUERY - len(urlencode({"$filter": "", **wishes}))
        for batch in odata.fitting(name, keys, len(keys), room):
            rows = self._listed(entity, {"$filter": odata.one_of(name, batch)}, wishes)
            found |= {key(row, name): row for row in rows}
        return found

    def single(self, entity: str, keys: Sequence[str], query: dict[str, str]) -> Row:
        """The record with these keys. Raises NoSuchRecord."""
        path = "/".join(quote(part, safe="") for part in keys)
        return wire.part(self._api.get(f"{self._root}/{entity}/{path}", params=query), "", dict, of=entity)

    def with_custom_fields(self, query: dict[str, str]) -> dict[str, str]:
        """A query that asks for fields too that the endpoint leaves out; those of lines need the lines expanded."""
        return query | self._custom


def custom_values(record: Row) -> Row:
    """Fields that the endpoint leaves out, by their names; they stand below views and in objects of their own."""
    views = (record.get("custom") or {}).values()
    return {name: told.get("value") for view in views if view for name, told in view.items() if told}


def site_path(site: str) -> str:
    """The path of a site below its host, ready to be gone on with."""
    return f"{site.strip('/')}/" if site.strip("/") else ""


def key(row: Row, name: str) -> str:
    """A field of a record that must be there."""
    return wire.part(row, f"{name}.value", str, of="a record")


def explain(answer: Answer) -> Refusal | None:
    """The server's words: its exception's where it threw one, and never its stack."""
    if answer.status < httpx.codes.BAD_REQUEST or not isinstance(answer.body, dict):
        return None
    said = str(answer.body.get("exceptionMessage") or answer.body.get("message") or "")
    if not said:
        return None
    is_outage = answer.status >= httpx.codes.INTERNAL_SERVER_ERROR
    by_status = BY_STATUS.get(answer.status, SourceUnavailable if is_outage else RequestRefused)
    kind = next((error for words, error in SAID.items() if words in said), by_status)
    return Refusal(kind, " ".join(said.split())[:500], retry_after=retry_after(answer))
