"""The company's master data as documents, and the names orders refer to them by."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from tests.sandbox.company import Company
from tests.sandbox.dialects.erpnext.values import Row, hashed_name
from tests.sandbox.masters import Address, Item, LegalEntity, PaymentTerm, Vendor

INSTALLED_AT = datetime(2020, 1, 1)
FREIGHT = "Freight and Forwarding Charges"
AFTER_INVOICE = "Day(s) after invoice date"
COUNTRIES = {
    "AU": "Australia", "BR": "Brazil", "CA": "Canada", "CH": "Switzerland", "CN": "China", "DE": "Germany",
    "ES": "Spain", "FR": "France", "GB": "United Kingdom", "GR": "Greece", "HK": "Hong Kong", "IL": "Israel",
    "IN": "India", "IT": "Italy", "JP": "Japan", "KW": "Kuwait", "MX": "Mexico", "NL": "Netherlands",
    "NZ": "New Zealand", "PL": "Poland", "PT": "Portugal", "SE": "Sweden", "TN": "Tunisia", "US": "United States",
}  # fmt: skip
"""Names of Frappe's country list (`frappe/geo/country_info.json`)."""

UNIT_NAMES = {
    "H87": "Piece", "KGM": "Kg", "LTR": "Litre", "MTR": "Meter", "XBX": "Box", "SET": "Set", "HUR": "Hour",
    "TNE": "Tonne", "DZN": "Dozen", "EA": "Each", "XCT": "Carton", "XCX": "Can", "XCS": "Case",
    "GLL": "Gallon Liquid (US)", "XPK": "Pack",
}  # fmt: skip
"""How ERPNext, or its users, name the units of UN/ECE Recommendation 20."""


class Masters:
    """Master documents by doctype and name. The company's masters never change, so all is rendered once."""

    def __init__(self, company: Company) -> None:
        self._company = company
        self._addresses = _address_names(company)
        self.tables: dict[str, dict[str, Row]] = {
            "Company": _named(map(_company_row, company.entities.values())),
            "Supplier": _named(map(self._supplier, company.vendors.values())),
            "Address": _named(_address_row(name, address) for address, name in self._addresses.items()),
            "Item": _named(map(self._item, company.items.values())),
            "Item Barcode": _named(_barcode(item) for item in company.items.values() if item.gtin),
            "Warehouse": _named(self._warehouses()),
            "Account": _named(self._accounts()),
            "Cost Center": _named(self._cost_centers()),
            "Payment Term": _named(map(_term, company.payment_terms.values())),
            "Payment Terms Template": _named(
                _standard(code) | {"template_name": code} for code in company.payment_terms
            ),
        }

    def unit(self, code: str | None) -> str | None:
        unit = self._company.units.get(code or "")
        return unit and UNIT_NAMES.get(unit.rec20, unit.name)

    def address(self, address: Address | None) -> str | None:
        return self._addresses.get(address) if address else None

    def account(self, number: str, entity: LegalEntity) -> str:
        return f"{number} - {self._company.gl_accounts[number]} - {entity.code}"

    def cost_center(self, code: str | None, entity: LegalEntity) -> str | None:
        return code and f"{code} - {self._company.cost_centers[code]} - {entity.code}"

    def warehouse(self, site: str | None, entity: LegalEntity) -> str | None:
        return site and f"{site} - {entity.code}"

    def tax_account(self, code: str, entity: LegalEntity) -> str:
        return f"{code} - {entity.code}"

    def freight_account(self, entity: LegalEntity) -> str:
        return f"{FREIGHT} - {entity.code}"

    def _supplier(self, vendor: Vendor) -> Row:
        return _standard(vendor.code) | {
            "supplier_name": vendor.name, "supplier_group": "All Supplier Groups", "supplier_type": "Company",
            "tax_id": vendor.tax_id, "language": language(vendor), "disabled": not vendor.active,
            "country": COUNTRIES.get(vendor.address.country or "", vendor.address.country),
            "default_currency": vendor.currency, "supplier_primary_address": self.address(vendor.address),
        }  # fmt: skip

    def _item(self, item: Item) -> Row:
        return _standard(item.code) | {
            "item_code": item.code, "item_name": item.name, "item_group": item.category or "All Item Groups",
            "stock_uom": self.unit(item.unit), "is_stock_item": not item.is_service, "is_fixed_asset": False,
            "customs_tariff_number": None, "default_manufacturer_part_no": item.manufacturer_code, "disabled": False,
            "description": item.name,
        }  # fmt: skip

    def _warehouses(self) -> Iterable[Row]:
        for site in self._company.sites.values():
            entity = self._company.entities[site.entity]
            facts = {"warehouse_name": site.code, "company": entity.name, "is_group": False}
            yield _standard(f"{site.code} - {entity.code}") | facts

    def _accounts(self) -> Iterable[Row]:
        for entity in self._company.entities.values():
            for number, name in self._company.gl_accounts.items():
                yield _account(self.account(number, entity), name, number, "Expense Account")
            for code in self._company.taxes:
                yield _account(self.tax_account(code, entity), code, None, "Tax")
            yield _account(self.freight_account(entity), FREIGHT, None, "Chargeable")

    def _cost_centers(self) -> Iterable[Row]:
        for entity in self._company.entities.values():
            for code, name in self._company.cost_centers.items():
                facts = {"cost_center_name": name, "cost_center_number": code, "company": entity.name}
                yield _standard(f"{code} - {name} - {entity.code}") | facts


def language(vendor: Vendor) -> str | None:
    """Frappe's languages mostly have no region."""
    return vendor.language and vendor.language.partition("-")[0]


def _named(rows: Iterable[Row]) -> dict[str, Row]:
    return {row["name"]: row for row in rows}


def _standard(name: str) -> Row:
    return {
        "name": name, "owner": "Administrator", "creation": INSTALLED_AT, "modified": INSTALLED_AT,
        "modified_by": "Administrator", "docstatus": 0, "idx": 0,
    }  # fmt: skip


def _company_row(entity: LegalEntity) -> Row:
    return _standard(entity.name) | {
        "company_name": entity.name, "abbr": entity.code, "default_currency": entity.currency,
        "country": COUNTRIES.get(entity.country, entity.country), "tax_id": None,
    }  # fmt: skip


def _account(name: str, title: str, number: str | None, kind: str) -> Row:
    facts: dict[str, Any] = {"account_name": title, "account_number": number, "account_type": kind}
    return _standard(name) | facts | {"root_type": "Expense", "is_group": False}


def _term(term: PaymentTerm) -> Row:
    return _standard(term.code) | {
        "payment_term_name": term.code, "description": term.text, "due_date_based_on": AFTER_INVOICE,
        "credit_days": term.net_days, "credit_months": 0, "discount_type": "Percentage",
        "discount": term.discount_percent, "discount_validity_based_on": AFTER_INVOICE,
        "discount_validity": term.discount_days or 0,
    }  # fmt: skip


def _barcode(item: Item) -> Row:
    return _standard(hashed_name("barcode", item.id)) | {
        "parent": item.code, "parenttype": "Item", "parentfield": "barcodes", "idx": 1, "barcode": item.gtin,
        "barcode_type": "EAN",
    }  # fmt: skip


def _address_names(company: Company) -> dict[Address, str]:
    """One document for each address; the first that has it gives it its name."""
    names: dict[Address, str] = {}
    for kind, owners in (("Billing", company.entities), ("Shipping", company.sites), ("Office", company.vendors)):
        for code, owner in owners.items():
            names.setdefault(owner.address, f"{code}-{kind}")
    return names


def _address_row(name: str, address: Address) -> Row:
    return _standard(name) | {
        "address_title": address.name, "address_type": name.rpartition("-")[2], "address_line1": address.line1,
        "address_line2": address.line2, "city": address.city, "county": None,
        "state": address.region and address.region.partition("-")[2], "pincode": address.postal_code,
        "country": COUNTRIES.get(address.country or "", address.country), "phone": address.phone, "fax": None,
        "email_id": address.email, "gstin": None,
    }  # fmt: skip
