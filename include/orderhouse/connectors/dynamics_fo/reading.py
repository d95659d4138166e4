"""How Finance & Operations is read: windows of orders by header, by line and by being open; orders by number; keys."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from functools import partial

from include.orderhouse import wire
from include.orderhouse.connector import Key, Keys, Page, Source, Window
from include.orderhouse.connectors.dynamics_fo import queries
from include.orderhouse.connectors.dynamics_fo.assembly import Assembly
from include.orderhouse.connectors.dynamics_fo.queries import FILLED_IN_SINCE, HEADERS, LINES, NUMBER, NUMBERS_AT_ONCE
from include.orderhouse.connectors.dynamics_fo.settings import Settings
from include.orderhouse.lookup import batches, ids_within
from include.orderhouse.protocols import odata
from include.orderhouse.protocols.finance_operations import ROWS_AT_ONCE, Query, Row, RowKey, all_rows, walk
from include.orderhouse.sections import Section, read_sections, reread
from include.orderhouse.values.precision import since, until


def fetch(source: Source, window: Window) -> Iterator[Page]:
    """The orders of a window, company by company and section by section."""
    seconds = window.rounded(since, until)
    sections = [section for company in _companies(source) for section in _sections(source, company, seconds)]
    return read_sections(sections, window.resume)


def _sections(source: Source, company: str, window: Window) -> Iterator[tuple[str, Section]]:
    settings: Settings = source.settings
    changed = queries.within(settings, window)
    if window.open_only:
        yield f"open in {company}", partial(_by_header, source, company, odata.all_of(changed, queries.still_open()))
        return
    yield f"changed in {company}", partial(_by_header, source, company, changed)
    if window.start is None:
        return
    if settings.line_change_field:
        yield f"lines in {company}", reread(partial(_by_line, source, company, window))
    if settings.rereads and window.end is None:
        earlier = odata.all_of(queries.before(settings, window), queries.still_open())
        yield f"still open in {company}", reread(partial(_by_header, source, company, earlier))


def _by_header(source: Source, company: str, condition: str, after: RowKey | None) -> Iterator[Page]:
    assembly = Assembly(source, company)
    for found in walk(source, queries.headers(source, company, condition), source.page_size, after):
        yield Page(assembly.records(found.rows), found.last, found.count)


def _by_line(source: Source, company: str, window: Window, after: RowKey | None) -> Iterator[Page]:
    """The orders of lines that changed in the window, unless their header did, too."""
    assembly, field = Assembly(source, company), source.settings.header_change_field
    condition = queries.lines_within(source.settings, window)
    query = Query(LINES, company, (NUMBER,), condition, select=f"dataAreaId,{NUMBER},LineNumber")
    for found in walk(source, query, source.page_size, after):
        rows = _headers_of(source, company, list(dict.fromkeys(str(row[NUMBER]) for row in found.rows)))
        unmoved = [row for row in rows if not window.holds(_changed_at(row, field))]
        yield Page(assembly.records(unmoved), found.last)


def read(source: Source, ids: Sequence[str]) -> Iterator[Page]:
    """The orders with these source ids, each ``<company>/<number>``."""
    for company in _companies(source):
        if numbers := ids_within(company, ids):
            yield Page(Assembly(source, company).records(_headers_of(source, company, numbers)))


def scan(source: Source) -> Iterator[Keys]:
    """The keys of all orders of all companies, with their change time where they tell one."""
    field = source.settings.header_change_field
    select = ",".join(["dataAreaId", NUMBER, *([field] if field else [])])
    for company in _companies(source):
        for found in walk(source, Query(HEADERS, company, (NUMBER,), select=select), ROWS_AT_ONCE):
            keys = [Key(f"{company}/{row[NUMBER]}", _changed_at(row, field)) for row in found.rows]
            yield Keys(keys, found.count)


def _headers_of(source: Source, company: str, numbers: Sequence[str]) -> list[Row]:
    found: list[Row] = []
    for batch in batches(numbers, NUMBERS_AT_ONCE):
        found += all_rows(source, queries.headers(source, company, odata.one_of(NUMBER, batch)))
    return found


def _changed_at(row: Row, field: str) -> datetime | None:
    at = odata.instant(wire.part(row, field, str, of="an order's key")) if field else None
    return at if at is not None and at >= FILLED_IN_SINCE else None


def _companies(source: Source) -> list[str]:
    return list(source.catalogue.details["companies"])
