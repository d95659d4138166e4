"""Where the parts of a raw order stand, in both services, and what they share. Of two paths the first is OData 4.0."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from include.orderhouse.mapping import Record, look_up

LINES = ("_PurchaseOrderItem", "to_PurchaseOrderItem.results")
SCHEDULES = ("_PurchaseOrderScheduleLineTP", "to_ScheduleLine.results")
ASSIGNMENTS = ("_PurOrdAccountAssignment", "to_AccountAssignment.results")
CONDITIONS = ("_PurOrdPricingElement", "to_PurchaseOrderPricingElement.results")
NOTES = ("_PurchaseOrderNote", "to_PurchaseOrderNote.results")
ITEM_NOTES = ("_PurchaseOrderItemNote", "to_PurchaseOrderItemNote.results")

ADDRESS = {
    "OrganizationName1": "DeliveryAddressName", "StreetName": "DeliveryAddressStreetName",
    "StreetPrefixName1": "", "StreetPrefixName2": "", "CityName": "DeliveryAddressCityName",
    "Region": "DeliveryAddressRegion", "PostalCode": "DeliveryAddressPostalCode",
    "Country": "DeliveryAddressCountry", "CareOfName": "", "EmailAddress": "",
}  # fmt: skip
"""Fields of a delivery address in 4.0, and in 2.0, where they stand on the item itself."""

DELETED = ("L", "X")
"""Deletion codes of deleted items; S is blocked, which ends nothing."""


def listed(record: Record, *paths: str) -> list[Record]:
    """The first of the lists that is there."""
    return next((found for path in paths if isinstance(found := look_up(record, path), list)), [])


def number(value: Any) -> Decimal:
    """A decimal off either wire; nothing counts as zero."""
    return Decimal(value or 0)


def lines(order: Record) -> list[Record]:
    """The items that are not deleted."""
    found = listed(order, *LINES)
    return [line for line in found if not is_deleted(line)]


def schedules(line: Record) -> list[Record]:
    """The item's schedule lines."""
    return listed(line, *SCHEDULES)


def conditions(line: Record) -> list[Record]:
    """The conditions that count: neither statistical nor inactive."""
    found = listed(line, *CONDITIONS)
    return [one for one in found if not one.get("ConditionIsForStatistics") and not one.get("ConditionInactiveReason")]


def is_deleted(row: Record) -> bool:
    """Whether the deletion code of an order or item says so."""
    return row.get("PurchasingDocumentDeletionCode", row.get("PurchaseOrderDeletionCode")) in DELETED


def flags(rows: list[Record], field: str) -> list[bool]:
    """Whether each row has that indicator set."""
    return [row.get(field) is True for row in rows]


def first(row: Record, *paths: str) -> Any:
    """The first value that is not empty."""
    return next((told for path in paths if (told := look_up(row, path)) not in (None, "")), None)


def shared(path: str, *others: str) -> Callable[[Record], Any]:
    """What all items have in common; deleted ones count only where there are no others."""

    def value(order: Record) -> Any:
        told = {first(line, path, *others) for line in lines(order) or listed(order, *LINES)}
        return told.pop() if len(told) == 1 else None

    return value


def delivery_address(field: str, flat: str = "") -> Callable[[Record], Any]:
    """A field of the delivery address that all items have in common; nothing where the address differs in anything."""

    def whole(line: Record) -> tuple[Any, ...]:
        return tuple(first(line, f"_DeliveryAddress.{name}", other) for name, other in ADDRESS.items())

    def value(order: Record) -> Any:
        found = lines(order) or listed(order, *LINES)
        is_one = len({whole(line) for line in found}) == 1
        return first(found[0], f"_DeliveryAddress.{field}", flat) if is_one else None

    return value


def sole(*fields: str) -> Callable[[Record], Any]:
    """A field of the account assignment, where the item has just one."""

    def value(line: Record) -> Any:
        found = listed(line, *ASSIGNMENTS)
        return first(found[0], *fields) if len(found) == 1 else None

    return value


def unpadded(field: str) -> Callable[[Record], Any]:
    """A number of digits without leading zeros, which one service writes and the other does not."""
    return lambda row: str(row.get(field) or "").lstrip("0") or None


def note(*paths: str) -> Callable[[Record], Any]:
    """The text of the first note, which is the standard text of header or item (text id F01)."""
    return lambda row: next(
        (one.get("PlainLongText") for one in listed(row, *paths) if one.get("TextObjectType") == "F01"), None
    )
