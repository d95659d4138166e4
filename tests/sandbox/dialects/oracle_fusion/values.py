"""How Fusion writes values and names records."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from hashlib import sha256
from typing import Any

from tests.sandbox.masters import Address

Row = dict[str, Any]

ORDER_IDS = 900_000_000_000_000_000
LINE_IDS = 910_000_000_000_000_000
CHARGE_IDS = 911_000_000_000_000_000
SCHEDULE_IDS = 920_000_000_000_000_000
DISTRIBUTION_IDS = 930_000_000_000_000_000
SUPPLIER_IDS = 300_000_010_000_000
PARTY_IDS = 300_000_020_000_000
"""Ids are integers of 64 bits; those of documents lie beyond what a binary float can tell apart."""


def order_id(number: int) -> int:
    """The POHeaderId of an order."""
    return ORDER_IDS + number


def line_id(number: int) -> int:
    """The POLineId of a line."""
    return LINE_IDS + number


def charge_id(order: int, index: int) -> int:
    """The POLineId of a line that stands for a charge."""
    return CHARGE_IDS + order * 100 + index


def unique_id(kind: str, key: int) -> str:
    """The key of a record in its URL, which tells nothing and cannot be guessed."""
    return f"000200000007EACED000577080001{sha256(f'{kind}/{key}'.encode()).hexdigest().upper()}"


def unit_code(unit: str | None) -> str | None:
    """A unit's code, of three characters at most; pods were set up with codes that only their names explain."""
    return "zzu" if unit == "PCS" else unit


def formatted(address: Address | None) -> str | None:
    """A postal address in one text, as locations show it."""
    if address is None:
        return None
    region = (address.region or "").partition("-")[2]
    parts = (address.line1, address.line2, address.line3, address.city, f"{region} {address.postal_code or ''}".strip())
    return ", ".join(part for part in (*parts, address.country) if part) or None


def wire(value: Any, as_text: bool = False) -> Any:
    """A value as JSON; with `as_text`, numbers with a fraction come as text, as framework version 9 sends them."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).replace(microsecond=0).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    return format(value, "f") if as_text and isinstance(value, Decimal) else value
