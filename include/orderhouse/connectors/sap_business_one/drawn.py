"""Goods receipts and A/P invoices drawn from orders: what they tell of each line, and whose order they changed."""

from __future__ import annotations

from include.orderhouse import odata
from include.orderhouse.lookup import Row, batches
from include.orderhouse.service_layer import (
    GOODS_RECEIPT,
    JOINED_AT_ONCE,
    PURCHASE_ORDER,
    ServiceLayer,
    lines_of,
)

RECEIPTS, INVOICES = "PurchaseDeliveryNotes", "PurchaseInvoices"
DRAWN_LINE = "LineNum,BaseType,BaseEntry,BaseLine,Quantity,InventoryQuantity,UoMCode"


def orders_behind(service: ServiceLayer, documents: list[Row]) -> set[int]:
    """The orders that documents were drawn from, by themselves or by the goods receipts between."""
    lines = [line for document in documents for line in lines_of(document)]
    receipts = {line["BaseEntry"] for line in lines if line.get("BaseType") == GOODS_RECEIPT}
    for page in service.by_keys(RECEIPTS, "DocEntry", receipts, ("DocEntry", "DocumentLines")):
        lines += [line for document in page.rows for line in lines_of(document)]
    return {line["BaseEntry"] for line in lines if line.get("BaseType") == PURCHASE_ORDER}


def put_drawn_into(orders: list[Row], service: ServiceLayer) -> None:
    """Give each line the lines of goods receipts and invoices that were drawn from it, cancelled ones left out."""
    targets = {(order["DocEntry"], line["LineNum"]): line for order in orders for line in lines_of(order)}
    for line in targets.values():
        line |= {"Receipts": [], "Invoices": []}
    for batch in batches([order["DocEntry"] for order in orders], JOINED_AT_ONCE):
        behind: dict[tuple[int, int], tuple[int, int]] = {}
        for row in _drawn(service, RECEIPTS, {PURCHASE_ORDER: batch}):
            behind[row["Document"]["DocEntry"], row["LineNum"]] = base = (row["BaseEntry"], row["BaseLine"])
            _put(targets, base, "Receipts", row)
        receipts = sorted({entry for entry, _ in behind})
        for row in _drawn(service, INVOICES, {PURCHASE_ORDER: batch, GOODS_RECEIPT: receipts}):
            base = (row["BaseEntry"], row["BaseLine"])
            _put(targets, behind.get(base) if row["BaseType"] == GOODS_RECEIPT else base, "Invoices", row)


def _put(targets: dict[tuple[int, int], Row], base: tuple[int, int] | None, member: str, row: Row) -> None:
    if base in targets:
        targets[base][member].append(row)


def _drawn(service: ServiceLayer, entity: str, bases: dict[int, list[int]]) -> list[Row]:
    lines = f"{entity}/DocumentLines"
    drawn_from = [
        f"({lines}/BaseType eq {kind} and ({odata.one_of(f'{lines}/BaseEntry', entries)}))"
        for kind, entries in bases.items()
        if entries
    ]
    condition = f"{entity}/CancelStatus eq 'csNo' and ({odata.any_of(drawn_from)})"
    return service.joined(entity, "DocEntry,DocDate", DRAWN_LINE, condition)
