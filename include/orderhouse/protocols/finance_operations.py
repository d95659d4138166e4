"""Data entities of Dynamics 365 Finance & Operations by OData: rows of one company behind a key, error bodies.

Pages go on behind the last row's key; how the server words its own next links, and whether they count rows, does not
matter then. All companies are asked for at once only in form: each request names one.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from include.orderhouse.connector import Source
from include.orderhouse.errors import AuthenticationFailed, FilterIgnored, RateLimitExceeded, UnexpectedShape
from include.orderhouse.http import Answer, Refusal, said
from include.orderhouse.http.entra import NOT_LISTED
from include.orderhouse.protocols import odata

ROWS_AT_ONCE = 5000
UNTOLD_WAIT = 30.0
"""Seconds to wait where throttling does not say."""

Row = dict[str, Any]
RowKey = list[Any]
"""The values of a row's keys, as they came."""


@dataclass(frozen=True)
class Found:
    """Rows of an entity, the key behind which the next ones stand (None: there are none), and the source's count."""

    rows: list[Row]
    last: RowKey | None
    count: int | None


@dataclass(frozen=True)
class Query:
    """What is asked of an entity within one company. ``keys`` tell its rows apart there, in this order."""

    entity: str
    company: str
    keys: tuple[str, ...]
    condition: str = ""
    select: str = ""
    expand: str = ""

    def params(self, size: int, after: RowKey | None) -> dict[str, str]:
        """The query options of one page."""
        own = f"dataAreaId eq {odata.literal(self.company)}"
        params = {
            "cross-company": "true",
            "$filter": odata.all_of(own, self.condition, self._behind(after)),
            "$orderby": ",".join(("dataAreaId", *self.keys)),
            "$top": str(size),
        }
        params |= {"$select": self.select} if self.select else {}
        params |= {"$expand": self.expand} if self.expand else {}
        return params | ({"$count": "true"} if after is None else {})

    def _behind(self, after: RowKey | None) -> str | None:
        if after is None:
            return None
        if len(self.keys) == 1:
            return f"{self.keys[0]} gt {odata.literal(after[0])}"
        return odata.after(self.keys[0], after[0], self.keys[1], after[1])


def walk(source: Source, query: Query, size: int, after: RowKey | None = None) -> Iterator[Found]:
    """The pages of a query behind a key, each asked for when it is wanted. Only the first one tells the count."""
    while True:
        body = source.api.get(f"data/{query.entity}", params=query.params(size, after))
        page = odata.collection(body, of=query.entity)
        keys = [[_key(row, name, query.entity) for name in query.keys] for row in page.rows]
        if after is not None and keys and after in (keys[0], keys[-1]):
            raise FilterIgnored(
                f"{query.entity} does not go on behind {after}.",
                action="Nothing was loaded. A proxy or an update may drop the filter; try one request by hand.",
            )
        if page.next_link is not None and not keys:
            raise UnexpectedShape(
                f"{query.entity} says that there is more, but gives nothing.",
                action="Nothing was loaded. Without a row there is no key to go on behind; try one request by hand.",
            )
        more = page.next_link is not None or len(keys) >= size
        after = keys[-1] if more else None
        yield Found(page.rows, after, page.count)
        if after is None:
            return


def _key(row: Row, name: str, entity: str) -> Any:
    """A part of a row's key: text, or a number as it came."""
    value = row.get(name)
    if not isinstance(value, str | int | Decimal) or isinstance(value, bool):
        raise UnexpectedShape(
            f"A row of {entity} has {value!r} for {name}, a part of its key.",
            action="Nothing was loaded. Compare the response with the vendor's documentation.",
        )
    return value


def all_rows(source: Source, query: Query) -> list[Row]:
    """Every row of a query."""
    return [row for found in walk(source, query, ROWS_AT_ONCE) for row in found.rows]


def explain(answer: Answer) -> Refusal | None:
    """The service's error bodies, whose own words stand in the inner error; whom it does not know it tells nothing."""
    request_id = answer.headers.get("ms-dyn-aid")
    if answer.status == 401:
        return Refusal(AuthenticationFailed, f"status 401: {said(answer)}: {NOT_LISTED}", request_id)
    refusal = odata.explain(answer, {}, request_id=request_id)
    if refusal is None:
        return None
    inner = answer.body["error"].get("innererror")
    told = inner.get("message") if isinstance(inner, dict) else None
    waits = refusal.error is RateLimitExceeded and refusal.retry_after is None
    return replace(
        refusal,
        message=str(told)[:500] if told else refusal.message,
        retry_after=UNTOLD_WAIT if waits else refusal.retry_after,
    )
