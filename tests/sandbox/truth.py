"""The truth as JSON values: decimals as strings, instants and dates in ISO 8601, derived facts beside stored ones."""

from __future__ import annotations

from typing import Any

import msgspec

from tests.sandbox.company import Company
from tests.sandbox.order import Line, Order

_DERIVED_OF_ORDER = (
    "subtotal", "charges_amount", "tax_amount", "total", "receipt_progress", "invoice_progress",
    "is_short_closed", "is_open",
)  # fmt: skip
_DERIVED_OF_LINE = (
    "quantity_received", "quantity_rejected", "quantity_accepted", "quantity_open", "unit_price",
    "total_amount", "is_text",
)  # fmt: skip


def order_truth(order: Order) -> dict[str, Any]:
    """All facts of one order and its lines."""
    facts: dict[str, Any] = _plain(order)
    facts |= {name: _plain(getattr(order, name)) for name in _DERIVED_OF_ORDER}
    facts["lines"] = [_line_truth(line) for line in order.lines]
    return facts


def company_truth(company: Company) -> dict[str, Any]:
    """The living orders, and when which orders and lines were deleted."""
    return {
        "orders": [order_truth(order) for order in company.orders.values()],
        "deleted_orders": [
            {"id": order_id, "number": gone.order.number, "deleted_at": gone.deleted_at.isoformat()}
            for order_id, gone in company.deleted_orders.items()
        ],
        "deleted_lines": [
            {"order_id": gone.order_id, "id": gone.line.id, "deleted_at": gone.deleted_at.isoformat()}
            for gone in company.deleted_lines
        ],
    }


def _line_truth(line: Line) -> dict[str, Any]:
    facts: dict[str, Any] = _plain(line)
    return facts | {name: _plain(getattr(line, name)) for name in _DERIVED_OF_LINE}


def _plain(value: Any) -> Any:
    return msgspec.to_builtins(value)
