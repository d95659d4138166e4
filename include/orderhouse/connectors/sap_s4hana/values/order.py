"""What an order is, and what its items share."""

from __future__ import annotations

from itertools import chain
from typing import Any

from include.orderhouse.connectors.sap_s4hana.values import LINES, LIVING, listed, living
from include.orderhouse.mapping import Derived, Record, derived, derived_from, first, joined, remembered, within
from include.orderhouse.values.agreement import agreed

ADDRESS = {
    "OrganizationName1": "DeliveryAddressName", "OrganizationName2": "DeliveryAddressName2",
    "StreetName": "DeliveryAddressStreetName", "HouseNumber": "DeliveryAddressHouseNumber",
    "StreetPrefixName1": "", "StreetPrefixName2": "", "CityName": "DeliveryAddressCityName",
    "Region": "DeliveryAddressRegion", "PostalCode": "DeliveryAddressPostalCode",
    "Country": "DeliveryAddressCountry", "CareOfName": "", "EmailAddress": "",
}  # fmt: skip
"""Fields of a delivery address in 4.0, and in 2.0, where they stand on the item itself."""
_PLACES = {name: (f"_DeliveryAddress.{name}", *filter(None, (other,))) for name, other in ADDRESS.items()}


@remembered
def _relevant(order: Record) -> list[Record]:
    """The items of which something is asked that all share; deleted ones only where there are no others."""
    return living(order) or listed(order, LINES)


@derived_from("PurchaseOrderType", *LIVING, *within(LINES, "IsReturnsItem", "PurchaseOrderItemCategory"))
def order_type(order: Record) -> str | None:
    """Item category or returns of all items, else the type."""
    found = _relevant(order)
    if found and all(line.get("IsReturnsItem") is True for line in found):
        return "return items"
    category = agreed(line.get("PurchaseOrderItemCategory") for line in found)
    if category in ("3", "5"):
        return f"item category {category}"
    told = order.get("PurchaseOrderType")
    return str(told) if told else None


def shared(field: str, says: str) -> Derived:
    """What all items have in common."""
    told, reads = f"{says} that all items share", (*within(LINES, field), *LIVING)
    return derived(lambda order: agreed(first(line, field) for line in _relevant(order)), told, *reads)


@remembered
def _common_address(order: Record) -> dict[str, Any]:
    """The delivery address that all items have, by the names of 4.0; nothing where they differ in anything."""
    common = agreed(tuple(first(line, *places) for places in _PLACES.values()) for line in _relevant(order))
    return dict(zip(ADDRESS, common, strict=True)) if common else {}


def delivery_address(*fields: str) -> Derived:
    """Fields of the delivery address that all items have in common; nothing where the address differs in anything."""
    together = joined(*fields)
    says = f"{together.says} of the items' common delivery address"
    own = chain.from_iterable(_PLACES[name] for name in fields)
    reads = (*within(LINES, *own, *chain.from_iterable(_PLACES.values())), *LIVING)
    return derived(lambda order: together(_common_address(order)), says, *reads)
