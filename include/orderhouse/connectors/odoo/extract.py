"""Reading Odoo's orders: which changed, and all that belongs to them.

Pages go by id within a fixed set of conditions: an id never moves, so no order is lost or doubled however rows change
meanwhile, and no instant cut to seconds decides. What leaves the window by a change is in the next one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from include.orderhouse import wire
from include.orderhouse.connector import Catalogue, Key, Keys, Page, Source, Window
from include.orderhouse.connectors.odoo.assembly import LINE, ORDER, Assembly
from include.orderhouse.errors import ConfigurationInvalid, FilterIgnored, RequestRefused
from include.orderhouse.odoo_records import Raw, lookup_fields, readable
from include.orderhouse.odoo_rpc import OdooCall, Protocol, read_version

JSON2_SINCE = 19
Domain = list[Any]


def discover(source: Source) -> Catalogue:
    """Version, companies and the fields there are; the first call with credentials proves them."""
    protocol, version = _protocol(source)
    call = OdooCall(source.api, protocol, _context(source, ()))
    companies = call.records("res.company", domain=[], fields=["name"], order="id asc")
    chosen = _chosen([company["id"] for company in companies], source.settings.companies)
    order, line = call.fields(ORDER), call.fields(LINE)
    fields = {ORDER: readable(order), LINE: readable(line)}
    known = {**lookup_fields(call, fields.values()), **fields}
    details = {"protocol": protocol, "version": version, "companies": chosen, "fields": known}
    return Catalogue(scope=tuple(f"company {number}" for number in chosen), details=details)


def _protocol(source: Source) -> tuple[Protocol, str]:
    if source.settings.protocol != "auto":
        return source.settings.protocol, "not asked for"
    try:
        major, version = read_version(source.api)
    except RequestRefused:
        return "json2", "not told"
    return ("json2" if major >= JSON2_SINCE else "jsonrpc"), version


def _chosen(known: list[int], wanted: Sequence[int]) -> list[int]:
    if missing := sorted(set(wanted) - set(known)):
        raise ConfigurationInvalid(
            f"The user does not belong to the companies {missing}; Odoo lets it read {known}.",
            action="Correct the setting 'companies', or allow the user these companies in Odoo.",
        )
    return sorted(wanted) or known


def _context(source: Source, companies: Sequence[int]) -> Raw:
    context: Raw = {"lang": source.settings.language, "tz": "UTC", "active_test": False}
    return context | ({"allowed_company_ids": list(companies)} if companies else {})


def _call(source: Source) -> OdooCall:
    details = source.catalogue.details
    return OdooCall(source.api, details["protocol"], _context(source, details["companies"]))


@dataclass(frozen=True)
class _Section:
    """One query of a fetch; lines stand for their orders."""

    name: str
    model: str
    domain: Domain


def fetch(source: Source, window: Window) -> Iterator[Page]:
    """The orders whose header or lines changed in the window; a section ends with an empty answer, not a short one."""
    call = _call(source)
    assembly = Assembly(source, call)
    sections = _sections(source, window)
    names = [section.name for section in sections]
    at = window.resume or {"section": names[0], "after": 0}
    after = int(at["after"])
    for index in range(names.index(at["section"]), len(sections)):
        section = sections[index]
        expected = call.count(ORDER, section.domain) if section.model == ORDER and not after else None
        for rows in _pages(source, call, section, after):
            resume = {"section": section.name, "after": rows[-1]["id"]}
            orders = assembly.whole(rows) if section.model == ORDER else assembly.by_id(_order_ids(rows))
            yield Page(orders, resume, expected)
            expected = None
        after = 0
        yield Page((), {"section": names[index + 1], "after": 0} if index + 1 < len(sections) else None, expected)


def _pages(source: Source, call: OdooCall, section: _Section, after: int) -> Iterator[list[Raw]]:
    fields = list(source.catalogue.details["fields"][ORDER]) if section.model == ORDER else ["order_id"]
    while rows := call.records(
        section.model,
        domain=[*section.domain, ["id", ">", after]],
        fields=fields,
        order="id asc",
        limit=source.page_size,
    ):
        if min(row["id"] for row in rows) <= after:
            raise FilterIgnored(
                f"{section.model}: asked for ids above {after}, came {min(row['id'] for row in rows)}.",
                action="Nothing was loaded. A proxy or a customisation of the server drops the search domain.",
            )
        after = max(row["id"] for row in rows)
        yield sorted(rows, key=lambda row: row["id"])


def _order_ids(lines: list[Raw]) -> list[int]:
    return sorted({wire.part(line, "order_id", list, of=LINE)[0] for line in lines})


def _sections(source: Source, window: Window) -> list[_Section]:
    scope = [["company_id", "in", source.catalogue.details["companies"]]]
    if window.open_only:
        return [_Section("open", ORDER, [*scope, *_before("write_date", window.end), *_unfinished(source)])]
    undated: Domain = [["write_date", "=", False], *_within("create_date", window)]
    sections = [
        _Section("modified", ORDER, [*scope, ["write_date", "!=", False], *_within("write_date", window)]),
        _Section("undated", ORDER, [*scope, *undated]),
    ]
    if window.start is not None:
        changed = [*scope, *_within("write_date", window), *_outside("order_id.write_date", window.start, window.end)]
        sections.append(_Section("lines", LINE, changed))
    return sections


def _within(name: str, window: Window) -> Domain:
    start: Domain = [[name, ">=", _wire_time(window.start)]] if window.start else []
    return [*start, *([[name, "<", _wire_time(window.end)]] if window.end else [])]


def _outside(name: str, start: datetime, end: datetime | None) -> Domain:
    """Orders that the section of headers does not hold already."""
    before: Domain = [[name, "=", False], [name, "<", _wire_time(start)]]
    after: Domain = [[name, ">=", _wire_time(end)]] if end else []
    return ["|"] * (len(before) + len(after) - 1) + before + after


def _before(name: str, end: datetime | None) -> Domain:
    return ["|", [name, "=", False], [name, "<", _wire_time(end)]] if end else []


def _unfinished(source: Source) -> Domain:
    """Neither cancelled nor locked, nor both received and billed in full; the fields are those the version has."""
    known = source.catalogue.details["fields"][ORDER]
    domain: Domain = [["state", "not in", ["cancel", "done"]]]
    if "locked" in known:
        domain.append(["locked", "=", False])
    if "receipt_status" in known:
        domain += ["|", ["receipt_status", "not in", ["full"]], ["invoice_status", "not in", ["invoiced"]]]
    return domain


def _wire_time(instant: datetime) -> str:
    """Naive UTC in whole seconds: Odoo ignores offsets in a domain, and windows cut alike still join without a gap."""
    return instant.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")


def read(source: Source, ids: Sequence[str]) -> Iterator[Page]:
    """The orders with these ids, as many as exist and the user may see."""
    assembly = Assembly(source, _call(source))
    numbers = sorted({int(entry) for entry in ids if entry.isdecimal()})
    for first in range(0, len(numbers), source.page_size):
        yield Page(assembly.by_id(numbers[first : first + source.page_size]))


def scan(source: Source) -> Iterator[Keys]:
    """Every order of the companies with the time it counts as changed: the last write, else the creation."""
    call = _call(source)
    domain: Domain = [["company_id", "in", source.catalogue.details["companies"]]]
    expected: int | None = call.count(ORDER, domain)
    after, limit = 0, 10 * source.page_size
    while rows := call.records(
        ORDER, domain=[*domain, ["id", ">", after]], fields=["write_date", "create_date"], order="id asc", limit=limit
    ):
        after = max(row["id"] for row in rows)
        yield Keys([Key(str(row["id"]), _changed_at(row)) for row in rows], expected)
        expected = None
    yield Keys((), expected)


def _changed_at(row: Raw) -> datetime | None:
    told = row.get("write_date") or row.get("create_date")
    return datetime.strptime(told, "%Y-%m-%d %H:%M:%S").replace(tzinfo=UTC) if told else None
