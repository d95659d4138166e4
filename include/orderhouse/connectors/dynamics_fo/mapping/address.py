"""Addresses as all entities tell them, under names that begin alike."""

from __future__ import annotations

from typing import Any

from include.orderhouse.mapping import Derived, Record, code, derived, look_up, text
from include.orderhouse.model import Address


def address(prefix: str, state: str, **more: Any) -> Address[Any]:
    """An address whose fields begin with ``prefix``; entities differ in the name of the ``state``."""
    return Address(
        line1=text(_street(f"{prefix}Street")),
        line2=text(_further_street(f"{prefix}Street", 2)),
        line3=text(_further_street(f"{prefix}Street", 3)),
        city=text(f"{prefix}City"),
        region=code(f"{prefix}{state}"),
        postal_code=text(f"{prefix}ZipCode"),
        country=code(f"{prefix}CountryRegionISOCode", None, f"{prefix}CountryRegionId"),
        **more,
    )


def _street(path: str) -> Derived:
    """The first line of the street, with the house number where the country's address format has it by itself."""
    house = f"{path}Number"

    def found(record: Record) -> str:
        parts = (*_street_lines(record, path)[:1], look_up(record, house))
        return " ".join(str(part) for part in parts if part)

    return derived(found, f"line 1 of {path} + {house}", path, house)


def _further_street(path: str, line: int) -> Derived:
    """A further line of the street, which comes with all its lines in one text."""

    def found(record: Record) -> str | None:
        parts = _street_lines(record, path)
        return parts[line - 1] if line <= len(parts) else None

    return derived(found, f"line {line} of {path}", path)


def _street_lines(record: Record, path: str) -> list[str]:
    return str(look_up(record, path) or "").splitlines()
