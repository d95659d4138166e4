"""How Business Central is read: windows of orders company by company, orders by id, keys, and why some are absent."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial

from include.orderhouse import wire
from include.orderhouse.connector import Absent, Catalogue, Key, Keys, Page, Source, Window
from include.orderhouse.connectors.business_central.assembly import Assembly, related_records
from include.orderhouse.connectors.business_central.service import (
    Row,
    any_id,
    company_path,
    orders_path,
    pages,
)
from include.orderhouse.connectors.business_central.settings import Settings
from include.orderhouse.errors import ConfigurationInvalid
from include.orderhouse.lookup import batches, ids_within
from include.orderhouse.protocols import odata
from include.orderhouse.sections import Section, read_sections, reread
from include.orderhouse.values.precision import millisecond

MODIFIED = "lastModifiedDateTime"
DATED_SINCE = datetime(1900, 1, 1, tzinfo=UTC)
"""Empty instants are told as 0001-01-01 and kept as 1753-01-01; nothing real is that old."""
IDS_AT_ONCE = 25
KEYS_AT_ONCE = 10_000


def discover(source: Source) -> Catalogue:
    """The companies with what their orders refer to: own address and currency, units of measure, purchasers."""
    settings: Settings = source.settings
    path = f"{settings.root.strip('/')}/api/v2.0/companies"
    found = [company for page in pages(source, path, {}, KEYS_AT_ONCE) for company in page.rows]
    wanted = set(settings.companies)
    chosen = [company for company in found if not wanted or wanted & {company.get("name"), company.get("id")}]
    missing = wanted - {name for company in chosen for name in (company.get("name"), company.get("id"))}
    if missing or not chosen:
        raise ConfigurationInvalid(
            f"There is no company {', '.join(sorted(missing)) or 'at all'} that the credentials may see.",
            action=f"Correct settings.companies; there are: {', '.join(sorted(str(c.get('name')) for c in found))}."
            if found
            else "Give the application or user a permission set in a company, then sync again.",
        )
    companies = [company | related_records(source, company) for company in chosen]
    companies.sort(key=lambda company: str(company["id"]))
    return Catalogue(scope=tuple(str(company["name"]) for company in companies), details={"companies": companies})


def fetch(source: Source, window: Window) -> Iterator[Page]:
    """The orders of a window, company by company."""
    companies = source.catalogue.details["companies"]
    sections = [section for company in companies for section in _sections(source, company, window)]
    return read_sections(sections, window.resume)


def _sections(source: Source, company: Row, window: Window) -> Iterator[tuple[str, Section]]:
    orders, of, settings = partial(_orders, source, company), f"in {company['id']}", source.settings
    stored = window.rounded(millisecond, millisecond)
    start, end = None if window.open_only else stored.start, stored.end
    yield f"changed {of}", partial(orders, odata.between(MODIFIED, start, end) or "")
    if start is not None and settings.undated_orders:
        yield f"undated {of}", partial(orders, _undated(start, end))
    if start is not None and settings.reread_open_orders:
        yield f"still open {of}", reread(partial(orders, odata.between(MODIFIED, None, start) or ""))


def _orders(source: Source, company: Row, condition: str, link: str | None) -> Iterator[Page]:
    for page in Assembly(source, company).pages(condition, link):
        yield Page(page.rows, page.next_link, page.count)
        del page


def _undated(start: datetime, end: datetime | None) -> str:
    """Orders without modification time whose date lies in the window, a day more on either side for any time zone."""
    first, last = start.date() - timedelta(days=1), end.date() + timedelta(days=2) if end else None
    undated = odata.between(MODIFIED, None, DATED_SINCE)
    return odata.all_of(undated, odata.between("orderDate", first, last))


def read(source: Source, ids: Sequence[str]) -> Iterator[Page]:
    """The orders with these source ids, each ``<company id>/<order id>``."""
    for company, batch in _batches(source, ids):
        for page in Assembly(source, company).pages(any_id("id", batch)):
            yield Page(page.rows)


def scan(source: Source) -> Iterator[Keys]:
    """The keys of all orders of all companies."""
    query = {"$select": f"id,{MODIFIED}", "$orderby": "id", "$count": "true"}
    for company in source.catalogue.details["companies"]:
        for page in pages(source, orders_path(source.settings, company), query, KEYS_AT_ONCE):
            yield Keys([_key(company, row) for row in page.rows], page.count)


def _key(company: Row, row: Row) -> Key:
    modified_at = odata.instant(wire.part(row, MODIFIED, str, of="a purchase order's key"))
    is_dated = modified_at is not None and modified_at >= DATED_SINCE
    return Key(f"{company['id']}/{wire.part(row, 'id', str, of='a key')}", modified_at if is_dated else None)


def explain_absence(source: Source, absent: Mapping[str, Absent]) -> dict[str, str]:
    """Orders with a posted invoice were not deleted by somebody: posting the last invoice took them off the list.

    An invoice that combines receipts names no order, and leaves its orders to be deleted by hand or by a batch job
    ("Combine Receipts on a Single Invoice" in Microsoft's documentation). Whatever was received of an order has been
    invoiced then: lines with a quantity received and not invoiced cannot be deleted (OnDelete of table Purchase Line).
    """
    found = {key: "closed" for key, order in absent.items() if order.is_begun}
    for company, batch in _batches(source, [key for key in absent if key not in found]):
        path = f"{company_path(source.settings, company)}/purchaseInvoices"
        query = {"$filter": any_id("orderId", batch), "$select": "id,orderId,status"}
        for page in pages(source, path, query, source.page_size):
            orders = [wire.part(row, "orderId", str, of="a purchase invoice") for row in page.rows]
            found |= {f"{company['id']}/{order}": "closed" for order in orders}
    return found


def _batches(source: Source, ids: Sequence[str]) -> Iterator[tuple[Row, Sequence[str]]]:
    """The order ids by company, some at a time; ids of companies that are not read any more are left out."""
    for company in source.catalogue.details["companies"]:
        yield from ((company, batch) for batch in batches(ids_within(company["id"], ids), IDS_AT_ONCE))
