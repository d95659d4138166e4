"""Values as a site keeps them and as it writes them to the wire."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from hashlib import blake2b
from typing import Any
from zoneinfo import ZoneInfo

from tests.sandbox.order import CustomValue

Row = dict[str, Any]
"""A row of a table: local times as naive datetimes, numbers as decimals or integers, None for NULL."""


def local(instant: datetime, zone: ZoneInfo) -> datetime:
    """The site's local time, which is all that it keeps of an instant."""
    return instant.astimezone(zone).replace(tzinfo=None)


def written(value: Any) -> Any:
    """A value on the wire: local times with microseconds, booleans as 0 and 1, numbers as JSON floats."""
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M:%S.%f")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, Decimal):
        plain = value.normalize()
        return plain if int(plain.as_tuple().exponent) < 0 else plain.quantize(Decimal("0.1"))
    return value


def custom_fields(values: dict[str, CustomValue], zone: ZoneInfo) -> Row:
    """The company's own fields, named as Frappe prefixes them."""
    return {
        f"custom_{name}": local(value, zone) if isinstance(value, datetime) else value for name, value in values.items()
    }


def hashed_name(kind: str, number: int) -> str:
    """The name of a row of a child table: ten hexadecimal digits."""
    return blake2b(f"{kind} {number}".encode(), digest_size=5).hexdigest()
