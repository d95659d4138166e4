"""The Service Layer's queries: pages by key, records by their keys, and documents side by side with their lines.

Pages are asked for by the last key, never by a next link: links were seen to lose the query's filter. That a link is
there says that there is more.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from include.orderhouse import odata, wire
from include.orderhouse.connector import Source
from include.orderhouse.errors import FilterIgnored
from include.orderhouse.odata import CollectionPage

KEYS_AT_ONCE = 40
JOINED_AT_ONCE = 100
UNPAGED = {"Prefer": "odata.maxpagesize=0"}

Row = dict[str, Any]


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

        Raises FilterIgnored where a page begins anew instead of going on.
        """
        counting = {"$inlinecount": "allpages"} if self._odata == 3 else {"$count": "true"}
        while True:
            query = {"$orderby": key} | ({"$select": ",".join(select)} if select else {})
            behind = None if after is None else f"{key} gt {odata.literal(after)}"
            if wanted := odata.all_of(condition, behind):
                query["$filter"] = wanted
            page = self._page(entity, query | (counting if after is None else {}))
            if after is not None and any(row.get(key) == after for row in page.rows):
                raise FilterIgnored(
                    f"{entity}: asked for what comes after {key} {after}, it came again.",
                    action="Nothing was loaded. A proxy or an update of the server drops the query's filter.",
                )
            yield page
            if not page.next_link or not page.rows:
                return
            after = wire.part(page.rows[-1], key, object, of=entity)

    def by_keys(
        self, entity: str, key: str, keys: Iterable[Any], select: Sequence[str] = (), condition: str | None = None
    ) -> Iterator[CollectionPage]:
        """The records with these keys, some at a time, as many as exist and meet the condition."""
        wanted = sorted(set(keys))
        for begin in range(0, len(wanted), KEYS_AT_ONCE):
            chosen = any_equal(key, wanted[begin : begin + KEYS_AT_ONCE])
            yield from self.pages(entity, key, odata.all_of(condition, chosen), select)

    def joined(self, entity: str, document: str, line: str, condition: str) -> list[Row]:
        """Lines with their documents: the selected members of both, the document's under ``Document``."""
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
            of = f"a line of {entity}"
            found += [wire.part(row, lines, dict, of=of) | {"Document": wire.part(row, entity, dict, of=of)}
                      for row in page.rows]  # fmt: skip
            if not page.rows or not page.next_link:
                return found

    def _page(self, entity: str, query: dict[str, str]) -> CollectionPage:
        headers = {"Prefer": f"odata.maxpagesize={self._size}"}
        body = self._api.get(f"{self._root}/{entity}", params=query, headers=headers)
        return odata.collection(body, self._odata, of=entity)


def any_equal(field: str, values: Iterable[Any]) -> str:
    """A field with one of several values."""
    return odata.any_of(f"{field} eq {odata.literal(value)}" for value in values)
