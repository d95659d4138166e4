"""The company's master data as Coupa's records, as they stand inside orders."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from tests.sandbox.company import Company
from tests.sandbox.dialects.coupa.values import Row
from tests.sandbox.masters import Address, LegalEntity, Vendor
from tests.sandbox.order import Distribution, Line

UNIT_CODES = {"KGM": "KG", "XBX": "BX", "HUR": "HR", "XCT": "CT", "XCX": "CA", "XCS": "CS", "XPK": "PK"}
"""How customers code units that UN/ECE Recommendation 20 codes otherwise."""

FREIGHT = "Freight"


class Masters:
    """Records by the company's own codes."""

    def __init__(self, company: Company, has_full_names: bool = True) -> None:
        self._company, self._has_full_names = company, has_full_names
        codes = {address.country for address in _addresses(company) if address.country}
        self._countries = {code: number for number, code in enumerate(sorted(codes), 1)}
        self._sites = {site.address: site.code for site in company.sites.values()}

    def user(self, code: str | None) -> Row | None:
        buyer = self._company.buyers.get(code or "")
        if buyer is None:
            return None
        return {"id": 100 + buyer.id, "login": buyer.code, "employee-number": buyer.code, "email": buyer.email,
                "active": True, **self._names(buyer.name or buyer.code)}  # fmt: skip

    def person(self, name: str | None) -> Row | None:
        """Somebody without a login."""
        return {"id": 1, "login": None, **self._names(name)} if name else None

    def _names(self, name: str) -> Row:
        first, _, last = name.partition(" ")
        return {"fullname": name} if self._has_full_names else {"firstname": first, "lastname": last}

    def currency(self, code: str) -> Row:
        number = list(self._company.currencies).index(code) + 1
        return {"id": number, "code": code, "decimals": self._company.currencies[code].digits}

    def supplier(self, vendor: Vendor) -> Row:
        contact = vendor.contact or ""
        given, _, family = contact.partition(" ")
        return {
            "id": 5_000 + vendor.id, "name": vendor.name, "display-name": vendor.name, "number": vendor.code,
            "status": "active" if vendor.active else "inactive", "tax-id": vendor.tax_id, "po-method": "email",
            "po-email": vendor.email, "on-hold": False, "primary-address": self.address(vendor.address),
            "primary-contact": {
                "id": 7_000 + vendor.id, "email": vendor.email, "name-given": given or None,
                "name-family": family or None, "name-fullname": vendor.contact if self._has_full_names else None,
            },
        }  # fmt: skip

    def address(self, address: Address | None) -> Row | None:
        if address is None:
            return None
        country = address.country and {"id": self._countries[address.country], "code": address.country}
        return {
            "id": 1, "name": address.name, "location-code": self._sites.get(address), "street1": address.line1,
            "street2": address.line2, "street3": address.line3, "street4": None, "city": address.city,
            "state": address.region_name, "state-iso-code": address.region, "postal-code": address.postal_code,
            "attention": address.contact, "active": True, "business-group-name": None, "vat-number": None,
            "local-tax-number": None, "country": country or None, "vat-country": None,
        }  # fmt: skip

    def payment_term(self, code: str | None) -> Row | None:
        term = self._company.payment_terms.get(code or "")
        if term is None:
            return None
        return {
            "id": list(self._company.payment_terms).index(term.code) + 1, "code": term.code, "description": term.text,
            "days-for-net-payment": term.net_days, "days-for-discount-payment": term.discount_days,
            "discount-rate": term.discount_percent, "active": True, "type": "DaysAfterNetPaymentTerm",
        }  # fmt: skip

    def item(self, line: Line) -> Row:
        item = self._company.items[line.item or ""]
        return {
            "id": item.id, "item-number": item.code, "name": item.name, "description": item.name, "active": True,
            "manufacturer-part-number": item.manufacturer_code,
        }  # fmt: skip

    def commodity(self, line: Line) -> Row | None:
        category = self._company.items[line.item or ""].category
        categories = sorted({item.category for item in self._company.items.values() if item.category})
        return {"id": categories.index(category) + 1, "name": category, "active": True} if category else None

    def unit(self, code: str | None) -> Row | None:
        unit = self._company.units.get(code or "")
        if unit is None:
            return None
        number = list(self._company.units).index(unit.code) + 1
        return {"id": number, "code": UNIT_CODES.get(unit.rec20, unit.rec20 or unit.code), "name": unit.name}

    def account(self, part: Distribution | None, entity: LegalEntity) -> Row:
        """An account of the entity's chart, its segments joined by hyphens; lines without any have a default one."""
        account_type = {
            "id": entity.id, "name": entity.code, "legal-entity-name": entity.name, "active": True,
            "currency": self.currency(entity.currency),
        }  # fmt: skip
        facts = [part.gl_account, part.cost_center, part.department, part.project] if part else []
        segments = {f"segment-{number}": fact for number, fact in enumerate([entity.code, *facts], 1)}
        code = "-".join(fact or "" for fact in segments.values())
        return {"id": 1, "name": code, "code": code, "active": True, **segments, "account-type": account_type}

    def warehouse(self, site: str | None) -> Row | None:
        found = self._company.sites.get(site or "")
        return found and {"id": found.id, "name": found.name}


def price(line: Line) -> Decimal:
    """The price of one unit with its discount, for which there is no field: at most six decimals."""
    return round(line.unit_price * (100 - line.discount_percent) / 100, 6)


def _addresses(company: Company) -> Iterable[Address]:
    for owners in (company.entities, company.sites, company.vendors):
        yield from (owner.address for owner in owners.values())
