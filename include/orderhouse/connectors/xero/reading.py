"""How Xero is read: windows of orders, tenant by tenant, orders by id, keys."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from include.orderhouse.connector import Key, Keys, Page, Source, Window
from include.orderhouse.connectors.xero.assembly import Assembly
from include.orderhouse.lookup import ids_within
from include.orderhouse.protocols import xero_accounting
from include.orderhouse.protocols.xero_accounting import NotFound, Request, Row, order_id, updated_at
from include.orderhouse.sections import read_sections
from include.orderhouse.values.precision import millisecond, since

ORDERS = "PurchaseOrders"
OPEN_STATUSES = ("DRAFT", "SUBMITTED", "AUTHORISED")
SCAN_PAGE = 1000


@dataclass(frozen=True)
class Section:
    """A part of a window with one list of its own: a tenant's orders, of one status or of all."""

    tenant: Row
    status: str | None
    start: datetime | None
    end: datetime | None
    is_reread: bool = False

    @property
    def name(self) -> str:
        """What tells it apart from the other sections."""
        return f"{self.tenant['tenantId']} {self.status or 'changed'}"

    def request(self) -> Request:
        """The list; prices with four decimals instead of two."""
        return _orders(self.tenant, {"Status": self.status} if self.status else {})


def fetch(source: Source, window: Window) -> Iterator[Page]:
    """The orders of a window, tenant by tenant, in order of their modification."""
    sections = _sections(source, window.rounded(millisecond, millisecond))
    yield from read_sections([(s.name, partial(_pages, source, s)) for s in sections], window.resume)


def _sections(source: Source, window: Window) -> Iterator[Section]:
    for tenant in source.catalogue.details["tenants"]:
        if window.open_only:
            yield from (Section(tenant, status, window.start, window.end) for status in OPEN_STATUSES)
            continue
        yield Section(tenant, None, window.start, window.end)
        if source.settings.reread_open_orders and window.start is not None:
            yield from (Section(tenant, status, None, window.start, True) for status in OPEN_STATUSES)


def _pages(source: Source, section: Section, after: xero_accounting.After | None) -> Iterator[Page]:
    assembly, size = Assembly(source, section.tenant), source.page_size
    for found, further in xero_accounting.walk(source, section.request(), size, section.start, after):
        wanted = [row for row in found.rows if _is_wanted(row, section)]
        is_over = bool(found.rows) and section.end is not None and updated_at(found.rows[-1]) >= section.end
        told = None if is_over else further, _expected(section, found, wanted)
        yield Page(assembly.whole(wanted), *told, is_reread=section.is_reread)
        if is_over:
            return


def _is_wanted(row: Row, section: Section) -> bool:
    """Leaves out the second that was asked for too much, and what lies beyond the end.

    Other rows from before the start would mean that the header is ignored; they are kept for the sync to count.
    """
    at, start, end = updated_at(row), section.start, section.end
    is_before = start is not None and since(start) - xero_accounting.STEP <= at < start
    return not is_before and (end is None or at < end)


def _expected(section: Section, found: xero_accounting.Rows, wanted: Sequence[Row]) -> int | None:
    """Xero's count less the rows of the second before; unknown where the window ends or begins beyond this page."""
    if found.count is None or section.end is not None or (not wanted and not found.is_last):
        return None
    return found.count - (len(found.rows) - len(wanted))


def read(source: Source, ids: Sequence[str]) -> Iterator[Page]:
    """Orders by ``<tenant id>/<order id>``: one by one, or from the whole list where that takes fewer calls."""
    for tenant in source.catalogue.details["tenants"]:
        if wanted := ids_within(str(tenant["tenantId"]), ids):
            assembly = Assembly(source, tenant)
            yield from (Page(assembly.whole(rows)) for rows in _by_id(source, tenant, wanted))


def _by_id(source: Source, tenant: Row, ids: Sequence[str]) -> Iterator[list[Row]]:
    if len(ids) <= source.settings.single_reads:
        yield [row for key in ids if (row := _one(source, tenant, key)) is not None]
        return
    wanted = set(ids)
    for found, _ in xero_accounting.walk(source, _orders(tenant), source.page_size, None, None):
        yield [row for row in found.rows if row["PurchaseOrderID"] in wanted]


def _one(source: Source, tenant: Row, key: str) -> Row | None:
    try:
        body = xero_accounting.get(source, str(tenant["tenantId"]), f"{ORDERS}/{key}", {"unitdp": "4"})
    except NotFound:
        return None
    return next((row for row in xero_accounting.listed(body, ORDERS) if order_id(row) == key), None)


def scan(source: Source) -> Iterator[Keys]:
    """Every order's id and modification time, deleted ones included; there is no projection."""
    for tenant in source.catalogue.details["tenants"]:
        for found, _ in xero_accounting.walk(source, _orders(tenant), SCAN_PAGE, None, None):
            keys = [Key(f"{tenant['tenantId']}/{row['PurchaseOrderID']}", updated_at(row)) for row in found.rows]
            yield Keys(keys, found.count)


def _orders(tenant: Row, params: dict[str, str] | None = None) -> Request:
    return Request(str(tenant["tenantId"]), ORDERS, {"unitdp": "4", **(params or {})})
