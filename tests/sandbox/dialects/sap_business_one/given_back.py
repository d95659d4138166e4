"""Goods returns and A/P credit memos, which take back what goods receipts and invoices did (SAP Business One's help).

With the option ``returns``, what failed inspection goes back by a goods return that is drawn from its receipt; with
``returns=reopen`` it is open on the order again. With ``credits=goods``, the first that an invoice says of a line is
credited with its goods; with ``credits=value`` no quantity is posted. With ``requests``, both are drawn from goods
return requests, and these from the receipts and invoices.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal

from tests.sandbox.changes import ChangeKind
from tests.sandbox.dialects.sap_business_one.drawn import document, drawn_line, invoiced_rows, receipt_number
from tests.sandbox.dialects.sap_business_one.lines import GOODS_RECEIPT, INVOICE, RETURN_REQUEST
from tests.sandbox.dialects.sap_business_one.values import Row
from tests.sandbox.order import ZERO, Line, Order

AFTERWARDS = timedelta(days=10)
"""How long after a receipt or an invoice it is taken back."""
OF_RETURNS, OF_CREDITS = 20_000_000, 30_000_000
"""By how much the number of a goods return request is higher than that of what is drawn from it."""


def return_rows(order: Order, options: Mapping[str, str]) -> list[Row]:
    """A goods return for each receipt of which something failed inspection."""
    return [_by_request(row, OF_RETURNS, options) for row in _returns(order, options)]


def credit_rows(order: Order, options: Mapping[str, str]) -> list[Row]:
    """The credit memo over the first that the order's invoice says of each line."""
    return [_by_request(row, OF_CREDITS, options) for row in _credits(order, options)]


def request_rows(order: Order, options: Mapping[str, str]) -> list[Row]:
    """A goods return request for each goods return and credit memo."""
    if "requests" not in options:
        return []
    documents = [(OF_RETURNS, row) for row in _returns(order, options)]
    documents += [(OF_CREDITS, row) for row in _credits(order, options)]
    return [_numbered(row, entries + row["DocEntry"]) for entries, row in documents]


def _numbered(row: Row, entry: int) -> Row:
    return row | {"DocEntry": entry, "DocumentLines": [{**line, "DocEntry": entry} for line in row["DocumentLines"]]}


def _by_request(row: Row, entries: int, options: Mapping[str, str]) -> Row:
    if "requests" not in options:
        return row
    request = {"BaseType": RETURN_REQUEST, "BaseEntry": entries + row["DocEntry"]}
    lines = [line | request | {"BaseLine": line["LineNum"]} for line in row["DocumentLines"]]
    return row | {"DocumentLines": lines}


def _returns(order: Order, options: Mapping[str, str]) -> list[Row]:
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


def _credits(order: Order, options: Mapping[str, str]) -> list[Row]:
    lines, number = [], 0
    for line in order.goods_lines:
        rows = list(invoiced_rows(order, line, options))
        if rows:
            moved = {"WithoutInventoryMovement": "tYES" if options.get("credits") == "value" else "tNO"}
            drawn = drawn_line(line, INVOICE, order.id, number, rows[0]["Quantity"])
            lines.append(drawn | moved | {"LineNum": len(lines)})
        number += len(rows)
    at = order.changed_at({ChangeKind.INVOICED}) + AFTERWARDS
    return [document(order.id, at, at, options, lines)] if lines and "credits" in options else []


def credited(order: Order, line: Line, options: Mapping[str, str]) -> Decimal:
    """The quantity that credit memos take back of a line."""
    rows = [] if options.get("credits") != "goods" else list(invoiced_rows(order, line, options))
    return rows[0]["Quantity"] if rows else ZERO
