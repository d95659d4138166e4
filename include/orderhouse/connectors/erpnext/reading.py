"""Reading ERPNext's orders: which changed, and all that belongs to them.

All times are local ones of the site. Pages go by name within a fixed set of filters: a name never changes, so no order
is lost or doubled however rows change meanwhile. What leaves the window by a change is in the next one. Names are
compared by the database's collation, so the last name of a page is the last row's, not the largest by code points.
Deletions are told by `Deleted Document`, where the user may see it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from functools import partial
from zoneinfo import ZoneInfo

from include.orderhouse.connector import Key, Keys, Page, Source, Window
from include.orderhouse.connectors.erpnext.assembly import LINE, ORDER, Assembly
from include.orderhouse.connectors.erpnext.discovery import TOMBSTONE
from include.orderhouse.lookup import batches
from include.orderhouse.protocols.frappe import Filters, Frappe, Raw, read_time, wire_time
from include.orderhouse.sections import Section, read_sections, reread
from include.orderhouse.values.local_time import earliest_local, from_local, latest_local

FINISHED = ("Completed", "Closed", "Cancelled")
"""Delivered drop shipments may still be billed."""
STATE = ("name", "modified", "creation")
DELETED: Filters = [["deleted_doctype", "=", ORDER]]
"""Restored ones, too: Frappe restores a document under a new name of its series."""


def fetch(source: Source, window: Window) -> Iterator[Page]:
    """The orders whose header or lines changed in the window; a section ends with an empty answer, not a short one."""
    zone = _zone(source)
    local = window.rounded(partial(earliest_local, zone=zone), partial(latest_local, zone=zone))
    return read_sections(list(_sections(source, local)), window.resume)


def _sections(source: Source, window: Window) -> Iterator[tuple[str, Section]]:
    """The queries of a window, whose bounds are local times of the site."""
    scope, assembly = _scope(source), Assembly(source)
    read_headers = partial(_by_header, source, assembly)
    if window.open_only:
        unfinished: Filters = [*scope, ["docstatus", "<", 2], ["status", "not in", list(FINISHED)]]
        yield (
            "open",
            partial(read_headers, [*unfinished, *_dated(source), *_within(Window(None, window.end), "modified")]),
        )
        undated: Filters = [*unfinished, ["modified", "is", "not set"]]
    else:
        yield "modified", partial(read_headers, [*scope, *_dated(source), *_within(window, "modified")])
        undated = [*scope, ["modified", "is", "not set"], *_within(window, "creation")]
    if source.settings.undated:
        yield "undated", partial(read_headers, undated)
    if window.start is not None and not window.open_only:
        yield "lines", reread(partial(_by_line, source, assembly, window))
        if source.catalogue.details["tells_deletions"]:
            yield "deleted", partial(_deleted, source, assembly, window)


def _scope(source: Source) -> Filters:
    return [["company", "in", source.catalogue.details["companies"]]]


def _dated(source: Source) -> Filters:
    """Versions differ in whether ``modified < ...`` finds rows that have none."""
    return [["modified", "is", "set"]] if source.settings.undated else []


def _within(window: Window, *column: str) -> Filters:
    bounds = ((">=", window.start), ("<", window.end))
    return [[*column, sign, wire_time(at)] for sign, at in bounds if at]


def _by_header(source: Source, assembly: Assembly, filters: Filters, after: str | None) -> Iterator[Page]:
    frappe = Frappe(source.api)
    expected = None if after else frappe.count(ORDER, filters)
    for rows in frappe.walk(ORDER, filters=filters, size=source.page_size, after=after):
        yield Page(assembly.whole(rows), rows[-1]["name"], expected)
        expected = None
    yield Page((), expected=expected)


def _by_line(source: Source, assembly: Assembly, window: Window, after: str | None) -> Iterator[Page]:
    """The orders of lines that changed, but for those that the sections of headers hold already.

    A join gives an order once for every line.
    """
    filters = [*_scope(source), *_within(window, LINE, "modified")]
    for rows in Frappe(source.api).walk(ORDER, STATE, filters, size=source.page_size, after=after):
        names = [row["name"] for row in rows if not _is_by_header(source, window, row)]
        yield Page(assembly.by_name(names), rows[-1]["name"])
    yield Page(())


def _is_by_header(source: Source, window: Window, row: Raw) -> bool:
    """Whether the sections of headers hold an order; one without a modification time only where it is looked for."""
    is_looked_for = bool(row.get("modified")) or source.settings.undated
    return is_looked_for and window.holds(_written(row))


def _deleted(source: Source, assembly: Assembly, window: Window, after: str | None) -> Iterator[Page]:
    filters, fields = [*DELETED, *_within(window, "creation")], ("name", "deleted_name")
    for rows in Frappe(source.api).walk(TOMBSTONE, fields, filters, size=source.page_size, after=after):
        yield Page((), rows[-1]["name"], deleted=assembly.missing([str(row["deleted_name"]) for row in rows]))
    yield Page(())


def _zone(source: Source) -> ZoneInfo:
    return ZoneInfo(source.catalogue.details["time_zone"])


def read(source: Source, ids: Sequence[str]) -> Iterator[Page]:
    """The orders with these names, as many as exist and the user may see."""
    assembly = Assembly(source)
    for names in batches(sorted(set(ids)), source.page_size):
        yield Page(assembly.by_name(names))


def scan(source: Source) -> Iterator[Keys]:
    """Every order of the companies with the time it counts as changed: the last change, else the creation."""
    frappe, zone, scope = Frappe(source.api), _zone(source), _scope(source)
    expected: int | None = frappe.count(ORDER, scope)
    for rows in frappe.walk(ORDER, STATE, scope, size=10 * source.page_size):
        now = source.api.source_time or datetime.now(UTC)
        yield Keys([Key(row["name"], _changed_at(row, zone, now)) for row in rows], expected)
        expected = None
    yield Keys((), expected)


def _written(row: Raw) -> datetime | None:
    """The local time that an order counts as changed at."""
    told = row.get("modified") or row.get("creation")
    return read_time(told) if told else None


def _changed_at(row: Raw, zone: ZoneInfo, now: datetime) -> datetime | None:
    local = _written(row)
    return from_local(local, zone, now) if local else None
