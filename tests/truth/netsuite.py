"""What the NetSuite connector must make of the sandbox's truth."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from typing import Any

from tests.sandbox.arithmetic import rounded
from tests.sandbox.company import Company
from tests.sandbox.dialects.netsuite.orders import FIRST_CHARGE_LINE, HEADER_MOVES, net_rate, status
from tests.sandbox.dialects.netsuite.tables import PACKS
from tests.sandbox.masters import Address
from tests.sandbox.order import ZERO, Charge, Line, LineKind, Order, Progress
from tests.truth.waiting import waiting

Row = dict[str, Any]

STATUSES = {
    "A": "pending_approval", "B": "approved", "C": "draft", "D": "partially_received", "E": "partially_received",
    "F": "received", "G": "invoiced", "H": "closed",
}  # fmt: skip
LINE_TYPES = {
    LineKind.GOODS: "goods", LineKind.SERVICE: "service", LineKind.ASSET: "goods", LineKind.SECTION: "text",
    LineKind.NOTE: "text",
}  # fmt: skip

NO_COLUMN = "NetSuite's standard purchase order has no such column; accounts keep it in custom fields, if at all"
ABSENT = (
    "revision promised_delivery_date valid_from valid_to sent_at acknowledged_at approved_at closed_at cancelled_at "
    "requester approved_by vendor_contact invoice_vendor_code payment_terms_text delivery_terms_location language "
    "exchange_rate_date requisition_reference contract_reference quotation_reference project_reference"
)
ABSENT_ON_LINES = (
    "commodity_code quantity_accepted quantity_rejected quantity_open discount_percent requested_delivery_date "
    "confirmed_delivery_date first_received_date last_received_date over_delivery_percent under_delivery_percent "
    "project requisition_reference contract_reference is_cancelled ship_to"
)

CANNOT_CARRY: dict[str, str] = {
    **{f"purchase_order.{name}": NO_COLUMN for name in ABSENT.split()},
    **{f"purchase_order_line.{name}": NO_COLUMN for name in ABSENT_ON_LINES.split()},
    "purchase_order.order_type": "blanket orders are another transaction type; drop shipments are told by their goods",
    "purchase_order.status": "drafts await approval; sent and acknowledged are not told; cancelled orders are closed",
    "purchase_order.company_code": "subsidiaries have an internal id and a name, no code",
    "purchase_order.buyer_code": "employees have an internal id and a name, no code",
    "purchase_order.source_created_at": "instants are kept to the second",
    "purchase_order.source_modified_at": "instants are kept to the second; closing a line does not move the header's",
    "purchase_order.ship_to_email": "addresses of transactions have no e-mail address",
    "purchase_order.bill_to": "the billing address of a purchase order is the vendor's",
    "purchase_order_line.line_type": "assets are ordinary items",
    "purchase_order_line.line_number": "lines are numbered in sequence from 1",
    "purchase_order_line.line_status": "derived; cancelled lines are closed",
    "purchase_order_line.is_closed": "cancelled lines are closed",
    "purchase_order_line.unit_price": "the rate is for one unit and net of the discount, with eight decimals",
    "purchase_order_line.price_basis_quantity": "a rate is for one unit",
    "purchase_order_line.price_unit": "a rate is for one unit",
    "purchase_order_line.tax": "tax stands on tax lines, one for each code of an order",
    "purchase_order_line.gl_account": "a line has one account, class and department; split lines are served without",
    "purchase_order_schedule": "no delivery schedules; a delivery of its own is a line of its own",
    "purchase_order_distribution": "one set of segments a line; a split account assignment cannot be told",
}
"""By table, or by table and column, what the system does not tell as the truth has it, and why."""
UNPROVED = ("purchase_order.vendor_contact",)
"""Mapped columns that nothing here tells."""


def expected_orders(company: Company) -> dict[str, Row]:
    """By source order id the canonical values of each order, its lines under ``lines``."""
    return {str(order.id): waiting(_order(company, order)) for order in company.orders.values()}


def _order(company: Company, order: Order) -> Row:
    entity, vendor = company.entity_of(order), company.vendors[order.vendor]
    buyer = company.buyers.get(order.buyer or "")
    creator = company.buyers.get(order.created_by or "")
    letter = status(order)
    return {
        "source_order_id": str(order.id),
        "order_number": order.number,
        "source_created_at": _second(order.created_at),
        "source_modified_at": None if order.lacks_modified_at else _second(order.changed_at(HEADER_MOVES)),
        "order_type": _order_type(order),
        "status": _status(order, letter),
        "approval_status": {"A": "pending", "C": "rejected"}.get(letter, "approved"),
        "receipt_status": order.receipt_progress.value,
        "invoice_status": order.invoice_progress.value,
        "order_date": order.order_date,
        "requested_delivery_date": order.requested_date,
        "company_code": str(entity.id),
        "company_name": _text(entity.name),
        "buyer_code": buyer and str(buyer.id),
        "buyer_name": buyer and _text(buyer.name or buyer.code),
        "buyer_email": buyer and buyer.email,
        "created_by": creator and _text(creator.name or creator.code),
        "vendor_code": vendor.code,
        **_address("vendor", vendor.address),
        "vendor_name": _text(vendor.name),
        "vendor_email": vendor.email,
        "vendor_phone": vendor.phone,
        "vendor_tax_id": vendor.tax_id,
        "vendor_order_reference": order.vendor_reference,
        **_address("ship_to", order.ship_to),
        **_contact("ship_to", order.ship_to),
        **_terms(company, order),
        "delivery_terms": order.incoterm,
        "ship_method": order.ship_method,
        **_amounts(company, order),
        "memo": _text(order.memo),
        "lines": _lines(company, order),
    }


def _order_type(order: Order) -> str:
    has_goods = any(LINE_TYPES[line.kind] == "goods" for line in order.goods_lines)
    return "drop_ship" if order.order_type == "drop_ship" and has_goods else "standard"


def _status(order: Order, letter: str) -> str:
    is_partly_billed = letter in "BDEF" and order.invoice_progress is Progress.PARTIAL
    return "partially_invoiced" if is_partly_billed else STATUSES[letter]


def _terms(company: Company, order: Order) -> Row:
    term = company.payment_terms.get(order.payment_term or "")
    return {
        "payment_terms_code": term and term.code,
        "net_days": term and term.net_days,
        "discount_percent": term and term.discount_percent,
        "discount_days": term and term.discount_days,
    }


def _amounts(company: Company, order: Order) -> Row:
    entity = company.entity_of(order)
    taxes: dict[str, Decimal] = {}
    for line in order.lines:
        if line.tax_code:
            taxes[line.tax_code] = taxes.get(line.tax_code, ZERO) + line.tax_amount
    parts = {
        "subtotal": [line.net_amount for line in order.goods_lines],
        "charges": [charge.amount for charge in order.charges],
        "tax": list(taxes.values()),
    }
    in_company = {f"{name}_amount_company": _in_company(company, order, amounts) for name, amounts in parts.items()}
    return {
        "currency": order.currency,
        "exchange_rate": order.exchange_rate,
        "company_currency": entity.currency,
        **{f"{name}_amount": sum(amounts, ZERO) for name, amounts in parts.items()},
        "total_amount": order.total,
        **in_company,
        "total_amount_company": sum(in_company.values(), ZERO),
    }


def _in_company(company: Company, order: Order, amounts: Iterable[Decimal]) -> Decimal:
    """NetSuite converts every line by itself, to the decimals of the subsidiary's currency."""
    digits = company.digits(company.entity_of(order).currency)
    return sum((rounded(amount * order.exchange_rate, digits) for amount in amounts), ZERO)


def _address(prefix: str, address: Address | None) -> Row:
    names = ("name", "line1", "line2", "line3", "city", "region", "postal_code", "country")
    return {f"{prefix}_{name}": _text(address and getattr(address, name)) for name in names}


def _contact(prefix: str, address: Address | None) -> Row:
    return {f"{prefix}_{name}": _text(address and getattr(address, name)) for name in ("contact", "phone")}


def _lines(company: Company, order: Order) -> list[Row]:
    lines = [_line(company, order, line, number) for number, line in enumerate(order.lines, 1)]
    numbered = enumerate(order.charges)
    return lines + [_charge(company, order, charge, index, len(lines) + index + 1) for index, charge in numbered]


def _line(company: Company, order: Order, line: Line, number: int) -> Row:
    common = {
        "source_line_id": str(line.id),
        "line_number": str(number),
        "line_type": LINE_TYPES[line.kind],
        "description": _text(line.description),
        "source_created_at": _second(line.created_at),
        "source_modified_at": _second(line.modified_at),
    }
    if line.is_text:
        return common | {"item_code": "Description", "quantity_ordered": None, "net_amount": None, "line_status": None}
    item = company.items[line.item] if line.item else None
    only = line.distributions[0] if len(line.distributions) == 1 else None
    return common | {
        "line_status": _line_status(order, line),
        "item_code": item and _text(item.code),
        "item_name": item and _text(item.name),
        "vendor_item_code": _text(line.vendor_item_code),
        "manufacturer_item_code": item and item.manufacturer_code,
        "gtin": item and item.gtin,
        "category": item and item.category,
        "quantity_ordered": line.quantity,
        "unit": (company.units[line.unit].rec20 or None) if line.unit else None,
        **_base_unit(company, line),
        "quantity_received": line.quantity_received,
        "quantity_invoiced": line.quantity_invoiced,
        "unit_price": net_rate(line),
        "net_amount": line.net_amount,
        "net_amount_company": _in_company(company, order, [line.net_amount]),
        "promised_delivery_date": line.promised_date,
        "receiving_site": line.site,
        "gl_account": only and only.gl_account,
        "cost_center": only and only.cost_center,
        "department": only and only.department,
        "is_closed": line.is_closed or line.is_cancelled,
    }


def _base_unit(company: Company, line: Line) -> Row:
    """The base unit of the units type that the line's unit belongs to."""
    unit = company.units[line.unit].rec20 if line.unit else None
    base, size = PACKS.get(unit or "", (unit or None, Decimal(1)))
    return {"base_unit": base, "unit_conversion_factor": size if line.unit else None}


def _line_status(order: Order, line: Line) -> str:
    if line.is_closed or line.is_cancelled:
        return "closed"
    is_awaited = line.kind is LineKind.GOODS and order.order_type != "drop_ship" and status(order) in "BDE"
    is_ahead = is_awaited and line.quantity_received < line.quantity <= line.quantity_invoiced
    if line.quantity_invoiced > 0 and not is_ahead:
        return "invoiced" if line.quantity_invoiced >= line.quantity else "partially_invoiced"
    if line.quantity_received > 0:
        return "received" if line.quantity_received >= line.quantity else "partially_received"
    return "open"


def _charge(company: Company, order: Order, charge: Charge, index: int, number: int) -> Row:
    is_billed, awaits_bills = order.invoice_progress is Progress.FULL, status(order) == "F"
    return {
        "source_line_id": str(FIRST_CHARGE_LINE + index),
        "line_number": str(number),
        "line_type": "charge",
        "line_status": "invoiced" if is_billed else "received" if awaits_bills else "open",
        "item_code": "Freight",
        "description": charge.description,
        "quantity_ordered": Decimal(1),
        "quantity_invoiced": Decimal(is_billed),
        "unit_price": charge.amount,
        "net_amount": charge.amount,
        "net_amount_company": _in_company(company, order, [charge.amount]),
        "is_closed": False,
    }


def _second(at: datetime) -> datetime:
    return at.replace(microsecond=0)


def _text(value: str | None) -> str | None:
    return unicodedata.normalize("NFC", value).strip() or None if value else None
