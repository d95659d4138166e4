"""What the Finance & Operations connector must make of the sandbox's truth."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from tests.sandbox.company import Company
from tests.sandbox.dialects.dynamics_fo import lines
from tests.sandbox.dialects.dynamics_fo.orders import modified_at
from tests.sandbox.masters import Address
from tests.sandbox.order import ZERO, Line, LineKind, Order, Progress, Stage
from tests.truth.waiting import waiting

Row = dict[str, Any]

NOT_ON_THE_HEADER = (
    "revision valid_from valid_to sent_at acknowledged_at approved_at closed_at cancelled_at buyer_name buyer_email "
    "created_by approved_by discount_days delivery_terms_location exchange_rate exchange_rate_date tax_amount "
    "total_amount subtotal_amount_company charges_amount_company tax_amount_company total_amount_company "
    "contract_reference quotation_reference"
)
NOT_ON_THE_LINE = (
    "item_name manufacturer_item_code commodity_code base_unit quantity_accepted quantity_rejected quantity_open "
    "tax_amount tax_rate net_amount_company promised_delivery_date contract_reference is_closed "
    "source_created_at"
)
CANNOT_CARRY: dict[str, str] = {
    **{f"purchase_order.{name}": "no property of the entity" for name in NOT_ON_THE_HEADER.split()},
    **{f"purchase_order_line.{name}": "no property of the entity" for name in NOT_ON_THE_LINE.split()},
    "purchase_order.order_number": "every company has a number sequence of its own",
    "purchase_order.company_code": "dataAreaId is in lower case",
    "purchase_order.order_type": "agreements are entities of their own; a blanket order is a purchase order here",
    "purchase_order_line.is_cancelled": "a line that is closed before anything came is cancelled",
    "purchase_order.status": "a rejected order is with its author again; a flag of deletion is a cancellation",
    "purchase_order.ship_to_email": "delivery addresses tell no e-mail address",
    "purchase_order.ship_to_phone": "delivery addresses tell no telephone number",
    "purchase_order.bill_to_contact": "legal entities tell no contact",
    "purchase_order.company_amounts": "no exchange rate; only where the currencies are the same",
    "purchase_order.source_modified_at": "whole seconds, by a field that the site has added; blank on old orders",
    "purchase_order_line.sections_and_notes": "no text lines",
    "purchase_order_line.price_unit": "no price units: the price is converted to the order unit",
    "purchase_order_line.total_amount": "only where prices include sales tax, and then net_amount is not told",
    "purchase_order_line.first_received_date": "the day of the receipt in UTC",
    "purchase_order_schedule": "delivery schedules are lines of their own",
    "purchase_order_distribution": "one set of dimensions a line; a split account assignment cannot be told",
}
"""By table, or by table and column, what the system does not tell as the truth has it, and why."""
UNPROVED = (
    "purchase_order.source_version",
    "purchase_order.payment_due_date",
    "purchase_order.purchasing_group_code",
    "purchase_order.vendor_line3",
    "purchase_order.ship_to_line3",
    "purchase_order.bill_to_line2",
    "purchase_order.bill_to_line3",
    "purchase_order_line.commodity_code",
    "purchase_order_line.discount_amount",
    "purchase_order_line.total_amount",
    "purchase_order_line.ship_to_line3",
)
"""Mapped columns that nothing here tells."""

COMPLETE = {"quantity_received": ("received", "invoiced"), "quantity_invoiced": ("invoiced",)}
APPROVALS = {Stage.DRAFT: None, Stage.REJECTED: "rejected", Stage.PENDING_APPROVAL: "pending"}
EARLY = {Stage.DRAFT: "draft", Stage.REJECTED: "draft", Stage.PENDING_APPROVAL: "pending_approval"}


def key(company: Company, order: Order) -> str:
    """The source order id of an order."""
    return f"{order.entity.lower()}/PO{order.id - company.entity_of(order).id + 1:06d}"


def expected_orders(company: Company) -> dict[str, Row]:
    """By source order id the canonical values of each order, its lines under ``lines``."""
    return {key(company, order): waiting(_order(company, order)) for order in company.orders.values()}


def _order(company: Company, order: Order) -> Row:
    entity, vendor = company.entity_of(order), company.vendors[order.vendor]
    term = company.payment_terms.get(order.payment_term or "")
    requisitions = {line.requisition for line in order.goods_lines}
    discount = term.discount_percent if term and term.discount_percent else 0
    return {
        "source_order_id": key(company, order),
        "order_number": key(company, order).partition("/")[2],
        "order_type": "drop_ship" if order.order_type == "drop_ship" else "standard",
        "status": _status(order),
        "approval_status": APPROVALS.get(order.stage, "approved"),
        "receipt_status": _come(order, "quantity_received").value,
        "invoice_status": _come(order, "quantity_invoiced").value,
        "order_date": order.order_date,
        "requested_delivery_date": order.requested_date,
        "promised_delivery_date": order.promised_date,
        "company_code": entity.code.lower(),
        "company_name": entity.name,
        "buyer_code": order.buyer,
        "requester": order.requester,
        "vendor_code": vendor.code,
        **_address("vendor", vendor.address),
        "vendor_name": vendor.name,
        "vendor_contact": vendor.contact,
        "vendor_email": vendor.email,
        "vendor_phone": vendor.phone,
        "vendor_tax_id": vendor.tax_id,
        "invoice_vendor_code": vendor.invoice_vendor,
        "vendor_order_reference": order.vendor_reference,
        **_address("ship_to", order.ship_to),
        "ship_to_name": order.ship_to and order.ship_to.name,
        "ship_to_contact": order.ship_to and order.ship_to.contact,
        **_address("bill_to", entity.address),
        "bill_to_name": entity.name,
        "bill_to_email": entity.address.email,
        "bill_to_phone": entity.address.phone,
        "payment_terms_code": term and term.code,
        "payment_terms_text": term and term.text,
        "net_days": term and term.net_days,
        "discount_percent": discount,
        "delivery_terms": order.incoterm,
        "ship_method": order.ship_method,
        "language_source": vendor.language,
        "currency": order.currency,
        "company_currency": entity.currency,
        "subtotal_amount": sum((line.net_amount for line in order.expected_lines), ZERO),
        "charges_amount": order.charges_amount,
        "tax_inclusive": False,
        "requisition_reference": requisitions.pop() if len(requisitions) == 1 else None,
        "project_reference": order.project,
        "source_created_at": _second(order.created_at),
        "source_modified_at": None if order.lacks_modified_at else modified_at(order),
        "lines": [_line(company, order, line) for line in order.goods_lines],
    }


def _status(order: Order) -> str:
    if order.stage in EARLY:
        return EARLY[order.stage]
    if order.stage in (Stage.CANCELLED, Stage.CLOSED):
        return order.stage.value
    received, invoiced = _come(order, "quantity_received"), _come(order, "quantity_invoiced")
    if invoiced is not Progress.NONE:
        return "invoiced" if invoiced is Progress.FULL else "partially_invoiced"
    if received is not Progress.NONE:
        return "received" if received is Progress.FULL else "partially_received"
    return order.stage.value


def _come(order: Order, quantity: str) -> Progress:
    """What is missing of a line whose status calls it complete is not awaited."""
    lines = order.expected_lines
    done = [_line_status(order, line) in COMPLETE[quantity] for line in lines]
    if all(done):
        return Progress.FULL
    return Progress.PARTIAL if any(done) or any(getattr(line, quantity) for line in lines) else Progress.NONE


def _address(prefix: str, address: Address | None) -> Row:
    """Address lines come in one text, the empty ones left out."""
    street = [one for one in (address.line1, address.line2, address.line3) if one] if address else []
    found: Row = {f"{prefix}_line{place}": one for place, one in enumerate(street, 1)}
    names = ("city", "region", "postal_code", "country")
    return found | {f"{prefix}_{name}": address and getattr(address, name) for name in names}


def _line(company: Company, order: Order, line: Line) -> Row:
    item = company.items.get(line.item or "")
    only = line.distributions[0] if len(line.distributions) == 1 else None
    dates = [receipt.received_at.date() for receipt in line.receipts]
    return {
        "source_line_id": str(line.number),
        "line_number": str(line.number),
        "line_type": "asset" if line.kind is LineKind.ASSET else "goods" if line.item else "service",
        "line_status": _line_status(order, line),
        "item_code": line.item,
        "description": line.description,
        "vendor_item_code": line.vendor_item_code,
        "gtin": item and item.gtin,
        "category": item and item.category,
        "quantity_ordered": line.quantity,
        "unit": (company.units[line.unit].rec20 or None) if line.unit else None,
        "quantity_received": line.quantity_received,
        "quantity_invoiced": line.quantity_invoiced,
        "unit_price": line.price * line.price_numerator / line.price_denominator,
        "price_basis_quantity": line.price_basis,
        "discount_percent": line.discount_percent,
        "net_amount": line.net_amount,
        "tax_code": line.tax_code,
        "requested_delivery_date": line.requested_date,
        "confirmed_delivery_date": line.confirmed_date,
        "first_received_date": min(dates, default=None),
        "last_received_date": max(dates, default=None),
        **_address("ship_to", line.ship_to),
        "ship_to_name": line.ship_to and line.ship_to.name,
        "receiving_site": line.site,
        "over_delivery_percent": line.over_delivery_percent or 0,
        "under_delivery_percent": line.under_delivery_percent or 0,
        "match_policy": "three_way",
        "gl_account": only and only.gl_account,
        "cost_center": only and only.cost_center,
        "department": only and only.department,
        "project": only and only.project,
        "requisition_reference": line.requisition,
        "is_cancelled": line.is_void,
        "source_modified_at": lines.modified_at(order, line),
    }


def _line_status(order: Order, line: Line) -> str:
    if line.is_void:
        return "cancelled"
    wanted = line.quantity_received if line.is_closed else line.quantity
    if order.stage is Stage.CLOSED or line.quantity_invoiced >= wanted:
        return "invoiced"
    if line.quantity_received >= wanted:
        return "received"
    return (
        "partially_invoiced" if line.quantity_invoiced else "partially_received" if line.quantity_received else "open"
    )


def _second(at: datetime) -> datetime:
    return at.replace(microsecond=0)
