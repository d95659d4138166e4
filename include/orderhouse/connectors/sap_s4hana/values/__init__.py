"""Where the parts of a raw order stand, in both services, and what they tell. Of two paths the first is OData 4.0."""

from __future__ import annotations

from typing import Any

from include.orderhouse.decimals import number
from include.orderhouse.mapping import Derived, Record, derived, derived_from, look_up, remembered

LINES = ("_PurchaseOrderItem", "to_PurchaseOrderItem.results")
SCHEDULES = ("_PurchaseOrderScheduleLineTP", "to_ScheduleLine.results")
ASSIGNMENTS = ("_PurOrdAccountAssignment", "to_AccountAssignment.results")
CONDITIONS = ("_PurOrdPricingElement", "to_PurchaseOrderPricingElement.results")
NOTES = ("_PurchaseOrderNote", "to_PurchaseOrderNote.results")
ITEM_NOTES = ("_PurchaseOrderItemNote", "to_PurchaseOrderItemNote.results")

DELETED = ("L", "X")
"""Deletion codes of deleted items; S is blocked, which ends nothing."""


def listed(record: Record, paths: tuple[str, ...]) -> list[Record]:
    """The first of the lists that is there."""
    for path in paths:
        found = look_up(record, path)
        if isinstance(found, list):
            return found
    return []


def is_deleted(row: Record) -> bool:
    """Whether the deletion code of an order or item says so."""
    return row.get("PurchasingDocumentDeletionCode", row.get("PurchaseOrderDeletionCode")) in DELETED


def is_statistical(line: Record) -> bool:
    """Whether an item is statistical (EKPO-STAPO): it notes what its sub-items order.

    Receipts and invoices refer to those ("Manufacturer Part Number (IS-AD-MPN)", SAP's glossary), and only their value
    is in the order's (print program SAPFM06P, net value). 2.0 does not tell it.
    """
    return line.get("IsStatisticalItem") is True


@remembered
def living(order: Record) -> list[Record]:
    """The items of an order that are neither deleted nor statistical."""
    return [line for line in listed(order, LINES) if not is_deleted(line) and not is_statistical(line)]


def deleted(field: str) -> Derived:
    """Whether an order or item is deleted."""
    return derived(is_deleted, "deletion code L or X", field)


def is_return(row: Record) -> bool:
    """Whether an item, or a part of one, is about goods that go back to the vendor (EKPO-RETPO, "Returns item")."""
    return row.get("IsReturnsItem", row.get("_is_return")) is True


def against(row: Record, value: Any) -> Any:
    """A quantity or amount as the order has it: SAP tells those of returns without a sign, what is credited is less."""
    return value if value is None or not is_return(row) else -number(value)


def signed(field: str) -> Derived:
    """A quantity or amount, negative where it goes back."""
    return derived(lambda row: against(row, row.get(field)), f"{field}, negative on returns items", field)


@derived_from("OrderQuantity", "IsReturnsItem", "IsStatisticalItem")
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

    return derived(text, f"{of} note F01", *paths)
