"""Reading ERPNext's orders: which changed, and all that belongs to them.

All times are local ones of the site. Pages go by name within a fixed set of filters: a name never changes, so no order
is lost or doubled however rows change meanwhile. What leaves the window by a change is in the next one. Names are
compared by the database's collation, so the last name of a page is the last row's, not the largest by code points.
Deletions are told by `Deleted Document`, where the user may see it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from include.orderhouse.connector import Catalogue, Key, Keys, Page, Source, Window
from include.orderhouse.connectors.erpnext.assembly import LINE, ORDER, Assembly
from include.orderhouse.errors import ConfigurationInvalid, FilterIgnored, PermissionDenied, RequestRefused
from include.orderhouse.frappe import EVERYTHING, Filters, Frappe, Raw, read_time, wire_time
from include.orderhouse.local_time import earliest_local, from_local, latest_local, zone_of

FINISHED = ("Completed", "Closed", "Cancelled")
"""Delivered drop shipments may still be billed."""
STATE = ("name", "modified", "creation")
TOMBSTONE = "Deleted Document"
DELETED: Filters = [["deleted_doctype", "=", ORDER], ["restored", "=", 0]]


def discover(source: Source) -> Catalogue:
    """The site's time zone, its companies and whether child tables can be listed; the first call proves the key."""
    frappe = Frappe(source.api)
    user = frappe.user()
    told = frappe.time_zone() or source.time_zone
    zone = zone_of(told, "The site's time zone")
    companies = [row["name"] for row in frappe.records("Company", ["name"])]
    chosen = _chosen(companies, source.settings.companies, user)
    lines = source.settings.lines if source.settings.lines != "auto" else _way(frappe)
    details = {"companies": chosen, "time_zone": zone.key, "lines": lines, "tells_deletions": _tells_deletions(frappe)}
    return Catalogue(scope=tuple(f"company {name}" for name in chosen), details=details)


def _chosen(known: list[str], wanted: Sequence[str], user: str) -> list[str]:
    if missing := sorted(set(wanted) - set(known)):
        raise ConfigurationInvalid(
            f"{user} does not see the companies {missing}; ERPNext shows {known}.",
            action="Correct the setting 'companies', or give the user a right to them in ERPNext.",
        )
    return sorted(wanted) or known


def _way(frappe: Frappe) -> str:
    return "tables" if _may_list(frappe, LINE, parent=ORDER) else "documents"


def _tells_deletions(frappe: Frappe) -> bool:
    """Deleted documents are the System Manager's to see; without that right a reconcile finds them."""
    return _may_list(frappe, TOMBSTONE)


def _may_list(frappe: Frappe, doctype: str, parent: str | None = None) -> bool:
    try:
        frappe.records(doctype, ["name"], limit=1, parent=parent)
    except (PermissionDenied, RequestRefused):
        return False
    return True


@dataclass(frozen=True)
class _Section:
    """One query of a fetch; lines stand for their orders."""

    name: str
    filters: Filters
    doctype: str = ORDER
    fields: Sequence[str] = EVERYTHING

    @property
    def is_of_headers(self) -> bool:
        """Whether its rows are whole headers."""
        return self.fields == EVERYTHING


def fetch(source: Source, window: Window) -> Iterator[Page]:
    """The orders whose header or lines changed in the window; a section ends with an empty answer, not a short one."""
    frappe, assembly = Frappe(source.api), Assembly(source)
    bounds = _bounds(source, window)
    sections = _sections(source, window, bounds)
    names = [section.name for section in sections]
    at = window.resume or {"section": names[0], "after": ""}
    after = str(at["after"])
    for index in range(names.index(at["section"]), len(sections)):
        section = sections[index]
        expected = frappe.count(ORDER, section.filters) if section.is_of_headers and not after else None
        for rows in _pages(frappe, section, after, source.page_size):
            resume = {"section": section.name, "after": rows[-1]["name"]}
            yield replace(_page(assembly, section, rows, bounds), resume=resume, expected=expected)
            expected = None
        after = ""
        yield Page((), {"section": names[index + 1], "after": ""} if index + 1 < len(sections) else None, expected)


def _page(assembly: Assembly, section: _Section, rows: list[Raw], bounds: _Bounds) -> Page:
    if section.doctype == TOMBSTONE:
        return Page((), deleted=assembly.missing([str(row["deleted_name"]) for row in rows]))
    if section.is_of_headers:
        return Page(assembly.whole(rows))
    return Page(assembly.by_name([row["name"] for row in rows if not _has_header_in(row, bounds)]))


def _pages(frappe: Frappe, section: _Section, after: str, size: int) -> Iterator[list[Raw]]:
    """Rows of headers; those of a join come once for every line, and what a page cuts off of an order is known."""
    order_by = f"`tab{section.doctype}`.`name` asc"
    filters = section.filters
    while rows := frappe.records(
        section.doctype, section.fields, [*filters, *_after(after)], limit=size, order_by=order_by
    ):
        rows = list({row["name"]: row for row in rows}.values())
        if after in (row["name"] for row in rows):
            raise FilterIgnored(
                f"{section.doctype}: asked for names after {after!r}, and it came again.",
                action="Nothing was loaded. A proxy or a customisation of the site drops the filters.",
            )
        after = rows[-1]["name"]
        yield rows


def _after(name: str) -> Filters:
    return [["name", ">", name]] if name else []


@dataclass(frozen=True)
class _Bounds:
    """A window in local times of the site, as filters take them."""

    start: str | None
    end: str | None

    def of(self, *column: str) -> list[list[Any]]:
        """The filters of a column."""
        start = [[*column, ">=", self.start]] if self.start else []
        return [*start, *([[*column, "<", self.end]] if self.end else [])]

    def hold(self, told: Any) -> bool:
        """Whether a time of the wire is inside."""
        at = wire_time(read_time(told))
        return (self.start is None or at >= self.start) and (self.end is None or at < self.end)


def _bounds(source: Source, window: Window) -> _Bounds:
    zone = _zone(source)
    return _Bounds(
        wire_time(earliest_local(window.start, zone)) if window.start else None,
        wire_time(latest_local(window.end, zone)) if window.end else None,
    )


def _sections(source: Source, window: Window, bounds: _Bounds) -> list[_Section]:
    scope = _scope(source)
    if window.open_only:
        unfinished: Filters = [["docstatus", "<", 2], ["status", "not in", list(FINISHED)]]
        before = _Bounds(None, bounds.end).of("modified")
        sections = [_Section("open", [*scope, *unfinished, *_dated(source), *before])]
        undated: Filters = [*scope, *unfinished, ["modified", "is", "not set"]]
    else:
        sections = [_Section("modified", [*scope, *_dated(source), *bounds.of("modified")])]
        undated = [*scope, ["modified", "is", "not set"], *bounds.of("creation")]
    if source.settings.undated:
        sections.append(_Section("undated", undated))
    if window.start is not None and not window.open_only:
        sections.append(_Section("lines", [*scope, *bounds.of(LINE, "modified")], fields=STATE))
        if source.catalogue.details["tells_deletions"]:
            gone: Filters = [*DELETED, *bounds.of("creation")]
            sections.append(_Section("deleted", gone, TOMBSTONE, ("name", "deleted_name")))
    return sections


def _scope(source: Source) -> Filters:
    return [["company", "in", source.catalogue.details["companies"]]]


def _dated(source: Source) -> Filters:
    """Versions differ in whether ``modified < ...`` finds rows that have none."""
    return [["modified", "is", "set"]] if source.settings.undated else []


def _has_header_in(row: Raw, bounds: _Bounds) -> bool:
    """Whether one of the sections before holds the order already."""
    told = row.get("modified") or row.get("creation")
    return told is not None and bounds.hold(told)


def _zone(source: Source) -> ZoneInfo:
    return ZoneInfo(source.catalogue.details["time_zone"])


def read(source: Source, ids: Sequence[str]) -> Iterator[Page]:
    """The orders with these names, as many as exist and the user may see."""
    assembly, names = Assembly(source), sorted(set(ids))
    for first in range(0, len(names), source.page_size):
        yield Page(assembly.by_name(names[first : first + source.page_size]))


def scan(source: Source) -> Iterator[Keys]:
    """Every order of the companies with the time it counts as changed: the last change, else the creation."""
    frappe, zone = Frappe(source.api), _zone(source)
    section = _Section("all", _scope(source), fields=STATE)
    expected: int | None = frappe.count(ORDER, section.filters)
    for rows in _pages(frappe, section, "", 10 * source.page_size):
        now = source.api.source_time or datetime.now(UTC)
        yield Keys([Key(row["name"], _changed_at(row, zone, now)) for row in rows], expected)
        expected = None
    yield Keys((), expected)


def _changed_at(row: Raw, zone: ZoneInfo, now: datetime) -> datetime | None:
    told = row.get("modified") or row.get("creation")
    return from_local(read_time(told), zone, now) if told else None
