"""How Fusion is read: windows of orders by header, draft, schedule and line; orders by id; keys.

Each way of finding orders is a section of the window. But for the headers' own, a section reads ids first and then
the orders behind them; what is in the window by its header comes in the first section alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial

from include.orderhouse.connector import Key, Keys, Page, Source, Window
from include.orderhouse.connectors.oracle_fusion import picks, queries
from include.orderhouse.connectors.oracle_fusion.assembly import IDS_AT_ONCE, Assembly
from include.orderhouse.connectors.oracle_fusion.picks import Pick
from include.orderhouse.connectors.oracle_fusion.queries import (
    CHANGED,
    DRAFTS,
    KEY,
    ORDERS,
    changed_at,
    id_of,
)
from include.orderhouse.lookup import batches
from include.orderhouse.protocols import adf
from include.orderhouse.protocols.adf import Query
from include.orderhouse.sections import Section, read_sections, reread

KEYS_WITH_STATUS = f"{KEY},{CHANGED},{queries.STATUS}"


def fetch(source: Source, window: Window) -> Iterator[Page]:
    """The orders of a window, section by section."""
    yield from read_sections(list(_sections(source, window)), window.resume)


def _sections(source: Source, window: Window) -> Iterator[tuple[str, Section]]:
    settings = source.settings
    can_filter = queries.can_filter(source, ORDERS, CHANGED)
    is_plain = can_filter and (not window.open_only or queries.still_open(source))
    yield "orders", partial(_by_header if is_plain else _by_keys, source, window)
    if settings.read_drafts:
        yield "drafts", partial(_drafts, source, window)
    if window.start is None or window.open_only:
        return
    if settings.watch_schedules:
        query, pick = queries.schedule_keys(source, window), picks.by_schedule(source, window)
        yield "schedules", reread(partial(_elsewhere, source, query, pick))
    if settings.watch_lines:
        query, pick = queries.line_keys(source, window), picks.by_line(source, window)
        yield "lines", reread(partial(_elsewhere, source, query, pick))


def _by_header(source: Source, window: Window, after: int | None) -> Iterator[Page]:
    query = queries.orders(source, ORDERS, queries.within(source, ORDERS, window))
    assembly = Assembly(source)
    for page in adf.walk(source.api, query, source.page_size, after):
        yield Page(assembly.whole(page.rows, query), page.last, page.total)
        del page


def _by_keys(source: Source, window: Window, after: int | None) -> Iterator[Page]:
    """Where q cannot name what a window needs: keys with what it needs first, then the orders that fit."""
    query = queries.keys(source, ORDERS, queries.within(source, ORDERS, window), KEYS_WITH_STATUS)
    assembly = Assembly(source)
    for ids, last in picks.picked(source, query, picks.by_header(source, window), after):
        yield Page(assembly.by_id(ORDERS, ids), last, len(ids))


def _drafts(source: Source, window: Window, after: int | None) -> Iterator[Page]:
    query = queries.keys(source, DRAFTS, queries.within(source, DRAFTS, window))
    assembly = Assembly(source)
    for ids, last in picks.picked(source, query, picks.drafts(source, window), after):
        yield Page(assembly.by_id(DRAFTS, ids), last, len(ids))


def _elsewhere(source: Source, query: Query, pick: Pick, after: int | None) -> Iterator[Page]:
    """Orders that something below the header brings into the window."""
    assembly = Assembly(source)
    for ids, last in picks.picked(source, query, pick, after):
        yield Page(assembly.by_id(ORDERS, ids), last)


def read(source: Source, ids: Sequence[str]) -> Iterator[Page]:
    """The orders with these ids; approved ones count before drafts."""
    assembly = Assembly(source)
    for batch in batches([int(one) for one in ids if one.isdecimal()], IDS_AT_ONCE):
        found = assembly.by_id(ORDERS, batch)
        missing = sorted(set(batch) - {adf.number(one, KEY, of=ORDERS) for one in found})
        if missing and source.settings.read_drafts:
            found += assembly.by_id(DRAFTS, missing)
        yield Page(found)


def scan(source: Source) -> Iterator[Keys]:
    """The keys of all orders, approved and draft."""
    for page in adf.walk(source.api, queries.keys(source, ORDERS, queries.scope(source)), adf.LARGEST_PAGE):
        yield Keys([Key(str(id_of(row)), changed_at(row)) for row in page.rows], page.total)
    if not source.settings.read_drafts:
        return
    for page in adf.walk(source.api, queries.keys(source, DRAFTS, queries.scope(source)), IDS_AT_ONCE):
        drafts = {id_of(row): changed_at(row) for row in page.rows}
        new = drafts.keys() - {id_of(row) for row in picks.approved(source, drafts)}
        yield Keys([Key(str(one), drafts[one]) for one in sorted(new)], len(new))
