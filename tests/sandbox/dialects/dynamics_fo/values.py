"""How Finance & Operations writes values: nothing is null, dates are noon in UTC, instants are whole seconds."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from typing import Any

from tests.sandbox.company import Company
from tests.sandbox.masters import Address
from tests.sandbox.order import CustomValue, Order

Row = dict[str, Any]
BLANK = datetime(1900, 1, 1, 12, tzinfo=UTC)
"""A date that nobody filled in."""
BLANK_INSTANT = datetime(1900, 1, 1, tzinfo=UTC)
PREFIX = "OCH"
"""What the names of the company's own fields begin with."""


def noon(day: date | None) -> datetime:
    """A date as the service tells it."""
    return BLANK if day is None else datetime.combine(day, time(12), UTC)


def seconds(at: datetime) -> datetime:
    """An instant as SQL Server keeps it."""
    return at.replace(microsecond=0)


def yes_no(flag: bool) -> str:
    """A value of the enum NoYes."""
    return "Yes" if flag else "No"


def area_id(entity: str) -> str:
    """A company's dataAreaId."""
    return entity.lower()


def order_number(company: Company, order: Order) -> str:
    """Every company has a number sequence of its own, so the same number stands in several of them."""
    return f"PO{order.id - company.entity_of(order).id + 1:06d}"


def etag(key: str, version: int) -> str:
    """A weak entity tag that moves with every change."""
    told = b64encode(f"{key},{version}".encode()).decode("ascii")
    return f'W/"{told}"'


def address_fields(prefix: str, address: Address | None, state: str) -> Row:
    """Street and so on of an address; `state` is the name of the field for it."""
    street = [line for line in (address.line1, address.line2, address.line3) if line] if address else []
    return {
        f"{prefix}AddressStreet": "\n".join(street),
        f"{prefix}AddressCity": (address.city or "") if address else "",
        f"{prefix}Address{state}": (address.region or "").partition("-")[2] if address else "",
        f"{prefix}AddressZipCode": (address.postal_code or "") if address else "",
        f"{prefix}AddressCountryRegionISOCode": (address.country or "") if address else "",
    }


def custom_fields(fields: Mapping[str, type], values: Mapping[str, CustomValue]) -> Row:
    """The company's own fields; those not filled in have the empty value of their type."""
    found: Row = {}
    for name, kind in fields.items():
        value = values.get(name)
        own = f"{PREFIX}{''.join(part.capitalize() for part in name.split('_'))}"
        if kind is bool:
            found[own] = yes_no(bool(value))
        elif kind is date:
            found[own] = noon(value if isinstance(value, date) else None)
        elif kind is datetime:
            found[own] = seconds(value) if isinstance(value, datetime) else BLANK_INSTANT
        else:
            found[own] = kind() if value is None else value
    return found


def wire(value: Any) -> Any:
    """A property's value as JSON."""
    return f"{value:%Y-%m-%dT%H:%M:%S}Z" if isinstance(value, datetime) else value
