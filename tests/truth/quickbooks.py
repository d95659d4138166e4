"""What the QuickBooks connector must make of the sandbox's truth."""

from __future__ import annotations

import unicodedata
from datetime import datetime
from decimal import Decimal
from typing import Any

from tests.sandbox.company import Company
from tests.sandbox.dialects.quickbooks import REALM_ID
from tests.sandbox.dialects.quickbooks.orders import FIRST_CHARGE_LINE, due_date, is_closed, unit_price
from tests.sandbox.masters import Address
from tests.sandbox.order import Charge, Line, LineKind, Order, Stage, invoices_of, receipts_of

Row = dict[str, Any]

LINE_TYPES = {
    LineKind.GOODS: "goods", LineKind.SERVICE: "service", LineKind.ASSET: "goods", LineKind.SECTION: "text",
    LineKind.NOTE: "text",
}  # fmt: skip

NO_FIELD = "QuickBooks' purchase order has no such field; accounts keep it in custom fields or in the memo, if at all"
ABSENT = (
    "revision promised_delivery_date valid_from valid_to sent_at acknowledged_at approved_at closed_at cancelled_at "
    "approval_status buyer_code buyer_name buyer_email requester created_by approved_by invoice_vendor_code "
    "vendor_order_reference payment_terms_text delivery_terms_location language exchange_rate_date "
    "requisition_reference contract_reference quotation_reference"
)
ABSENT_ON_LINES = (
    "unit base_unit price_basis_quantity price_unit discount_percent tax_rate vendor_item_code gtin "
    "commodity_code promised_delivery_date confirmed_delivery_date first_received_date last_received_date ship_to "
    "over_delivery_percent under_delivery_percent department requisition_reference contract_reference is_cancelled "
    "quantity_accepted quantity_rejected source_created_at source_modified_at manufacturer_item_code quantity_open"
)

CANNOT_CARRY: dict[str, str] = {
    "purchase_order.receipt_status": "usual lines do not tell that they were closed",
    "purchase_order.invoice_status": "usual lines do not tell that they were closed",
    **{f"purchase_order.{name}": NO_FIELD for name in ABSENT.split()},
    **{f"purchase_order_line.{name}": NO_FIELD for name in ABSENT_ON_LINES.split()},
    "purchase_order": "a realm is one legal entity; the orders of the others are not in it",
    "purchase_order.order_type": "blanket orders are ordinary ones",
    "purchase_order.status": "orders are open or closed; an open one is told apart by its receipts and its e-mail",
    "purchase_order.company_code": "the realm's id",
    "purchase_order.vendor_code": "vendors have an id and a name, no code",
    "purchase_order.vendor_tax_id": "numbers of American vendors are masked",
    "purchase_order.ship_to_name": "only where the goods go to a customer; the company's own address has no name",
    "purchase_order.ship_to_contact": "addresses have no contact, e-mail address or telephone number",
    "purchase_order.source_created_at": "instants are kept to the second",
    "purchase_order.source_modified_at": "instants are kept to the second",
    "purchase_order_line.line_number": "lines are numbered in sequence from 1",
    "purchase_order_line.line_type": "assets are ordinary items",
    "purchase_order_line.line_status": "derived from receipts, bills and the order; a line is not closed by itself",
    "purchase_order_line.is_closed": "told of the whole order",
    "purchase_order_line.unit_price": "for one unit, net of the discount, with seven decimals",
    "purchase_order_line.tax_amount": "only orders that are shown with tax tell the amounts of their lines with it",
    "purchase_order_line.requested_delivery_date": "one date for the whole order",
    "purchase_order_line.receiving_site": "one location for the whole order",
    "purchase_order_line.gl_account": "an item's account is set with the item; only category lines tell theirs",
    "purchase_order_line.cost_center": "one class a line; split lines are served without",
    "purchase_order_schedule": "no delivery schedules; a delivery of its own is a line of its own",
    "purchase_order_distribution": "one class and customer a line; a split account assignment cannot be told",
}
"""By table, or by table and column, what the system does not tell as the truth has it, and why."""
UNPROVED = (
    "purchase_order.created_by",
    "purchase_order.bill_to_email",
    "purchase_order.bill_to_phone",
    "purchase_order_line.manufacturer_item_code",
    "purchase_order_line.quantity_open",
    "purchase_order_line.tax_amount",
    "purchase_order_line.total_amount",
)
"""Mapped columns that nothing here tells."""


def expected_orders(company: Company) -> dict[str, Row]:
    """By source order id the canonical values of each order of the first legal entity, its lines under ``lines``."""
    entity = next(iter(company.entities))
    return {str(order.id): _order(company, order) for order in company.orders.values() if order.entity == entity}


def _order(company: Company, order: Order) -> Row:
    entity, vendor = company.entity_of(order), company.vendors[order.vendor]
    term = company.payment_terms.get(order.payment_term or "")
    is_drop_shipped = order.order_type == "drop_ship"
    is_masked = vendor.address.country == "US"
    return {
        "source_order_id": str(order.id),
        "order_number": order.number,
        "source_created_at": _second(order.created_at),
        "source_modified_at": _second(max(change.at for change in order.changes)),
        "source_version": str(order.change_count),
        "order_type": "drop_ship" if is_drop_shipped else "standard",
        "status": _status(order),
        "receipt_status": receipts_of(order.goods_lines).value,
        "invoice_status": invoices_of(order.goods_lines).value,
        "order_date": order.order_date,
        "requested_delivery_date": order.requested_date,
        "payment_due_date": due_date(company, order),
        "company_code": REALM_ID,
        "company_name": _text(entity.name),
        "vendor_code": str(vendor.id),
        **_address("vendor", vendor.address),
        "vendor_name": _text(vendor.name),
        "vendor_contact": _text(vendor.contact),
        "vendor_email": vendor.email,
        "vendor_phone": vendor.phone,
        "vendor_tax_id": None if is_masked else vendor.tax_id,
        **_address("ship_to", order.ship_to),
        "ship_to_name": _text(order.ship_to and order.ship_to.name) if is_drop_shipped else None,
        **_address("bill_to", entity.address),
        "bill_to_name": _text(entity.name),
        "payment_terms_code": term and term.code,
        "net_days": term and term.net_days,
        "discount_percent": term and term.discount_percent,
        "discount_days": term and term.discount_days,
        "delivery_terms": order.incoterm,
        "ship_method": order.ship_method,
        "currency": order.currency,
        "exchange_rate": order.exchange_rate,
        "company_currency": entity.currency,
        "subtotal_amount": order.subtotal,
        "charges_amount": order.charges_amount,
        "tax_amount": order.tax_amount,
        "total_amount": order.total,
        "tax_inclusive": False,
        "project_reference": order.project,
        "memo": _text(order.memo),
        "lines": _lines(company, order),
    }


def _status(order: Order) -> str:
    if is_closed(order):
        return "closed"
    if any(line.quantity_received for line in order.goods_lines):
        return "partially_received"
    return "sent" if order.stage in (Stage.SENT, Stage.ACKNOWLEDGED) else "approved"


def _address(prefix: str, address: Address | None) -> Row:
    names = ("line1", "line2", "line3", "city", "region", "postal_code", "country")
    return {f"{prefix}_{name}": _text(address and getattr(address, name)) for name in names}


def _lines(company: Company, order: Order) -> list[Row]:
    lines = [_line(company, order, line, number) for number, line in enumerate(order.lines, 1)]
    return lines + [_charge(order, charge, i, len(lines) + i + 1) for i, charge in enumerate(order.charges)]


def _line(company: Company, order: Order, line: Line, number: int) -> Row:
    common = {
        "source_line_id": str(line.id),
        "line_number": str(number),
        "line_type": LINE_TYPES[line.kind],
        "description": _text(line.description),
        "requested_delivery_date": order.requested_date,
        "receiving_site": order.site,
        "is_closed": is_closed(order),
    }
    if line.is_text:
        return common | {"item_code": None, "quantity_ordered": None, "net_amount": None, "line_status": None}
    item = company.items[line.item] if line.item else None
    only = line.distributions[0] if len(line.distributions) == 1 else None
    return common | {
        "line_status": _line_status(order, line),
        "item_code": item and _text(item.code),
        "item_name": item and _text(item.name),
        "category": item and item.category,
        "quantity_ordered": line.quantity,
        "quantity_received": line.quantity_received,
        "quantity_invoiced": line.quantity_invoiced,
        "unit_price": unit_price(line),
        "net_amount": line.net_amount,
        "tax_code": line.tax_code or "NON",
        "gl_account": None,
        "cost_center": only and _text(only.cost_center),
        "project": only and only.project,
    }


def _line_status(order: Order, line: Line) -> str:
    """How far it has come; once the order is closed, closed where neither all was invoiced nor all received."""
    if line.quantity_invoiced >= line.quantity:
        return "invoiced"
    if line.quantity_received >= line.quantity and (is_closed(order) or not line.quantity_invoiced):
        return "received"
    if is_closed(order):
        return "closed"
    if line.quantity_invoiced:
        return "partially_invoiced"
    return "partially_received" if line.quantity_received else "open"


def _charge(order: Order, charge: Charge, index: int, number: int) -> Row:
    return {
        "source_line_id": str(FIRST_CHARGE_LINE + index),
        "line_number": str(number),
        "line_type": "charge",
        "line_status": None,
        "description": charge.description,
        "quantity_ordered": None,
        "quantity_received": None,
        "unit_price": None,
        "net_amount": Decimal(charge.amount),
        "gl_account": "Freight & Delivery",
        "requested_delivery_date": order.requested_date,
    }


def _second(at: datetime) -> datetime:
    return at.replace(microsecond=0)


def _text(value: str | None) -> str | None:
    return unicodedata.normalize("NFC", value).strip() or None if value else None
