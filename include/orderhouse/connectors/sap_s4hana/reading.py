"""How purchase orders are read: by windows, by key, as keys.

Pages follow the order's number, which never changes: a row whose change time moves while pages are read is neither
skipped nor read twice. Goods receipts and invoices are documents of their own and do not move an order's
``LastChangeDateTime``, and neither service has a change time of items; what they alone change is found by reading the
open orders again (``Window.open_only``).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any

from include.orderhouse import odata
from include.orderhouse.connector import Catalogue, Key, Keys, Page, Source, Window
from include.orderhouse.connectors.sap_s4hana.service import ask, expand, key_of, metadata, service_of, whole
from include.orderhouse.errors import FilterIgnored, UnexpectedShape

CHANGED = "LastChangeDateTime"
CREATED = "CreationDate"
NEEDED = ("PurchaseOrder", CHANGED, CREATED, "CompanyCode")
KEYS_AT_ONCE = 40
"""Keys in one filter; longer addresses are refused by common proxies."""
SCAN_PAGE = 1000


def discover(source: Source) -> Catalogue:
    """Reads ``$metadata``, and one order number to prove that the user may read orders."""
    service, known = service_of(source), metadata(source)
    missing = [field for field in NEEDED if field not in known.get(service.orders, [])]
    if missing or service.to_lines not in known[service.orders]:
        raise UnexpectedShape(
            f"{service.orders} of {service.root} has no {', '.join(missing) or service.to_lines}.",
            action="Set service to the other of v2 and v4, or upgrade the system: it is too old to tell what changed.",
        )
    ask(source, service.orders, select="PurchaseOrder", top=1)
    details = {name: known[name] for name in (service.orders, service.lines)}
    return Catalogue(source.settings.company_codes or ("all company codes",), details)


def fetch(source: Source, window: Window) -> Iterator[Page]:
    """Whole orders of the window, see the module's docstring."""
    condition = odata.all_of(_changed(source, window), _companies(source))
    if window.open_only:
        yield from _open_orders(source, condition, window.resume)
        return
    last: str | None = window.resume
    while True:
        after = last and f"PurchaseOrder gt {odata.literal(last)}"
        found = _orders(source, odata.all_of(condition, after), top=source.page_size, count=last is None)
        _check_progress(source, last, [key_of(row) for row in found.rows])
        has_more = bool(found.rows) and (found.next_link is not None or len(found.rows) >= source.page_size)
        last = key_of(found.rows[-1]) if has_more else None
        yield Page([whole(source, row) for row in found.rows], last, found.count)
        if last is None:
            return


def read(source: Source, ids: Sequence[str]) -> Iterator[Page]:
    """The orders with these numbers, in batches."""
    for start in range(0, len(ids), KEYS_AT_ONCE):
        yield Page(_by_key(source, ids[start : start + KEYS_AT_ONCE], ""))


def scan(source: Source) -> Iterator[Keys]:
    """Every order's number and change time."""
    service, last = service_of(source), None
    while True:
        after = last and f"PurchaseOrder gt {odata.literal(last)}"
        condition = odata.all_of(_companies(source), after)
        fields = f"PurchaseOrder,{CHANGED}"
        found = ask(
            source,
            service.orders,
            filter=condition,
            select=fields,
            orderby="PurchaseOrder",
            top=SCAN_PAGE,
            count=not last,
        )
        keys = [Key(key_of(row), odata.instant(row.get(CHANGED))) for row in found.rows]
        _check_progress(source, last, [key.source_order_id for key in keys])
        yield Keys(keys, found.count)
        if not keys or (found.next_link is None and len(keys) < SCAN_PAGE):
            return
        last = keys[-1].source_order_id


def _open_orders(source: Source, condition: str, last: str | None) -> Iterator[Page]:
    """Orders of the condition with an item that is not deleted and still expects goods or an invoice."""
    service = service_of(source)
    waiting = "IsCompletelyDelivered eq false"
    if source.settings.open_until == "invoiced":
        waiting += " or IsFinallyInvoiced eq false"
    while True:
        after = last and f"PurchaseOrder gt {odata.literal(last)}"
        found = ask(
            source,
            service.lines,
            filter=odata.all_of(waiting, "PurchasingDocumentDeletionCode ne 'L'", after),
            select="PurchaseOrder,PurchaseOrderItem",
            orderby="PurchaseOrder,PurchaseOrderItem",
            top=source.page_size,
        )
        keys = list(dict.fromkeys(key_of(row) for row in found.rows))
        _check_progress(source, last, keys)
        has_more = bool(keys) and (found.next_link is not None or len(found.rows) >= source.page_size)
        last = keys[-1] if has_more else None
        batches = range(0, len(keys), KEYS_AT_ONCE)
        yield Page(
            [order for start in batches for order in _by_key(source, keys[start : start + KEYS_AT_ONCE], condition)],
            last,
        )
        if last is None:
            return


def _by_key(source: Source, keys: Sequence[str], condition: str) -> list[dict[str, Any]]:
    chosen = odata.any_of(f"PurchaseOrder eq {odata.literal(key)}" for key in keys)
    found = _orders(source, odata.all_of(condition, chosen), top=len(keys))
    wanted = set(keys)
    return [whole(source, row) for row in found.rows if key_of(row) in wanted]


def _orders(source: Source, condition: str, **options: Any) -> odata.CollectionPage:
    orders = service_of(source).orders
    return ask(source, orders, filter=condition, orderby="PurchaseOrder", expand=expand(source), **options)


def _changed(source: Source, window: Window) -> str | None:
    """Changed in the window; an order of old times without a change time counts by its creation, to the day."""
    version = service_of(source).version
    within = odata.between(CHANGED, window.start, window.end, version)
    if within is None or not source.settings.includes_unchanged:
        return within
    created = []
    if window.start is not None:
        created.append(f"{CREATED} ge {odata.literal(window.start.date(), version)}")
    if window.end is not None:
        latest = window.end - timedelta(microseconds=1)
        created.append(f"{CREATED} le {odata.literal(latest.date(), version)}")
    return odata.any_of([f"({within})", f"({odata.all_of(f'{CHANGED} eq null', *created)})"])


def _companies(source: Source) -> str | None:
    codes = source.settings.company_codes
    return odata.any_of(f"CompanyCode eq {odata.literal(code)}" for code in codes) or None


def _check_progress(source: Source, last: str | None, keys: Sequence[str]) -> None:
    """A page behind a key holds only later keys; else the source ignores its filter, and paging would never end."""
    if last is not None and any(key <= last for key in keys):
        raise FilterIgnored(
            f"{service_of(source).orders}: asked for orders after {last}, got {min(keys)}.",
            action="Nothing more was read. A proxy or gateway in front of the source may drop the query options.",
        )
