"""What Finance & Operations tells by more than one property: progress, sums, discounts, streets."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal, localcontext
from typing import Any

from include.orderhouse.mapping import Record, derived, look_up
from include.orderhouse.progress import progress

LAST_DIGIT = Decimal("0.000001")
DONE = {"receipt": ("Received", "Invoiced"), "invoice": ("Invoiced",)}
"""Statuses of lines by which their receipt, or their invoice, is complete."""


def number(value: Any) -> Decimal:
    """A number; nothing counts as zero."""
    return Decimal(value or 0)


def progress_by(kind: str, quantity: str) -> Callable[[Record], str | None]:
    """How far an order has come by a quantity of its lines; where it is not known, by their statuses."""

    def reached(order: Record) -> str | None:
        lines = order["_lines"]
        if all(line[quantity] is not None for line in lines):
            return progress((number(line[quantity]), number(line.get("OrderedPurchaseQuantity"))) for line in lines)
        done = [line.get("PurchaseOrderLineStatus") in DONE[kind] for line in lines]
        return "full" if all(done) else "partial" if any(done) else None

    return reached


receipts = progress_by("receipt", "_received")
invoices = progress_by("invoice", "_invoiced")


def status(order: Record) -> Any:
    """Cancelled or finalized, else how far receipts and invoices have come, else the approval."""
    told, approval = order.get("PurchaseOrderStatus"), order.get("DocumentApprovalStatus")
    if told == "Canceled" or approval in ("Finalized", "Draft", "Rejected", "InReview"):
        return told if told == "Canceled" else approval
    if told in ("Invoiced", "Received") and invoices(order) != "partial":
        return told
    for name, reached in (("invoiced", invoices(order)), ("received", receipts(order))):
        if reached in ("full", "partial"):
            return f"{'partially ' if reached == 'partial' else ''}{name}"
    return approval or told


def approval(order: Record) -> Any:
    """The approval status; a draft has none."""
    told = order.get("DocumentApprovalStatus")
    return None if told == "Draft" else told


def line_status(line: Record) -> Any:
    """A line's status; where it is open, how far receipts and invoices have come."""
    told = line.get("PurchaseOrderLineStatus")
    if told != "Backorder":
        return told
    if number(line["_invoiced"]):
        return "partially invoiced"
    return "partially received" if number(line["_received"]) else told


def subtotal(order: Record) -> Decimal:
    """The sum of the lines."""
    return sum((number(line.get("LineAmount")) for line in order["_lines"]), Decimal(0))


def charges(order: Record) -> Decimal:
    """The fixed charges of the header."""
    fixed = [one for one in order["_charges"] if one.get("ChargeCategory") == "Fixed"]
    return sum((number(one.get("FixedChargeAmount")) for one in fixed), Decimal(0))


def discount_amount(line: Record) -> Decimal | None:
    """What the line's amount lies below quantity x price, where a discount per unit is a part of that."""
    if not number(line.get("LineDiscountAmount")):
        return None
    with localcontext(prec=60):
        basis = number(line.get("PurchasePriceQuantity")) or Decimal(1)
        gross = number(line.get("OrderedPurchaseQuantity")) * number(line.get("PurchasePrice")) / basis
        return (gross - number(line.get("LineAmount"))).quantize(LAST_DIGIT)


def net_days(order: Record) -> Any:
    """The days of terms that are nothing but days."""
    is_plain = look_up(order, "_term.PaymentMethodType") == "Net" and not look_up(order, "_term.NumberOfMonths")
    return look_up(order, "_term.NumberOfDays") if is_plain else None


def line_type(line: Record) -> str:
    """An asset where the line has one; a line without an item buys by category."""
    if line.get("FixedAssetNumber") or line.get("IsNewFixedAsset") == "Yes":
        return "fixed asset"
    return "item" if line.get("ItemNumber") else "category"


def other_payee(order: Record) -> Any:
    """The invoice account, where it is another vendor."""
    payee = order.get("InvoiceVendorAccountNumber")
    return payee if payee != order.get("OrderVendorAccountNumber") else None


def street(path: str, line: int) -> Any:
    """A line of the street, which comes with all its lines in one text."""

    def found(record: Record) -> str | None:
        parts = str(look_up(record, path) or "").splitlines()
        return parts[line] if line < len(parts) else None

    return derived(found, f"line {line + 1} of {path}", path)


def receipt_date(pick: Callable[[list[str]], str]) -> Callable[[Record], Any]:
    """The first or the latest date of a line's receipts."""
    return lambda line: (
        pick(dates) if (dates := [str(one["ProductReceiptDate"]) for one in line["_receipts"]]) else None
    )


def shared(field: str) -> Callable[[Record], Any]:
    """What all lines of an order have in common."""

    def found(order: Record) -> Any:
        told = {line.get(field) for line in order["_lines"]}
        return told.pop() if len(told) == 1 else None

    return found
