"""Requests to the API: a company's routes, pages of a collection, error bodies.

Pages follow the server's own next links, as the vendor asks; a link holds the key of the last row, so rows that move
while paging come again instead of being lost. Filters cannot join different fields by ``or``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import Any

from include.orderhouse.connector import Source
from include.orderhouse.connectors.business_central.settings import Settings
from include.orderhouse.errors import (
    AuthenticationFailed,
    OrderhouseError,
    PermissionDenied,
    RateLimitExceeded,
    SourceTimeout,
)
from include.orderhouse.http import Answer, Refusal
from include.orderhouse.http.entra import NOT_LISTED
from include.orderhouse.protocols import odata

Row = dict[str, Any]
CORRELATION = re.compile(r"\s*CorrelationId:\s*([0-9a-fA-F-]{36})\.?")

ERRORS: dict[str, type[OrderhouseError]] = {
    "Authentication_": AuthenticationFailed,
    "Authorization_": PermissionDenied,
    "Internal_PermissionError": PermissionDenied,
    "Application_TooManyRequests": RateLimitExceeded,
    "Internal_ServerTimeout": SourceTimeout,
}
"""Codes that say more than their status does; the others are judged by the status."""


def company_path(settings: Settings, company: Row) -> str:
    """The route of a company in the standard API."""
    return f"{settings.root.strip('/')}/api/v2.0/companies({company['id']})"


def orders_path(settings: Settings, company: Row) -> str:
    """The route of a company's orders, which may be a page of the customer's own."""
    return f"{settings.root.strip('/')}/{settings.orders_api.strip('/')}/companies({company['id']})/purchaseOrders"


def headers(settings: Settings, size: int | None = None) -> dict[str, str]:
    """What a request says of itself: rows a page, and whether the replica of the database will do."""
    prefer = {"Prefer": f"odata.maxpagesize={size}"} if size else {}
    return prefer | ({"Data-Access-Intent": "ReadOnly"} if settings.read_only_replica else {})


def follower(source: Source, size: int) -> Callable[[str], Any]:
    """What is behind a next link."""
    return partial(source.api.get, headers=headers(source.settings, size))


def pages(
    source: Source, path: str, query: dict[str, str], size: int, link: str | None = None
) -> Iterator[odata.CollectionPage]:
    """The pages of a collection, from its beginning or from a next link; only the beginning tells the count."""
    first = None if link else source.api.get(path, params=query, headers=headers(source.settings, size))
    return odata.pages(follower(source, size), first, link, of=path.rpartition("/")[2])


def all_rows(source: Source, path: str, query: dict[str, str] | None = None) -> list[Row]:
    """Every row of a small collection."""
    return odata.all_rows(source.api.get, source.api.get(path, params=query), of=path.rpartition("/")[2])


def any_id(field: str, ids: Iterable[str]) -> str:
    """The condition that a field has one of the ids."""
    return odata.any_of(f"{field} eq {key}" for key in ids)


def explain(answer: Answer) -> Refusal | None:
    """The service's error bodies; the id to tell support stands at the end of the message."""
    refusal = odata.explain(answer, ERRORS)
    if refusal is None:
        return None
    found = CORRELATION.search(refusal.message)
    message = CORRELATION.sub("", refusal.message)
    if refusal.error is AuthenticationFailed:
        message = f"{message.rstrip('.')}: {NOT_LISTED}"
    return Refusal(refusal.error, message, found and found[1], refusal.retry_after)
