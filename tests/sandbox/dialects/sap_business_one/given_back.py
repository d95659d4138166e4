"""Goods returns and A/P credit memos, which take back what goods receipts and invoices did (SAP Business One's help).

With the option ``returns``, what failed inspection goes back by a goods return that is drawn from its receipt; with
``returns=reopen`` it is open on the order again. With ``credits=goods``, the first that an invoice says of a line is
credited with its goods; with ``credits=value`` no quantity is posted.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal

from tests.sandbox.changes import ChangeKind
from tests.sandbox.dialects.sap_business_one.drawn import document, drawn_line, invoiced_rows, receipt_number
from tests.sandbox.dialects.sap_business_one.lines import GOODS_RECEIPT, INVOICE
from tests.sandbox.dialects.sap_business_one.values import Row
from tests.sandbox.order import ZERO, Line, Order

AFTERWARDS = timedelta(days=10)
"""How long after a receipt or an invoice it is taken back."""


def return_rows(order: Order, options: Mapping[str, str]) -> list[Row]:
    """A goods return for each receipt of which something failed inspection."""
    if "returns" not in options:
        return []
    return [
        document(receipt_number(line, index), at, at, options, [_of_receipt(line, index, receipt.rejected)])
        for line in order.goods_lines
        for index, receipt in enumerate(line.receipts)
        if receipt.rejected and (at := receipt.received_at + AFTERWARDS)
    ]


def _of_receipt(line: Line, index: int, quantity: Decimal) -> Row:
    return drawn_line(line, GOODS_RECEIPT, receipt_number(line, index), 0, quantity)


def credit_rows(order: Order, options: Mapping[str, str]) -> list[Row]:
    """The credit memo over the first that the order's invoice says of each line."""
    lines, number = [], 0
    for line in order.goods_lines:
        rows = list(invoiced_rows(order, line, options))
        if rows:
            moved = {"WithoutInventoryMovement": "tYES" if options.get("credits") == "value" else "tNO"}
            lines.append(drawn_line(line, INVOICE, order.id, number, rows[0]["Quantity"]) | moved)
        number += len(rows)
    at = order.changed_at({ChangeKind.INVOICED}) + AFTERWARDS
    return [document(order.id, at, at, options, lines)] if lines and "credits" in options else []


def credited(order: Order, line: Line, options: Mapping[str, str]) -> Decimal:
    """The quantity that credit memos take back of a line."""
    rows = [] if options.get("credits") != "goods" else list(invoiced_rows(order, line, options))
    return rows[0]["Quantity"] if rows else ZERO
