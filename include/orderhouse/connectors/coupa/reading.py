"""Reading Coupa's orders: which changed, and whose lines did."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from functools import partial

from include.orderhouse import wire
from include.orderhouse.connector import Catalogue, Key, Keys, Page, Source, Window
from include.orderhouse.connectors.coupa.assembly import whole
from include.orderhouse.errors import FilterIgnored, RequestRefused, SourceUnavailable
from include.orderhouse.lookup import batches
from include.orderhouse.protocols.coupa_core import LARGEST_PAGE, Position, Raw, only, pages, records
from include.orderhouse.sections import Section, read_sections, reread
from include.orderhouse.values.precision import since

ORDERS, LINES = "purchase_orders", "purchase_order_lines"
FINISHED = "closed,soft_closed,cancelled"
STATE = only("id", "updated-at", "created-at")
UNDATED = {"updated-at[blank]": "true"}
Query = dict[str, str]


def discover(source: Source) -> Catalogue:
    """One order's id proves credentials and scope; all but what may be asked for stands in the orders themselves."""
    records(source.api, ORDERS, {**only("id"), "limit": "1"})
    return Catalogue(details={"finds_blank_times": source.settings.undated and _finds_blank_times(source)})


def _finds_blank_times(source: Source) -> bool:
    """Whether orders without a time can be asked for: of two vendor's pages one says that ``blank`` knows no times."""
    try:
        records(source.api, ORDERS, {**only("id"), **UNDATED, "limit": "1"})
    except (RequestRefused, SourceUnavailable):
        return False
    return True


def fetch(source: Source, window: Window) -> Iterator[Page]:
    """The orders whose header or lines changed in the window; bounds are cut to whole seconds, as the API tells them.

    Windows cut alike still join without a gap.
    """
    return read_sections(list(_sections(source, window.rounded(since, since))), window.resume)


def _sections(source: Source, window: Window) -> Iterator[tuple[str, Section]]:
    if window.open_only:
        scope, window, created = {"status[not_in]": FINISHED}, Window(None, window.end), Query()
    else:
        scope, created = {}, _within("created-at", window)
    changed = _within("updated-at", window)
    yield "changed", partial(_by_header, source, {**scope, **changed})
    if source.settings.undated and changed:
        finds_them = source.catalogue.details.get("finds_blank_times", True)
        undated, query = (_by_header, UNDATED) if finds_them else (_by_creation, {})
        yield "undated", partial(undated, source, {**scope, **query, **created})
    if window.start is not None:
        keys = {**changed, **only("id", "updated-at", "order-header-id")}
        yield "lines", reread(partial(_by_line, source, window, keys))


def _within(field: str, window: Window) -> Query:
    bounds = (("gt_or_eq", window.start), ("lt", window.end))
    return {f"{field}[{operator}]": bound.isoformat() for operator, bound in bounds if bound}


def _filter(source: Source) -> Query:
    """The API filter that orders are asked for through, in place of the instance's default one."""
    return {"filter": source.settings.api_filter} if source.settings.api_filter else {}


def _by_header(source: Source, query: Query, after: Raw | None) -> Iterator[Page]:
    position = Position(**after) if after else None
    for rows, last in pages(source.api, ORDERS, {**query, **_filter(source)}, source.page_size, position):
        yield Page([whole(row, source.settings) for row in rows], last.as_json())
    yield Page(())


def _by_creation(source: Source, query: Query, after: Raw | None) -> Iterator[Page]:
    """The orders without a modification time, picked from all that were created then."""
    position = Position(**after) if after else None
    for rows, last in pages(source.api, ORDERS, {**query, **STATE}, source.page_size, position):
        undated = [row["id"] for row in rows if row.get("updated-at") is None]
        yield Page(_by_id(source, undated), last.as_json())
    yield Page(())


def _by_line(source: Source, window: Window, query: Query, after: Raw | None) -> Iterator[Page]:
    """The orders of lines that changed, but for those that the sections of headers hold already."""
    position = Position(**after) if after else None
    for rows, last in pages(source.api, LINES, query, source.page_size, position):
        parents = sorted({wire.part(row, "order-header-id", int, of=LINES) for row in rows})
        orders = [order for order in _by_id(source, parents) if not _is_by_header(source, window, order)]
        yield Page(orders, last.as_json())
    yield Page(())


def _is_by_header(source: Source, window: Window, order: Raw) -> bool:
    """Whether the sections of headers hold an order; one without a modification time only where it is looked for."""
    is_looked_for = order.get("updated-at") is not None or source.settings.undated
    return is_looked_for and window.holds(_changed_at(order))


def _by_id(source: Source, ids: Sequence[int]) -> list[Raw]:
    found: list[Raw] = []
    for batch in batches(ids, LARGEST_PAGE):
        query = {"id[in]": ",".join(map(str, batch)), "order_by": "id", "dir": "asc", "limit": str(LARGEST_PAGE)}
        rows = records(source.api, ORDERS, {**query, **_filter(source)})
        if {row["id"] for row in rows} - set(batch):
            raise FilterIgnored(
                f"{ORDERS}: asked for {len(batch)} orders by id, and others came.",
                action="Nothing was loaded. A proxy may drop the query, or Coupa may have changed it.",
            )
        found += rows
    return [whole(row, source.settings) for row in found]


def read(source: Source, ids: Sequence[str]) -> Iterator[Page]:
    """The orders with these ids, as many as exist and the client may see."""
    numbers = sorted({int(entry) for entry in ids if entry.isdecimal()})
    for batch in batches(numbers, min(source.page_size, LARGEST_PAGE)):
        yield Page(_by_id(source, batch))


def scan(source: Source) -> Iterator[Keys]:
    """Every order with the time it counts as changed: the last change, else the creation. Coupa tells no count."""
    for rows, _ in pages(source.api, ORDERS, STATE, LARGEST_PAGE):
        yield Keys([Key(str(row["id"]), _changed_at(row)) for row in rows])


def _changed_at(row: Raw) -> datetime | None:
    told = row.get("updated-at") or row.get("created-at")
    return None if told is None else wire.instant(told, of=f"The last change of one of {ORDERS}")
