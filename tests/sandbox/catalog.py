"""The master data of the generated company: two legal entities, sites, vendors in many countries, items, terms."""

from __future__ import annotations

import csv
from decimal import Decimal
from pathlib import Path
from random import Random

from tests.sandbox.company import Company
from tests.sandbox.masters import Address, Buyer, Currency, Item, LegalEntity, PaymentTerm, Site, Tax, Unit, Vendor

CURRENCIES = (
    ("USD", "US Dollar", 2), ("EUR", "Euro", 2), ("GBP", "Pound Sterling", 2), ("CHF", "Swiss Franc", 2),
    ("CNY", "Yuan Renminbi", 2), ("JPY", "Yen", 0), ("KWD", "Kuwaiti Dinar", 3), ("TND", "Tunisian Dinar", 3),
)  # fmt: skip
UNITS = (
    ("PCS", "Pieces", "H87"), ("KG", "Kilogram", "KGM"), ("L", "Litre", "LTR"), ("M", "Metre", "MTR"),
    ("BOX", "Box", "XBX"), ("SET", "Set", "SET"), ("H", "Hour", "HUR"), ("T", "Tonne", "TNE"),
    ("DZ", "Dozen", "DZN"), ("FLY", "Flyover crate", ""),
)  # fmt: skip
"""Code, name, UN/ECE Rec 20 code; the last is the company's own invention, which no list knows."""

TAXES = (
    ("US-CA", "California sales tax", "7.25"), ("US-0", "No sales tax", "0"),
    ("DE-19", "Vorsteuer 19 %", "19"), ("DE-7", "Vorsteuer 7 %", "7"), ("EXEMPT", "Exempt", "0"),
)  # fmt: skip
TERMS = (
    PaymentTerm("NET30", "Net 30 days", 30),
    PaymentTerm("NET60", "Net 60 days", 60),
    PaymentTerm("2-10-N30", "2 % within 10 days, net 30", 30, Decimal(2), 10),
    PaymentTerm("1.5-14-N45", "14 Tage 1,5 % Skonto, 45 Tage netto", 45, Decimal("1.5"), 14),
    PaymentTerm("NOW", "Due on receipt", 0),
)
ITEM_NAMES = (
    ("Hex bolt M8x40", "PCS", "Fasteners", "31161500"), ("Washer Ø 8 mm", "BOX", "Fasteners", "31161807"),
    ("Deep groove bearing 6204", "PCS", "Bearings", "31171504"), ("Steel sheet 2 mm", "KG", "Raw material", "30102204"),
    ("Hydraulic oil HLP 46", "L", "Chemicals", "15121500"), ("Copper cable 3x1.5", "M", "Electrical", "26121600"),
    ("Gear motor 0.75 kW", "PCS", "Drives", "26101100"), ("Control cabinet", "SET", "Electrical", "39121000"),
    ("Welding wire 1.0 mm", "KG", "Raw material", "23270000"), ("Safety gloves", "DZ", "Consumables", "46181504"),
    ("Aluminium profile 40x40", "M", "Raw material", "30102500"), ("Pallet crate", "FLY", "Packaging", "24112700"),
    ("Printed circuit board", "PCS", "Electronics", "32101500"), ("Granulate PA6", "T", "Raw material", "13111000"),
)  # fmt: skip
SERVICE_NAMES = ("Maintenance work", "Calibration", "Software consulting", "Freight handling")


def build_masters(rng: Random, vendors: int = 64, items: int = 220) -> Company:
    """A company with all its master data and no orders."""
    entities, sites = _organisation()
    return Company(
        entities={entity.code: entity for entity in entities},
        sites={site.code: site for site in sites},
        vendors={vendor.code: vendor for vendor in _vendors(rng, vendors)},
        items={item.code: item for item in _items(rng, items)},
        buyers={buyer.code: buyer for buyer in _buyers()},
        currencies={code: Currency(code, name, digits) for code, name, digits in CURRENCIES},
        units={code: Unit(code, name, rec20) for code, name, rec20 in UNITS},
        taxes={code: Tax(code, name, Decimal(rate)) for code, name, rate in TAXES},
        payment_terms={term.code: term for term in TERMS},
        gl_accounts={"400000": "Raw materials", "410000": "Supplies", "620000": "Services", "161000": "Machinery"},
        cost_centers={"CC100": "Production", "CC200": "Maintenance", "CC300": "IT", "CC900": "Verwaltung"},
        departments={"D10": "Operations", "D20": "Engineering", "D30": "Finance"},
        projects={"P-2401": "New assembly hall", "P-2407": "Retrofit Straße 3"},
    )


def _organisation() -> tuple[list[LegalEntity], list[Site]]:
    us = Address("Orchard Machines Inc.", "1 Orchard Way", None, None, "San Jose", "US-CA", "California", "95110", "US")
    de = Address("Orchard Maschinen GmbH", "Obstgartenweg 1", None, None, "Münster", "DE-NW", "Nordrhein-Westfalen",
                 "48143", "DE", "Wareneingang", "eingang@orchard.example", "+49 251 555010")  # fmt: skip
    dock = Address("Orchard Machines Inc. Dock 4", "77 Freight Rd", "Dock 4", None, "Reno", "US-NV", "Nevada", "89501",
                   "US", "Receiving", "dock4@orchard.example", "+1 775 555 0110")  # fmt: skip
    entities = [
        LegalEntity(1, "US01", "Orchard Machines Inc.", "USD", "US", "America/Los_Angeles", us),
        LegalEntity(2, "DE01", "Orchard Maschinen GmbH", "EUR", "DE", "Europe/Berlin", de),
    ]
    sites = [
        Site(1, "SJC", "San Jose plant", "US01", us),
        Site(2, "RNO", "Reno distribution", "US01", dock),
        Site(3, "MUC", "Werk Münster", "DE01", de),
    ]
    return entities, sites


def _vendors(rng: Random, count: int) -> list[Vendor]:
    with Path(__file__).with_name("places.csv").open(encoding="utf-8", newline="") as file:
        places = list(csv.DictReader(file))
    return [_vendor(rng, number, places[(number - 1) % len(places)], len(places)) for number in range(1, count + 1)]


def _vendor(rng: Random, number: int, place: dict[str, str], places: int) -> Vendor:
    name = place["name"] if number <= places else f"{place['name']} {(number - 1) // places + 1}"
    fields = ("line1", "line2", "city", "region", "region_name", "postal_code")
    is_bare = rng.random() < 0.05
    details = {} if is_bare else {field: place[field] or None for field in fields}
    return Vendor(
        id=number,
        code=f"V{number:05d}",
        name=name,
        address=Address(name, country=place["country"], **details),
        currency=place["currency"],
        payment_term=rng.choice([term.code for term in TERMS]),
        tax_id=None if rng.random() < 0.1 else f"{place['country']}{rng.randint(10**8, 10**9 - 1)}",
        contact=rng.choice(("Ada Lindqvist", "José Peña", "Łukasz Wójcik", "佐藤 花子", None)),
        email=f"sales@v{number:05d}.example" if rng.random() < 0.9 else None,
        phone=f"+{rng.randint(1, 99)} {rng.randint(10**6, 10**8)}" if rng.random() < 0.8 else None,
        language=place["language"],
        invoice_vendor=f"V{rng.randint(1, number - 1):05d}" if number > 1 and rng.random() < 0.06 else None,
        active=rng.random() > 0.05,
    )


def _items(rng: Random, count: int) -> list[Item]:
    items = []
    for number in range(1, count + 1):
        if number % 20 == 0:
            name = f"{rng.choice(SERVICE_NAMES)} {number}"
            items.append(Item(number, f"S-{number:04d}", name, "H", True, "Services", "81101500"))
            continue
        base_name, unit, category, commodity = rng.choice(ITEM_NAMES)
        items.append(
            Item(
                number,
                f"{number:05d}" if number % 3 else f"IT-{number:05d}/ä",
                f"{base_name} no. {number}",
                unit,
                category=category,
                commodity_code=commodity if rng.random() < 0.8 else None,
                gtin=f"{4_000_000_000_000 + number * 10}" if rng.random() < 0.5 else None,
                manufacturer_code=f"MFR-{number:04d}" if rng.random() < 0.4 else None,
            )
        )
    return items


def _buyers() -> list[Buyer]:
    names = ("Grace Okafor", "Jürgen Groß", "Mei Tanaka", "Carlos Núñez", "Aoife O'Brien", "Omar Haddad")
    return [
        Buyer(number, f"B{number:02d}", name, f"buyer{number}@orchard.example") for number, name in enumerate(names, 1)
    ]
