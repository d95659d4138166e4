"""Values that no single field of QuickBooks holds, but for how far orders have come."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from include.orderhouse.connectors.quickbooks.codes import LINE_TYPES
from include.orderhouse.connectors.quickbooks.progress import KIND, bought, has_quantity, is_documentation, received
from include.orderhouse.mapping import Record, derived_from, within
from include.orderhouse.values.decimals import total

_TYPE = ("is_charge", "item.Type", *KIND)
_AMOUNTS = within("Line", "Amount", *_TYPE)


def _sum_of(order: Record, *types: str) -> Decimal:
    return total(line.get("Amount") for line in order["Line"] if LINE_TYPES.get(line_type(line)) in types)


@derived_from("ShipTo")
def order_type(order: Record) -> str:
    """drop_ship where ShipTo is set."""
    return "drop_ship" if order.get("ShipTo") else "standard"


@derived_from("POStatus", "EmailStatus", "PrintStatus", *within("Line", "Received", "is_charge", *KIND))
def status(order: Record) -> str:
    """POStatus, EmailStatus, PrintStatus, and Received of the lines."""
    told = str(order.get("POStatus") or "Open")
    if told != "Open":
        return told
    if any(received(line) for line in bought(order)):
        return "Open, partly received"
    is_sent = order.get("EmailStatus") == "EmailSent" or order.get("PrintStatus") == "PrintComplete"
    return "Open, sent" if is_sent else "Open"


@derived_from("vendor.TaxIdentifier")
def vendor_tax_id(order: Record) -> Any:
    """TaxIdentifier of the vendor, unless masked.

    Numbers of American vendors are served masked but for their last digits.
    """
    told = (order.get("vendor") or {}).get("TaxIdentifier")
    return None if "XXX" in str(told) else told


@derived_from(*_AMOUNTS)
def subtotal(order: Record) -> Decimal:
    """Sum of the goods and service lines."""
    return _sum_of(order, "goods", "service")


@derived_from(*_AMOUNTS)
def charges(order: Record) -> Decimal:
    """Sum of the charge lines."""
    return _sum_of(order, "charge")


@derived_from("Amount", *KIND)
def net_amount(line: Record) -> Any:
    """Amount, unless the line is documentation."""
    return None if is_documentation(line) else line.get("Amount")


@derived_from(*_TYPE)
def line_type(line: Record) -> str:
    """Charge, documentation without ItemRef, type of the item, or DetailType."""
    if line.get("is_charge"):
        return "charge"
    if is_documentation(line):
        return "documentation"
    item = line.get("item") or {}
    is_known = has_quantity(line) and item.get("Type") in LINE_TYPES
    return str(item["Type"] if is_known else line.get("DetailType"))
