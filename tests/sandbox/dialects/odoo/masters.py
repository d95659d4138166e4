"""The company's master data as Odoo records, and the ids orders refer to them by."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import UTC, datetime
from decimal import Decimal
from html import escape

from tests.sandbox.company import Company
from tests.sandbox.dialects.odoo.values import Record, Ref
from tests.sandbox.masters import Address, Vendor
from tests.sandbox.order import Order

VENDOR, CONTACT, DELIVERY, SITE = 100_000, 200_000, 300_000, 1_000
"""First ids of the partners that stand for vendors, their contact persons, their delivery addresses, and sites."""

SERVICE_USER, BUYERS = 10, 100
FREIGHT_PRODUCT = 900_000
DROP_SHIP_TYPE = 900
PLANS = {"Cost Centers": 1, "Departments": 2, "Projects": 3}
INSTALLED_AT = datetime(2020, 1, 1, tzinfo=UTC)
UNIT_NAMES = {
    "C62": "Units", "H87": "Pieces", "EA": "Each", "KGM": "kg", "LTR": "L", "MTR": "m", "XBX": "Box", "SET": "Set",
    "HUR": "Hours", "TNE": "t", "DZN": "Dozens", "XCT": "Carton", "XCX": "Canister", "XCS": "Case", "GLL": "gal (US)",
    "XPK": "Pack",
}  # fmt: skip
"""How Odoo, or its users, name the units of UN/ECE Recommendation 20."""

INCOTERMS = ("CFR", "CIF", "CIP", "CPT", "DAP", "DDP", "DPU", "EXW", "FAS", "FCA", "FOB")


class Masters:
    """Master data by model and id. The company's masters never change, so all is rendered once."""

    def __init__(self, company: Company, version: int, locking: Collection[str] = ()) -> None:
        """``locking`` are the codes of the companies that lock their orders on confirmation."""
        self._company, self._version, self._locking = company, version, locking
        self._numbers = {
            "currency": _numbered(company.currencies),
            "unit": _numbered(company.units),
            "tax": _numbered(company.taxes),
            "term": _numbered(company.payment_terms),
            "category": _numbered({item.category for item in company.items.values() if item.category}),
            "unspsc": _numbered({item.commodity_code for item in company.items.values() if item.commodity_code}),
            "country": _numbered({address.country for address in _addresses(company) if address.country}),
            "region": _numbered({address.region for address in _addresses(company) if address.region}),
        }
        self.accounts = analytic_accounts(company)
        self.models: dict[str, dict[int, Record]] = {
            "res.partner": self._partners(),
            "res.country": {n: {"code": c, "name": c} for c, n in self._numbers["country"].items()},
            "res.country.state": self._states(),
            "res.currency": self._currencies(),
            "res.company": self._companies(),
            "res.users": self._users(),
            "account.payment.term": self._terms(),
            "account.payment.term.line": self._term_lines(),
            "account.incoterms": {n: {"code": c, "name": c, "active": True} for n, c in enumerate(INCOTERMS, 1)},
            "account.tax": self._taxes(),
            "account.analytic.account": self._analytic(),
            "uom.uom": self._units(),
            "product.product": self._products(),
            "product.unspsc.code": {
                n: {"code": c, "name": c, "active": True} for c, n in self._numbers["unspsc"].items()
            },
            "stock.picking.type": self._picking_types(),
            "stock.warehouse": self._warehouses(),
        }
        for records in self.models.values():
            for number, record in records.items():
                record |= {"id": number, "write_date": INSTALLED_AT, "display_name": record.get("name")}

    def currency(self, code: str) -> Ref:
        return Ref(self._numbers["currency"][code], code)

    def unit(self, code: str) -> Ref:
        number = self._numbers["unit"][code]
        unit = self._company.units[code]
        return Ref(number, UNIT_NAMES.get(unit.rec20, unit.name))

    def tax_id(self, code: str) -> int:
        return self._numbers["tax"][code]

    def term(self, code: str | None) -> Ref | None:
        return Ref(self._numbers["term"][code], code) if code else None

    def incoterm(self, code: str | None) -> Ref | None:
        return Ref(INCOTERMS.index(code) + 1, f"[{code}] {code}") if code else None

    def user(self, code: str | None) -> Ref | None:
        buyer = self._company.buyers.get(code or "")
        return Ref(BUYERS + buyer.id, buyer.name or buyer.code) if buyer else None

    def vendor(self, code: str) -> Ref:
        """The partner of a vendor's orders: its contact person where it has one."""
        vendor = self._company.vendors[code]
        return Ref(CONTACT + vendor.id, f"{vendor.name}, {vendor.contact}") if vendor.contact else _vendor_ref(vendor)

    def delivery(self, order: Order) -> Ref | None:
        """A drop shipment's address."""
        if order.order_type != "drop_ship" or order.ship_to is None:
            return None
        vendors = (vendor for vendor in self._company.vendors.values() if vendor.address == order.ship_to)
        vendor = next(vendors, None)
        return Ref(DELIVERY + vendor.id, f"{vendor.name}, Delivery") if vendor else None

    def picking_type(self, order: Order) -> Ref | None:
        if order.order_type == "drop_ship":
            return Ref(DROP_SHIP_TYPE, "Dropship")
        site = self._company.sites.get(order.site or "")
        return Ref(site.id, f"{site.name}: Receipts") if site else None

    def company(self, code: str) -> Ref:
        entity = self._company.entities[code]
        return Ref(entity.id, entity.name)

    def locks(self, code: str) -> bool:
        """Whether a company locks its orders on confirmation."""
        return code in self._locking

    def product(self, code: str) -> Ref:
        item = self._company.items[code]
        return Ref(item.id, f"[{item.code}] {item.name}")

    def _partners(self) -> dict[int, Record]:
        partners = {e.id: _partner(self, e.address, e.id, e.code) for e in self._company.entities.values()}
        partners |= {SITE + s.id: _partner(self, s.address, SITE + s.id) for s in self._company.sites.values()}
        for vendor in self._company.vendors.values():
            facts = {"email": vendor.email, "phone": vendor.phone, "vat": vendor.tax_id, "active": vendor.active}
            facts |= {"lang": vendor.language.replace("-", "_") if vendor.language else None}
            own = _partner(self, vendor.address, VENDOR + vendor.id, vendor.code) | facts
            child = {"ref": None, "parent_id": _vendor_ref(vendor), "commercial_partner_id": _vendor_ref(vendor)}
            partners[VENDOR + vendor.id] = own
            delivery = {"type": "delivery", "email": None, "phone": None, "is_company": False}
            partners[DELIVERY + vendor.id] = own | child | delivery | {"name": vendor.address.name}
            if vendor.contact:
                partners[CONTACT + vendor.id] = own | child | {"name": vendor.contact, "is_company": False}
        return partners

    def address(self, address: Address) -> Record:
        """The columns of a partner's address; Odoo has two lines."""
        region = Ref(self._numbers["region"][address.region], address.region_name or "") if address.region else None
        country = Ref(self._numbers["country"][address.country], address.country) if address.country else None
        return {
            "street": address.line1, "street2": address.line2, "city": address.city, "zip": address.postal_code,
            "state_id": region, "country_id": country, "email": address.email, "phone": address.phone,
        }  # fmt: skip

    def _states(self) -> dict[int, Record]:
        found = {}
        for region, number in self._numbers["region"].items():
            country, _, code = region.partition("-")
            owner = Ref(self._numbers["country"].get(country, 0), country)
            found[number] = {"code": code, "name": region, "country_id": owner}
        return found

    def _currencies(self) -> dict[int, Record]:
        return {
            self._numbers["currency"][c.code]: {
                "name": c.code, "symbol": c.code, "decimal_places": c.digits, "active": True,
                "rounding": Decimal(1).scaleb(-c.digits),
            }
            for c in self._company.currencies.values()
        }  # fmt: skip

    def _companies(self) -> dict[int, Record]:
        return {
            e.id: {
                "name": e.name,
                "currency_id": self.currency(e.currency),
                "partner_id": Ref(e.id, e.name),
                "po_lock": "lock" if self.locks(e.code) else "edit",
            }
            for e in self._company.entities.values()
        }

    def _users(self) -> dict[int, Record]:
        users: dict[int, Record] = {
            1: {"name": "OdooBot", "login": "__system__", "active": False},
            SERVICE_USER: {"name": "Orderhouse", "login": "orderhouse", "active": True},
        }
        for buyer in self._company.buyers.values():
            facts = {"name": buyer.name or buyer.code, "login": buyer.code, "email": buyer.email, "active": True}
            users[BUYERS + buyer.id] = facts
        return users

    def _terms(self) -> dict[int, Record]:
        return {
            self._numbers["term"][term.code]: {
                "name": term.code, "note": f"<p>{escape(term.text)}</p>",
                "line_ids": (self._numbers["term"][term.code],),
                "early_discount": term.discount_percent is not None, "discount_percentage": term.discount_percent,
                "discount_days": term.discount_days, "active": True,
            }
            for term in self._company.payment_terms.values()
        }  # fmt: skip

    def _term_lines(self) -> dict[int, Record]:
        return {
            self._numbers["term"][term.code]: {
                "value": "percent", "value_amount": Decimal(100), "nb_days": term.net_days, "delay_type": "days_after",
            }
            for term in self._company.payment_terms.values()
        }  # fmt: skip

    def _taxes(self) -> dict[int, Record]:
        return {
            self._numbers["tax"][tax.code]: {
                "name": tax.code, "description": tax.name, "amount": tax.rate, "amount_type": "percent",
                "type_tax_use": "purchase", "price_include": False, "active": True,
            }
            for tax in self._company.taxes.values()
        }  # fmt: skip

    def _analytic(self) -> dict[int, Record]:
        """Accounts of odd numbers stand in sub-plans, of one name below every plan."""
        return {
            number: {
                "name": name, "code": code, "root_plan_id": Ref(PLANS[plan], plan), "active": True,
                "plan_id": Ref(PLANS[plan] + 10, f"{plan} / Others") if number % 2 else Ref(PLANS[plan], plan),
            }
            for (plan, code), (number, name) in self.accounts.items()
        }  # fmt: skip

    def _units(self) -> dict[int, Record]:
        units = {self._numbers["unit"][code]: self.unit(code) for code in self._company.units}
        rounding = Decimal("0.01")
        return {
            n: {
                "name": ref.name,
                "category_id": Ref(n, ref.name),
                "factor": Decimal(1),
                "rounding": rounding,
                "active": True,
            }
            for n, ref in units.items()
        }

    def _products(self) -> dict[int, Record]:
        storable = "consu" if self._version >= 18 else "product"
        products: dict[int, Record] = {}
        for item in self._company.items.values():
            category = (
                Ref(self._numbers["category"][item.category], f"All / {item.category}") if item.category else None
            )
            code = item.commodity_code
            products[item.id] = {
                "default_code": item.code, "barcode": item.gtin, "name": item.name, "uom_id": self.unit(item.unit),
                "type": "service" if item.is_service else storable, "categ_id": category, "active": True,
                "product_tmpl_id": Ref(item.id, item.name),
                "unspsc_code_id": Ref(self._numbers["unspsc"][code], code) if code else None,
            }  # fmt: skip
        freight = {"default_code": "FREIGHT", "name": "Freight", "type": "service", "active": True}
        products[FREIGHT_PRODUCT] = freight | {"product_tmpl_id": Ref(FREIGHT_PRODUCT, "Freight")}
        return products

    def _picking_types(self) -> dict[int, Record]:
        types: dict[int, Record] = {
            s.id: {"name": "Receipts", "code": "incoming", "warehouse_id": Ref(s.id, s.name)}
            for s in self._company.sites.values()
        }
        return types | {DROP_SHIP_TYPE: {"name": "Dropship", "code": "dropship"}}

    def _warehouses(self) -> dict[int, Record]:
        return {
            s.id: {"name": s.name, "code": s.code, "partner_id": Ref(SITE + s.id, s.address.name)}
            for s in self._company.sites.values()
        }


def analytic_accounts(company: Company) -> dict[tuple[str, str], tuple[int, str]]:
    """Id and name of the analytic account of a plan and code."""
    plans = {"Cost Centers": company.cost_centers, "Departments": company.departments, "Projects": company.projects}
    return {
        (plan, code): (PLANS[plan] * 100 + index, name)
        for plan, named in plans.items()
        for index, (code, name) in enumerate(named.items(), 1)
    }


def _numbered(codes: Iterable[str]) -> dict[str, int]:
    return {code: number for number, code in enumerate(sorted(codes), 1)}


def _addresses(company: Company) -> list[Address]:
    entities = [entity.address for entity in company.entities.values()]
    sites = [site.address for site in company.sites.values()]
    return [*entities, *sites, *(vendor.address for vendor in company.vendors.values())]


def _vendor_ref(vendor: Vendor) -> Ref:
    return Ref(VENDOR + vendor.id, vendor.name)


def _partner(masters: Masters, address: Address, number: int, ref: str | None = None) -> Record:
    itself = Ref(number, address.name)
    facts = {"name": address.name, "ref": ref, "type": "contact", "is_company": True, "active": True}
    return facts | {"commercial_partner_id": itself, "lang": None} | masters.address(address)
