"""How purchase orders are read: by windows, by key, as keys.

Pages follow the order's number, which never changes: a row whose change time moves while pages are read is neither
skipped nor read twice. Goods receipts and invoices are documents of their own and do not move an order's
``LastChangeDateTime``, and neither service has a change time of items; what they alone change is found by reading the
open orders again (``Window.open_only``).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta

from include.orderhouse.connector import Absent, Catalogue, Key, Keys, Page, Source, Window
from include.orderhouse.connectors.sap_s4hana.service import Service, key_of
from include.orderhouse.errors import UnexpectedShape
from include.orderhouse.lookup import batches
from include.orderhouse.protocols import odata

CHANGED = "LastChangeDateTime"
CREATED = "CreationDate"
NEEDED = ("PurchaseOrder", CHANGED, CREATED, "CompanyCode")
KEYS_AT_ONCE = 40
"""Keys in one filter; longer addresses are refused by common proxies."""
SCAN_PAGE = 1000
FINISHED = ("received", "invoiced", "closed")
MARGIN = timedelta(days=1)
"""How much wider a window of creation dates is: they are days on the system's clock, whose zone is not told."""


def discover(source: Source) -> Catalogue:
    """Reads ``$metadata``, and one order number to prove that the user may read orders."""
    service = Service(source)
    names, known = service.names, service.gateway.metadata()
    missing = [field for field in NEEDED if field not in known.get(names.orders, [])]
    if missing or names.to_lines not in known[names.orders]:
        raise UnexpectedShape(
            f"{names.orders} of {names.root} has no {', '.join(missing) or names.to_lines}.",
            action="Set service to the other of v2 and v4, or upgrade the system: it is too old to tell what changed.",
        )
    service.gateway.ask(names.orders, select="PurchaseOrder", top=1)
    details = {name: known[name] for name in (names.orders, names.lines)}
    return Catalogue(source.settings.company_codes or ("all company codes",), details)


def fetch(source: Source, window: Window) -> Iterator[Page]:
    """Whole orders of the window, see the module's docstring."""
    service = Service(source)
    condition = odata.all_of(_changed(source, window), _companies(source))
    if window.open_only:
        yield from _open_orders(source, service, condition, window.resume)
        return
    pages = service.pages(
        service.names.orders, condition, source.page_size, window.resume, expand=service.expand(), count=True
    )
    for found, last in pages:
        yield Page([service.whole(row) for row in found.rows], last, found.count)
        del found


def _open_orders(source: Source, service: Service, condition: str, last: str | None) -> Iterator[Page]:
    """Orders of the condition with an item that is not deleted and still awaits goods or an invoice.

    Neither version restricts filters by these indicators (``$metadata``: no ``sap:filterable``, no entry among the
    ``FilterRestrictions``).
    """
    waiting = "IsCompletelyDelivered eq false and GoodsReceiptIsExpected eq true"
    if source.settings.open_until == "invoiced":
        waiting = odata.any_of((f"({waiting})", "(IsFinallyInvoiced eq false and InvoiceIsExpected eq true)"))
    living = odata.all_of(waiting, "PurchasingDocumentDeletionCode ne 'L'")
    fields = "PurchaseOrder,PurchaseOrderItem"
    lines = service.pages(service.names.lines, living, source.page_size, last, select=fields, orderby=fields)
    for found, further in lines:
        keys = list(dict.fromkeys(key_of(row) for row in found.rows))
        orders = [order for batch in batches(keys, KEYS_AT_ONCE) for order in service.by_key(batch, condition)]
        yield Page(orders, further)
        del found, orders


def read(source: Source, ids: Sequence[str]) -> Iterator[Page]:
    """The orders with these numbers, in batches; those of other company codes than the chosen ones are absent."""
    service, chosen = Service(source), _companies(source)
    yield from (Page(service.by_key(batch, chosen)) for batch in batches(ids, KEYS_AT_ONCE))


def explain_absence(source: Source, absent: Mapping[str, Absent]) -> dict[str, str]:
    """Finished orders were archived (MM_EKKO): nothing else takes away an order that has a history.

    Of others that are absent rights may have shrunk, or archiving took what was never wanted.
    """
    return {key: "closed" for key, order in absent.items() if order.status in FINISHED}


def scan(source: Source) -> Iterator[Keys]:
    """Every order's number and change time."""
    service, fields = Service(source), f"PurchaseOrder,{CHANGED}"
    for found, _ in service.pages(service.names.orders, _companies(source), SCAN_PAGE, select=fields, count=True):
        yield Keys([Key(key_of(row), odata.instant(row.get(CHANGED))) for row in found.rows], found.count)


def _changed(source: Source, window: Window) -> str | None:
    """Changed in the window; an order without a change time counts by its creation, a day more on either side."""
    version = Service(source).names.version
    within = odata.between(CHANGED, window.start, window.end, version)
    if within is None or not source.settings.includes_unchanged:
        return within
    created = []
    if window.start is not None:
        created.append(f"{CREATED} ge {odata.literal((window.start - MARGIN).date(), version)}")
    if window.end is not None:
        created.append(f"{CREATED} le {odata.literal((window.end + MARGIN).date(), version)}")
    return odata.any_of([f"({within})", f"({odata.all_of(f'{CHANGED} eq null', *created)})"])


def _companies(source: Source) -> str | None:
    return odata.one_of("CompanyCode", source.settings.company_codes) or None
