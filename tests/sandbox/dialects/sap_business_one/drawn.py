"""Goods receipts and A/P invoices, which are drawn from orders; an order itself tells nothing of them.

A/P reserve invoices are invoices that do not touch the inventory: their goods come by receipts that are drawn from them
(SAP Business One's help, "A/P Reserve Invoice"). Until then their lines tell them as open.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal

from tests.sandbox.changes import ChangeKind
from tests.sandbox.dialects.sap_business_one.by_amount import share
from tests.sandbox.dialects.sap_business_one.lines import (
    GOODS_RECEIPT,
    INVOICE,
    PURCHASE_ORDER,
    is_special,
    line_number,
    received_with_invoice,
)
from tests.sandbox.dialects.sap_business_one.orders import zone_of
from tests.sandbox.dialects.sap_business_one.values import Row, local_date, local_time
from tests.sandbox.order import ZERO, Line, Order

MOST_RECEIPTS = 100
"""Receipts of one line; their numbers follow from the line's."""
CANCELLED, CANCELLATION = 98, 99
RESERVES = 10_000_000
"""By how much the number of an order's reserve invoice is higher than that of its invoice."""


def receipt_rows(order: Order, options: Mapping[str, str]) -> list[Row]:
    """Goods receipts, one for each time something came; a corrected one was cancelled by a document and made anew."""
    rows = []
    for line in order.goods_lines:
        corrected_at, left = _last(order, ChangeKind.RECEIPT_CORRECTED, line), _reserved(order, line, options)
        for index, receipt in enumerate(line.receipts):
            changed_at = max(receipt.received_at, corrected_at) if corrected_at else receipt.received_at
            ahead = min(left, receipt.quantity) if index >= _early(order, line) else ZERO
            parts = (
                (INVOICE, order.id + RESERVES, _reserve_lines(order, options).index(line) if ahead else 0, ahead),
                (PURCHASE_ORDER, order.id, line_number(line), receipt.quantity - ahead),
            )
            inner = [drawn_line(line, *part) for part in parts if part[-1] > 0]
            numbered = [{**row, "LineNum": number} for number, row in enumerate(inner)]
            rows.append(document(receipt_number(line, index), receipt.received_at, changed_at, options, numbered))
            left -= ahead
        if corrected_at:
            rows += _cancelled(order, line, corrected_at, options)
    return rows


def invoice_rows(order: Order, options: Mapping[str, str]) -> list[Row]:
    """The A/P invoice over what was invoiced: drawn from the goods receipts, the rest from the order itself.

    The rest is a document of its own where it is a reserve invoice.
    """
    at = order.changed_at({ChangeKind.INVOICED})
    lines = [row for line in order.goods_lines for row in invoiced_rows(order, line, options)]
    reserves = [_reserve(order, line, options) for line in _reserve_lines(order, options)]
    documents = ((order.id, "tNO", lines), (order.id + RESERVES, "tYES", reserves))
    return [
        document(entry, at, at, options, [{**row, "LineNum": number} for number, row in enumerate(rows)])
        | {"ReserveInvoice": kind}
        for entry, kind, rows in documents
        if rows
    ]


def _reserve_lines(order: Order, options: Mapping[str, str]) -> list[Line]:
    return [line for line in order.goods_lines if _reserved(order, line, options)]


def _reserve(order: Order, line: Line, options: Mapping[str, str]) -> Row:
    reserved = _reserved(order, line, options)
    came = sum((receipt.quantity for receipt in line.receipts[_early(order, line) :]), ZERO)
    left = max(reserved - came, ZERO)
    drawn = drawn_line(line, PURCHASE_ORDER, order.id, line_number(line), reserved)
    status = "bost_Open" if left else "bost_Close"
    return drawn | {"RemainingOpenQuantity": left, "RemainingOpenInventoryQuantity": left, "LineStatus": status}


def _reserved(order: Order, line: Line, options: Mapping[str, str]) -> Decimal:
    """What was invoiced ahead of its goods by a reserve invoice."""
    if options.get("invoices") != "reserve":
        return ZERO
    came = sum((receipt.quantity for receipt in line.receipts[: _early(order, line)]), ZERO)
    return max(line.quantity_invoiced - came, ZERO)


def _early(order: Order, line: Line) -> int:
    """How many receipts there were before anything was invoiced."""
    invoiced = [
        change.at for change in order.changes if change.kind is ChangeKind.INVOICED and line.id in change.line_ids
    ]
    return sum(1 for receipt in line.receipts if not invoiced or receipt.received_at <= min(invoiced))


def invoiced_rows(order: Order, line: Line, options: Mapping[str, str]) -> Iterable[Row]:
    """What the order's invoice says of a line."""
    reserved = _reserved(order, line, options)
    left = line.quantity_invoiced - (reserved or received_with_invoice(line))
    for index, receipt in enumerate(line.receipts):
        quantity = min(left, receipt.quantity)
        if quantity > 0:
            yield drawn_line(line, GOODS_RECEIPT, receipt_number(line, index), 0, quantity)
        left -= quantity
    if received_with_invoice(line) and not reserved:
        yield drawn_line(line, PURCHASE_ORDER, order.id, line_number(line), received_with_invoice(line))


def _cancelled(order: Order, line: Line, at: datetime, options: Mapping[str, str]) -> list[Row]:
    first, second = line.id * MOST_RECEIPTS + CANCELLED, line.id * MOST_RECEIPTS + CANCELLATION
    wrong = drawn_line(line, PURCHASE_ORDER, order.id, line_number(line), Decimal(1))
    undoes = drawn_line(line, GOODS_RECEIPT, first, 0, Decimal(1))
    return [
        document(first, at, at, options, [wrong]) | {"Cancelled": "tYES", "CancelStatus": "csYes"},
        document(second, at, at, options, [undoes]) | {"CancelStatus": "csCancellation"},
    ]


def receipt_number(line: Line, index: int) -> int:
    """DocEntry of the goods receipt of a line's receipt."""
    return line.id * MOST_RECEIPTS + index


def drawn_line(line: Line, base: int, entry: int, number: int, quantity: Decimal) -> Row:
    """The line of a document that was drawn from another document's line."""
    return {
        "LineNum": 0,
        "BaseType": base,
        "BaseEntry": entry,
        "BaseLine": number,
        "ItemCode": None if is_special(line) else line.item,
        "Quantity": quantity,
        "InventoryQuantity": quantity,
        "RemainingOpenQuantity": quantity,
        "RemainingOpenInventoryQuantity": quantity,
        "UoMCode": line.unit or "Manual",
        "UnitsOfMeasurment": Decimal(1),
        "LineStatus": "bost_Open",
        "WithoutInventoryMovement": "tNO",
        "RowTotalFC": share(line, quantity),
    }


def document(entry: int, at: datetime, changed_at: datetime, options: Mapping[str, str], lines: list[Row]) -> Row:
    """A document with its lines."""
    zone = zone_of(options)
    return {
        "DocEntry": entry,
        "DocNum": entry,
        "DocDate": local_date(at, zone),
        "CreationDate": local_date(at, zone),
        "UpdateDate": local_date(changed_at, zone),
        "UpdateTime": local_time(changed_at, zone),
        "Cancelled": "tNO",
        "CancelStatus": "csNo",
        "ReserveInvoice": "tNO",
        "DocumentLines": [{**line, "DocEntry": entry} for line in lines],
    }


def _last(order: Order, kind: ChangeKind, line: Line) -> datetime | None:
    return max(
        (change.at for change in order.changes if change.kind is kind and line.id in change.line_ids), default=None
    )
