"""How Acumatica is read: orders changed in a window, those behind changed receipts, and open ones.

``LastModifiedDateTime`` moves when the order itself is saved. Lines are records of their own and tell no time: only
reading the open orders again finds a line of which nothing but a text or a date has changed.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial

from include.orderhouse import wire
from include.orderhouse.connector import Key, Keys, Page, Source, Window
from include.orderhouse.connectors.acumatica.assembly import (
    NUMBER,
    ORDERS,
    RECEIPT_NUMBER,
    RECEIPTS,
    WITH_LINES,
    Assembly,
)
from include.orderhouse.connectors.acumatica.codes import FINISHED, OVER
from include.orderhouse.protocols import odata
from include.orderhouse.protocols.acumatica_rest import ODATA, Endpoint, Listing, Row, key
from include.orderhouse.sections import Section, read_sections, reread
from include.orderhouse.values.precision import millisecond

MODIFIED = "LastModifiedDateTime"
KEYS_ONLY = {"$select": f"Type,{NUMBER},{MODIFIED}"}
OPEN, STILL_CHANGING = (
    odata.all_of(*(f"Status ne {odata.literal(status)}" for status in statuses)) for statuses in (OVER, FINISHED)
)
"""What is still to be received or billed; and what may change without a trace."""


def fetch(source: Source, window: Window) -> Iterator[Page]:
    """The orders of a window, section by section, in order of their keys; a section ends with an empty page."""
    return read_sections(list(_sections(source, Assembly(source), window)), window.resume)


def read(source: Source, ids: Sequence[str]) -> Iterator[Page]:
    """The orders with these ids, each ``<type>/<number>``."""
    assembly = Assembly(source)
    for rows in assembly.with_keys(tuple(part) for name in ids if len(part := name.split("/", 1)) > 1):
        yield Page(assembly.whole(rows))


def scan(source: Source) -> Iterator[Keys]:
    """The keys of all orders."""
    endpoint = Endpoint(source)
    for of_type in source.settings.order_types:
        for rows in endpoint.pages(Listing(ORDERS, NUMBER, of_type, query=KEYS_ONLY)):
            yield Keys([_key(row) for row in rows])


def _key(row: Row) -> Key:
    told = (row.get(MODIFIED) or {}).get("value")
    changed_at = wire.instant(told, of=f"{MODIFIED} of an order") if told else None
    return Key(f"{key(row, 'Type')}/{key(row, NUMBER)}", changed_at)


def _sections(source: Source, assembly: Assembly, window: Window) -> Iterator[tuple[str, Section]]:
    settings, stored = source.settings, window.rounded(millisecond, millisecond)
    start = None if window.open_only else stored.start
    changed = odata.between(MODIFIED, start, stored.end, ODATA)
    for of_type in settings.order_types:
        condition = odata.all_of(changed, OPEN if window.open_only else None) or None
        yield f"changed {of_type}", partial(_changed, assembly, of_type, condition)
    if start is None:
        return
    for of_type in settings.receipt_types if source.catalogue.details.get("finds_receipts", True) else ():
        yield f"received by {of_type}", reread(partial(_behind_receipts, assembly, of_type, changed))
    if settings.reread_open_orders and stored.end is None:
        earlier = odata.all_of(odata.between(MODIFIED, None, start, ODATA), STILL_CHANGING)
        for of_type in settings.order_types:
            yield f"still open {of_type}", reread(partial(_changed, assembly, of_type, earlier))


def _changed(assembly: Assembly, of_type: str, condition: str | None, after: str | None) -> Iterator[Page]:
    """The orders of a type that meet a condition, each page with the last number that was asked for."""
    for rows in assembly.pages(of_type, condition, after):
        yield Page(assembly.whole(rows), key(rows[-1], NUMBER))
        del rows
    yield Page(())


def _behind_receipts(assembly: Assembly, of_type: str, condition: str | None, after: str | None) -> Iterator[Page]:
    """The orders behind the receipts of a type that meet a condition, each page with its last receipt."""
    listing = Listing(RECEIPTS, RECEIPT_NUMBER, of_type, condition, wishes=WITH_LINES)
    for receipts in assembly.endpoint.pages(listing, after):
        lines = [line for row in receipts for line in assembly.receipt_lines(row)]
        rows = [row for found in assembly.with_keys(_orders_of(lines)) for row in found]
        yield Page(assembly.whole(rows), key(receipts[-1], RECEIPT_NUMBER))
        del receipts, lines, rows
    yield Page(())


def _orders_of(lines: list[Row]) -> Iterator[tuple[str, str]]:
    for line in lines:
        of_type, number = ((line.get(name) or {}).get("value") for name in ("POOrderType", "POOrderNbr"))
        if of_type and number:
            yield str(of_type), str(number)
