"""How Finance & Operations is read: windows of orders by header, by line and by being open; orders by number; keys."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from include.orderhouse import odata, wire
from include.orderhouse.connector import Catalogue, Key, Keys, Page, Source, Window
from include.orderhouse.connectors.dynamics_fo import queries
from include.orderhouse.connectors.dynamics_fo.assembly import Assembly
from include.orderhouse.connectors.dynamics_fo.queries import (
    FILLED_IN_SINCE,
    HEADERS,
    LINES,
    NUMBER,
    NUMBERS_AT_ONCE,
    Query,
    Row,
)
from include.orderhouse.connectors.dynamics_fo.settings import Settings
from include.orderhouse.errors import ConfigurationInvalid
from include.orderhouse.precision import since


@dataclass(frozen=True)
class Part:
    """What a section gives at a time: orders, the key behind which it goes on, and the source's count."""

    records: list[Row]
    last: list[Any] | None
    count: int | None = None


Section = Callable[[list[Any] | None], Iterator[Part]]


def discover(source: Source) -> Catalogue:
    """The companies with their own address, currency and payment terms; checks the fields that the settings name."""
    settings: Settings = source.settings
    entities = {str(row["LegalEntityId"]).lower(): row for row in _masters(source, "LegalEntities")}
    ledgers = {str(row["LegalEntityId"]).lower(): row for row in _masters(source, "Ledgers")}
    wanted = [company.lower() for company in settings.companies] or sorted(entities)
    if missing := [company for company in wanted if company not in entities]:
        raise ConfigurationInvalid(
            f"There is no company {', '.join(missing)} that the credentials may see.",
            action=f"Correct settings.companies; there are: {', '.join(sorted(entities))}.",
        )
    companies = {}
    for company in wanted:
        terms = queries.all_rows(source, Query("PaymentTerms", company, ("Name",)))
        known = {str(row["Name"]): {name: row[name] for name in row if name[0] != "@"} for row in terms}
        ledger = ledgers.get(company, {})
        companies[company] = {"entity": entities[company], "ledger": ledger, "terms": known}
    for company in wanted:
        _check_fields(source, company)
    return Catalogue(tuple(wanted), {"companies": companies})


def _masters(source: Source, entity: str) -> list[Row]:
    first = source.api.get(f"data/{entity}", params={"cross-company": "true"})
    rows = [row for page in odata.pages(source.api.get, first, None, of=entity) for row in page.rows]
    for row in rows:
        wire.part(row, "LegalEntityId", str, of=f"a row of {entity}")
    return rows


def _check_fields(source: Source, company: str) -> None:
    """A field that a setting names must be there; without any row nobody can tell."""
    settings: Settings = source.settings
    named = {
        HEADERS: (settings.header_change_field, settings.created_field),
        LINES: (settings.line_change_field, settings.received_field, settings.invoiced_field),
    }
    for entity, fields in named.items():
        found = next(queries.walk(source, Query(entity, company, (NUMBER,)), 1))
        missing = [name for name in fields if name and found.rows and name not in found.rows[0]]
        if missing:
            raise ConfigurationInvalid(
                f"{entity} has no {', '.join(missing)}.",
                action="Correct the connection's settings, or extend the entity; its fields are: "
                f"{', '.join(name for name in found.rows[0] if name[0] != '@')}."[:2000],
            )


def fetch(source: Source, window: Window) -> Iterator[Page]:
    """The orders of a window, company by company and section by section."""
    sections = list(_sections(source, window))
    resume = window.resume or {"section": 0, "after": None}
    for index in range(resume["section"], len(sections)):
        after = resume["after"] if index == resume["section"] else None
        follows = {"section": index + 1, "after": None} if index + 1 < len(sections) else None
        for part in sections[index](after):
            goes_on = {"section": index, "after": part.last} if part.last else follows
            yield Page(part.records, goes_on, part.count)


def _sections(source: Source, window: Window) -> Iterator[Section]:
    settings: Settings = source.settings
    for company in _companies(source):
        if window.open_only:
            condition = odata.all_of(queries.within(settings, window), queries.still_open())
            yield partial(_by_header, source, company, condition)
            continue
        yield partial(_by_header, source, company, queries.within(settings, window))
        if window.start is None:
            continue
        if settings.line_change_field:
            yield partial(_by_line, source, company, window)
        if settings.rereads and window.end is None:
            condition = odata.all_of(queries.before(settings, window), queries.still_open())
            yield partial(_by_header, source, company, condition, tells=False)


def _by_header(
    source: Source, company: str, condition: str, after: list[Any] | None, *, tells: bool = True
) -> Iterator[Part]:
    assembly = Assembly(source, company)
    for found in queries.walk(source, queries.headers(source, company, condition), source.page_size, after):
        yield Part(assembly.records(found.rows), found.last, found.count if tells else None)


def _by_line(source: Source, company: str, window: Window, after: list[Any] | None) -> Iterator[Part]:
    """The orders of lines that changed in the window, unless their header did, too."""
    assembly = Assembly(source, company)
    condition = queries.lines_within(source.settings, window)
    query = Query(LINES, company, (NUMBER,), condition, select=f"dataAreaId,{NUMBER},LineNumber")
    for found in queries.walk(source, query, source.page_size, after):
        numbers = list(dict.fromkeys(str(row[NUMBER]) for row in found.rows))
        rows = _headers_of(source, company, numbers)
        yield Part(assembly.records([row for row in rows if not _changed_in(source, row, window)]), found.last)


def read(source: Source, ids: Sequence[str]) -> Iterator[Page]:
    """The orders with these source ids, each ``<company>/<number>``."""
    for company in _companies(source):
        assembly, prefix = Assembly(source, company), f"{company}/"
        numbers = [key.removeprefix(prefix) for key in ids if key.startswith(prefix)]
        if numbers:
            yield Page(assembly.records(_headers_of(source, company, numbers)))


def scan(source: Source) -> Iterator[Keys]:
    """The keys of all orders of all companies, with their change time where they tell one."""
    field = source.settings.header_change_field
    select = ",".join(["dataAreaId", NUMBER, *([field] if field else [])])
    for company in _companies(source):
        for found in queries.walk(source, Query(HEADERS, company, (NUMBER,), select=select), queries.ROWS_AT_ONCE):
            keys = [Key(f"{company}/{row[NUMBER]}", _changed_at(row, field)) for row in found.rows]
            yield Keys(keys, found.count)


def _headers_of(source: Source, company: str, numbers: Sequence[str]) -> list[Row]:
    found: list[Row] = []
    for start in range(0, len(numbers), NUMBERS_AT_ONCE):
        condition = queries.one_of(NUMBER, numbers[start : start + NUMBERS_AT_ONCE])
        found += queries.all_rows(source, queries.headers(source, company, condition))
    return found


def _changed_in(source: Source, row: Row, window: Window) -> bool:
    at = _changed_at(row, source.settings.header_change_field)
    lower, upper = since(window.start) if window.start else None, window.end
    return at is not None and (lower is None or at >= lower) and (upper is None or at < upper)


def _changed_at(row: Row, field: str) -> datetime | None:
    at = odata.instant(wire.part(row, field, str, of="an order's key")) if field else None
    return at if at is not None and at >= FILLED_IN_SINCE else None


def _companies(source: Source) -> list[str]:
    return list(source.catalogue.details["companies"])
