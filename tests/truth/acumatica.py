"""What the Acumatica connector must make of the sandbox's truth."""

from __future__ import annotations

import unicodedata
from typing import Any

from tests.sandbox.company import Company
from tests.sandbox.dialects.acumatica.lines import FIRST_FREIGHT, extended_cost, is_completed
from tests.sandbox.dialects.acumatica.orders import key_of, modified_at, status_of
from tests.sandbox.masters import Address
from tests.sandbox.order import Charge, Line, LineKind, Order, Progress, Stage
from tests.truth.waiting import waiting

Row = dict[str, Any]

STATUSES = {
    "On Hold": "draft", "Rejected": "draft", "Pending Approval": "pending_approval", "Pending Email": "approved",
    "Canceled": "cancelled",
}  # fmt: skip
APPROVALS = {
    "On Hold": None, "Canceled": None, "Pending Approval": "pending", "Rejected": "rejected",
}  # fmt: skip
LINE_TYPES = {
    LineKind.GOODS: "goods", LineKind.SERVICE: "service", LineKind.ASSET: "goods",
    LineKind.SECTION: "text", LineKind.NOTE: "text",
}  # fmt: skip

NOT_ON_THE_ORDER = (
    "revision requested_delivery_date valid_from valid_to sent_at acknowledged_at approved_at closed_at "
    "cancelled_at company_name buyer_name buyer_email requester created_by approved_by invoice_vendor_code "
    "payment_terms_text net_days discount_percent discount_days delivery_terms delivery_terms_location ship_method "
    "language requisition_reference contract_reference quotation_reference source_created_at "
    "vendor_line3 ship_to_line3 bill_to_name bill_to_line1 bill_to_city bill_to_country"
)
NOT_ON_THE_LINE = (
    "item_name manufacturer_item_code gtin commodity_code category base_unit quantity_accepted quantity_rejected "
    "quantity_open price_basis_quantity price_unit tax_amount total_amount "
    "tax_rate confirmed_delivery_date first_received_date last_received_date ship_to_name receiving_site department "
    "requisition_reference source_created_at source_modified_at"
)

CANNOT_CARRY: dict[str, str] = {
    **{f"purchase_order.{name}": "not in the endpoint's order" for name in NOT_ON_THE_ORDER.split()},
    **{f"purchase_order_line.{name}": "not in the endpoint's details" for name in NOT_ON_THE_LINE.split()},
    "purchase_order.status": "who sent or acknowledged an order is not told; it is completed with its last line",
    "purchase_order.source_modified_at": "milliseconds; texts and dates of lines do not move it",
    "purchase_order_line.line_type": "an asset is bought as a non-stock item",
    "purchase_order_line.unit_price": "no price units or bases: the price is converted to one order unit",
    "purchase_order_line.under_delivery_percent": "a line always has a least receipt: none is 0 %",
    "purchase_order_line.over_delivery_percent": "a line always has a largest receipt: none is 100 %",
    "purchase_order_line.gl_account": "one account a line: the first, where several share it",
    "purchase_order_schedule": "no delivery schedules",
    "purchase_order_distribution": "one account a line",
}
"""By table, or by table and column, what the system does not tell as the truth has it, and why."""


def expected_orders(company: Company) -> dict[str, Row]:
    """By source order id the canonical values of each order, its lines under ``lines``."""
    return {key_of(order): waiting(_order(company, order)) for order in company.orders.values()}


def _order(company: Company, order: Order) -> Row:
    entity, vendor, status = company.entity_of(order), company.vendors[order.vendor], status_of(order)
    return {
        "source_order_id": key_of(order),
        "order_number": order.number,
        "source_modified_at": modified_at(order, {}),
        "order_type": order.order_type,
        "status": STATUSES.get(status) or _reached(order, status),
        "approval_status": APPROVALS.get(status, "approved"),
        "receipt_status": order.receipt_progress.value,
        "invoice_status": order.invoice_progress.value,
        "order_date": order.order_date,
        "promised_delivery_date": order.promised_date,
        "company_code": entity.code,
        "buyer_code": order.buyer,
        "vendor_code": vendor.code,
        **_address("vendor", vendor.address),
        "vendor_name": vendor.name,
        "vendor_contact": vendor.contact,
        "vendor_email": vendor.email,
        "vendor_phone": vendor.phone,
        "vendor_tax_id": vendor.tax_id,
        "vendor_order_reference": order.vendor_reference,
        **_address("ship_to", order.ship_to),
        "ship_to_contact": order.ship_to and order.ship_to.contact,
        "ship_to_email": order.ship_to and order.ship_to.email,
        "ship_to_phone": order.ship_to and order.ship_to.phone,
        "payment_terms_code": order.payment_term,
        "currency": order.currency,
        "exchange_rate": order.exchange_rate,
        "exchange_rate_date": order.exchange_rate_date,
        "company_currency": entity.currency,
        "subtotal_amount": order.subtotal,
        "discount_amount": 0,
        "charges_amount": order.charges_amount,
        "tax_amount": order.tax_amount,
        "total_amount": order.total,
        "company_amounts": "derived",
        "tax_inclusive": False,
        "project_reference": order.project,
        "memo": unicodedata.normalize("NFC", (order.memo or "").strip()) or None,
        "lines": [
            *(_line(company, order, line) for line in order.lines),
            *(_charge(order, charge, number) for number, charge in enumerate(order.charges)),
        ],
    }


def _reached(order: Order, status: str) -> str:
    """How far an order has come that was released: a completed one as far as it will, a closed one with its bills."""
    received, invoiced = order.receipt_progress, order.invoice_progress
    if status == "Closed":
        return "invoiced" if Progress.FULL in (received, invoiced) else "closed"
    if invoiced is not Progress.NONE:
        return "invoiced" if invoiced is Progress.FULL else "partially_invoiced"
    if received is Progress.NONE:
        return "closed" if status == "Completed" else "approved"
    return "received" if Progress.FULL is received or status == "Completed" else "partially_received"


def _address(prefix: str, address: Address | None) -> Row:
    names = ("name", "line1", "line2", "city", "region", "postal_code", "country")
    return {f"{prefix}_{name}": address and getattr(address, name) for name in names}


def _line(company: Company, order: Order, line: Line) -> Row:
    first = line.distributions[0] if line.distributions else None
    only = first if len(line.distributions) == 1 else None
    over, under = line.over_delivery_percent, line.under_delivery_percent
    return {
        "source_line_id": str(line.number),
        "line_number": str(line.number),
        "line_type": LINE_TYPES[line.kind],
        "line_status": _line_status(order, line),
        "item_code": line.item,
        "description": line.description,
        "vendor_item_code": line.vendor_item_code,
        "quantity_ordered": line.quantity,
        "unit": (company.units[line.unit].rec20 or None) if line.unit else None,
        "quantity_received": line.quantity_received,
        "quantity_invoiced": line.quantity_invoiced,
        "unit_price": line.unit_price,
        "discount_percent": line.discount_percent,
        "discount_amount": extended_cost(line, company.digits(order.currency)) - line.net_amount,
        "net_amount": line.net_amount,
        "tax_code": line.tax_code,
        "requested_delivery_date": line.requested_date,
        "promised_delivery_date": line.promised_date,
        "warehouse": line.site,
        "over_delivery_percent": over or 0,
        "under_delivery_percent": 100 if under is None else under,
        "gl_account": first and first.gl_account,
        "cost_center": only and only.cost_center,
        "project": only and only.project,
        "contract_reference": line.contract,
        "is_cancelled": line.is_cancelled or order.stage is Stage.CANCELLED,
        "is_closed": is_completed(order, line),
    }


def _line_status(order: Order, line: Line) -> str | None:
    if line.is_text:
        return None
    if line.is_cancelled or order.stage is Stage.CANCELLED:
        return "cancelled"
    if line.quantity_received >= line.quantity:
        if line.quantity_invoiced:
            return "invoiced" if line.quantity_invoiced >= line.quantity else "partially_invoiced"
        return "received"
    if is_completed(order, line):
        return "invoiced" if line.quantity_invoiced >= line.quantity else "closed"
    if 0 < line.quantity_invoiced < line.quantity:
        return "partially_invoiced"
    return "partially_received" if line.quantity_received else "open"


def _charge(order: Order, charge: Charge, number: int) -> Row:
    return {
        "source_line_id": str(FIRST_FREIGHT + number),
        "line_type": "charge",
        "description": charge.description,
        "quantity_ordered": 1,
        "unit_price": charge.amount,
        "discount_percent": 0,
        "discount_amount": 0,
        "net_amount": charge.amount,
        "is_cancelled": order.stage is Stage.CANCELLED,
    }
