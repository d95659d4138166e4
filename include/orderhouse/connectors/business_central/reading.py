"""Reading purchase orders from Business Central: its requests, its pages, its errors.

Pages follow the server's own next links, as the vendor asks; a link holds the key of the last row, so rows that move
while paging come again instead of being lost. Filters cannot join different fields by ``or``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from include.orderhouse import odata, wire
from include.orderhouse.connector import Catalogue, Key, Keys, Page, Source, Window
from include.orderhouse.connectors.business_central.related import Items, dimensions, related_records
from include.orderhouse.errors import (
    AuthenticationFailed,
    ConfigurationInvalid,
    OrderhouseError,
    PermissionDenied,
    RateLimitExceeded,
    SourceTimeout,
)
from include.orderhouse.http import Answer, Refusal

DATED_SINCE = datetime(1900, 1, 1, tzinfo=UTC)
"""Empty instants are told as 0001-01-01 and kept as 1753-01-01; nothing real is that old."""
IDS_AT_ONCE = 25
KEYS_AT_ONCE = 10_000
CORRELATION = re.compile(r"\s*CorrelationId:\s*([0-9a-fA-F-]{36})\.?")

ERRORS: dict[str, type[OrderhouseError]] = {
    "Authentication_": AuthenticationFailed,
    "Authorization_": PermissionDenied,
    "Internal_PermissionError": PermissionDenied,
    "Application_TooManyRequests": RateLimitExceeded,
    "Internal_ServerTimeout": SourceTimeout,
}
"""Codes that say more than their status does; the others are judged by the status."""


@dataclass(frozen=True)
class Settings:
    """Options of a Business Central connection."""

    root: str
    """Path before the API: ``v2.0/<tenant id>/<environment>`` online, the name of the server instance on premises."""
    companies: tuple[str, ...] = ()
    """Names or ids of the companies to read; empty means all that the credentials may see."""
    orders_api: str = "api/v2.0"
    """Route of the page ``purchaseOrders``; ``api/<publisher>/<group>/<version>`` for a custom API page."""
    expand: tuple[str, ...] = ("vendor", "paymentTerm", "shipmentMethod", "dimensionSetLines")
    """Parts of the order page that are read with it; its lines always are."""
    expand_lines: tuple[str, ...] = ("dimensionSetLines", "location")
    """Parts of the line page that are read with it."""
    read_items: bool = True
    """Also read the items on the lines: name, category, GTIN, base unit."""
    undated_orders: bool = True
    """Also ask for orders without modification time, as upgrades from old versions leave them, by their order date."""
    reread_open_orders: bool = False
    """Read all orders not yet fully received again at every sync, for changes that move no modification time."""
    read_only_replica: bool = False
    """Read from the replica of the database. It may lag behind: give the connection an overlap longer than the lag."""


@dataclass(frozen=True)
class Section:
    """A part of a window with one query: one company, one filter."""

    company: dict[str, Any]
    condition: str


def discover(source: Source) -> Catalogue:
    """The companies with what their orders refer to: own address and currency, units of measure, purchasers."""
    settings: Settings = source.settings
    body = source.api.get(f"{settings.root}/api/v2.0/companies", headers=_headers(settings, None))
    found = odata.collection(body, of="companies").rows
    wanted = set(settings.companies)
    chosen = [company for company in found if not wanted or wanted & {company.get("name"), company.get("id")}]
    missing = wanted - {name for company in chosen for name in (company.get("name"), company.get("id"))}
    if missing or not chosen:
        raise ConfigurationInvalid(
            f"There is no company {', '.join(sorted(missing)) or 'at all'} that the credentials may see.",
            action=f"Correct settings.companies; there are: {', '.join(sorted(str(c.get('name')) for c in found))}.",
        )
    companies = [company | related_records(source, _path(settings, company)) for company in chosen]
    companies.sort(key=lambda company: str(company["id"]))
    return Catalogue(scope=tuple(str(company["name"]) for company in companies), details={"companies": companies})


def fetch(source: Source, window: Window) -> Iterator[Page]:
    """The orders of a window, company by company."""
    sections = list(_sections(source, window))
    resume = window.resume or {"section": 0, "link": None}
    for index in range(resume["section"], len(sections)):
        link = resume["link"] if index == resume["section"] else None
        follows = {"section": index + 1, "link": None} if index + 1 < len(sections) else None
        section = sections[index]
        for page in _order_pages(source, section.company, _query(source, section.condition), link):
            after = {"section": index, "link": page.next_link} if page.next_link else follows
            yield Page(page.rows, after, page.count)


def read(source: Source, ids: Sequence[str]) -> Iterator[Page]:
    """The orders with these source ids, each ``<company id>/<order id>``."""
    for company, batch in _batches(source, ids):
        for page in _order_pages(source, company, _query(source, _any_id("id", batch))):
            yield Page(page.rows)


def scan(source: Source) -> Iterator[Keys]:
    """The keys of all orders of all companies."""
    query = {"$select": "id,lastModifiedDateTime", "$orderby": "id", "$count": "true"}
    for company in _companies(source):
        for page in _pages(source, f"{_orders(source.settings, company)}", query, KEYS_AT_ONCE):
            yield Keys([_key(company, row) for row in page.rows], page.count)


def explain_absence(source: Source, ids: Sequence[str]) -> dict[str, str]:
    """Orders with a posted invoice were not deleted by somebody: posting the last invoice took them off the list."""
    found: dict[str, str] = {}
    for company, batch in _batches(source, ids):
        path = f"{_path(source.settings, company)}/purchaseInvoices"
        query = {"$filter": _any_id("orderId", batch), "$select": "id,orderId,status"}
        for page in _pages(source, path, query, source.page_size):
            found |= {f"{company['id']}/{row['orderId']}": "closed" for row in page.rows}
    return found


def explain(answer: Answer) -> Refusal | None:
    """The service's error bodies; the id to tell support stands at the end of the message."""
    refusal = odata.explain(answer, ERRORS)
    if refusal is None or not (found := CORRELATION.search(refusal.message)):
        return refusal
    return Refusal(refusal.error, CORRELATION.sub("", refusal.message), found[1], refusal.retry_after)


def _sections(source: Source, window: Window) -> Iterator[Section]:
    settings: Settings = source.settings
    start, end = _stored(window.start), _stored(window.end)
    for company in _companies(source):
        if window.open_only:
            yield Section(company, odata.between("lastModifiedDateTime", None, end) or "")
            continue
        yield Section(company, odata.between("lastModifiedDateTime", start, end) or "")
        if start is None:
            continue
        if settings.undated_orders:
            yield Section(company, _undated(start, end))
        if settings.reread_open_orders:
            earlier = odata.between("lastModifiedDateTime", None, start)
            yield Section(company, odata.all_of(earlier, "fullyReceived eq false"))


def _undated(start: datetime, end: datetime | None) -> str:
    """Orders without modification time whose date lies in the window, a day more on either side for any time zone."""
    first, last = start.date() - timedelta(days=1), end.date() + timedelta(days=2) if end else None
    undated = odata.between("lastModifiedDateTime", None, DATED_SINCE)
    return odata.all_of(undated, odata.between("orderDate", first, last))


def _stored(instant: datetime | None) -> datetime | None:
    """The instant as the service keeps it: cut off below the millisecond, so a bound must be cut as well."""
    return instant and instant.astimezone(UTC).replace(microsecond=instant.microsecond // 1000 * 1000)


def _query(source: Source, condition: str) -> dict[str, str]:
    settings: Settings = source.settings
    inner = f"($expand={','.join(settings.expand_lines)})" if settings.expand_lines else ""
    query = {
        "$expand": ",".join([f"purchaseOrderLines{inner}", *settings.expand]),
        "$orderby": "lastModifiedDateTime,id",
        "$count": "true",
    }
    return query | ({"$filter": condition} if condition else {})


def _order_pages(
    source: Source, company: dict[str, Any], query: dict[str, str], link: str | None = None
) -> Iterator[odata.CollectionPage]:
    items = Items(source, _path(source.settings, company), company["units"])
    for page in _pages(source, _orders(source.settings, company), query, source.page_size, link):
        rows = [_whole(source, company, row) for row in page.rows]
        items.put_into([line for row in rows for line in row["purchaseOrderLines"]])
        yield odata.CollectionPage(rows, page.next_link, page.count)


def _pages(
    source: Source, path: str, query: dict[str, str], size: int, link: str | None = None
) -> Iterator[odata.CollectionPage]:
    """The pages of a collection, from its beginning or from a next link; only the beginning tells the count."""
    headers = _headers(source.settings, size)
    first = None if link else source.api.get(path, params=query, headers=headers)
    return odata.pages(lambda found: source.api.get(found, headers=headers), first, link, of=path.rpartition("/")[2])


def _whole(source: Source, company: dict[str, Any], row: dict[str, Any]) -> dict[str, Any]:
    """An order with all its lines, its company, and what it refers to by a code only."""
    lines = odata.nested(row, "purchaseOrderLines", of="a purchase order")
    found = list(lines.rows)
    if lines.next_link:
        headers = _headers(source.settings, source.page_size)
        rest = odata.pages(
            lambda link: source.api.get(link, headers=headers), None, lines.next_link, of="purchaseOrderLines"
        )
        found += [line for page in rest for line in page.rows]
    own = {name: value for name, value in company.items() if name not in ("units", "purchasers")}
    return {
        **row,
        "etag": row.get("@odata.etag"),
        "company": own,
        "purchaserRecord": company["purchasers"].get(row.get("purchaser")),
        "dimensions": dimensions(row),
        "purchaseOrderLines": [
            {
                **line,
                "etag": line.get("@odata.etag"),
                "dimensions": dimensions(line),
                "unitOfMeasure": company["units"].get(line.get("unitOfMeasureCode")),
            }
            for line in found
        ],
    }


def _batches(source: Source, ids: Sequence[str]) -> Iterator[tuple[dict[str, Any], list[str]]]:
    """The order ids by company, some at a time; ids of companies that are not read any more are left out."""
    for company in _companies(source):
        prefix = f"{company['id']}/"
        own = [key.removeprefix(prefix) for key in ids if key.startswith(prefix)]
        for begin in range(0, len(own), IDS_AT_ONCE):
            yield company, own[begin : begin + IDS_AT_ONCE]


def _any_id(field: str, ids: Sequence[str]) -> str:
    return odata.any_of(f"{field} eq {key}" for key in ids)


def _key(company: dict[str, Any], row: dict[str, Any]) -> Key:
    modified_at = odata.instant(wire.part(row, "lastModifiedDateTime", str, of="a purchase order's key"))
    is_dated = modified_at is not None and modified_at >= DATED_SINCE
    return Key(f"{company['id']}/{wire.part(row, 'id', str, of='a key')}", modified_at if is_dated else None)


def _companies(source: Source) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = source.catalogue.details["companies"]
    return found


def _path(settings: Settings, company: dict[str, Any]) -> str:
    return f"{settings.root.strip('/')}/api/v2.0/companies({company['id']})"


def _orders(settings: Settings, company: dict[str, Any]) -> str:
    return f"{settings.root.strip('/')}/{settings.orders_api.strip('/')}/companies({company['id']})/purchaseOrders"


def _headers(settings: Settings, size: int | None) -> dict[str, str]:
    prefer = {"Prefer": f"odata.maxpagesize={size}"} if size else {}
    return prefer | ({"Data-Access-Intent": "ReadOnly"} if settings.read_only_replica else {})
