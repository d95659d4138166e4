"""How the Service Layer is read: orders changed since a day, those that documents drawn from them changed, open ones.

``UpdateDate`` is a day on the server's clock, and a time of day in a filter is ignored. So windows are asked for in
whole days, a day more at their start, and orders at or after the window's end are left to the next one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from functools import partial
from zoneinfo import ZoneInfo

from include.orderhouse import wire
from include.orderhouse.connector import Catalogue, Key, Keys, Page, Source, Window
from include.orderhouse.connectors.sap_business_one.assembly import Assembly, names
from include.orderhouse.connectors.sap_business_one.drawn import (
    CREDITS,
    INVOICES,
    RECEIPTS,
    RETURNS,
    is_awaited,
    orders_behind,
)
from include.orderhouse.lookup import Row
from include.orderhouse.protocols import odata
from include.orderhouse.protocols.odata import CollectionPage
from include.orderhouse.protocols.service_layer import ServiceLayer, changed_at, lines_of, literal, on_days
from include.orderhouse.sections import Section, read_sections, reread

ORDERS, KEY = "PurchaseOrders", "DocEntry"
OPEN, UNDATED = "DocumentStatus eq 'bost_Open'", "UpdateDate eq null"
CLOSED, RESERVES = "DocumentStatus ne 'bost_Open'", "ReserveInvoice eq 'tYES' and CancelStatus eq 'csNo'"
DRAWN = (("receipts", RECEIPTS), ("invoices", INVOICES), ("returns", RETURNS), ("credit memos", CREDITS))
"""Sections of orders that documents drawn from them changed, and the documents."""
MARGIN = timedelta(days=1)
"""How much earlier a window starts: clocks that are set back, and servers whose zone was configured wrongly."""


def discover(source: Source) -> Catalogue:
    """The company with its currencies, branches, terms, buyers and units; the first call logs in."""
    service = ServiceLayer(source)
    told = service.call("CompanyService_GetAdminInfo")
    members = ("CompanyName", "Country", "LocalCurrency", "SystemCurrency", "DirectIndirectRate")
    wire.part(told, "LocalCurrency", str, of="the company's details")
    company = {"CompanyDB": source.settings.company_db} | {name: told.get(name) for name in members}
    return Catalogue((source.settings.company_db,), {"company": company, "names": names(service)})


def fetch(source: Source, window: Window) -> Iterator[Page]:
    """The orders of a window, section by section, in order of their keys."""
    yield from read_sections(list(_sections(Reading(source, window))), window.resume)


class Reading:
    """What the sections of one window have in common."""

    def __init__(self, source: Source, window: Window) -> None:
        self.source, self.window, self.service = source, window, ServiceLayer(source)
        self.assembly = Assembly(source, self.service)

    def headers(self, condition: str | None, place: Row | None) -> Iterator[Page]:
        """The orders of a condition; what the window's last day holds after its end counts as not expected."""
        after, expected = (place["after"], place["expected"]) if place else (None, None)
        for page in self.service.pages(ORDERS, KEY, condition, after=after):
            rows = [row for row in page.rows if self._is_before_end(row)]
            if (told := page.count if page.count is not None else expected) is not None:
                expected = told - (len(page.rows) - len(rows))
            goes_on = bool(page.next_link and page.rows)
            resume = {"after": page.rows[-1][KEY], "expected": expected} if goes_on else None
            yield Page(self.assembly.whole(rows), resume, None if goes_on else expected)
            del page, rows

    def drawn(self, entity: str, condition: str | None, others: str, after: int | None) -> Iterator[Page]:
        """The orders behind documents; ``others`` are those that another section does not hold already."""
        for page in self.service.pages(entity, KEY, condition, (KEY, "DocumentLines"), after):
            yield Page(self.assembly.whole(self._behind(page.rows, others)), _place(page))
            del page

    def awaiting(self, others: str, after: int | None) -> Iterator[Page]:
        """The orders of whose goods some are to come by reserve invoices, which closed them by being drawn."""
        for page in self.service.pages(INVOICES, KEY, RESERVES, (KEY, "DocumentLines"), after):
            waiting = [row for row in page.rows if any(map(is_awaited, lines_of(row)))]
            rows = [row for row in self._behind(waiting, others) if self._is_before_end(row)]
            yield Page(self.assembly.whole(rows), _place(page))
            del page, waiting, rows

    def _behind(self, documents: list[Row], others: str) -> list[Row]:
        entries = orders_behind(self.service, documents)
        return [row for page in self.service.by_keys(ORDERS, KEY, entries, (), others) for row in page.rows]

    def _is_before_end(self, row: Row) -> bool:
        moment, end = changed_at(row, self.source), self.window.end
        return moment is None or end is None or moment < end


def _place(page: CollectionPage) -> int | None:
    """The key to go on after; None on the last page."""
    return page.rows[-1][KEY] if page.next_link and page.rows else None


def _sections(reading: Reading) -> Iterator[tuple[str, Section]]:
    settings, zone, window = reading.source.settings, ZoneInfo(reading.source.time_zone), reading.window
    first = (window.start - MARGIN).astimezone(zone).date() if window.start and not window.open_only else None
    last = window.end.astimezone(zone).date() if window.end else None
    changed, created = on_days("UpdateDate", first, last), on_days("CreationDate", first, last)
    if window.open_only:
        changed_or_undated = changed and f"{changed} or {UNDATED}"
        yield "open", partial(reading.headers, odata.all_of(changed_or_undated, OPEN))
        if settings.read_drawn_documents:
            yield "awaiting", partial(reading.awaiting, odata.all_of(changed_or_undated, CLOSED))
        return
    yield "changed", partial(reading.headers, changed)
    if settings.undated_orders and changed:
        yield "undated", partial(reading.headers, odata.all_of(UNDATED, created))
    if first is None:
        return
    earlier = f"UpdateDate lt {literal(first)} or {UNDATED}"
    if settings.read_drawn_documents:
        others = f"{earlier} or UpdateDate gt {literal(last)}" if last else earlier
        for name, entity in DRAWN:
            yield name, reread(partial(reading.drawn, entity, changed, others))
    if settings.reread_open_orders and last is None:
        yield "still open", reread(partial(reading.headers, odata.all_of(earlier, OPEN)))


def read(source: Source, ids: Sequence[str]) -> Iterator[Page]:
    """The orders with these keys."""
    service = ServiceLayer(source)
    assembly = Assembly(source, service)
    for page in service.by_keys(ORDERS, KEY, (int(key) for key in ids if key.isdecimal())):
        yield Page(assembly.whole(page.rows))


def scan(source: Source) -> Iterator[Keys]:
    """The keys of all orders."""
    for page in ServiceLayer(source).pages(ORDERS, KEY, None, (KEY, "UpdateDate", "UpdateTime")):
        keys = [Key(str(wire.part(row, KEY, int, of="a key")), changed_at(row, source)) for row in page.rows]
        yield Keys(keys, page.count)
