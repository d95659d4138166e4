"""A company from a folder of CSV files in the form of the AdventureWorks purchasing tables.

Amounts are US dollars with four decimals and are taken exactly as they stand; the header's tax is spread over the
lines, its freight is a charge. Instants without a zone are taken as UTC. The data tell nothing of invoices.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

from tests.sandbox import arithmetic
from tests.sandbox.changes import Change, ChangeKind
from tests.sandbox.company import Company
from tests.sandbox.masters import Address, Buyer, Currency, Item, LegalEntity, Site, Tax, Unit, Vendor
from tests.sandbox.order import Charge, Line, LineKind, Order, Receipt, Schedule, Stage

CURRENCY, DIGITS, TAX = "USD", 4, Tax("US-8", "Sales tax 8 %", Decimal(8))
ENTITY_CODE, SITE_CODE, BASE_UNIT = "US01", "MAIN", "EA"
REC20_BY_UNIT = {
    "EA": "EA", "CTN": "XCT", "CAN": "XCX", "CS": "XCS", "DZ": "DZN", "GAL": "GLL", "PAK": "XPK",
}  # fmt: skip
STAGES = {"1": Stage.PENDING_APPROVAL, "2": Stage.APPROVED, "3": Stage.REJECTED, "4": Stage.CLOSED}

Record = dict[str, str]


def read_company(folder: Path) -> Company:
    """The company of that folder; FileNotFoundError names the first table that is missing."""
    company = _masters(folder)
    units = {
        (row["product_id"], row["vendor_id"]): row["unit_measure_code"].strip()
        for row in _rows(folder, "product_vendor")
    }
    items = {row["product_id"]: company.items[row["product_number"]] for row in _rows(folder, "product")}
    ship_methods = {row["ship_method_id"]: row["name"] for row in _rows(folder, "ship_method")}
    vendors = {str(vendor.id): vendor.code for vendor in company.vendors.values()}
    details: defaultdict[str, list[Record]] = defaultdict(list)
    for row in _rows(folder, "purchase_order_detail"):
        details[row["purchase_order_id"]].append(row)
    for row in sorted(_rows(folder, "purchase_order_header"), key=lambda row: int(row["purchase_order_id"])):
        order = _order(row, vendors, ship_methods)
        for number, detail in enumerate(details[row["purchase_order_id"]], 1):
            unit = units.get((detail["product_id"], row["vendor_id"]), BASE_UNIT)
            order.lines.append(_line(detail, number * 10, order, items[detail["product_id"]], unit))
        _spread_tax(order, Decimal(row["tax_amount"]))
        company.add(order)
    return company


def _rows(folder: Path, table: str) -> list[Record]:
    with (folder / f"{table}.csv").open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def _masters(folder: Path) -> Company:
    home = Address("Adventure Works Cycles", country="US")
    vendors = _vendors(folder)
    employees = sorted({row["employee_id"] for row in _rows(folder, "purchase_order_header")}, key=int)
    items = [
        Item(int(row["product_id"]), row["product_number"], row["name"], BASE_UNIT) for row in _rows(folder, "product")
    ]
    return Company(
        entities={ENTITY_CODE: LegalEntity(1, ENTITY_CODE, home.name, CURRENCY, "US", "America/Los_Angeles", home)},
        sites={SITE_CODE: Site(1, SITE_CODE, "Main site", ENTITY_CODE, home)},
        vendors={vendor.code: vendor for vendor in vendors},
        items={item.code: item for item in items},
        buyers={f"E{number}": Buyer(int(number), f"E{number}", None) for number in employees},
        currencies={CURRENCY: Currency(CURRENCY, "US Dollar", DIGITS)},
        units={
            code: Unit(code, row["name"], REC20_BY_UNIT.get(code, ""))
            for row in _rows(folder, "unit_measure")
            if (code := row["unit_measure_code"].strip())
        },
        taxes={TAX.code: TAX},
        payment_terms={},
    )


def _vendors(folder: Path) -> list[Vendor]:
    regions = {row["state_province_id"]: row for row in _rows(folder, "state_province")}
    addresses = {row["address_id"]: row for row in _rows(folder, "address")}
    address_of = {row["vendor_id"]: addresses[row["address_id"]] for row in _rows(folder, "vendor_address")}
    vendors = []
    for row in _rows(folder, "vendor"):
        address = _address(row["name"], address_of.get(row["vendor_id"]), regions)
        active = row["active"] == "1"
        vendors.append(
            Vendor(int(row["vendor_id"]), row["account_number"], row["name"], address, CURRENCY, active=active)
        )
    return vendors


def _address(name: str, row: Record | None, regions: dict[str, Record]) -> Address:
    if row is None:
        return Address(name)
    region = regions[row["state_province_id"]]
    country = region["country_code"].strip()
    return Address(
        name,
        row["line1"] or None,
        row["line2"] or None,
        None,
        row["city"] or None,
        f"{country}-{region['code'].strip()}",
        region["name"],
        row["postal_code"] or None,
        country,
    )


def _order(row: Record, vendors: dict[str, str], ship_methods: dict[str, str]) -> Order:
    ordered_at, modified_at = _instant(row["order_date"]), _instant(row["modified_date"])
    stage = STAGES[row["status"]]
    is_released = stage in (Stage.APPROVED, Stage.CLOSED)
    return Order(
        id=int(row["purchase_order_id"]),
        number=f"PO{int(row['purchase_order_id']):06d}",
        entity=ENTITY_CODE,
        vendor=vendors[row["vendor_id"]],
        currency=CURRENCY,
        stage=stage,
        order_date=ordered_at.date(),
        created_at=ordered_at,
        modified_at=modified_at,
        revision=int(row["revision_number"]),
        buyer=f"E{row['employee_id']}",
        created_by=f"E{row['employee_id']}",
        promised_date=_instant(row["ship_date"]).date() if row["ship_date"] else None,
        approved_at=modified_at if is_released else None,
        closed_at=modified_at if stage is Stage.CLOSED else None,
        ship_to=Address("Adventure Works Cycles", country="US"),
        bill_to=Address("Adventure Works Cycles", country="US"),
        site=SITE_CODE,
        ship_method=ship_methods[row["ship_method_id"]],
        exchange_rate_date=ordered_at.date(),
        charges=[Charge("freight", "Freight", Decimal(row["freight"]))],
        changes=[Change(ChangeKind.CREATED, ordered_at), Change(ChangeKind.STATUS_CHANGED, modified_at)],
    )


def _line(row: Record, number: int, order: Order, item: Item, unit: str) -> Line:
    due_date, modified_at = _instant(row["due_date"]).date(), _instant(row["modified_date"])
    received, quantity = Decimal(row["received_quantity"]), Decimal(row["order_quantity"])
    rejected = Decimal(row["rejected_quantity"])
    line = Line(
        id=int(row["purchase_order_detail_id"]),
        number=number,
        kind=LineKind.GOODS,
        description=item.name,
        created_at=order.created_at,
        modified_at=modified_at,
        item=item.code,
        quantity=quantity,
        unit=unit,
        price=Decimal(row["unit_price"]),
        price_unit=unit,
        tax_code=TAX.code,
        tax_rate=TAX.rate,
        net_amount=Decimal(row["line_total"]),
        requested_date=due_date,
        site=SITE_CODE,
        is_closed=order.stage is Stage.CLOSED,
        receipts=[Receipt(modified_at, received, rejected)] if received else [],
        schedules=[Schedule(1, quantity, due_date)],
    )
    arithmetic.schedule_receipts(line)
    return line


def _spread_tax(order: Order, tax_amount: Decimal) -> None:
    """The header's tax by net amounts; the rates of lines and their tax may differ in the last digit."""
    shares = arithmetic.spread(tax_amount, [line.net_amount for line in order.lines], DIGITS)
    for line, share in zip(order.lines, shares, strict=True):
        line.tax_amount = share


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)
