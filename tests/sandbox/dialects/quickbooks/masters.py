"""The lists behind the orders of one realm: vendors, terms, items, and the company itself. Ids are numbers as text."""

from __future__ import annotations

from typing import Any

from tests.sandbox.company import Company
from tests.sandbox.dialects.quickbooks.query import Record
from tests.sandbox.masters import Address, Item, LegalEntity, PaymentTerm, Vendor

Body = dict[str, Any]
FREIGHT_ACCOUNT = {"value": "54", "name": "Freight & Delivery"}
MASKED = "XXXXXX"


def filled(body: Body) -> Body:
    """The members that have a value: only those are served."""
    return {name: value for name, value in body.items() if value not in (None, "", [], {})}


def reference(value: object, name: str | None = None) -> Body | None:
    """A ``ReferenceType``."""
    return None if value is None else filled({"value": str(value), "name": name})


def number(codes: Any, code: str | None) -> int | None:
    """A list's id for a code of the company."""
    return None if code is None else [*codes].index(code) + 1


def physical_address(number: int, address: Address | None) -> Body | None:
    """A ``PhysicalAddress``; names and people have no place in it."""
    if address is None:
        return None
    region = address.region.partition("-")[2] if address.region else None
    parts = filled(
        {
            "Line1": address.line1, "Line2": address.line2, "Line3": address.line3, "City": address.city,
            "Country": address.country, "CountrySubDivisionCode": region, "PostalCode": address.postal_code,
        }
    )  # fmt: skip
    return {"Id": str(number), **parts} if parts else None


def free_lines(address: Address) -> Body:
    """The lines that an address becomes when it is edited in an order: names, streets, then the place, in five at most.

    After the description of ``ShipAddr`` and ``VendorAddr`` in Intuit's reference of purchase orders.
    """
    region = address.region.partition("-")[2] if address.region else None
    place = ", ".join(part for part in (address.city, " ".join(filter(None, (region, address.postal_code)))) if part)
    parts = (address.contact, address.name, address.line1, address.line2, place)
    return {f"Line{number}": part for number, part in enumerate(filter(None, parts), 1)}


def master_records(company: Company, entity: LegalEntity) -> dict[str, list[Record]]:
    """The records of every list, by entity name."""
    return {
        "Vendor": [_record(_vendor(company, vendor), Active=vendor.active) for vendor in company.vendors.values()],
        "Term": [_record(_term(company, term), Active=True) for term in company.payment_terms.values()],
        "Item": [_record(_item(item), Active=True) for item in company.items.values()],
        "Purchase": [],
        "CompanyInfo": [_record(_company_info(entity))],
        "Preferences": [_record(_preferences(entity, len(company.currencies) > 1))],
    }


def _record(body: Body, **values: Any) -> Record:
    return Record(body, {"Id": int(body["Id"]), **values})


def _vendor(company: Company, vendor: Vendor) -> Body:
    given, _, family = (vendor.contact or "").partition(" ")
    term = vendor.payment_term
    return filled(
        {
            "Id": str(vendor.id), "SyncToken": "0", "domain": "QBO", "sparse": False, "DisplayName": vendor.name,
            "CompanyName": vendor.name, "GivenName": given, "FamilyName": family, "Active": vendor.active,
            "AcctNum": vendor.code, "PrimaryEmailAddr": filled({"Address": vendor.email}),
            "PrimaryPhone": filled({"FreeFormNumber": vendor.phone}),
            "BillAddr": physical_address(1000 + vendor.id, vendor.address),
            "TaxIdentifier": tax_identifier(vendor), "CurrencyRef": reference(vendor.currency),
            "TermRef": reference(number(company.payment_terms, term), term),
        }
    )  # fmt: skip


def tax_identifier(vendor: Vendor) -> str | None:
    """Numbers of American vendors are served masked."""
    if vendor.tax_id and vendor.address.country == "US":
        return MASKED + vendor.tax_id[-4:]
    return vendor.tax_id


def _term(company: Company, term: PaymentTerm) -> Body:
    return filled(
        {
            "Id": str(number(company.payment_terms, term.code)), "SyncToken": "0", "Name": term.code, "Active": True,
            "Type": "STANDARD", "DueDays": term.net_days, "DiscountPercent": term.discount_percent,
            "DiscountDays": term.discount_days,
        }
    )  # fmt: skip


def _item(item: Item) -> Body:
    return filled(
        {
            "Id": str(item.id), "SyncToken": "0", "Name": item.name, "Sku": item.code, "Active": True,
            "Type": "Service" if item.is_service else "Inventory", "FullyQualifiedName": item.name,
            "ParentRef": reference(item.category and 9000, item.category),
        }
    )  # fmt: skip


def _company_info(entity: LegalEntity) -> Body:
    address = entity.address
    return filled(
        {
            "Id": "1", "SyncToken": "4", "CompanyName": entity.name, "LegalName": entity.name,
            "CompanyAddr": physical_address(1, address), "Country": entity.country,
            "Email": filled({"Address": address.email}), "PrimaryPhone": filled({"FreeFormNumber": address.phone}),
            "DefaultTimeZone": entity.time_zone,
        }
    )  # fmt: skip


def _preferences(entity: LegalEntity, has_currencies: bool) -> Body:
    currencies = {"MultiCurrencyEnabled": has_currencies, "HomeCurrency": reference(entity.currency)}
    return {"Id": "1", "SyncToken": "7", "CurrencyPrefs": currencies}
