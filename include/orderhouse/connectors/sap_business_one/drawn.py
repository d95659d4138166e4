"""Goods receipts and A/P invoices drawn from orders, and what took them back: what they tell of each line, and whose
order they changed.

A/P reserve invoices come before their goods and do not touch the inventory; what they close on the order comes by goods
receipts that are drawn from them (SAP Business One's help, "A/P Reserve Invoice"). Goods returns are drawn from goods
receipts, and may open the order again; A/P credit memos are drawn from invoices and take the goods back as well, unless
they post no quantity ("Goods Return", "A/P Credit Memo"). Those that are drawn from goods returns only settle them. A
goods return request may stand between, since release 9.3; by itself it takes nothing back.
"""

from __future__ import annotations

from collections.abc import Iterator

from include.orderhouse import wire
from include.orderhouse.lookup import Row, batches
from include.orderhouse.protocols import odata
from include.orderhouse.protocols.service_layer import (
    CREDIT_MEMO,
    GOODS_RECEIPT,
    GOODS_RETURN,
    INVOICE,
    JOINED_AT_ONCE,
    PURCHASE_ORDER,
    RETURN_REQUEST,
    ServiceLayer,
    lines_of,
)

RECEIPTS, INVOICES = "PurchaseDeliveryNotes", "PurchaseInvoices"
RETURNS, CREDITS, REQUESTS = "PurchaseReturns", "PurchaseCreditNotes", "GoodsReturnRequest"
BETWEEN = {
    RECEIPTS: GOODS_RECEIPT,
    INVOICES: INVOICE,
    REQUESTS: RETURN_REQUEST,
    RETURNS: GOODS_RETURN,
    CREDITS: CREDIT_MEMO,
}
"""Documents that may stand between an order and another document, with their object types: a document is cancelled by
another one of its kind that is drawn from it."""
MEMBERS = {GOODS_RECEIPT: "Receipts", INVOICE: "Invoices", GOODS_RETURN: "Returns", CREDIT_MEMO: "Credits"}
DRAWN = "DocEntry,DocDate,ReserveInvoice"
DRAWN_LINE = (
    "LineNum,BaseType,BaseEntry,BaseLine,Quantity,InventoryQuantity,UoMCode,UnitsOfMeasurment,RemainingOpenQuantity,"
    "RemainingOpenInventoryQuantity,LineStatus,WithoutInventoryMovement,LineTotal,RowTotalFC"
)

Target = tuple[int, int]
"""An order line: its order's key and its number."""
Base = tuple[int, int, int]
"""The line that another one was drawn from: its document's object type, that one's key, and its number."""
BASE = ("BaseType", "BaseEntry", "BaseLine")


def is_reserve(row: Row) -> bool:
    """Whether a line that was drawn is one of an A/P reserve invoice."""
    return bool(row["Document"].get("ReserveInvoice") == "tYES")


def is_awaited(line: Row) -> bool:
    """Whether goods are still to come for a line of a reserve invoice; one that was closed by hand keeps its rest."""
    return line.get("LineStatus") != "bost_Close" and bool(line.get("RemainingOpenQuantity"))


def orders_behind(service: ServiceLayer, documents: list[Row]) -> set[int]:
    """The orders that documents were drawn from, by themselves or by the documents between."""
    found: set[int] = set()
    seen: dict[str, set[int]] = {entity: set() for entity in BETWEEN}
    lines = [line for document in documents for line in lines_of(document)]
    while lines:
        found |= _bases(lines, PURCHASE_ORDER)
        between = {entity: _bases(lines, kind) for entity, kind in BETWEEN.items()}
        lines = [line for entity in between for line in _lines(service, entity, between[entity] - seen[entity])]
        for entity, entries in between.items():
            seen[entity] |= entries
    return found


def _bases(lines: list[Row], kind: int) -> set[int]:
    return {line["BaseEntry"] for line in lines if line.get("BaseType") == kind and line.get("BaseEntry")}


def _lines(service: ServiceLayer, entity: str, entries: set[int]) -> list[Row]:
    pages = service.by_keys(entity, "DocEntry", entries, ("DocEntry", "DocumentLines"))
    return [line for page in pages for document in page.rows for line in lines_of(document)]


def put_drawn_into(orders: list[Row], service: ServiceLayer) -> None:
    """Give each line the lines of documents that were drawn from it, cancelled ones left out."""
    entries = [wire.part(order, "DocEntry", int, of="a purchase order") for order in orders]
    targets = {(order["DocEntry"], line["LineNum"]): line for order in orders for line in lines_of(order)}
    for line in targets.values():
        line |= {member: [] for member in MEMBERS.values()}
    for batch in batches(entries, JOINED_AT_ONCE):
        bases: dict[Base, Target] = {(PURCHASE_ORDER, *target): target for target in targets}
        _put(targets, bases, GOODS_RECEIPT, _drawn(service, RECEIPTS, {PURCHASE_ORDER: batch}))
        invoiced = _drawn(service, INVOICES, {PURCHASE_ORDER: batch, GOODS_RECEIPT: _entries(bases, GOODS_RECEIPT)})
        _put(targets, bases, INVOICE, invoiced)
        reserves = sorted({row["Document"]["DocEntry"] for row in invoiced if is_reserve(row)})
        _put(targets, bases, GOODS_RECEIPT, _drawn(service, RECEIPTS, {INVOICE: reserves}))
        for kind, rows in _taken_back(service, bases):
            _put(targets, bases, kind, rows)


def _taken_back(service: ServiceLayer, bases: dict[Base, Target]) -> Iterator[tuple[int, list[Row]]]:
    """Lines of goods returns and credit memos, as if drawn from what their return requests were drawn from."""
    received, invoiced = ({kind: _entries(bases, kind)} for kind in (GOODS_RECEIPT, INVOICE))
    requests = {(row["Document"]["DocEntry"], row["LineNum"]): row
                for row in _drawn(service, REQUESTS, received | invoiced)}  # fmt: skip
    requested = {RETURN_REQUEST: sorted({entry for entry, _ in requests})}
    for kind, entity, base in ((GOODS_RETURN, RETURNS, received), (CREDIT_MEMO, CREDITS, invoiced)):
        yield kind, [_past(row, requests) for row in _drawn(service, entity, base | requested)]


def _past(row: Row, requests: dict[Target, Row]) -> Row:
    request = requests.get((row["BaseEntry"], row["BaseLine"])) if row["BaseType"] == RETURN_REQUEST else None
    return row if request is None else row | {name: request[name] for name in BASE}


def _entries(bases: dict[Base, Target], kind: int) -> list[int]:
    return sorted({entry for known, entry, _ in bases if known == kind})


def _put(targets: dict[Target, Row], bases: dict[Base, Target], kind: int, rows: list[Row]) -> None:
    """Put the lines of documents of a kind where their bases are, and let them be bases themselves."""
    for row in rows:
        target = bases.get((row["BaseType"], row["BaseEntry"], row["BaseLine"]))
        if target is not None:
            targets[target][MEMBERS[kind]].append(row)
            bases[kind, row["Document"]["DocEntry"], row["LineNum"]] = target


def _drawn(service: ServiceLayer, entity: str, bases: dict[int, list[int]]) -> list[Row]:
    """The lines of an entity set that were drawn from documents; nothing is asked where there are none of these."""
    if not any(bases.values()):
        return []
    lines = f"{entity}/DocumentLines"
    drawn_from = [
        f"({lines}/BaseType eq {kind} and ({odata.one_of(f'{lines}/BaseEntry', entries)}))"
        for kind, entries in bases.items()
        if entries
    ]
    condition = f"{entity}/CancelStatus eq 'csNo' and ({odata.any_of(drawn_from)})"
    return service.joined(entity, DRAWN, DRAWN_LINE, condition)
