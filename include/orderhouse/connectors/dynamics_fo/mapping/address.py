"""Addresses as all entities tell them, under names that begin alike."""

from __future__ import annotations

from typing import Any

from include.orderhouse.connectors.dynamics_fo.values import street
from include.orderhouse.mapping import code, text
from include.orderhouse.model import Address


def address(prefix: str, state: str, **more: Any) -> Address[Any]:
    """An address whose fields begin with ``prefix``; entities differ in the name of the ``state``."""
    return Address(
        line1=text(street(f"{prefix}Street", 0)),
        line2=text(street(f"{prefix}Street", 1)),
        line3=text(street(f"{prefix}Street", 2)),
        city=text(f"{prefix}City"),
        region=code(f"{prefix}{state}"),
        postal_code=text(f"{prefix}ZipCode"),
        country=code(f"{prefix}CountryRegionISOCode", None, f"{prefix}CountryRegionId"),
        **more,
    )
