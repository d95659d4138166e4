"""Values that no single field of QuickBooks holds."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from include.orderhouse.connectors.quickbooks.codes import LINE_TYPES
from include.orderhouse.decimals import number, total
from include.orderhouse.mapping import Record, derived_from
from include.orderhouse.progress import expected, progress

ITEM_DETAILS = ("ItemBasedExpenseLineDetail", "PurchaseOrderItemLineDetail")
"""The details of lines that have a quantity."""


def _has_quantity(line: Record) -> bool:
    return line.get("DetailType") in ITEM_DETAILS


def _items(order: Record) -> list[Record]:
    return [line for line in order["Line"] if _has_quantity(line) and not line.get("is_charge")]


def _sum_of(order: Record, *types: str) -> Decimal:
    return total(line.get("Amount") for line in order["Line"] if LINE_TYPES.get(line_type(line)) in types)


def _ordered(line: Record) -> Decimal:
    return number(line["detail"].get("Qty"))


def _received(line: Record) -> Decimal:
    return number(line.get("Received"))


def _billed(line: Record) -> Decimal:
    return total(billed["detail"].get("Qty") for billed in line["bill_lines"])


def _is_void(line: Record) -> bool:
    """Whether a line was closed as no longer available before anything came (ManuallyClosed, Finance.xsd)."""
    return bool(line["detail"].get("ManuallyClosed")) and not _received(line) and not _billed(line)


def _come(order: Record, done: Callable[[Record], Decimal]) -> str:
    return progress((done(line), _ordered(line)) for line in expected(_items(order), _is_void)) or "none"


@derived_from("ShipTo")
def order_type(order: Record) -> str:
    """drop_ship where ShipTo is set."""
    return "drop_ship" if order.get("ShipTo") else "standard"


@derived_from("POStatus", "EmailStatus", "PrintStatus", "Line")
def status(order: Record) -> str:
    """POStatus, EmailStatus, PrintStatus, and Received of the lines."""
    told = str(order.get("POStatus") or "Open")
    if told != "Open":
        return told
    if any(_received(line) for line in _items(order)):
        return "Open, partly received"
    is_sent = order.get("EmailStatus") == "EmailSent" or order.get("PrintStatus") == "PrintComplete"
    return "Open, sent" if is_sent else "Open"


@derived_from("Line")
def receipt_status(order: Record) -> str:
    """Received against Qty of the item lines, without those closed before anything came."""
    return _come(order, _received)


@derived_from("Line")
def invoice_status(order: Record) -> str:
    """Qty of bill lines against Qty of the item lines, without those closed before anything came."""
    return _come(order, _billed)


@derived_from("vendor.TaxIdentifier")
def vendor_tax_id(order: Record) -> Any:
    """TaxIdentifier of the vendor, unless masked.

    Numbers of American vendors are served masked but for their last digits.
    """
    told = (order.get("vendor") or {}).get("TaxIdentifier")
    return None if told and "XXX" in str(told) else told


@derived_from("Line")
def subtotal(order: Record) -> Decimal:
    """Sum of the goods and service lines."""
    return _sum_of(order, "goods", "service")


@derived_from("Line")
def charges(order: Record) -> Decimal:
    """Sum of the charge lines."""
    return _sum_of(order, "charge")


@derived_from("is_charge", "item.Type", "DetailType")
def line_type(line: Record) -> str:
    """Charge, type of the item, or DetailType."""
    if line.get("is_charge"):
        return "charge"
    item = line.get("item") or {}
    is_known = _has_quantity(line) and item.get("Type") in LINE_TYPES
    return str(item["Type"] if is_known else line.get("DetailType"))


@derived_from("Received", "bill_lines", "detail.Qty", "DetailType")
def line_status(line: Record) -> str | None:
    """Received and bill lines against Qty."""
    if not _has_quantity(line) or line.get("is_charge"):
        return None
    wanted, received, billed = _ordered(line), _received(line), _billed(line)
    steps = [
        (bool(line["detail"].get("ManuallyClosed")), "closed"),
        (0 < wanted <= billed, "invoiced"),
        (billed > 0, "partially_invoiced"),
        (0 < wanted <= received, "received"),
        (received > 0, "partially_received"),
    ]
    return next((status for holds, status in steps if holds), "open")


@derived_from("Received", "DetailType")
def quantity_received(line: Record) -> Decimal | None:
    """Received of item lines; 0 where it is left out."""
    return _received(line) if _has_quantity(line) else None


@derived_from("bill_lines", "DetailType")
def quantity_invoiced(line: Record) -> Decimal | None:
    """Sum of Qty of the bill lines."""
    return _billed(line) if _has_quantity(line) else None
