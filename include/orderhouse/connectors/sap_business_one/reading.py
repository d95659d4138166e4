"""How the Service Layer is read: orders changed since a day, those that documents drawn from them changed, open ones.

``UpdateDate`` is a day on the server's clock, and a time of day in a filter is ignored. So windows are asked for in
whole days, a day more at their start, and orders at or after the window's end are left to the next one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from include.orderhouse import odata, wire
from include.orderhouse.connector import Catalogue, Key, Keys, Page, Source, Window
from include.orderhouse.connectors.sap_business_one.related import (
    INVOICES,
    RECEIPTS,
    Related,
    changed_at,
    names,
    orders_behind,
)
from include.orderhouse.connectors.sap_business_one.service import Row, ServiceLayer
from include.orderhouse.errors import AuthenticationFailed
from include.orderhouse.http import Answer, Refusal

ORDERS, KEY = "PurchaseOrders", "DocEntry"
OPEN, UNDATED = "DocumentStatus eq 'bost_Open'", "UpdateDate eq null"
MARGIN = timedelta(days=1)
"""How much earlier a window starts: clocks that are set back, and servers whose zone was configured wrongly."""
ERRORS = {"301": AuthenticationFailed, "-304": AuthenticationFailed}
"""301: no such session, or timed out; -304: the login's company, user or password is wrong."""


@dataclass(frozen=True)
class Section:
    """A part of a window with one query: of orders, or of documents that lead to orders."""

    name: str
    condition: str | None
    entity: str = ORDERS
    behind: str | None = None
    """Of documents: which of the orders behind them another section does not hold already."""
    is_counted: bool = False


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
    service = ServiceLayer(source)
    sections = list(_sections(source, window))
    at = window.resume or {"section": sections[0].name, "after": None, "expected": None}
    begin = [section.name for section in sections].index(at["section"])
    for section, following in zip(sections[begin:], [*sections[begin + 1 :], None], strict=True):
        then = {"section": following.name, "after": None, "expected": None} if following else None
        read_section = _changed if section.entity == ORDERS else _drawn_from
        yield from read_section(source, service, section, window, at, then)
        at = {"section": None, "after": None, "expected": None}


def read(source: Source, ids: Sequence[str]) -> Iterator[Page]:
    """The orders with these keys."""
    service = ServiceLayer(source)
    related = Related(source, service)
    for page in service.by_keys(ORDERS, KEY, (int(key) for key in ids if key.isdecimal())):
        yield Page(related.whole(page.rows))


def scan(source: Source) -> Iterator[Keys]:
    """The keys of all orders."""
    for page in ServiceLayer(source).pages(ORDERS, KEY, None, (KEY, "UpdateDate", "UpdateTime")):
        yield Keys(
            [Key(str(wire.part(row, KEY, int, of="a key")), changed_at(row, source)) for row in page.rows], page.count
        )


def explain(answer: Answer) -> Refusal | None:
    """The Service Layer's error bodies; version 2 tells the message as plain text."""
    return odata.explain(answer, ERRORS)


def _sections(source: Source, window: Window) -> Iterator[Section]:
    settings, zone = source.settings, ZoneInfo(source.time_zone)
    first = (window.start - MARGIN).astimezone(zone).date() if window.start and not window.open_only else None
    last = window.end.astimezone(zone).date() if window.end else None
    changed, created = _days("UpdateDate", first, last), _days("CreationDate", first, last)
    if window.open_only:
        yield Section("open", odata.all_of(changed and f"{changed} or {UNDATED}", OPEN), is_counted=True)
        return
    yield Section("changed", changed, is_counted=True)
    if settings.undated_orders and changed:
        yield Section("undated", odata.all_of(UNDATED, created), is_counted=True)
    if first is None:
        return
    earlier = f"UpdateDate lt {_literal(first)} or {UNDATED}"
    if settings.read_drawn_documents:
        others = f"{earlier} or UpdateDate gt {_literal(last)}" if last else earlier
        yield Section("receipts", changed, RECEIPTS, others)
        yield Section("invoices", changed, INVOICES, others)
    if settings.reread_open_orders and last is None:
        yield Section("still open", odata.all_of(earlier, OPEN))


def _days(field: str, first: date | None, last: date | None) -> str | None:
    lower = f"{field} ge {_literal(first)}" if first else None
    upper = f"{field} le {_literal(last)}" if last else None
    return odata.all_of(lower, upper) or None


def _literal(day: date) -> str:
    """A date as the Service Layer takes it in both versions: as text."""
    return odata.literal(day.isoformat())


def _changed(
    source: Source, service: ServiceLayer, section: Section, window: Window, at: Row, then: Row | None
) -> Iterator[Page]:
    """The orders of a section; what the window's last day holds after its end counts as not expected."""
    related, expected = Related(source, service), at["expected"]
    for page in service.pages(ORDERS, KEY, section.condition, after=at["after"]):
        rows = [row for row in page.rows if _is_before(changed_at(row, source), window.end)]
        if section.is_counted and (told := page.count if page.count is not None else expected) is not None:
            expected = told - (len(page.rows) - len(rows))
        orders = related.whole(rows)
        if page.next_link and page.rows:
            resume = {"section": section.name, "after": page.rows[-1][KEY], "expected": expected}
            yield Page(orders, resume)
        else:
            yield Page(orders, then, expected)


def _drawn_from(
    source: Source, service: ServiceLayer, section: Section, window: Window, at: Row, then: Row | None
) -> Iterator[Page]:
    """The orders behind the documents of a section."""
    related = Related(source, service)
    for page in service.pages(section.entity, KEY, section.condition, (KEY, "DocumentLines"), at["after"]):
        entries = orders_behind(service, page.rows)
        rows = [row for found in service.by_keys(ORDERS, KEY, entries, (), section.behind) for row in found.rows]
        is_last = not (page.next_link and page.rows)
        resume = then if is_last else {"section": section.name, "after": page.rows[-1][KEY], "expected": None}
        yield Page(related.whole(rows), resume)


def _is_before(moment: datetime | None, end: datetime | None) -> bool:
    return moment is None or end is None or moment < end
