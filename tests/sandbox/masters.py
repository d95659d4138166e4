"""Master data of the neutral company: what orders refer to. Immutable; dialects derive their own ids and codes."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Currency:
    """An ISO 4217 currency; `digits` are the decimals that amounts of this company are kept in."""

    code: str
    name: str
    digits: int


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit of measure: the company's own code, its name, and its UN/ECE Recommendation 20 code."""

    code: str
    name: str
    rec20: str


@dataclass(frozen=True, slots=True)
class Tax:
    """A purchase tax: code, name, and rate in percent."""

    code: str
    name: str
    rate: Decimal


@dataclass(frozen=True, slots=True)
class PaymentTerm:
    """Days until the net amount is due, and an optional cash discount in percent within some days."""

    code: str
    text: str
    net_days: int
    discount_percent: Decimal | None = None
    discount_days: int | None = None


@dataclass(frozen=True, slots=True)
class Address:
    """A postal address; `country` is ISO 3166-1 alpha-2, `region` ISO 3166-2 (`US-CA`) or None."""

    name: str
    line1: str | None = None
    line2: str | None = None
    line3: str | None = None
    city: str | None = None
    region: str | None = None
    region_name: str | None = None
    postal_code: str | None = None
    country: str | None = None
    contact: str | None = None
    email: str | None = None
    phone: str | None = None


@dataclass(frozen=True, slots=True)
class LegalEntity:
    """A company of the group; `id` is a small integer from 1, `time_zone` an IANA name."""

    id: int
    code: str
    name: str
    currency: str
    country: str
    time_zone: str
    address: Address


@dataclass(frozen=True, slots=True)
class Site:
    """A receiving site (plant, location, warehouse) of a legal entity."""

    id: int
    code: str
    name: str
    entity: str
    address: Address


@dataclass(frozen=True, slots=True)
class Vendor:
    """A supplier; `id` is unique among vendors, `invoice_vendor` the code of another vendor that bills for it."""

    id: int
    code: str
    name: str
    address: Address
    currency: str
    payment_term: str | None = None
    tax_id: str | None = None
    contact: str | None = None
    email: str | None = None
    phone: str | None = None
    language: str | None = None
    invoice_vendor: str | None = None
    active: bool = True


@dataclass(frozen=True, slots=True)
class Item:
    """A product or service that is bought; `unit` is its base unit, `commodity_code` UNSPSC."""

    id: int
    code: str
    name: str
    unit: str
    is_service: bool = False
    category: str | None = None
    commodity_code: str | None = None
    gtin: str | None = None
    manufacturer_code: str | None = None


@dataclass(frozen=True, slots=True)
class Buyer:
    """An employee who buys."""

    id: int
    code: str
    name: str | None
    email: str | None = None
