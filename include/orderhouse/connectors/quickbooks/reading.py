"""How QuickBooks is read: windows of orders, the bills and deletions of a window, orders by id, keys."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from include.orderhouse import intuit
from include.orderhouse.connector import Catalogue, Key, Keys, Page, Source, Window
from include.orderhouse.connectors.quickbooks.related import Related, links
from include.orderhouse.errors import RequestRefused, UnexpectedShape
from include.orderhouse.intuit import Within

ORDER, BILL = "PurchaseOrder", "Bill"
OPEN = "POStatus = 'Open'"
ORDERS, BILLS, DELETIONS = "orders", "bills", "deletions"
"""The sections of a window, in the order they are read."""


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
    """The orders saved in the window, then those with a bill saved in it, then what was deleted since its start.

    An order's own time was seen to move when a bill is linked, but Intuit does not promise it.
    """
    section, after = window.resume or (ORDERS, None)
    related = Related(source)
    if section == ORDERS:
        yield from _orders(source, window, related, after)
        after = None
    if window.start is None or window.open_only:
        return
    if section != DELETIONS and source.settings.read_bills:
        yield from _billed(source, window, related, after)
    gone, are_all = intuit.deletions(source, ORDER, window.start)
    yield Page([], deleted=gone, misses_deletions=not are_all)


def _orders(source: Source, window: Window, related: Related, after: intuit.After | None) -> Iterator[Page]:
    last = None if window.start is None or window.open_only else _sections_after_orders(source)
    filters_status = window.open_only and source.catalogue.details["filters_status"]
    within = Within(window.start, window.end, (OPEN,) if filters_status else ())
    is_countable = after is None and (filters_status or not window.open_only)
    expected = intuit.count(source, ORDER, within) if is_countable else None
    for rows, further in intuit.walk(source, ORDER, within, source.page_size, after):
        chosen = [row for row in rows if not window.open_only or row.get("POStatus") != "Closed"]
        yield Page(related.whole(chosen), [ORDERS, further] if further else last, expected)
        expected = None


def _sections_after_orders(source: Source) -> list[Any]:
    return [BILLS if source.settings.read_bills else DELETIONS, None]


def _billed(source: Source, window: Window, related: Related, after: intuit.After | None) -> Iterator[Page]:
    """Orders that were not saved in the window themselves, but a bill of theirs was."""
    for bills, further in intuit.walk(source, BILL, Within(window.start, window.end), source.page_size, after):
        linked = {link["TxnId"] for bill in bills for link in links(bill) if link.get("TxnType") == ORDER}
        found = intuit.by_ids(source, ORDER, linked)
        unmoved = [row for row in found if not _is_inside(row, window)]
        yield Page(related.whole(unmoved), [BILLS, further] if further else [DELETIONS, None])


def _is_inside(row: intuit.Row, window: Window) -> bool:
    """Whether the window's own query has the order, by the whole seconds it is asked in."""
    at = intuit.updated_at(row)
    starts = window.start is None or at >= window.start.replace(microsecond=0)
    return starts and (window.end is None or at < window.end)


def read(source: Source, ids: Sequence[str]) -> Iterator[Page]:
    """Orders by id; those that are gone are absent."""
    related = Related(source)
    for begin in range(0, len(ids), source.page_size):
        yield Page(related.whole(intuit.by_ids(source, ORDER, ids[begin : begin + source.page_size])))


def scan(source: Source) -> Iterator[Keys]:
    """Every order's id and modification time; a query gives whole orders, there is no projection."""
    expected: int | None = intuit.count(source, ORDER, Within())
    for rows, _ in intuit.walk(source, ORDER, Within(), intuit.MOST_ROWS // 2):
        yield Keys([Key(str(row["Id"]), intuit.updated_at(row)) for row in rows], expected)
        expected = None
