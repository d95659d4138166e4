"""Reading Odoo's orders: which changed, by header or by line; orders by id; keys.

No instant cut to seconds decides about paging, which goes by ids. What leaves the window by a change is in the next.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from include.orderhouse import wire
from include.orderhouse.connector import Key, Keys, Page, Source, Window
from include.orderhouse.connectors.odoo.assembly import LINE, ORDER, Assembly
from include.orderhouse.connectors.odoo.discovery import call_within
from include.orderhouse.lookup import batches
from include.orderhouse.protocols.odoo_records import Raw
from include.orderhouse.protocols.odoo_rpc import OdooCall
from include.orderhouse.protocols.odoo_search import Domain, before, from_wire, outside, walk, within
from include.orderhouse.sections import Section, read_sections, reread


def _call(source: Source) -> OdooCall:
    details = source.catalogue.details
    return call_within(source, details["protocol"], details["companies"])


def fetch(source: Source, window: Window) -> Iterator[Page]:
    """The orders whose header or lines changed in the window."""
    yield from read_sections(list(_sections(source, window)), window.resume)


def _sections(source: Source, window: Window) -> Iterator[tuple[str, Section]]:
    assembly, scope = Assembly(source, _call(source)), _scope(source)
    start, end = window.start, window.end
    if window.open_only:
        yield "open", _headers(assembly, [*scope, *before("write_date", end), *_unfinished(source)])
        return
    changed = within("write_date", start, end)
    yield "modified", _headers(assembly, [*scope, ["write_date", "!=", False], *changed])
    yield "undated", _headers(assembly, [*scope, ["write_date", "=", False], *within("create_date", start, end)])
    if start is not None:
        yield "lines", reread(_lines(assembly, [*scope, *changed, *outside("order_id.write_date", start, end)]))


def _headers(assembly: Assembly, domain: Domain) -> Section:
    """The orders that a domain finds."""

    def pages(after: int | None) -> Iterator[Page]:
        expected = None if after else assembly.call.count(ORDER, domain)
        for rows in walk(assembly.call, ORDER, domain, assembly.fields, assembly.page_size, after or 0):
            yield Page(assembly.whole(rows), rows[-1]["id"], expected)
            expected = None
        yield Page((), None, expected)

    return pages


def _lines(assembly: Assembly, domain: Domain) -> Section:
    """The orders of the lines that a domain finds; those that the section of headers does not hold already."""

    def pages(after: int | None) -> Iterator[Page]:
        for rows in walk(assembly.call, LINE, domain, ["order_id"], assembly.page_size, after or 0):
            ids = sorted({wire.part(line, "order_id", list, of=LINE)[0] for line in rows})
            yield Page(assembly.by_id(ids), rows[-1]["id"])
        yield Page(())

    return pages


def _scope(source: Source) -> Domain:
    return [["company_id", "in", source.catalogue.details["companies"]]]


def _unfinished(source: Source) -> Domain:
    """Not cancelled, not both received and billed in full, and, where locked by hand, something of it still to come.

    The fields are those the version has.
    """
    known = source.catalogue.details["fields"][ORDER]
    waits: list[Domain] = [["company_id.po_lock", "=", "lock"], ["invoice_status", "=", "to invoice"]]
    waits += [["receipt_status", "in", ["pending", "partial"]]] if "receipt_status" in known else []
    domain: Domain = [["state", "!=", "cancel"]]
    for unlocked in (["state", "!=", "done"], *([["locked", "=", False]] if "locked" in known else [])):
        domain += [*["|"] * len(waits), *waits, unlocked]
    if "receipt_status" in known:
        domain += ["|", ["receipt_status", "not in", ["full"]], ["invoice_status", "not in", ["invoiced"]]]
    return domain


def read(source: Source, ids: Sequence[str]) -> Iterator[Page]:
    """The orders with these ids, as many as exist and the user may see."""
    assembly = Assembly(source, _call(source))
    numbers = sorted({int(entry) for entry in ids if entry.isdecimal()})
    yield from (Page(assembly.by_id(batch)) for batch in batches(numbers, source.page_size))


def scan(source: Source) -> Iterator[Keys]:
    """Every order of the companies with the time it counts as changed: the last write, else the creation."""
    call, domain = _call(source), _scope(source)
    expected: int | None = call.count(ORDER, domain)
    for rows in walk(call, ORDER, domain, ["write_date", "create_date"], 10 * source.page_size):
        yield Keys([Key(str(row["id"]), _changed_at(row)) for row in rows], expected)
        expected = None
    yield Keys((), expected)


def _changed_at(row: Raw) -> datetime | None:
    told = row.get("write_date") or row.get("create_date")
    return from_wire(told) if told else None
