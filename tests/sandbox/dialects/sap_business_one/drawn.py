"""Goods receipts and A/P invoices, which are drawn from orders; an order itself tells nothing of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal

from tests.sandbox.changes import ChangeKind
from tests.sandbox.dialects.sap_business_one.lines import (
    GOODS_RECEIPT,
    PURCHASE_ORDER,
    is_special,
    line_number,
    received_with_invoice,
)
from tests.sandbox.dialects.sap_business_one.orders import zone_of
from tests.sandbox.dialects.sap_business_one.values import Row, local_date, local_time
from tests.sandbox.order import Line, Order

MOST_RECEIPTS = 100
"""Receipts of one line; their numbers follow from the line's."""
CANCELLED, CANCELLATION = 98, 99


def receipt_rows(order: Order, options: Mapping[str, str]) -> list[Row]:
    """Goods receipts, one for each time something came; a corrected one was cancelled by a document and made anew."""
    rows = []
    for line in order.goods_lines:
        corrected_at = _last(order, ChangeKind.RECEIPT_CORRECTED, line)
        for index, receipt in enumerate(line.receipts):
            changed_at = max(receipt.received_at, corrected_at) if corrected_at else receipt.received_at
            inner = _drawn(line, PURCHASE_ORDER, order.id, line_number(line), receipt.quantity)
            rows.append(_document(_receipt(line, index), receipt.received_at, changed_at, options, [inner]))
        if corrected_at:
            rows += _cancelled(order, line, corrected_at, options)
    return rows


def invoice_rows(order: Order, options: Mapping[str, str]) -> list[Row]:
    """The A/P invoice over what was invoiced: drawn from the goods receipts, the rest from the order itself."""
    lines = [row for line in order.goods_lines for row in _invoiced(order, line)]
    if not lines:
        return []
    at = order.changed_at({ChangeKind.INVOICED})
    return [_document(order.id, at, at, options, [{**row, "LineNum": number} for number, row in enumerate(lines)])]


def _invoiced(order: Order, line: Line) -> Iterable[Row]:
    left = line.quantity_invoiced - received_with_invoice(line)
    for index, receipt in enumerate(line.receipts):
        quantity = min(left, receipt.quantity)
        if quantity > 0:
            yield _drawn(line, GOODS_RECEIPT, _receipt(line, index), 0, quantity)
        left -= quantity
    if received_with_invoice(line):
        yield _drawn(line, PURCHASE_ORDER, order.id, line_number(line), received_with_invoice(line))


def _cancelled(order: Order, line: Line, at: datetime, options: Mapping[str, str]) -> list[Row]:
    first, second = line.id * MOST_RECEIPTS + CANCELLED, line.id * MOST_RECEIPTS + CANCELLATION
    wrong = _drawn(line, PURCHASE_ORDER, order.id, line_number(line), Decimal(1))
    undoes = _drawn(line, GOODS_RECEIPT, first, 0, Decimal(1))
    return [
        _document(first, at, at, options, [wrong]) | {"Cancelled": "tYES", "CancelStatus": "csYes"},
        _document(second, at, at, options, [undoes]) | {"CancelStatus": "csCancellation"},
    ]


def _receipt(line: Line, index: int) -> int:
    return line.id * MOST_RECEIPTS + index


def _drawn(line: Line, base: int, entry: int, number: int, quantity: Decimal) -> Row:
    return {
        "LineNum": 0,
        "BaseType": base,
        "BaseEntry": entry,
        "BaseLine": number,
        "ItemCode": None if is_special(line) else line.item,
        "Quantity": quantity,
        "InventoryQuantity": quantity,
        "UoMCode": line.unit or "Manual",
    }


def _document(entry: int, at: datetime, changed_at: datetime, options: Mapping[str, str], lines: list[Row]) -> Row:
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
        "DocumentLines": [{**line, "DocEntry": entry} for line in lines],
    }


def _last(order: Order, kind: ChangeKind, line: Line) -> datetime | None:
    return max(
        (change.at for change in order.changes if change.kind is kind and line.id in change.line_ids), default=None
    )
