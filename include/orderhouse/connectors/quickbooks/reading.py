"""How QuickBooks is read: windows of orders, the bills, expenses and deletions of a window, orders by id, keys."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from functools import partial

from include.orderhouse.connector import Catalogue, Key, Keys, Page, Source, Window
from include.orderhouse.connectors.quickbooks.assembly import Assembly
from include.orderhouse.connectors.quickbooks.bills import BILL, EXPENSE, ORDER
from include.orderhouse.connectors.quickbooks.records import links
from include.orderhouse.errors import RequestRefused, UnexpectedShape
from include.orderhouse.lookup import batches
from include.orderhouse.protocols import intuit
from include.orderhouse.protocols.intuit import Within
from include.orderhouse.sections import Section, read_sections, reread
from include.orderhouse.values.precision import since, until

OPEN = "POStatus = 'Open'"


def discover(source: Source) -> Catalogue:
    """The company with its home currency, and what its queries may ask for."""
    companies = intuit.every(source, "CompanyInfo")
    if not companies:
        raise UnexpectedShape(
            f"The realm {source.settings.realm_id} has no CompanyInfo.",
            action="Check realm_id in the connection's settings.",
        )
    preferences = next(iter(intuit.every(source, "Preferences")), {})
    currencies = preferences.get("CurrencyPrefs") or {}
    own = {"realm_id": source.settings.realm_id, "home_currency": (currencies.get("HomeCurrency") or {}).get("value")}
    details = {"company": companies[0] | own, "filters_status": _filters_status(source)}
    return Catalogue((f"realm {source.settings.realm_id}",), details)


def _filters_status(source: Source) -> bool:
    """Whether queries may ask for the status, which Intuit's lists of properties do not tell."""
    try:
        intuit.count(source, ORDER, Within(conditions=(OPEN,)))
    except RequestRefused:
        return False
    return True


def fetch(source: Source, window: Window) -> Iterator[Page]:
    """The orders saved in the window, then those with a bill or an expense saved in it, then what was deleted since.

    An order's own time was seen to move when a bill is linked, but Intuit does not promise it.
    """
    yield from read_sections(list(_sections(source, window)), window.resume)


def _sections(source: Source, window: Window) -> Iterator[tuple[str, Section]]:
    assembly = Assembly(source)
    yield "orders", partial(_orders, source, window, assembly)
    if window.start is None or window.open_only:
        return
    if source.settings.read_bills:
        yield "bills", reread(partial(_drawn, source, window, assembly, BILL))
        yield "expenses", reread(partial(_drawn, source, window, assembly, EXPENSE))
    yield "deletions", partial(_deleted, source, window.start)


def _orders(source: Source, window: Window, assembly: Assembly, after: intuit.After | None) -> Iterator[Page]:
    filters_status = window.open_only and source.catalogue.details["filters_status"]
    within = Within(window.start, window.end, (OPEN,) if filters_status else ())
    is_countable = after is None and (filters_status or not window.open_only)
    expected = intuit.count(source, ORDER, within) if is_countable else None
    for rows, further in intuit.walk(source, ORDER, within, source.page_size, after):
        chosen = [row for row in rows if not window.open_only or row.get("POStatus") != "Closed"]
        yield Page(assembly.whole(chosen), further, expected)
        expected = None
        del rows, chosen


def _drawn(
    source: Source, window: Window, assembly: Assembly, entity: str, after: intuit.After | None
) -> Iterator[Page]:
    """Orders that were not saved in the window themselves, but a bill or an expense that draws from them was."""
    saved = window.rounded(since, until)
    for draws, further in intuit.walk(source, entity, Within(window.start, window.end), source.page_size, after):
        linked = {link["TxnId"] for draw in draws for link in links(draw) if link.get("TxnType") == ORDER}
        found = intuit.by_ids(source, ORDER, linked)
        yield Page(assembly.whole([row for row in found if not saved.holds(intuit.updated_at(row))]), further)
        del draws, found


def _deleted(source: Source, start: datetime, _after: None) -> Iterator[Page]:
    gone, are_all = intuit.deletions(source, ORDER, start)
    yield Page([], deleted=gone, misses_deletions=not are_all)


def read(source: Source, ids: Sequence[str]) -> Iterator[Page]:
    """Orders by id; those that are gone are absent."""
    assembly = Assembly(source)
    for batch in batches(ids, source.page_size):
        yield Page(assembly.whole(intuit.by_ids(source, ORDER, batch)))


def scan(source: Source) -> Iterator[Keys]:
    """Every order's id and modification time; a query gives whole orders, there is no projection."""
    expected: int | None = intuit.count(source, ORDER, Within())
    for rows, _ in intuit.walk(source, ORDER, Within(), intuit.MOST_ROWS // 2):
        yield Keys([Key(str(row["Id"]), intuit.updated_at(row)) for row in rows], expected)
        expected = None
