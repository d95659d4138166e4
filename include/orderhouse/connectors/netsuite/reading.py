"""How NetSuite is read: windows of orders with their lines, orders by id, and keys."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Any

from include.orderhouse.connector import Key, Keys, Page, Source, Window
from include.orderhouse.connectors.netsuite import queries
from include.orderhouse.errors import FilterIgnored
from include.orderhouse.lookup import batches
from include.orderhouse.mapping import Record
from include.orderhouse.protocols.suiteql import MAX_ROWS, count, number, one_of, text, walk
from include.orderhouse.sections import Section, read_sections, reread


def fetch(source: Source, window: Window) -> Iterator[Page]:
    """The orders whose header changed in the window, then those of which only a line did; each with its lines."""
    return read_sections(list(_sections(source, window)), window.resume)


def _sections(source: Source, window: Window) -> Iterator[tuple[str, Section]]:
    scope = [*queries.scope(source), *([queries.unfinished()] if window.open_only else [])]
    yield "changed", partial(_counted, source, [*scope, *queries.changed(window)])
    if window.start and queries.tells_changes_of_lines(source):
        yield "lines", reread(partial(_orders, source, [*scope, *queries.changed_below(window)]))


def _counted(source: Source, conditions: Sequence[str], after: list[Any] | None) -> Iterator[Page]:
    if after:
        yield from _orders(source, conditions, after)
        return
    expected = count(source, queries.keys(source), conditions)
    pages = _orders(source, conditions, None) if expected else iter((Page(()),))
    yield replace(next(pages), expected=expected)
    yield from pages


def _orders(source: Source, conditions: Sequence[str], after: list[Any] | None) -> Iterator[Page]:
    """Orders in order of their modification, or creation where they have none, and id."""
    limit = min(source.page_size, MAX_ROWS)
    place = tuple(after) if after else None
    for rows, last in walk(source, queries.orders(source), conditions, queries.ORDER_KEY, limit, place):
        yield Page(_whole(source, rows), list(last) if last else None)


def _whole(source: Source, rows: Sequence[Record]) -> list[Record]:
    statement = queries.orders(source)
    own = source.catalogue.details["own"]
    orders = {number(row, "id"): statement.record(row) | own | {"lines": [], "tax_lines": []} for row in rows}
    if orders:
        lines = queries.lines(source)
        conditions = ["tl.mainline = 'F'", one_of("tl.transaction", list(orders))]
        for found, _ in walk(source, lines, conditions, queries.LINE_KEY, MAX_ROWS, None):
            for row in found:
                owner = orders.get(number(row, "transaction"))
                if owner is None:
                    raise FilterIgnored(
                        "SuiteQL answers lines of orders that were not asked for.",
                        action="Nothing was loaded. Look at the account's SuiteQL in the NetSuite UI, then sync again.",
                    )
                owner["tax_lines" if row.get("taxline") == "T" else "lines"].append(lines.record(row))
    return list(orders.values())


def read(source: Source, ids: Sequence[str]) -> Iterator[Page]:
    """Orders by internal id; those that are gone are absent."""
    known = [int(order_id) for order_id in ids if order_id.isdecimal()]
    for batch in batches(known, min(source.page_size, MAX_ROWS)):
        conditions = [*queries.scope(source), one_of("t.id", batch)]
        for rows, _ in walk(source, queries.orders(source), conditions, {"id": "t.id"}, MAX_ROWS, None):
            yield Page(_whole(source, rows))


def scan(source: Source) -> Iterator[Keys]:
    """Every order's id and modification time, in order of ids."""
    expected: int | None = count(source, queries.keys(source), queries.scope(source))
    for rows, _ in walk(source, queries.keys(source), queries.scope(source), {"id": "t.id"}, MAX_ROWS, None):
        yield Keys([Key(text(row, "id"), _instant(row.get("lastmodifieddate"))) for row in rows], expected)
        expected = None


def _instant(told: str | None) -> datetime | None:
    return datetime.fromisoformat(told) if told else None
