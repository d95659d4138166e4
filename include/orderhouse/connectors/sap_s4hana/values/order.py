"""What an order tells by its flags, its terms, and what its items share.

Flags and their meaning: SAP notes 3416344 and 3070935 (status of a purchase order), and the labels of the fields.
"""

from __future__ import annotations

from typing import Any

from include.orderhouse.agreement import agreed
from include.orderhouse.connectors.sap_s4hana.values import LINES, is_deleted, listed
from include.orderhouse.connectors.sap_s4hana.values.line import received
from include.orderhouse.mapping import Derived, Record, derived, derived_from, first, remembered

RELEASE = ("PurchasingProcessingStatus", "ReleaseIsNotCompleted")
DELETION = ("PurchaseOrderDeletionCode", "PurchasingDocumentDeletionCode")

ADDRESS = {
    "OrganizationName1": "DeliveryAddressName", "StreetName": "DeliveryAddressStreetName",
    "StreetPrefixName1": "", "StreetPrefixName2": "", "CityName": "DeliveryAddressCityName",
    "Region": "DeliveryAddressRegion", "PostalCode": "DeliveryAddressPostalCode",
    "Country": "DeliveryAddressCountry", "CareOfName": "", "EmailAddress": "",
}  # fmt: skip
"""Fields of a delivery address in 4.0, and in 2.0, where they stand on the item itself."""


@remembered
def _living(order: Record) -> list[Record]:
    """The items that are not deleted."""
    return [line for line in listed(order, LINES) if not is_deleted(line)]


@remembered
def _relevant(order: Record) -> list[Record]:
    """The items of which something is asked that all share; deleted ones only where there are no others."""
    return _living(order) or listed(order, LINES)


def _flags(rows: list[Record], field: str) -> list[bool]:
    return [row.get(field) is True for row in rows]


@derived_from(*DELETION, "PurchasingCompletenessStatus", *LINES, *RELEASE)
def status(order: Record) -> str:
    """Deletion, held, rejection, release, then the items.

    This is SAP's own precedence.
    """
    living = _living(order)
    if is_deleted(order):
        return "deleted"
    if not living and listed(order, LINES):
        return "all items deleted"
    if order.get("PurchasingCompletenessStatus") is True:
        return "held"
    release = approval_status(order)
    if release in ("rejected", "in release"):
        return str(release)
    delivered, invoiced = _flags(living, "IsCompletelyDelivered"), _flags(living, "IsFinallyInvoiced")
    if all(delivered) and all(invoiced):
        return "delivered and invoiced" if living else "without items"
    if any(invoiced):
        return "partly invoiced"
    if all(delivered):
        return "delivered"
    return "partly delivered" if any(delivered) or any(map(received, living)) else "released"


@derived_from(*RELEASE)
def approval_status(order: Record) -> str | None:
    """Release state.

    Nothing for orders that never were subject to it.
    """
    if order.get("PurchasingProcessingStatus") == "08":
        return "rejected"
    if order.get("ReleaseIsNotCompleted") is True:
        return "in release"
    return "released" if order.get("PurchasingProcessingStatus") == "05" else None


@derived_from(*LINES)
def receipt_status(order: Record) -> str | None:
    """Delivery indicators and open quantities of the items.

    Unknown where nothing is complete and no quantity is told (2.0).
    """
    living = _living(order)
    done, quantities = _flags(living, "IsCompletelyDelivered"), [received(line) for line in living]
    if living and all(done):
        return "full"
    if any(done) or any(quantities):
        return "partial"
    return "none" if living and all(quantity is not None for quantity in quantities) else None


@derived_from(*LINES)
def invoice_status(order: Record) -> str | None:
    """Final invoice indicators of the items.

    SAP's order tells nothing of invoices before the final one.
    """
    done = _flags(_living(order), "IsFinallyInvoiced")
    return None if not any(done) else "full" if all(done) else "partial"


@derived_from("PurchaseOrderType", *LINES)
def order_type(order: Record) -> str | None:
    """Item category or returns of all items, else the type."""
    found = listed(order, LINES)
    if found and all(line.get("IsReturnsItem") is True for line in found):
        return "return items"
    category = agreed(line.get("PurchaseOrderItemCategory") for line in found)
    if category in ("3", "5"):
        return f"item category {category}"
    told = order.get("PurchaseOrderType")
    return str(told) if told else None


def shared(field: str, says: str) -> Derived:
    """What all items have in common."""
    return derived(
        lambda order: agreed(first(line, field) for line in _relevant(order)), f"{says} that all items share", *LINES
    )


@remembered
def _common_address(order: Record) -> dict[str, Any]:
    """The delivery address that all items have, by the names of 4.0; nothing where they differ in anything."""
    common = agreed(
        tuple(first(line, f"_DeliveryAddress.{name}", other) for name, other in ADDRESS.items())
        for line in _relevant(order)
    )
    return dict(zip(ADDRESS, common, strict=True)) if common else {}


def delivery_address(field: str) -> Derived:
    """A field of the delivery address that all items have in common; nothing where the address differs in anything."""
    return derived(
        lambda order: _common_address(order).get(field), f"{field} of the items' common delivery address", *LINES
    )
