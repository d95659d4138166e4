"""The records that documents refer to by a number or a code."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from tests.sandbox.company import Company
from tests.sandbox.dialects.sap_business_one.values import LANGUAGES, Row, local_currency
from tests.sandbox.masters import Address, Item, LegalEntity, Unit, Vendor

CASH, NOBODY = -1, -1
"""The terms and the sales employee of documents on which nobody chose any."""
MANUAL_UNIT = -1
DOLLAR = "$"
"""What databases of the United States call their local currency, whatever ISO 4217 does."""


def currency_code(company: Company, code: str) -> str:
    """The company's own code of a currency."""
    return DOLLAR if code == "USD" and local_currency(company) == "USD" else code


def state(address: Address | None) -> str | None:
    """The code of a state, without its country."""
    return address.region.partition("-")[2] if address and address.region else None


def number_of(known: Iterable[str], code: str | None, absent: int = -1) -> int:
    """The number that a code has among its like, from 1."""
    return list(known).index(code) + 1 if code is not None else absent


def vendor_contact(vendor: Vendor) -> int | None:
    """The number of the vendor's contact person."""
    return vendor.id * 10 if vendor.contact else None


def language(tag: str | None) -> int | None:
    """The number of a language."""
    return LANGUAGES.get(tag.partition("-")[0]) if tag else None


def _business_partner(company: Company, vendor: Vendor) -> Row:
    return {
        "CardCode": vendor.code,
        "CardName": vendor.name,
        "CardType": "cSupplier",
        "FederalTaxID": vendor.tax_id,
        "Currency": currency_code(company, vendor.currency),
        "EmailAddress": vendor.email,
        "Phone1": vendor.phone,
        "PayTermsGrpCode": number_of(company.payment_terms, vendor.payment_term, CASH),
        "LanguageCode": language(vendor.language),
        "Frozen": "tNO" if vendor.active else "tYES",
        "ContactEmployees": [{"InternalCode": vendor_contact(vendor), "Name": vendor.contact, "E_Mail": None}]
        if vendor.contact
        else [],
    }


def _item(company: Company, item: Item) -> Row:
    return {
        "ItemCode": item.code,
        "ItemName": item.name,
        "ItemType": "itLabor" if item.is_service else "itItems",
        "ItemsGroupCode": number_of(_categories(company), item.category, 0) or 100,
        "InventoryItem": "tNO" if item.is_service else "tYES",
        "InventoryUOM": company.units[item.unit].name,
        "InventoryUoMEntry": number_of(company.units, item.unit),
        "BarCode": item.gtin,
        "SupplierCatalogNo": item.manufacturer_code,
    }


def _unit(number: int, unit: Unit) -> Row:
    return {"AbsEntry": number, "Code": unit.code, "Name": unit.name, "InternationalSymbol": unit.rec20 or None}


def _branch(entity: LegalEntity) -> Row:
    address = entity.address
    return {
        "BPLID": entity.id,
        "BPLName": entity.name,
        "Street": address.line1,
        "StreetNo": None,
        "Block": address.line2,
        "Building": address.line3,
        "City": address.city,
        "ZipCode": address.postal_code,
        "State": state(address),
        "Country": address.country,
        "FederalTaxID": None,
    }


def _categories(company: Company) -> list[str]:
    return sorted({item.category for item in company.items.values() if item.category})


def admin_info(company: Company, options: Mapping[str, str]) -> Row:
    """The company's own details."""
    first = min(company.entities.values(), key=lambda entity: entity.id)
    local = currency_code(company, first.currency)
    return {
        "CompanyName": first.name,
        "Country": first.country,
        "LocalCurrency": local,
        "SystemCurrency": local,
        "DirectIndirectRate": "tNO" if options.get("rates") == "indirect" else "tYES",
    }


def _payment_terms(company: Company) -> list[Row]:
    terms = [(CASH, "- Cash Basic -", 0)]
    terms += [(number, term.text, term.net_days) for number, term in enumerate(company.payment_terms.values(), 1)]
    return [
        {"GroupNumber": number, "PaymentTermsGroupName": name, "StartFrom": "pdt_None",
         "NumberOfAdditionalMonths": 0, "NumberOfAdditionalDays": days, "NumberOfInstallments": 1}
        for number, name, days in terms
    ]  # fmt: skip


def _buyers(company: Company) -> list[Row]:
    nobody = {"SalesEmployeeCode": NOBODY, "SalesEmployeeName": "-No Sales Employee-", "Email": None}
    found = enumerate(company.buyers.values(), 1)
    return [nobody] + [
        {"SalesEmployeeCode": number, "SalesEmployeeName": buyer.name or buyer.code, "Email": buyer.email}
        for number, buyer in found
    ]


def ship_methods(company: Company) -> list[str]:
    """The ways of shipment in use."""
    return sorted({order.ship_method for order in company.orders.values() if order.ship_method})


MASTERS: Mapping[str, tuple[str, Callable[[Company], list[Row]]]] = {
    "BusinessPartners": ("CardCode", lambda c: [_business_partner(c, vendor) for vendor in c.vendors.values()]),
    "Items": ("ItemCode", lambda c: [_item(c, item) for item in c.items.values()]),
    "ItemGroups": ("Number", lambda c: [
        {"Number": number, "GroupName": name} for number, name in enumerate([*_categories(c)], 1)
    ] + [{"Number": 100, "GroupName": "Items"}]),
    "Currencies": ("Code", lambda c: [
        {"Code": currency_code(c, code), "Name": currency.name, "DocumentsCode": code}
        for code, currency in c.currencies.items()
    ]),
    "PaymentTermsTypes": ("GroupNumber", _payment_terms),
    "SalesPersons": ("SalesEmployeeCode", _buyers),
    "ShippingTypes": ("Code", lambda c: [{"Code": n, "Name": name} for n, name in enumerate(ship_methods(c), 1)]),
    "UnitOfMeasurements": ("AbsEntry", lambda c: [
        {"AbsEntry": MANUAL_UNIT, "Code": "Manual", "Name": "Manual", "InternationalSymbol": None}
    ] + [_unit(number, unit) for number, unit in enumerate(c.units.values(), 1)]),
    "BusinessPlaces": ("BPLID", lambda c: [_branch(entity) for entity in c.entities.values()]),
}  # fmt: skip
"""By entity set: its key, and its rows."""
