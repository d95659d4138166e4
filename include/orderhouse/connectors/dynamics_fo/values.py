"""What Finance & Operations tells by more than one property: progress, terms."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from include.orderhouse.mapping import Derived, Record, derived, derived_from, look_up, within
from include.orderhouse.values.agreement import agreed
from include.orderhouse.values.decimals import number
from include.orderhouse.values.progress import expected, progress, reached

ONE = Decimal(1)
LINES = "_lines"
_COME = ("PurchaseOrderLineStatus", "IsDeleted", "OrderedPurchaseQuantity")
MORE_THAN_DAYS = ("PaymentScheduleName", "_term.PaymentScheduleName", "_term.PaymentDayName", "_term.NumberOfMonths")
"""What payment is due by beside a number of days: instalments, a day on which is paid, months."""


def is_deleted(line: Record) -> bool:
    """Lines that are deleted from an order that may be changed stay, and are marked."""
    return line.get("IsDeleted") == "Yes"


def is_cancelled(line: Record) -> bool:
    """Whether a line was cancelled before anything of it came: else its status tells how far it has come."""
    return line.get("PurchaseOrderLineStatus") == "Canceled"


def _is_void(line: Record) -> bool:
    return is_deleted(line) or is_cancelled(line)


def _come(order: Record, quantity: str, *complete: str) -> str | None:
    """How far an order has come by a quantity of its lines, of which some are complete by their statuses.

    What is missing of a line that is complete is not awaited: its remainder was cancelled, or its invoice needed no
    receipt.
    """
    lines = expected(order[LINES], _is_void)
    done = [line.get("PurchaseOrderLineStatus") in complete for line in lines]
    if all(line[quantity] is not None for line in lines):
        pairs = ((number(line[quantity]), number(line.get("OrderedPurchaseQuantity"))) for line in lines)
        told = zip(done, pairs, strict=True)
        return progress((wanted or ONE, wanted) if is_done else (come, wanted) for is_done, (come, wanted) in told)
    return "full" if all(done) else "partial" if any(done) else None


@derived_from(*within(LINES, "_received", *_COME))
def receipt_status(order: Record) -> str | None:
    """line statuses, and received quantities."""
    return _come(order, "_received", "Received", "Invoiced")


@derived_from(*within(LINES, "_invoiced", *_COME))
def invoice_status(order: Record) -> str | None:
    """line statuses, and invoiced quantities."""
    return _come(order, "_invoiced", "Invoiced")


@derived_from("PurchaseOrderStatus", "DocumentApprovalStatus", receipt_status, invoice_status)
def status(order: Record) -> Any:
    """PurchaseOrderStatus and DocumentApprovalStatus; in between, how far the lines have come.

    An order whose change was requested is a draft, or in review, again, whatever has been received of it.
    """
    told, approval = order.get("PurchaseOrderStatus"), order.get("DocumentApprovalStatus")
    if told == "Canceled" or approval == "Finalized":
        return told if told == "Canceled" else approval
    steps = {"invoiced": invoice_status(order), "received": receipt_status(order)}
    if told == "Invoiced" or (told == "Received" and steps["invoiced"] != "partial"):
        return told
    return reached(steps) or approval or told


@derived_from("DocumentApprovalStatus")
def approval_status(order: Record) -> Any:
    """DocumentApprovalStatus; none for drafts."""
    told = order.get("DocumentApprovalStatus")
    return None if told == "Draft" else told


@derived_from("_term.NumberOfDays", "_term.PaymentMethodType", *MORE_THAN_DAYS)
def net_days(order: Record) -> Any:
    """NumberOfDays of terms that are nothing but days."""
    is_plain = look_up(order, "_term.PaymentMethodType") == "Net" and not any(look_up(order, p) for p in MORE_THAN_DAYS)
    return look_up(order, "_term.NumberOfDays") if is_plain else None


def shared(field: str) -> Derived:
    """What all lines of an order have in common; one that does not tell it differs."""

    def found(order: Record) -> Any:
        return agreed(line.get(field) for line in order[LINES])

    return derived(found, f"{field} that all lines share", *within(LINES, field))


@derived_from("FixedAssetNumber", "IsNewFixedAsset", "ItemNumber")
def line_type(line: Record) -> str:
    """Whether it has an asset, an item or a category only."""
    if line.get("FixedAssetNumber") or line.get("IsNewFixedAsset") == "Yes":
        return "fixed asset"
    return "item" if line.get("ItemNumber") else "category"


@derived_from("PurchaseOrderLineStatus", "_invoiced", "_received")
def line_status(line: Record) -> Any:
    """PurchaseOrderLineStatus; where it is open, quantities."""
    told = line.get("PurchaseOrderLineStatus")
    if told != "Backorder":
        return told
    if number(line["_invoiced"]):
        return "partially invoiced"
    return "partially received" if number(line["_received"]) else told


_RECEIPT_DAYS = within("_receipts", "ProductReceiptDate", "ReceivedPurchaseQuantity")


def _receipt_days(line: Record) -> list[str]:
    """The days on which something came; a receipt that was cancelled stays with nothing received."""
    return [str(one["ProductReceiptDate"]) for one in line["_receipts"] if number(one.get("ReceivedPurchaseQuantity"))]


@derived_from(*_RECEIPT_DAYS)
def first_received(line: Record) -> str | None:
    """First ProductReceiptDate of receipts that are not cancelled."""
    return min(_receipt_days(line), default=None)


@derived_from(*_RECEIPT_DAYS)
def last_received(line: Record) -> str | None:
    """Latest ProductReceiptDate of receipts that are not cancelled."""
    return max(_receipt_days(line), default=None)
