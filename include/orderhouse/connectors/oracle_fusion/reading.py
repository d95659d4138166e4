"""How Fusion is read: windows of orders by header, draft, schedule and line; orders by id; keys.

Each way of finding orders is a section of the window. But for the headers' own, a section reads ids first and then
the orders behind them; what is in the window by its header comes in the first section alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from include.orderhouse import adf, wire
from include.orderhouse.adf import Query, Row
from include.orderhouse.connector import Catalogue, Key, Keys, Page, Source, Window
from include.orderhouse.connectors.oracle_fusion import queries
from include.orderhouse.connectors.oracle_fusion.assembly import Assembly
from include.orderhouse.connectors.oracle_fusion.queries import CHANGED, DRAFTS, KEY, ORDERS, SCHEDULES
from include.orderhouse.errors import ConfigurationInvalid, PermissionDenied, UnexpectedShape

IDS_AT_ONCE = 100
"""So many ids of up to 19 digits fit into a URL."""

Pick = Callable[[Row], bool]


@dataclass(frozen=True)
class Found:
    """What a section gives at a time: orders, the id behind which it goes on, and what the source counts."""

    records: list[Row]
    last: int | None
    expected: int | None = None


Section = Callable[[int | None], Iterator[Found]]


def discover(source: Source) -> Catalogue:
    """What may be asked of the resources and which children they have, by the pod's own description."""
    settings, head = source.settings, queries.headers(source)
    details: dict[str, Any] = {}
    for resource in (ORDERS, *([DRAFTS] if settings.read_drafts else []), SCHEDULES):
        try:
            told = adf.describe(source.api, queries.path(source, resource), head)
        except PermissionDenied as error:
            if resource == DRAFTS:
                error.action = "Give the user the right to view draft orders, or set settings.read_drafts to false."
            raise
        details[resource] = {"queryable": list(told.queryable), "children": list(told.children)}
        needed = {KEY} | ({queries.ENTITY} if settings.legal_entities and resource != SCHEDULES else set())
        if missing := sorted(needed - set(told.queryable)):
            raise ConfigurationInvalid(
                f"{resource} cannot be queried by {', '.join(missing)}, as its description says.",
                action="Ask who runs the source whether a personalisation hides it; without it no page is complete.",
            )
    return Catalogue(settings.legal_entities or ("everything",), details)


def fetch(source: Source, window: Window) -> Iterator[Page]:
    """The orders of a window, section by section."""
    sections = list(_sections(source, window))
    resume = window.resume or {"section": 0, "after": None}
    for index in range(resume["section"], len(sections)):
        after = resume["after"] if index == resume["section"] else None
        follows = {"section": index + 1, "after": None} if index + 1 < len(sections) else None
        for found in sections[index](after):
            goes_on = {"section": index, "after": found.last} if found.last is not None else follows
            yield Page(found.records, goes_on, found.expected)


def _sections(source: Source, window: Window) -> Iterator[Section]:
    settings = source.settings
    can_filter = queries.can_filter(source, ORDERS, CHANGED)
    if can_filter and (not window.open_only or queries.still_open(source)):
        yield lambda after: _by_header(source, window, after)
    else:
        yield lambda after: _by_keys(source, window, after)
    if settings.read_drafts:
        yield lambda after: _drafts(source, window, after)
    if window.start is None or window.open_only:
        return
    if settings.watch_schedules:
        query = queries.schedule_keys(source, window)
        yield lambda after: _elsewhere(source, window, query, lambda row: _is_inside(row, window), after)
    if settings.watch_lines:
        lines = queries.line_keys(source, window)
        yield lambda after: _elsewhere(source, window, lines, _has_line_inside(source, window), after)


def _by_header(source: Source, window: Window, after: int | None) -> Iterator[Found]:
    query = queries.orders(source, ORDERS, queries.within(source, ORDERS, window))
    assembly = Assembly(source)
    for page in adf.walk(source.api, query, source.page_size, after):
        yield Found(assembly.records(page.rows, query), page.last, page.total)


def _by_keys(source: Source, window: Window, after: int | None) -> Iterator[Found]:
    """Where q cannot name what a window needs: keys with what it needs first, then the orders that fit."""
    closed = set(source.settings.closed_statuses) if window.open_only else set()
    query = queries.keys(source, ORDERS, queries.within(source, ORDERS, window), f"{KEY},{CHANGED},{queries.STATUS}")
    assembly = Assembly(source)

    def fits(row: Row) -> bool:
        return _is_inside(row, window) and row.get(queries.STATUS) not in closed

    for ids, last in _ids(source, query, fits, after):
        yield Found(_records(source, ORDERS, ids, assembly), last, len(ids))


def _drafts(source: Source, window: Window, after: int | None) -> Iterator[Found]:
    """Documents that were never approved; a change order in work is among the drafts, too, and left out."""
    fields = f"{KEY},{CHANGED},{queries.STATUS}"
    query = queries.keys(source, DRAFTS, queries.within(source, DRAFTS, window), fields)
    assembly = Assembly(source)
    for ids, last in _ids(source, query, lambda row: _is_draft(row) and _is_inside(row, window), after):
        new = sorted(set(ids) - _existing(source, ids))
        yield Found(_records(source, DRAFTS, new, assembly), last, len(new))


def _elsewhere(source: Source, window: Window, query: Query, pick: Pick, after: int | None) -> Iterator[Found]:
    """Orders that something below the header brings into the window."""
    assembly = Assembly(source)
    for ids, last in _ids(source, query, pick, after):
        found = _records(source, ORDERS, ids, assembly)
        yield Found([one for one in found if not _is_inside(one, window)], last)


def read(source: Source, ids: Sequence[str]) -> Iterator[Page]:
    """The orders with these ids; approved ones count before drafts."""
    assembly = Assembly(source)
    wanted = [int(one) for one in ids if one.isdecimal()]
    for start in range(0, len(wanted), IDS_AT_ONCE):
        batch = wanted[start : start + IDS_AT_ONCE]
        found = _records(source, ORDERS, batch, assembly)
        missing = sorted(set(batch) - {adf.number(one, KEY, of=ORDERS) for one in found})
        if missing and source.settings.read_drafts:
            found += [one for one in _records(source, DRAFTS, missing, assembly) if _is_draft(one)]
        yield Page(found)


def scan(source: Source) -> Iterator[Keys]:
    """The keys of all orders, approved and draft."""
    for page in adf.walk(source.api, queries.keys(source, ORDERS, queries.scope(source)), adf.LARGEST_PAGE):
        yield Keys([Key(str(_id(row)), _changed_at(row)) for row in page.rows], page.total)
    if not source.settings.read_drafts:
        return
    conditions = queries.within(source, DRAFTS, Window(None, None))
    query = queries.keys(source, DRAFTS, conditions, f"{KEY},{CHANGED},{queries.STATUS}")
    for page in adf.walk(source.api, query, IDS_AT_ONCE):
        drafts = {_id(row): _changed_at(row) for row in page.rows if _is_draft(row)}
        new = drafts.keys() - _existing(source, list(drafts))
        yield Keys([Key(str(one), drafts[one]) for one in sorted(new)], len(new))


def _ids(source: Source, query: Query, pick: Pick, after: int | None) -> Iterator[tuple[list[int], int | None]]:
    """The ids of the orders whose row is picked, page by page, and where the page ended."""
    for page in adf.walk(source.api, query, source.page_size, after):
        yield sorted({_id(row) for row in page.rows if pick(row)}), page.last


def _records(source: Source, resource: str, ids: Sequence[int], assembly: Assembly) -> list[Row]:
    """The whole orders with these ids, as many as exist within the scope."""
    found: list[Row] = []
    for start in range(0, len(ids), IDS_AT_ONCE):
        condition = adf.one_of(KEY, ids[start : start + IDS_AT_ONCE])
        query = queries.orders(source, resource, [*queries.scope(source), condition])
        for page in adf.walk(source.api, query, IDS_AT_ONCE):
            found += assembly.records(page.rows, query)
    return found


def _existing(source: Source, ids: Sequence[int]) -> set[int]:
    """Which of these ids are those of approved orders."""
    found: set[int] = set()
    for start in range(0, len(ids), IDS_AT_ONCE):
        query = queries.keys(source, ORDERS, [adf.one_of(KEY, ids[start : start + IDS_AT_ONCE])])
        found |= {_id(row) for page in adf.walk(source.api, query, IDS_AT_ONCE) for row in page.rows}
    return found


def _has_line_inside(source: Source, window: Window) -> Pick:
    part = adf.Part("lines", queries.LINE_KEY)

    def pick(row: Row) -> bool:
        lines = adf.whole(source.api, row, Query("", "", parts=(part,), headers=queries.headers(source)))["lines"]
        return not _is_inside(row, window) and any(_is_inside(line, window) for line in lines)

    return pick


def _is_draft(row: Row) -> bool:
    return row.get(queries.STATUS) in queries.NOT_APPROVED


def _is_inside(row: Row, window: Window) -> bool:
    """Whether a row changed in a window. It tells whole seconds, so a bound within its second counts as inside."""
    at = _changed_at(row)
    second = timedelta(seconds=1)
    after_start = window.start is None or at + second > window.start
    return after_start and (window.end is None or at < window.end)


def _changed_at(row: Row) -> datetime:
    told = wire.part(row, CHANGED, str, of="an order or a part of it")
    try:
        moment = datetime.fromisoformat(told)
    except ValueError as error:
        raise UnexpectedShape(
            f"{CHANGED} is {told!r}, which is no instant.",
            action="Nothing was loaded. Compare the attribute with the vendor's documentation.",
        ) from error
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)


def _id(row: Row) -> int:
    return adf.number(row, KEY, of="a key")
