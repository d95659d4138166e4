"""Which orders the rows of a section bring into a window, gathered into pages: most rows may bring none."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from include.orderhouse.connector import Source, Window
from include.orderhouse.connectors.oracle_fusion import queries
from include.orderhouse.connectors.oracle_fusion.assembly import IDS_AT_ONCE
from include.orderhouse.connectors.oracle_fusion.queries import KEY, ORDERS, id_of, is_inside
from include.orderhouse.lookup import batches
from include.orderhouse.protocols import adf
from include.orderhouse.protocols.adf import Part, Query, Row

ROWS_AT_ONCE = 5000
"""After so many rows a section tells how far it is, even where none of them brings an order."""

Pick = Callable[[Sequence[Row]], set[int]]
"""The ids of the orders that rows bring."""


def by_header(source: Source, window: Window) -> Pick:
    """Those whose header is in the window."""
    closed = source.settings.closed_statuses if window.open_only else ()
    return lambda rows: {id_of(row) for row in rows if is_inside(row, window) and row.get(queries.STATUS) not in closed}


def drafts(source: Source, window: Window) -> Pick:
    """Documents that were never in force, whatever their status: change orders in work are among the drafts, too."""

    def pick(rows: Sequence[Row]) -> set[int]:
        found = {id_of(row) for row in rows if is_inside(row, window)}
        return found - {id_of(row) for row in approved(source, found)}

    return pick


def by_schedule(source: Source, window: Window) -> Pick:
    """Those that a schedule brings into the window, and not their header."""

    def pick(rows: Sequence[Row]) -> set[int]:
        found = {id_of(row) for row in rows if is_inside(row, window)}
        return {id_of(row) for row in approved(source, found) if not is_inside(row, window)}

    return pick


def by_line(source: Source, window: Window) -> Pick:
    """Those that a line brings into the window, and not their header."""
    query = Query("", "", parts=(Part("lines", queries.LINE_KEY),), headers=queries.headers(source))

    def has_line(row: Row) -> bool:
        return any(is_inside(line, window) for line in adf.whole(source.api, row, query)["lines"])

    return lambda rows: {id_of(row) for row in rows if not is_inside(row, window) and has_line(row)}


def picked(source: Source, query: Query, pick: Pick, after: int | None) -> Iterator[tuple[list[int], int | None]]:
    """The ids of the orders that are picked, as many at a time as fill a page, each time with the last row's key.

    Where few rows bring an order, a page for each page of rows would look like paging in circles.
    Schedules that are read one and all come in the largest pages, as few of these hold any that is picked.
    """
    size = adf.LARGEST_PAGE if query.key == queries.SCHEDULE_KEY else source.page_size
    ids: set[int] = set()
    last, rows = after, 0
    for page in adf.walk(source.api, query, size, after):
        found = pick(page.rows)
        if rows >= ROWS_AT_ONCE or (ids and len(ids | found) > source.page_size):
            yield sorted(ids), last
            ids, rows = set(), 0
        ids |= found
        last, rows = page.last, rows + len(page.rows)
    yield sorted(ids), None


def approved(source: Source, ids: Iterable[int]) -> Iterator[Row]:
    """The keys of those of these orders that are approved, and within the scope."""
    for batch in batches(sorted(ids), IDS_AT_ONCE):
        query = queries.keys(source, ORDERS, [*queries.scope(source), adf.one_of(KEY, batch)])
        yield from (row for page in adf.walk(source.api, query, IDS_AT_ONCE) for row in page.rows)
