"""The records that orders refer to, as the standard API pages show them."""

from __future__ import annotations

from typing import Any

from tests.sandbox.company import Company
from tests.sandbox.dialects.business_central.values import NO_ID, enum, guid
from tests.sandbox.masters import Address, Item, LegalEntity, PaymentTerm, Site, Unit, Vendor

Row = dict[str, Any]


def state(address: Address | None) -> str:
    """The county field, in which people keep the code of a state: the part of ISO 3166-2 after the country."""
    return address.region.partition("-")[2] if address and address.region else ""


def address_fields(prefix: str, address: Address | None, postal_code: str = "PostCode") -> Row:
    """The address fields of a document, which holds two lines of it."""
    return {
        f"{prefix}AddressLine1": address.line1 or "" if address else "",
        f"{prefix}AddressLine2": address.line2 or "" if address else "",
        f"{prefix}City": address.city or "" if address else "",
        f"{prefix}Country": address.country or "" if address else "",
        f"{prefix}State": state(address),
        f"{prefix}{postal_code}": address.postal_code or "" if address else "",
    }


def plain_address(address: Address) -> Row:
    """The address fields of a master record."""
    found = address_fields("", address, "PostalCode")
    return {name[:1].lower() + name[1:]: value for name, value in found.items()}


def company_row(entity: LegalEntity) -> Row:
    return {
        "id": guid("company", entity.code),
        "systemVersion": "27.0.38460.0",
        "timestamp": entity.id,
        "name": entity.code,
        "displayName": entity.name,
        "businessProfileId": "",
    }


def company_information(entity: LegalEntity) -> Row:
    address = entity.address
    return {
        "id": guid("companyInformation", entity.code),
        "displayName": address.name,
        **plain_address(address),
        "phoneNumber": address.phone or "",
        "email": address.email or "",
        "website": "",
        "taxRegistrationNumber": "",
        "currencyCode": entity.currency,
    }


def vendor_row(company: Company, vendor: Vendor) -> Row:
    term = vendor.payment_term
    return {
        "id": guid("vendor", vendor.code),
        "number": vendor.code,
        "displayName": vendor.name,
        **plain_address(vendor.address),
        "phoneNumber": vendor.phone or "",
        "email": vendor.email or "",
        "website": "",
        "taxRegistrationNumber": vendor.tax_id or "",
        "currencyCode": vendor.currency,
        "paymentTermsId": guid("paymentTerm", term) if term in company.payment_terms else NO_ID,
        "blocked": enum(" ") if vendor.active else "All",
    }


def payment_term_row(term: PaymentTerm) -> Row:
    return {
        "id": guid("paymentTerm", term.code),
        "code": term.code,
        "displayName": term.text,
        "dueDateCalculation": f"{term.net_days}D",
        "discountDateCalculation": "" if term.discount_days is None else f"{term.discount_days}D",
        "discountPercent": term.discount_percent or 0,
        "calculateDiscountOnCreditMemos": False,
    }


def shipment_method_row(incoterm: str) -> Row:
    return {"id": guid("shipmentMethod", incoterm), "code": incoterm, "displayName": incoterm}


def unit_row(unit: Unit) -> Row:
    return {
        "id": guid("unitOfMeasure", unit.code),
        "code": unit.code,
        "displayName": unit.name,
        "internationalStandardCode": unit.rec20,
        "symbol": "",
    }


def item_row(item: Item) -> Row:
    return {
        "id": guid("item", item.code),
        "number": item.code,
        "displayName": item.name,
        "type": "Service" if item.is_service else "Inventory",
        "itemCategoryCode": item.category or "",
        "blocked": False,
        "gtin": item.gtin or "",
        "baseUnitOfMeasureId": guid("unitOfMeasure", item.unit),
        "baseUnitOfMeasureCode": item.unit,
    }


def location_row(site: Site) -> Row:
    return {
        "id": guid("location", site.code),
        "code": site.code,
        "displayName": site.name,
        "contact": site.address.contact or "",
        **plain_address(site.address),
        "phoneNumber": site.address.phone or "",
        "email": site.address.email or "",
    }


def purchaser_rows(company: Company) -> list[Row]:
    return [
        {"id": guid("purchaser", code), "code": code, "displayName": buyer.name or "", "email": buyer.email or ""}
        for code, buyer in company.buyers.items()
    ]
