"""The company as NetSuite's SuiteAnalytics tables: schemas, and the rows of master data and of each order.

Dates and instants are text ``YYYY-MM-DD HH:MM:SS``, instants in UTC and, like NetSuite's, to the second; decimals are
exact text. Names follow NetSuite's Records Catalog.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from tests.sandbox.company import Company
from tests.sandbox.custom_fields import HEADER_CUSTOM_FIELDS, LINE_CUSTOM_FIELDS
from tests.sandbox.masters import Address

Row = dict[str, Any]

FIELD_TYPES = {
    str: "Free-Form Text", Decimal: "Decimal Number", int: "Integer Number", bool: "Check Box", date: "Date",
    datetime: "Date/Time",
}  # fmt: skip
KINDS = {Decimal: "decimal", int: "integer", date: "date", datetime: "instant"}


def custom_columns(prefix: str, fields: Mapping[str, type]) -> str:
    """The custom fields as columns of a schema."""
    return " ".join(f"{prefix}_{name}:{KINDS.get(kind, 'text')}" for name, kind in fields.items())


_ADDRESS = "nkey:integer addressee attention addr1 addr2 addr3 city state zip country addrphone"
SCHEMA = {
    "transaction": (
        "id:integer tranid type trandate:date createddate:instant lastmodifieddate:instant duedate:date entity:integer "
        "status approvalstatus currency:integer exchangerate:decimal foreigntotal:decimal terms:integer memo "
        "otherrefnum employee:integer createdby:integer billingaddress:integer shippingaddress:integer "
        f"shipmethod:integer incoterm:integer {custom_columns('custbody', HEADER_CUSTOM_FIELDS)}"
    ),
    "transactionline": (
        "transaction:integer id:integer linesequencenumber:integer mainline taxline item:integer itemtype memo "
        "quantity:decimal quantityshiprecv:decimal quantitybilled:decimal units:integer rate:decimal "
        "foreignamount:decimal netamount:decimal isclosed expectedreceiptdate:date subsidiary:integer location:integer "
        "department:integer class:integer expenseaccount:integer vendorname dropship linecreateddate:instant "
        f"linelastmodifieddate:instant {custom_columns('custcol', LINE_CUSTOM_FIELDS)}"
    ),
    "transactionshippingaddress": _ADDRESS,
    "transactionbillingaddress": _ADDRESS,
    "entityaddress": _ADDRESS,
    "vendor": (
        "id:integer entityid companyname email phone vatregnumber currency:integer terms:integer isinactive "
        "defaultbillingaddress:integer"
    ),
    "item": "id:integer itemid displayname itemtype upccode mpn class:integer stockunit:integer",
    "unitstypeuom": "internalid:integer unitstype:integer unitname abbreviation conversionrate:decimal baseunit",
    "currency": "id:integer symbol name currencyprecision:integer isbasecurrency",
    "subsidiary": "id:integer name currency:integer country isinactive",
    "employee": "id:integer entityid email",
    "term": "id:integer name daysuntilnetdue:integer discountpercent:decimal daysuntilexpiry:integer "
    "discountpercentdatedriven:decimal",
    "transactionstatus": "id trantype name fullname",
    "customfield": "internalid:integer scriptid name fieldtype fieldvaluetype",
}
"""Columns by table: name, and a kind where it is not text."""

STATUSES = {
    "A": "Pending Supervisor Approval", "B": "Pending Receipt", "C": "Rejected by Supervisor",
    "D": "Partially Received", "E": "Pending Billing/Partially Received", "F": "Pending Bill", "G": "Fully Billed",
    "H": "Closed",
}  # fmt: skip
UNIT_NAMES = {
    "H87": "Pc", "KGM": "Kg", "LTR": "L", "MTR": "m", "XBX": "Box", "SET": "Set", "HUR": "Hr", "TNE": "MT", "DZN": "Dz",
    "EA": "Ea", "XCT": "Ctn", "XCX": "Can", "XCS": "Case", "GLL": "Gal", "XPK": "Pack",
}  # fmt: skip
"""How an administrator of this account abbreviated its units; NetSuite has no standard ones."""
PACKS = {"XBX": ("H87", Decimal(12)), "DZN": ("H87", Decimal(12)), "TNE": ("KGM", Decimal(1000))}
"""Units that stand in a units type with another base unit, and how many of that they are."""

LATEST = 2_000_000_000
FREIGHT_ITEM, DESCRIPTION_ITEM, FIRST_TAX_ITEM = 900_001, 900_002, 900_100


@dataclass
class Numbers:
    """Internal ids of things that NetSuite numbers and the company does not, handed out as they appear."""

    company: Company
    display: dict[str, dict[int | str, str]] = field(default_factory=dict)
    """Texts of ``BUILTIN.DF`` by column and id."""
    _known: dict[tuple[str, str], int] = field(default_factory=dict)

    def number(self, column: str, value: str | None, text: str | None = None) -> int | None:
        """The id that a value has in a column, shown as ``text``."""
        if value is None:
            return None
        found = self._known.setdefault((column, value), len(self._known) + 1)
        self.display.setdefault(column, {})[found] = text or value
        return found

    def unit(self, code: str | None) -> int | None:
        """The id of a unit."""
        if code is None:
            return None
        unit = self.company.units[code]
        return self.number("units", unit.rec20 or code, UNIT_NAMES.get(unit.rec20, unit.name))


def in_base_units(company: Company, code: str | None) -> Decimal:
    """How many base units one unit is."""
    return PACKS[company.units[code].rec20][1] if code and company.units[code].rec20 in PACKS else Decimal(1)


def plain(value: Decimal | None) -> str | None:
    """A decimal as NetSuite writes it: no exponent, no needless zeros."""
    if value is None:
        return None
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def day(value: date | None) -> str | None:
    """A business date."""
    return None if value is None else f"{value:%Y-%m-%d} 00:00:00"


def second(value: datetime | None) -> str | None:
    """An instant in UTC, to the second."""
    return None if value is None else f"{value.astimezone(UTC):%Y-%m-%d %H:%M:%S}"


def flag(value: bool) -> str:
    """NetSuite's check boxes."""
    return "T" if value else "F"


def custom_value(value: Any) -> Any:
    """A custom field's value in its column."""
    match value:
        case bool():
            return flag(value)
        case Decimal():
            return plain(value)
        case datetime():
            return second(value)
        case date():
            return day(value)
    return value or None


def address_row(nkey: int, address: Address) -> Row:
    """A row of one of the address tables; the state is the part of the region that people write."""
    state = address.region.partition("-")[2] if address.region else None
    return {
        "nkey": nkey, "addressee": address.name, "attention": address.contact, "addr1": address.line1,
        "addr2": address.line2, "addr3": address.line3, "city": address.city, "state": state,
        "zip": address.postal_code, "country": address.country, "addrphone": address.phone,
    }  # fmt: skip


def master_rows(company: Company, numbers: Numbers, dated_terms: bool = False) -> Iterator[tuple[str, Row]]:
    """The rows that never change, by table. ``dated_terms`` are due on a day of the month, and not after some days."""
    for currency in company.currencies.values():
        number = numbers.number("currency", currency.code)
        row = {"id": number, "symbol": currency.code, "name": currency.name, "currencyprecision": currency.digits}
        is_base = any(currency.code == entity.currency for entity in company.entities.values())
        yield "currency", row | {"isbasecurrency": flag(is_base)}
    for entity in company.entities.values():
        numbers.display.setdefault("subsidiary", {})[entity.id] = entity.name
        currency_id = numbers.number("currency", entity.currency)
        row = {"id": entity.id, "name": entity.name, "currency": currency_id, "country": entity.country}
        yield "subsidiary", row | {"isinactive": "F"}
    for buyer in company.buyers.values():
        for column in ("employee", "createdby"):
            numbers.display.setdefault(column, {})[buyer.id] = buyer.name or buyer.code
        yield "employee", {"id": buyer.id, "entityid": buyer.name or buyer.code, "email": buyer.email}
    for term in company.payment_terms.values():
        row, discount = {"id": numbers.number("terms", term.code), "name": term.code}, plain(term.discount_percent)
        standard = {"daysuntilnetdue": term.net_days, "discountpercent": discount}
        standard["daysuntilexpiry"] = term.discount_days
        yield "term", row | ({"discountpercentdatedriven": discount} if dated_terms else standard)
    yield from _vendor_rows(company, numbers)
    yield from _unit_rows(company, numbers)
    yield from _item_rows(company, numbers)
    yield from _setup_rows()


def bill_rows(lines: int) -> Iterator[tuple[str, Row]]:
    """A bill with so many lines, which is later than all orders and has no custom fields."""
    if lines:
        yield "transaction", {"id": LATEST, "type": "VendBill"}
        for line in range(lines):
            yield "transactionline", {"transaction": LATEST, "id": line, "mainline": "F", "taxline": "F"}


def _vendor_rows(company: Company, numbers: Numbers) -> Iterator[tuple[str, Row]]:
    for vendor in company.vendors.values():
        numbers.display.setdefault("entity", {})[vendor.id] = vendor.name
        yield "entityaddress", address_row(vendor.id, vendor.address)
        yield "vendor", {
            "id": vendor.id, "entityid": vendor.code, "companyname": vendor.name, "email": vendor.email,
            "phone": vendor.phone, "vatregnumber": vendor.tax_id,
            "currency": numbers.number("currency", vendor.currency),
            "terms": numbers.number("terms", vendor.payment_term), "isinactive": flag(not vendor.active),
            "defaultbillingaddress": vendor.id,
        }  # fmt: skip


def _unit_rows(company: Company, numbers: Numbers) -> Iterator[tuple[str, Row]]:
    """The units, each in a units type that is numbered as its base unit."""
    names = {unit.rec20 or code: unit.name for code, unit in company.units.items()}
    bases = {key: PACKS.get(key, (key, Decimal(1))) for key in names}
    names |= {base: UNIT_NAMES[base] for base, _ in bases.values() if base not in names}
    for key, name in names.items():
        base, rate = bases.get(key, (key, Decimal(1)))
        yield "unitstypeuom", {
            "internalid": numbers.number("units", key, UNIT_NAMES.get(key, name)),
            "unitstype": numbers.number("units", base, UNIT_NAMES.get(base, names[base])), "unitname": name,
            "abbreviation": UNIT_NAMES.get(key, name), "conversionrate": plain(rate), "baseunit": flag(base == key),
        }  # fmt: skip


def _item_rows(company: Company, numbers: Numbers) -> Iterator[tuple[str, Row]]:
    for item in company.items.values():
        unit = numbers.unit(item.unit)
        if unit is not None:
            numbers.display.setdefault("stockunit", {})[unit] = numbers.display["units"][unit]
        yield "item", {
            "id": item.id, "itemid": item.code, "displayname": item.name,
            "itemtype": "Service" if item.is_service else "InvtPart", "upccode": item.gtin,
            "mpn": item.manufacturer_code, "class": numbers.number("class", item.category), "stockunit": unit,
        }  # fmt: skip
    yield "item", {"id": FREIGHT_ITEM, "itemid": "Freight", "displayname": "Freight", "itemtype": "OthCharge"}
    yield "item", {"id": DESCRIPTION_ITEM, "itemid": "Description", "itemtype": "Description"}
    for number, tax in enumerate(company.taxes.values(), FIRST_TAX_ITEM):
        yield "item", {"id": number, "itemid": tax.code, "displayname": tax.name, "itemtype": "TaxItem"}


def _setup_rows() -> Iterator[tuple[str, Row]]:
    for code, name in STATUSES.items():
        row = {"id": code, "trantype": "PurchOrd", "name": name, "fullname": f"Purchase Order : {name}"}
        yield "transactionstatus", row
    bodies = [("BODY", f"custbody_{name}", kind) for name, kind in HEADER_CUSTOM_FIELDS.items()]
    columns = [("COLUMN", f"custcol_{name}", kind) for name, kind in LINE_CUSTOM_FIELDS.items()]
    for number, (place, script_id, kind) in enumerate(bodies + columns, 1):
        row = {"internalid": number, "scriptid": script_id.upper(), "name": script_id.partition("_")[2]}
        yield "customfield", row | {"fieldtype": place, "fieldvaluetype": FIELD_TYPES[kind]}
