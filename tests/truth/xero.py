"""What the Xero connector must make of the sandbox's truth."""

from __future__ import annotations

import unicodedata
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any

from tests.sandbox.company import Company
from tests.sandbox.dialects.xero.contacts import PAYMENT_TERMS, tenant_id
from tests.sandbox.dialects.xero.orders import (
    FREIGHT_ACCOUNT,
    currency_rate,
    delivery_address,
    moves,
    only,
    status,
    unit_amount,
)
from tests.sandbox.dialects.xero.values import cut, identifier
from tests.sandbox.masters import Address
from tests.sandbox.order import Charge, Line, Order, Stage

Row = dict[str, Any]

STATUSES = {
    "DRAFT": "draft", "SUBMITTED": "pending_approval", "AUTHORISED": "approved", "BILLED": "invoiced",
    "DELETED": "deleted",
}  # fmt: skip
LINE_STATUSES = {**STATUSES, "AUTHORISED": "open"}
APPROVALS = {"SUBMITTED": "pending", "AUTHORISED": "approved", "BILLED": "approved"}

NO_FIELD = "Xero's purchase order has no such field"
ABSENT = (
    "revision receipt_status valid_from valid_to sent_at acknowledged_at approved_at closed_at cancelled_at "
    "source_created_at buyer_code buyer_name buyer_email requester created_by approved_by invoice_vendor_code "
    "payment_terms_text discount_percent discount_days delivery_terms delivery_terms_location ship_method language "
    "exchange_rate_date requisition_reference contract_reference quotation_reference project_reference"
)
ABSENT_ON_LINES = (
    "unit base_unit price_basis_quantity price_unit vendor_item_code manufacturer_item_code gtin commodity_code "
    "category quantity_received quantity_accepted quantity_rejected quantity_invoiced quantity_open "
    "confirmed_delivery_date first_received_date last_received_date ship_to receiving_site over_delivery_percent "
    "under_delivery_percent tax_rate requisition_reference contract_reference is_cancelled is_closed "
    "source_created_at source_modified_at project"
)

CANNOT_CARRY: dict[str, str] = {
    **{f"purchase_order.{name}": NO_FIELD for name in ABSENT.split()},
    **{f"purchase_order_line.{name}": NO_FIELD for name in ABSENT_ON_LINES.split()},
    "purchase_order.order_type": "blanket and drop-ship orders are ordinary ones",
    "purchase_order.status": "cancelled orders are deleted, closed ones billed; whatever was invoiced counts as billed",
    "purchase_order.approval_status": "a rejected order is a draft again",
    "purchase_order.invoice_status": "an order is billed or not",
    "purchase_order.company_code": "the tenant's id",
    "purchase_order.vendor_order_reference": "the one reference of an order is free text; it is in the memo",
    "purchase_order.payment_terms_code": "the contact's own terms, as a day and what it counts from",
    "purchase_order.ship_to_city": "the delivery address is one text; its lines are taken as they come",
    "purchase_order.exchange_rate": "told the other way round, with six decimals",
    "purchase_order.source_modified_at": "instants are kept to the millisecond; receipts do not move it",
    "purchase_order_line.line_number": "lines have no number; they are counted from 1",
    "purchase_order_line.line_type": "a line does not tell services and assets from goods",
    "purchase_order_line.line_status": "that of the order",
    "purchase_order_line.unit_price": "for one unit, with four decimals",
    "purchase_order_line.requested_delivery_date": "one date for the whole order",
    "purchase_order_line.promised_delivery_date": "one date for the whole order",
    "purchase_order_line.gl_account": "one account a line; split lines are served without",
    "purchase_order_schedule": "no delivery schedules",
    "purchase_order_distribution": "one account and two tracking categories a line",
}
"""By table, or by table and column, what the system does not tell as the truth has it, and why."""
UNPROVED = (
    "purchase_order_line.discount_amount",
    "purchase_order_line.project",
)
"""Mapped columns that nothing here tells."""


def expected_orders(company: Company) -> dict[str, Row]:
    """By source order id the canonical values of each order, its lines under ``lines``; deleted ones stay."""
    rows = [_order(company, order, status(order)) for order in company.orders.values()]
    for gone in company.deleted_orders.values():
        row = _order(company, gone.order, "DELETED")
        rows.append(row | {"source_modified_at": cut(gone.deleted_at)})
    return {row["source_order_id"]: row for row in rows}


def _order(company: Company, order: Order, told: str) -> Row:
    entity, vendor = company.entity_of(order), company.vendors[order.vendor]
    is_sent = told == "AUTHORISED" and order.stage in (Stage.SENT, Stage.ACKNOWLEDGED)
    day, counted = PAYMENT_TERMS.get(vendor.payment_term or "", (None, None))
    rate = 1 / currency_rate(order, {})
    return {
        "source_order_id": f"{tenant_id(entity)}/{identifier('order', order.id)}",
        "order_number": order.number,
        "source_modified_at": cut(order.changed_at(moves({}))),
        "order_type": "standard",
        "status": "sent" if is_sent else STATUSES[told],
        "is_deleted": told == "DELETED",
        "approval_status": APPROVALS.get(told),
        "invoice_status": "full" if told == "BILLED" else "none",
        "order_date": order.order_date,
        "requested_delivery_date": order.requested_date,
        "promised_delivery_date": order.promised_date,
        "company_code": tenant_id(entity),
        "company_name": _text(entity.name),
        "vendor_code": vendor.code,
        **_address("vendor", vendor.address),
        "vendor_name": _text(vendor.name),
        "vendor_contact": _text(vendor.contact) or _text(vendor.address.contact),
        "vendor_email": vendor.email,
        "vendor_phone": vendor.phone,
        "vendor_tax_id": vendor.tax_id,
        **_delivery(order.ship_to),
        **_address("bill_to", entity.address),
        "bill_to_name": _text(entity.name),
        "payment_terms_code": None if day is None else f"{day} {counted}",
        "net_days": day if counted == "DAYSAFTERBILLDATE" else None,
        "currency": order.currency,
        "exchange_rate": rate.quantize(Decimal("1e-12"), ROUND_HALF_EVEN),
        "company_currency": entity.currency,
        "subtotal_amount": order.subtotal,
        "charges_amount": order.charges_amount,
        "tax_amount": order.tax_amount,
        "total_amount": order.total,
        "tax_inclusive": False,
        "memo": _text("; ".join(part for part in (order.vendor_reference, order.memo) if part)),
        "lines": _lines(company, order, told),
    }


def _address(prefix: str, address: Address) -> Row:
    names = ("line1", "line2", "line3", "city", "region", "postal_code", "country")
    return {f"{prefix}_{name}": _text(getattr(address, name)) for name in names}


def _delivery(address: Address | None) -> Row:
    lines = (delivery_address(address) or "").split("\n")
    return {
        "ship_to_line1": _text(lines[0]),
        "ship_to_line2": _text(", ".join(lines[1:2])),
        "ship_to_line3": _text(", ".join(lines[2:])),
        "ship_to_contact": _text(address and address.contact),
        "ship_to_phone": address and address.phone,
    }


def _lines(company: Company, order: Order, told: str) -> list[Row]:
    lines = [_line(company, line) for line in order.lines]
    lines += [_charge(order, charge, index) for index, charge in enumerate(order.charges)]
    return [line | _common(order, told, number) for number, line in enumerate(lines, 1)]


def _common(order: Order, told: str, number: int) -> Row:
    return {
        "line_number": str(number),
        "line_status": LINE_STATUSES[told],
        "is_deleted": told == "DELETED",
        "requested_delivery_date": order.requested_date,
        "promised_delivery_date": order.promised_date,
    }


def _line(company: Company, line: Line) -> Row:
    common = {"source_line_id": identifier("line", line.id), "description": _text(line.description)}
    if line.is_text:
        return common | {"line_type": "text", "item_code": None, "quantity_ordered": None, "net_amount": None}
    item, part = company.items[line.item] if line.item else None, only(line)
    return common | {
        "line_type": "goods",
        "item_code": item and _text(item.code),
        "item_name": item and _text(item.name),
        "quantity_ordered": line.quantity,
        "unit_price": unit_amount(line),
        "discount_percent": line.discount_percent or None,
        "net_amount": line.net_amount,
        "tax_amount": line.tax_amount,
        "total_amount": line.total_amount,
        "tax_code": line.tax_code or "NONE",
        "gl_account": part and part.gl_account,
        "cost_center": part and _text(part.cost_center),
        "department": part and _text(part.department),
    }


def _charge(order: Order, charge: Charge, index: int) -> Row:
    return {
        "source_line_id": identifier("charge", f"{order.id}/{index}"),
        "line_type": "charge",
        "description": charge.description,
        "quantity_ordered": Decimal(1),
        "unit_price": charge.amount,
        "net_amount": charge.amount,
        "tax_amount": Decimal(0),
        "gl_account": FREIGHT_ACCOUNT,
    }


def _text(value: str | None) -> str | None:
    return unicodedata.normalize("NFC", value).strip() or None if value else None
