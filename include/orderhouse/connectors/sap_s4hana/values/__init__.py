"""Where the parts of a raw order stand, in both services, and what they tell. Of two paths the first is OData 4.0."""

from __future__ import annotations

from typing import Any

from include.orderhouse.mapping import Derived, Record, derived, derived_from, look_up, remembered, within
from include.orderhouse.values.decimals import number, total

LINES = ("_PurchaseOrderItem", "to_PurchaseOrderItem.results")
SCHEDULES = ("_PurchaseOrderScheduleLineTP", "to_ScheduleLine.results")
ASSIGNMENTS = ("_PurOrdAccountAssignment", "to_AccountAssignment.results")
CONDITIONS = ("_PurOrdPricingElement", "to_PurchaseOrderPricingElement.results")
NOTES = ("_PurchaseOrderNote", "to_PurchaseOrderNote.results")
ITEM_NOTES = ("_PurchaseOrderItemNote", "to_PurchaseOrderItemNote.results")

DELETION = ("PurchasingDocumentDeletionCode", "PurchaseOrderDeletionCode")
_SCHEDULED = within(SCHEDULES, "OpenPurchaseOrderQuantity", "ScheduleLineOrderQuantity")
COME = (*DELETION, "IsCompletelyDelivered", "IsFinallyInvoiced", *_SCHEDULED)
"""What `is_over` and `is_cancelled` read of an item."""
LIVING = within(LINES, *COME, "IsStatisticalItem")
"""What `living` reads of an order."""
RETURN = ("IsReturnsItem", "_is_return")
DELETION_CODES = ("L", "X")
"""Of orders and items, set by a person or by the preparation of archiving; S is blocked, which ends nothing."""


def listed(record: Record, paths: tuple[str, ...]) -> list[Record]:
    """The first of the lists that is there."""
    for path in paths:
        found = look_up(record, path)
        if isinstance(found, list):
            return found
    return []


def has_deletion_code(row: Record) -> bool:
    """Whether an order or item carries a deletion code."""
    return row.get("PurchasingDocumentDeletionCode", row.get("PurchaseOrderDeletionCode")) in DELETION_CODES


def _has_come(line: Record) -> bool:
    """Whether something of an item was delivered or invoiced, by its indicators or its open quantity.

    An open quantity of nothing proves nothing here: no more is to come of a deleted item either.
    """
    if line.get("IsCompletelyDelivered") is True or line.get("IsFinallyInvoiced") is True:
        return True
    schedules = listed(line, SCHEDULES)
    left = total(one.get("OpenPurchaseOrderQuantity") for one in schedules)
    return left != 0 and left < total(one.get("ScheduleLineOrderQuantity") for one in schedules)


def is_over(line: Record) -> bool:
    """Whether the deletion code of an item ends what was bought of it, and takes nothing back.

    The preparation run of archiving (MM_EKKO) sets the code on items that were delivered and invoiced ("Archiving
    Purchase Orders"), years later often. SAP's own totals then count the item as ordered, as they do wherever it has a
    history, the delivery completed or the final invoice indicator; one without any of these was never wanted.
    """
    return has_deletion_code(line) and _has_come(line)


def is_cancelled(line: Record) -> bool:
    """Whether an item carries a deletion code and nothing of it was bought."""
    return has_deletion_code(line) and not is_over(line)


def is_statistical(line: Record) -> bool:
    """Whether an item is statistical (EKPO-STAPO): it notes what its sub-items order.

    Receipts and invoices refer to those ("Manufacturer Part Number (IS-AD-MPN)", SAP's glossary), and only their value
    is in the order's (print program SAPFM06P, net value). 2.0 does not tell it.
    """
    return line.get("IsStatisticalItem") is True


@remembered
def living(order: Record) -> list[Record]:
    """The items of an order that are neither cancelled nor statistical."""
    return [line for line in listed(order, LINES) if not is_cancelled(line) and not is_statistical(line)]


@derived_from(*DELETION, *LIVING)
def is_deleted(order: Record) -> bool:
    """Deletion code L or X, unless something of an item was delivered or invoiced.

    Only archiving sets an order's code (SAP note 3070935).
    """
    return has_deletion_code(order) and not any(_has_come(line) for line in living(order))


cancelled = derived(is_cancelled, "deletion code L or X, where no delivery or invoice is told", *COME)


def is_return(row: Record) -> bool:
    """Whether an item, or a part of one, is about goods that go back to the vendor (EKPO-RETPO, "Returns item")."""
    return row.get("IsReturnsItem", row.get("_is_return")) is True


def against(row: Record, value: Any) -> Any:
    """A quantity or amount as the order has it: SAP tells those of returns without a sign, what is credited is less."""
    return value if value is None or not is_return(row) else -number(value)


def signed(field: str) -> Derived:
    """A quantity or amount, negative where it goes back."""
    return derived(lambda row: against(row, row.get(field)), f"{field}, negative on returns items", field, *RETURN)


@derived_from("OrderQuantity", *RETURN, "IsStatisticalItem")
def ordered(line: Record) -> Any:
    """OrderQuantity, negative on returns items; none of statistical items."""
    return None if is_statistical(line) else against(line, line.get("OrderQuantity"))


def unpadded(field: str) -> Derived:
    """A number of digits without leading zeros, which one service writes and the other does not."""
    return derived(lambda row: str(row.get(field) or "").lstrip("0") or None, f"{field} without leading zeros", field)


def note(of: str, paths: tuple[str, ...]) -> Derived:
    """The text of the first note, which is the standard text of header or item (text id F01)."""

    def text(row: Record) -> Any:
        standard = (one for one in listed(row, paths) if one.get("TextObjectType") == "F01")
        return next((one.get("PlainLongText") for one in standard), None)

    return derived(text, f"{of} note F01", *within(paths, "PlainLongText", "TextObjectType"))
