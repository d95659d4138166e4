"""Vendors as Xero's contacts, in part inside an order, whole from pages of the list; organisations; payment terms."""

from __future__ import annotations

from typing import Any

from tests.sandbox.company import Company
from tests.sandbox.dialects.xero.values import Body, filled, identifier
from tests.sandbox.masters import Address, LegalEntity, Vendor

PAYMENT_TERMS = {
    "NET30": (30, "DAYSAFTERBILLDATE"), "NET60": (20, "OFFOLLOWINGMONTH"), "2-10-N30": (30, "DAYSAFTERBILLDATE"),
    "1.5-14-N45": (45, "DAYSAFTERBILLMONTH"), "NOW": (0, "DAYSAFTERBILLDATE"),
}  # fmt: skip
"""The company's terms as Xero can hold them: a day and what it counts from, no discount."""


def embedded_contact(vendor: Vendor) -> Body:
    """A contact as orders hold it; entries of its lists may be null."""
    first, _, last = (vendor.contact or "").partition(" ")
    body = {
        "ContactID": identifier("contact", vendor.id), "ContactStatus": "ACTIVE" if vendor.active else "ARCHIVED",
        "Name": vendor.name, "FirstName": first, "LastName": last, "EmailAddress": vendor.email,
    }  # fmt: skip
    return {**filled(body), "Addresses": [None, *addresses(vendor.address)], "Phones": [None, *phones(vendor.phone)]}


def short_contact(vendor: Vendor) -> Body:
    """A contact as the list of contacts holds it where no page is asked for."""
    return {name: value for name, value in whole_contact(vendor).items() if name != "PaymentTerms"}


def whole_contact(vendor: Vendor) -> Body:
    """A contact as a page of the list of contacts holds it."""
    terms = PAYMENT_TERMS.get(vendor.payment_term or "")
    body = {
        "AccountNumber": vendor.code, "TaxNumber": vendor.tax_id, "DefaultCurrency": vendor.currency,
        "PaymentTerms": terms and {"Bills": {"Day": terms[0], "Type": terms[1]}},
    }  # fmt: skip
    return {**embedded_contact(vendor), **filled(body), "IsSupplier": True, "HasValidationErrors": False}


def addresses(address: Address) -> list[Body]:
    """The street address, and a postal one that nobody has filled in."""
    region = address.region.partition("-")[2] if address.region else None
    street = {
        "AddressType": "STREET", "AddressLine1": address.line1, "AddressLine2": address.line2,
        "AddressLine3": address.line3, "City": address.city, "Region": region,
        "PostalCode": address.postal_code, "Country": address.country, "AttentionTo": address.contact,
    }  # fmt: skip
    return [{"AddressType": "POBOX"}, filled(street)]


def phones(phone: str | None) -> list[Body]:
    """A number in the parts Xero keeps it in."""
    country, _, number = (phone or "").lstrip("+").partition(" ")
    parts = {"PhoneNumber": number, "PhoneAreaCode": "", "PhoneCountryCode": country}
    fax = {"PhoneType": "FAX", "PhoneNumber": "", "PhoneAreaCode": "", "PhoneCountryCode": ""}
    return [fax, {"PhoneType": "DEFAULT", **parts}] if phone else [fax]


def organisation(entity: LegalEntity) -> Body:
    """What an organisation tells of itself."""
    return {
        "OrganisationID": tenant_id(entity), "Name": entity.name, "LegalName": entity.name,
        "BaseCurrency": entity.currency, "CountryCode": entity.country, "OrganisationStatus": "ACTIVE",
        "ShortCode": f"!{entity.code}", "Addresses": addresses(entity.address), "Timezone": "UTC",
    }  # fmt: skip


def tenant_id(entity: LegalEntity) -> str:
    return identifier("tenant", entity.code)


def connections(company: Company) -> list[dict[str, Any]]:
    """The tenants that the app may read, and a practice that has no orders."""
    found = [
        {"id": identifier("connection", e.code), "tenantId": tenant_id(e), "tenantType": "ORGANISATION",
         "tenantName": e.name, "createdDateUtc": "2025-03-01T09:00:00.0000000"}
        for e in company.entities.values()
    ]  # fmt: skip
    practice = {"id": identifier("connection", "practice"), "tenantId": identifier("tenant", "practice"),
                "tenantType": "PRACTICE", "tenantName": "Orchard Accountants"}  # fmt: skip
    return [practice, *found]
