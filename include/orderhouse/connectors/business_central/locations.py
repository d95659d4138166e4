"""Where goods go: an order has one ship-to, and a line the location that they are placed at (resource ``location``)."""

from __future__ import annotations

from typing import Any

from include.orderhouse.connectors.business_central.values import LINES
from include.orderhouse.mapping import Derived, Record, code, derived, look_up, remembered, text, within
from include.orderhouse.model import Address


@remembered
def _names_several(order: Record) -> bool:
    return len({look_up(line, "location.code") for line in order.get(LINES) or ()} - {None, ""}) > 1


def _of_location(field: str) -> Derived:
    """A field of the line's location, where the order has lines at several.

    Whose lines are all at one goes to its own ship-to, which may be a customer's address or any other.
    """
    path = f"location.{field}"

    def found(line: Record, order: Record) -> Any:
        return look_up(line, path) if _names_several(order) else None

    return derived(found, f"{path}, where the order has lines at several", path, *within(f"^{LINES}", "location.code"))


SHIP_TO = Address(
    name=text(_of_location("displayName")),
    line1=text(_of_location("addressLine1")),
    line2=text(_of_location("addressLine2")),
    city=text(_of_location("city")),
    region=code(_of_location("state")),
    postal_code=text(_of_location("postalCode")),
    country=code(_of_location("country")),
    contact=text(_of_location("contact")),
    email=text(_of_location("email")),
    phone=text(_of_location("phoneNumber")),
)
