"""Documents of the type service, whose rows have an amount and no quantity (SAP Business One's help, "Service Type").

With the option ``documents=services`` every second order is one, and so is what is drawn from it.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from tests.sandbox.company import Company
from tests.sandbox.dialects.sap_business_one.values import Row, in_local, local_currency
from tests.sandbox.order import ZERO, Line, Order

QUANTITIES = ("Quantity", "InventoryQuantity", "RemainingOpenQuantity", "RemainingOpenInventoryQuantity")


def is_service_document(order: Order, options: Mapping[str, str]) -> bool:
    """Whether the order's document is of the type service."""
    return options.get("documents") == "services" and order.id % 2 == 0


def share(line: Line, quantity: Decimal) -> Decimal:
    """What a part of a line's quantity comes to, in the order's currency."""
    return round(line.net_amount * quantity / line.quantity, 6) if line.quantity else ZERO


def without_quantities(row: Row) -> Row:
    """A row as a document of the type service has it."""
    return row | {name: ZERO for name in QUANTITIES if name in row} | {"ItemCode": None}


def drawn_from(company: Company, order: Order, documents: list[Row], options: Mapping[str, str]) -> list[Row]:
    """Documents that were drawn from an order, with their rows' amounts in both currencies."""
    is_foreign = order.currency != local_currency(company)

    def told(row: Row) -> Row:
        amount = row["RowTotalFC"]
        row = row | {"LineTotal": in_local(company, order, amount), "RowTotalFC": amount if is_foreign else ZERO}
        return without_quantities(row) if is_service_document(order, options) else row

    return [document | {"DocumentLines": list(map(told, document["DocumentLines"]))} for document in documents]
