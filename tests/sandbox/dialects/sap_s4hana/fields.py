"""What the entities of both services are made of: fields with a name, a type, a value and the services that have them.

Names follow the ``$metadata`` of API_PURCHASEORDER_PROCESS_SRV (2.0) and api_purchaseorder_2 (4.0).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from tests.sandbox.company import Company
from tests.sandbox.dialects.sap_s4hana import names
from tests.sandbox.masters import Address, PaymentTerm
from tests.sandbox.order import Line, Order

NO_TERM = PaymentTerm("", "", 0)


@dataclass(frozen=True, slots=True)
class Subject:
    """What a row is about: an order, and what of it."""

    company: Company
    order: Order
    line: Any = None
    part: Any = None
    number: int = 0
    rate_units: int = 1
    returns: int = 0

    @property
    def exchange_rate(self) -> Decimal:
        """The rate as it is kept, for as many units as table TCURF says."""
        return self.order.exchange_rate * self.rate_units

    @property
    def address(self) -> Address | None:
        found: Address | None = self.part
        return found

    @property
    def term(self) -> PaymentTerm:
        code = self.order.payment_term
        return self.company.payment_terms[code] if code else NO_TERM

    @property
    def vendor(self) -> Any:
        return self.company.vendors[self.order.vendor]

    @property
    def is_last(self) -> bool:
        return bool(self.order.goods_lines[-1] is self.line)


@dataclass(frozen=True, slots=True)
class Field:
    """One property: `kind` is text, decimal, flag, day, instant, time or whole; `digits` are a decimal's."""

    name: str
    value: Callable[[Subject], Any]
    kind: str = "text"
    versions: tuple[int, ...] = (2, 4)
    digits: int = 0


@dataclass(frozen=True, eq=False)
class Entity:
    """An entity set, its key and its fields by version."""

    sets: dict[int, str]
    key: tuple[str, ...]
    fields: tuple[Field, ...] = field(repr=False)

    def of(self, version: int) -> list[Field]:
        return [entry for entry in self.fields if version in entry.versions]


def text(name: str, value: Callable[[Subject], Any], *versions: int) -> Field:
    """Text; nothing is the empty text."""
    return Field(name, lambda s: value(s) or "", "text", versions or (2, 4))


def number(name: str, value: Callable[[Subject], Any], digits: int, *versions: int) -> Field:
    """A decimal with that many digits; nothing is zero."""
    return Field(name, lambda s: Decimal(value(s) or 0), "decimal", versions or (2, 4), digits)


def flag(name: str, value: Callable[[Subject], Any], *versions: int) -> Field:
    """A boolean."""
    return Field(name, lambda s: bool(value(s)), "flag", versions or (2, 4))


def day(name: str, value: Callable[[Subject], Any], *versions: int) -> Field:
    """A date, or null."""
    return Field(name, value, "day", versions or (2, 4))


KINDS = {str: "text", Decimal: "decimal", int: "whole", bool: "flag", date: "day", datetime: "instant"}


def custom(types: dict[str, type], suffix: str, owner: Callable[[Subject], Order | Line]) -> list[Field]:
    """Fields of the key user's own making: ``YY1_<Name>_PDH`` on headers, ``..._PDI`` on items."""

    def value(name: str, kind: type) -> Callable[[Subject], Any]:
        blank = "" if kind is str else False if kind is bool else None
        return lambda s: blank if (told := owner(s).custom.get(name)) is None else told

    return [
        Field(f"YY1_{name.title().replace('_', '')}_{suffix}", value(name, kind), KINDS[kind], digits=3)
        for name, kind in types.items()
    ]


def address(prefix: str, versions: tuple[int, ...]) -> list[Field]:
    """An address in flat fields, as 2.0 has it."""

    def at(name: str) -> Callable[[Subject], Any]:
        return lambda s: getattr(s.address, name) if s.address else None

    return [
        text(f"{prefix}Name", lambda s: s.address and s.address.name[:40], *versions),
        text(f"{prefix}StreetName", at("line1"), *versions),
        text(f"{prefix}HouseNumber", lambda s: "", *versions),
        text(f"{prefix}CityName", at("city"), *versions),
        text(f"{prefix}PostalCode", at("postal_code"), *versions),
        text(f"{prefix}Region", lambda s: region(s.address), *versions),
        text(f"{prefix}Country", at("country"), *versions),
    ]


def region(address: Address | None) -> str:
    """SAP's region key: the part of the ISO 3166-2 code behind the country."""
    return address.region.partition("-")[2] if address and address.region else ""


def address_fields(email: Callable[[Subject], Any]) -> list[Field]:
    """An address as an entity of its own, as 4.0 has it."""
    return [
        text("OrganizationName1", lambda s: s.address and s.address.name[:40]),
        text("OrganizationName2", lambda s: s.address and s.address.name[40:80]),
        text("StreetName", lambda s: s.address and s.address.line1),
        text("HouseNumber", lambda s: ""),
        text("StreetPrefixName1", lambda s: s.address and s.address.line2),
        text("StreetPrefixName2", lambda s: s.address and s.address.line3),
        text("CityName", lambda s: s.address and s.address.city),
        text("PostalCode", lambda s: s.address and s.address.postal_code),
        text("Region", lambda s: region(s.address)),
        text("Country", lambda s: s.address and s.address.country),
        text("CareOfName", lambda s: s.address and s.address.contact),
        text("EmailAddress", email),
    ]


ORDER_KEY = text("PurchaseOrder", lambda s: names.order_number(s.order))
NOTE_FIELDS = [
    text("TextObjectType", lambda s: s.part[0]),
    text("Language", lambda s: "EN"),
    Field("PlainLongText", lambda s: s.part[1]),
]
