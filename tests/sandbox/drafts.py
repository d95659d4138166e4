"""New orders, drawn at random from whatever master data a company has."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from random import Random

from tests.sandbox import arithmetic
from tests.sandbox.changes import Change, ChangeKind
from tests.sandbox.company import Company
from tests.sandbox.custom_fields import header_custom_values, line_custom_values
from tests.sandbox.masters import Item, LegalEntity, Vendor
from tests.sandbox.order import Distribution, Line, LineKind, Order, Schedule, Stage
from tests.sandbox.phrases import LINE_NOTES, MEMOS

SHIP_METHODS = ("Truck ground", "Express parcel", "Sea freight", None)
INCOTERMS = (
    ("EXW", "Ningbo"), ("FCA", "Rotterdam"), ("DAP", "Hamburg"), ("CIF", "New York"), ("DDP", None), (None, None),
)  # fmt: skip
SPLITS = (("60", "40"), ("33.33", "33.33", "33.34"), ("12.5", "87.5"))
RATES = {
    "USD": Decimal("1"),
    "EUR": Decimal("1.08512"),
    "GBP": Decimal("1.26735"),
    "JPY": Decimal("0.00668"),
    "KWD": Decimal("3.25410"),
    "TND": Decimal("0.32140"),
    "CNY": Decimal("0.13805"),
    "CHF": Decimal("1.12660"),
}
"""US dollars per unit of a currency; all rates of the sandbox follow from them."""


def draft_order(company: Company, rng: Random, order_id: int, created_at: datetime) -> Order:
    """A complete order in stage draft, created at that instant; it is not yet part of the company."""
    entity = rng.choice(list(company.entities.values()))
    vendor = rng.choice(list(company.vendors.values()))
    buyer = None if rng.random() < 0.03 else rng.choice([*company.buyers])
    incoterm, place = rng.choice(INCOTERMS)
    site = rng.choice([site for site in company.sites.values() if site.entity == entity.code])
    order_date = created_at.date()
    requested_date = order_date + timedelta(days=rng.randint(5, 60))
    order = Order(
        id=order_id,
        number=f"PO{order_id:06d}",
        entity=entity.code,
        vendor=vendor.code,
        currency=vendor.currency,
        stage=Stage.DRAFT,
        order_date=order_date,
        created_at=created_at,
        modified_at=created_at,
        buyer=buyer,
        created_by=buyer,
        requester=rng.choice((None, "Production planning", "Maintenance", "IT", "Zoë Ångström")),
        requested_date=None if rng.random() < 0.05 else requested_date,
        promised_date=requested_date + timedelta(days=rng.randint(-2, 9)) if rng.random() < 0.6 else None,
        ship_to=site.address,
        bill_to=entity.address,
        site=site.code,
        payment_term=None if rng.random() < 0.05 else vendor.payment_term,
        incoterm=incoterm,
        incoterm_place=place,
        ship_method=rng.choice(SHIP_METHODS),
        exchange_rate=_rate(vendor.currency, entity.currency),
        exchange_rate_date=order_date,
        vendor_reference=f"SO-{rng.randint(10_000, 99_999)}" if rng.random() < 0.7 else None,
        requisition=f"PR{rng.randint(1, 99_999):05d}" if rng.random() < 0.3 else None,
        contract=f"CT{rng.randint(1, 999):04d}" if rng.random() < 0.15 else None,
        quotation=f"QU{rng.randint(1, 9999):05d}" if rng.random() < 0.15 else None,
        project=rng.choice([*company.projects]) if company.projects and rng.random() < 0.1 else None,
        memo=rng.choice(MEMOS) if rng.random() < 0.5 else None,
        custom=header_custom_values(rng, created_at),
    )
    _set_type(company, rng, order)
    order.changes.append(Change(ChangeKind.CREATED, created_at))
    for number in range(1, rng.choices((1, 2, 3, 4, 5, 6, 12), (18, 24, 24, 16, 10, 6, 2))[0] + 1):
        order.lines.append(draft_line(company, rng, order, number * 10))
    return order


def draft_line(company: Company, rng: Random, order: Order, number: int) -> Line:
    """A line for an order, priced; not yet added to it."""
    entity, vendor = company.entities[order.entity], company.vendors[order.vendor]
    item = rng.choice(list(company.items.values()))
    line = Line(
        id=company.next_line_id(),
        number=number,
        kind=_kind(item, rng),
        description=item.name if rng.random() < 0.8 else f"{item.name} {rng.choice(LINE_NOTES)}",
        created_at=order.created_at,
        modified_at=order.created_at,
        item=item.code,
        vendor_item_code=f"{vendor.code[:3]}-{item.code}" if rng.random() < 0.6 else None,
        quantity=_quantity(rng, item),
        unit=item.unit,
        price_unit=item.unit,
        requested_date=order.requested_date,
        promised_date=order.promised_date,
        confirmed_date=order.promised_date if rng.random() < 0.5 else None,
        site=order.site,
        ship_to=rng.choice([*company.sites.values()]).address if rng.random() < 0.05 else None,
        over_delivery_percent=Decimal(10) if rng.random() < 0.3 else None,
        under_delivery_percent=Decimal(5) if rng.random() < 0.2 else None,
        requisition=order.requisition,
        contract=order.contract,
        custom=line_custom_values(rng),
    )
    _set_price(company, rng, order, line)
    _set_tax(company, rng, entity, vendor, line)
    line.schedules = _schedules(rng, line)
    line.distributions = _distributions(company, rng)
    arithmetic.price(line, company.digits(order.currency))
    return line


def text_line(company: Company, order: Order, number: int, kind: LineKind, text: str, at: datetime) -> Line:
    """A section heading or a note among the lines of an order."""
    return Line(company.next_line_id(), number, kind, text, created_at=at, modified_at=at)


def _set_type(company: Company, rng: Random, order: Order) -> None:
    """Most orders are standard ones; a blanket order is valid for a year, a drop shipment goes to another firm."""
    order.order_type = rng.choices(("standard", "blanket", "drop_ship"), (95, 3, 2))[0]
    if order.order_type == "blanket":
        order.valid_from, order.valid_to = order.order_date, order.order_date + timedelta(days=365)
    if order.order_type == "drop_ship":
        order.ship_to = rng.choice([*company.vendors.values()]).address


def _rate(currency: str, company_currency: str) -> Decimal:
    if currency == company_currency:
        return Decimal(1)
    return round(RATES[currency] / RATES[company_currency], 5)


def _kind(item: Item, rng: Random) -> LineKind:
    if item.is_service:
        return LineKind.SERVICE
    return LineKind.ASSET if rng.random() < 0.03 else LineKind.GOODS


def _quantity(rng: Random, item: Item) -> Decimal:
    if item.unit in ("KG", "L", "M", "H") and rng.random() < 0.5:
        return Decimal(rng.randint(500, 400_000)) / 1000
    return Decimal(rng.choice((1, 2, 5, 10, 12, 25, 50, 100, 144, 500, 1000, 2500)))


def _set_price(company: Company, rng: Random, order: Order, line: Line) -> None:
    """A price with the decimals of the currency, now and then per 100 or 1000, or per kilogram of pieces."""
    digits = min(company.digits(order.currency), 3)
    units = rng.choice((9, 49, 120, 875, 2400, 15_000)) * rng.randint(50, 150)
    line.price = Decimal(units * 10**digits // 100).scaleb(-digits) if digits else Decimal(units)
    chance = rng.random()
    if chance < 0.12:
        line.price_basis = Decimal(rng.choice((100, 1000))) if digits < 3 else Decimal(100)
    elif chance < 0.16 and line.unit == "PCS" and "KG" in company.units:
        line.price_unit, line.price_numerator, line.price_denominator = "KG", rng.choice((1, 3, 5)), 2
    if rng.random() < 0.2:
        line.discount_percent = Decimal(rng.choice(("2", "5", "7.5", "10", "12.25", "33.33")))
    if rng.random() < 0.01:
        line.discount_percent = Decimal(100)


def _set_tax(company: Company, rng: Random, entity: LegalEntity, vendor: Vendor, line: Line) -> None:
    domestic = [tax for tax in company.taxes.values() if tax.code.startswith(entity.country)]
    if domestic and vendor.address.country == entity.country:
        tax = rng.choice(domestic)
        line.tax_code, line.tax_rate = tax.code, tax.rate
    elif "EXEMPT" in company.taxes and rng.random() < 0.9:
        line.tax_code = "EXEMPT"


def _schedules(rng: Random, line: Line) -> list[Schedule]:
    count = rng.choice((2, 3, 4)) if rng.random() < 0.15 and line.quantity >= 4 and line.requested_date else 1
    share = line.quantity // count
    schedules = []
    for number in range(1, count + 1):
        quantity = share if number < count else line.quantity - share * (count - 1)
        schedules.append(
            Schedule(number, quantity, _later(line.requested_date, number), _later(line.promised_date, number))
        )
    return schedules


def _later(day: date | None, number: int) -> date | None:
    return None if day is None else day + timedelta(weeks=number - 1)


def _distributions(company: Company, rng: Random) -> list[Distribution]:
    if not company.gl_accounts:
        return []
    percents = rng.choice(SPLITS) if rng.random() < 0.1 else ("100",)
    return [
        Distribution(
            number,
            Decimal(percent),
            rng.choice([*company.gl_accounts]),
            rng.choice([*company.cost_centers]),
            rng.choice([*company.departments]) if rng.random() < 0.5 else None,
            rng.choice([*company.projects]) if rng.random() < 0.2 else None,
        )
        for number, percent in enumerate(percents, 1)
    ]
