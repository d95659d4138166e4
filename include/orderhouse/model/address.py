"""A postal address with the person to ask there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, TypeVar

from include.orderhouse.model.column import CodeList, Kind, column

T = TypeVar("T")


@dataclass(frozen=True, kw_only=True)
class Address(Generic[T]):
    """A group of columns; they appear as `ship_to_city`, `vendor_country`, ..."""

    name: T | None = column(Kind.TEXT, "name of the party")
    line1: T | None = column(Kind.TEXT, "first address line, usually street and number")
    line2: T | None = column(Kind.TEXT, "second address line")
    line3: T | None = column(Kind.TEXT, "third address line")
    city: T | None = column(Kind.TEXT, "city")
    region: T | None = column(Kind.CODE, "state or province", codes=CodeList.REGION)
    postal_code: T | None = column(Kind.TEXT, "postal code")
    country: T | None = column(Kind.CODE, "country", codes=CodeList.COUNTRY)
    contact: T | None = column(Kind.TEXT, "contact person")
    email: T | None = column(Kind.TEXT, "e-mail address")
    phone: T | None = column(Kind.TEXT, "telephone number")
