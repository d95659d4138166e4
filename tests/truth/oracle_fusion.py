"""What the Oracle Fusion connector must make of the sandbox's truth."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from tests.sandbox.arithmetic import spread
from tests.sandbox.company import Company
from tests.sandbox.dialects.oracle_fusion.statuses import (
    header_updated_at,
    line_updated_at,
    schedule_updated_at,
    status,
)
from tests.sandbox.dialects.oracle_fusion.values import PARTY_IDS, charge_id, formatted, line_id, order_id
from tests.sandbox.masters import Address
from tests.sandbox.order import Charge, Line, LineKind, Order, Progress, Schedule, Stage
from tests.truth.waiting import waiting

Row = dict[str, Any]

NOT_IN_FUSION = (
    "valid_from valid_to sent_at acknowledged_at approved_at closed_at cancelled_at buyer_email approved_by "
    "invoice_vendor_code payment_terms_text net_days discount_percent discount_days delivery_terms_location language "
    "company_currency subtotal_amount_company charges_amount_company tax_amount_company total_amount_company "
    "project_reference"
)
NOT_ON_THE_LINE = (
    "item_name gtin commodity_code base_unit quantity_accepted quantity_rejected price_basis_quantity "
    "net_amount_company tax_code tax_rate confirmed_delivery_date under_delivery_percent requisition_reference"
)
CANNOT_CARRY: dict[str, str] = {
    **{f"purchase_order.{name}": "no attribute of the resource" for name in NOT_IN_FUSION.split()},
    **{f"purchase_order_line.{name}": "no attribute of the resource" for name in NOT_ON_THE_LINE.split()},
    "purchase_order.order_number": "every legal entity counts for itself",
    "purchase_order.order_type": "agreements are resources of their own; a blanket order is a purchase order here",
    "purchase_order.status": "sent and acknowledged orders are open; a flag of deletion is a cancellation",
    "purchase_order.exchange_rate": "drafts in the ledger's currency may still change it",
    "purchase_order.exchange_rate_date": "orders in the ledger's currency need no rate",
    "purchase_order.company_code": "the id of the legal entity; its name is told, too",
    "purchase_order.buyer_code": "the id of the person",
    "purchase_order.requester": "stands on distributions only",
    "purchase_order.ship_to": "locations are told with their address in one text",
    "purchase_order.bill_to": "locations are told with their address in one text",
    "purchase_order.source_modified_at": "whole seconds",
    "purchase_order_line.sections_and_notes": "Fusion has no text lines in orders",
    "purchase_order_line.line_type": "assets are goods with an account of their own",
    "purchase_order_line.unit_price": "no price units or bases: the price is converted to one order unit",
    "purchase_order_line.first_received_date": "receipts are another resource, read if a setting says so",
    "purchase_order_line.last_received_date": "receipts are another resource, read if a setting says so",
    "purchase_order_distribution": "stands below a schedule: every schedule of a line has its own",
    "purchase_order_distribution.percent": "only quantities and amounts are told",
}
"""By table, or by table and column, what the system does not tell as the truth has it, and why."""
UNPROVED = (
    "purchase_order_line.price_unit",
    "purchase_order_line.first_received_date",
    "purchase_order_line.last_received_date",
    "purchase_order_distribution.fund",
)
"""Mapped columns that nothing here tells."""

DRAFTS = {Stage.DRAFT: "draft", Stage.REJECTED: "draft", Stage.PENDING_APPROVAL: "pending_approval"}
APPROVALS = {Stage.DRAFT: None, Stage.REJECTED: "rejected", Stage.PENDING_APPROVAL: "pending"}
SEGMENTS = ("company", "cost_center", "gl_account", "department")
"""What the connection to the sandbox calls the segments of its accounts."""


def expected_orders(company: Company) -> dict[str, Row]:
    """By source order id the canonical values of each order, its lines under ``lines``."""
    return {str(order_id(order.id)): waiting(_order(company, order)) for order in company.orders.values()}


def _order(company: Company, order: Order) -> Row:
    entity, vendor = company.entity_of(order), company.vendors[order.vendor]
    is_foreign = order.currency != entity.currency
    buyer = company.buyers.get(order.buyer or "")
    last = max((line.number for line in order.lines), default=0)
    schedules = [one for line in order.goods_lines for one in line.schedules]
    contracts = {line.contract for line in order.goods_lines}
    return {
        "source_order_id": str(order_id(order.id)),
        "order_number": f"PO{order.id - entity.id + 1:06d}",
        "revision": str(order.revision),
        "order_type": "drop_ship" if order.order_type == "drop_ship" and order.goods_lines else "standard",
        "status": _status(order),
        "approval_status": APPROVALS.get(order.stage, "approved"),
        "receipt_status": _receipts(order).value,
        "invoice_status": _invoices(order).value,
        "order_date": order.order_date,
        "requested_delivery_date": min((s.requested_date for s in schedules if s.requested_date), default=None),
        "promised_delivery_date": min((s.promised_date for s in schedules if s.promised_date), default=None),
        "company_code": str(PARTY_IDS + entity.id),
        "company_name": entity.name,
        "purchasing_org_code": f"{entity.code} Business Unit",
        "buyer_code": str(PARTY_IDS + 2000 + buyer.id) if buyer else None,
        "buyer_name": buyer and buyer.name,
        "requester": order.requester if any(line.distributions for line in order.goods_lines) else None,
        "created_by": order.created_by,
        "vendor_code": vendor.code,
        **_address("vendor", vendor.address),
        "vendor_name": vendor.name,
        "vendor_contact": vendor.contact,
        "vendor_email": vendor.email,
        "vendor_phone": vendor.phone,
        "vendor_tax_id": vendor.tax_id,
        "vendor_order_reference": order.vendor_reference,
        "ship_to_line1": formatted(order.ship_to),
        "bill_to_name": order.bill_to and order.bill_to.name,
        "bill_to_line1": formatted(order.bill_to),
        "payment_terms_code": order.payment_term,
        "delivery_terms": order.incoterm,
        "ship_method": order.ship_method,
        "currency": order.currency,
        "exchange_rate": order.exchange_rate if is_foreign or order.stage not in DRAFTS else None,
        "exchange_rate_date": order.exchange_rate_date if is_foreign else None,
        "subtotal_amount": order.subtotal,
        "charges_amount": order.charges_amount,
        "tax_amount": order.tax_amount,
        "total_amount": order.total,
        "requisition_reference": order.requisition,
        "contract_reference": contracts.pop() if len(contracts) == 1 else None,
        "quotation_reference": order.quotation if order.goods_lines else None,
        "source_created_at": _second(order.created_at),
        "source_modified_at": _second(header_updated_at(order)),
        "lines": [
            *(_line(company, order, line) for line in order.goods_lines),
            *(_charge(order, charge, index, last + 10 * index) for index, charge in enumerate(order.charges, 1)),
        ],
    }


def _status(order: Order) -> str:
    if order.stage in DRAFTS:
        return DRAFTS[order.stage]
    if order.stage in (Stage.CLOSED, Stage.CANCELLED):
        return order.stage.value
    received, invoiced = _receipts(order), order.invoice_progress
    if status(order) == "CLOSED":
        return "closed"
    if invoiced is not Progress.NONE:
        return "invoiced" if invoiced is Progress.FULL else "partially_invoiced"
    if received is not Progress.NONE:
        return "received" if received is Progress.FULL else "partially_received"
    return "sent" if status(order) == "PENDING SUPPLIER ACKNOWLEDGMENT" else "approved"


def _receipts(order: Order) -> Progress:
    """By the quantities; nothing is missing of an order that Fusion calls closed for receiving."""
    return _come(order, order.receipt_progress, "CLOSED FOR RECEIVING")


def _invoices(order: Order) -> Progress:
    return _come(order, order.invoice_progress, "CLOSED FOR INVOICING")


def _come(order: Order, told: Progress, closed_for: str) -> Progress:
    is_over = status(order) in (closed_for, "CLOSED", "FINALLY CLOSED")
    return Progress.FULL if is_over and told is not Progress.NONE else told


def _address(prefix: str, address: Address) -> Row:
    names = ("line1", "line2", "line3", "city", "region", "postal_code", "country")
    return {f"{prefix}_{name}": getattr(address, name) for name in names}


def _line(company: Company, order: Order, line: Line) -> Row:
    item, ship_to = company.items.get(line.item or ""), line.ship_to or order.ship_to
    accounts = {(one.cost_center, one.gl_account, one.department) for one in line.distributions}
    sole = line.distributions[0] if len(accounts) == 1 else None
    projects = {one.project for one in line.distributions}
    unit = (company.units[line.unit].rec20 or None) if line.unit else None
    return {
        "source_line_id": str(line_id(line.id)),
        "line_number": str(line.number),
        "line_type": "service" if line.kind is LineKind.SERVICE else "goods",
        "line_status": _line_status(order, line),
        "item_code": line.item,
        "description": line.description,
        "vendor_item_code": line.vendor_item_code,
        "manufacturer_item_code": item and item.manufacturer_code,
        "category": item and item.category,
        "quantity_ordered": line.quantity,
        "unit": unit,
        "quantity_received": line.quantity_received,
        "quantity_invoiced": line.quantity_invoiced,
        "quantity_open": line.quantity_open if line.schedules else None,
        "unit_price": line.unit_price,
        "discount_percent": line.discount_percent if line.unit_price else None,
        "net_amount": line.net_amount,
        "tax_amount": line.tax_amount,
        "total_amount": line.total_amount,
        "requested_delivery_date": min((s.requested_date for s in line.schedules if s.requested_date), default=None),
        "promised_delivery_date": min((s.promised_date for s in line.schedules if s.promised_date), default=None),
        "ship_to_name": ship_to and ship_to.name,
        "ship_to_line1": formatted(ship_to),
        "receiving_site": line.site,
        "warehouse": company.sites[line.site].name if line.site else None,
        "over_delivery_percent": line.over_delivery_percent,
        "match_policy": "three_way",
        "gl_account": sole and sole.gl_account,
        "cost_center": sole and sole.cost_center,
        "department": sole and (sole.department or "000"),
        "project": projects.pop() if len(projects) == 1 else None,
        "contract_reference": line.contract,
        "is_cancelled": line.is_cancelled,
        "source_created_at": _second(line.created_at),
        "source_modified_at": _second(line_updated_at(order, line)),
        "schedules": [_schedule(order, line, one, unit) for one in line.schedules],
        "distributions": _distributions(company, order, line),
    }


def _line_status(order: Order, line: Line) -> str:
    if line.is_cancelled:
        return "cancelled"
    if order.stage in DRAFTS:
        return DRAFTS[order.stage]
    received, invoiced = line.quantity_received >= line.quantity, line.quantity_invoiced >= line.quantity
    if line.is_closed or (received and invoiced):
        return "closed"
    if received:
        return "received"
    if invoiced:
        return "partially_received" if line.quantity_received else "open"
    return (
        "partially_invoiced" if line.quantity_invoiced else "partially_received" if line.quantity_received else "open"
    )


def _schedule(order: Order, line: Line, one: Schedule, unit: str | None) -> Row:
    return {
        "schedule_number": str(one.number),
        "quantity": one.quantity,
        "unit": unit,
        "requested_delivery_date": one.requested_date,
        "promised_delivery_date": one.promised_date,
        "quantity_received": one.quantity_received,
        "ship_to_line1": formatted(line.ship_to or order.ship_to),
        "source_modified_at": _second(schedule_updated_at(order, line)),
    }


def _distributions(company: Company, order: Order, line: Line) -> list[Row]:
    """Every schedule has its part of every account assignment."""
    found: list[Row] = []
    digits, weights = company.digits(order.currency), [one.quantity for one in line.schedules]
    amounts = [spread(one.amount, weights, digits) for one in line.distributions]
    for place, schedule in enumerate(line.schedules):
        quantities = spread(schedule.quantity, [one.percent for one in line.distributions], 3)
        for index, one in enumerate(line.distributions):
            segments = (order.entity, one.cost_center or "000", one.gl_account, one.department or "000")
            found.append(
                {
                    "distribution_number": f"{schedule.number}.{one.number}",
                    "quantity": quantities[index],
                    "amount": amounts[index][place],
                    "gl_account": one.gl_account,
                    "cost_center": one.cost_center or "000",
                    "department": one.department or "000",
                    "project": one.project,
                    "dimensions": dict(zip(SEGMENTS, segments, strict=True)),
                }
            )
    return found


def _charge(order: Order, charge: Charge, index: int, number: int) -> Row:
    return {
        "source_line_id": str(charge_id(order.id, index)),
        "line_number": str(number),
        "line_type": "charge",
        "line_status": "cancelled" if order.cancelled_at else "open",
        "description": charge.description,
        "quantity_ordered": None,
        "unit_price": None,
        "net_amount": charge.amount,
        "tax_amount": Decimal(0),
        "total_amount": charge.amount,
    }


def _second(at: datetime) -> datetime:
    return at.replace(microsecond=0)
