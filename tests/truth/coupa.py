"""What the Coupa connector must make of the sandbox's truth."""

from __future__ import annotations

import unicodedata
from datetime import datetime
from decimal import ROUND_HALF_EVEN, Decimal, localcontext
from typing import Any
from zoneinfo import ZoneInfo

from tests.sandbox.company import Company
from tests.sandbox.dialects.coupa import orders as dialect
from tests.sandbox.dialects.coupa.masters import FREIGHT, price
from tests.sandbox.masters import Address
from tests.sandbox.order import ZERO, Charge, Distribution, Line, LineKind, Order, Progress, Stage

Row = dict[str, Any]

ZONE = ZoneInfo("America/Los_Angeles")
STATUSES = {
    Stage.DRAFT: "draft", Stage.PENDING_APPROVAL: "pending_approval", Stage.REJECTED: "cancelled",
    Stage.CLOSED: "closed", Stage.CANCELLED: "cancelled",
}  # fmt: skip
PLAIN = {Stage.APPROVED: "approved", Stage.SENT: "sent", Stage.ACKNOWLEDGED: "acknowledged"}
APPROVALS = {
    Stage.DRAFT: None, Stage.PENDING_APPROVAL: "pending", Stage.REJECTED: None, Stage.CANCELLED: None,
}  # fmt: skip
LINE_TYPES = {LineKind.GOODS: "goods", LineKind.SERVICE: "service", LineKind.ASSET: "asset"}

NO_FIELD = (
    "order_type requested_delivery_date promised_delivery_date valid_from valid_to sent_at approved_at closed_at "
    "cancelled_at buyer_code buyer_name buyer_email approved_by invoice_vendor_code delivery_terms_location "
    "ship_method language exchange_rate exchange_rate_date quotation_reference project_reference memo vendor_phone "
    "ship_to_phone bill_to_name bill_to_city tax_amount_company total_amount_company"
)
NO_FIELD_OF_LINE = (
    "gtin commodity_code base_unit quantity_accepted quantity_rejected quantity_open price_basis_quantity price_unit "
    "discount_percent tax_amount total_amount tax_code tax_rate promised_delivery_date confirmed_delivery_date "
    "first_received_date last_received_date over_delivery_percent under_delivery_percent ship_to_name ship_to_city "
    "requisition_reference"
)

CANNOT_CARRY: dict[str, str] = {
    **{f"purchase_order.{name}": "no field of the order" for name in NO_FIELD.split()},
    **{f"purchase_order_line.{name}": "no field of the line" for name in NO_FIELD_OF_LINE.split()},
    "purchase_order.status": "rejected orders are cancelled ones; progress of invoices is told by amounts",
    "purchase_order.approval_status": "told by the status: cancelled orders tell nothing of it",
    "purchase_order.invoice_status": "by amounts: lines without one count as invoiced",
    "purchase_order.order_date": "the day of the creation in the instance's zone",
    "purchase_order.tax_amount": "taxes are told by invoices",
    "purchase_order.total_amount": "the total of an order is without tax",
    "purchase_order.requisition_reference": "the requisition's id, a number",
    "purchase_order.ship_to_email": "no e-mail address of an address",
    "purchase_order.contract_reference": "told by lines",
    "purchase_order.vendor_order_reference": "told by lines",
    "purchase_order.source_created_at": "whole seconds",
    "purchase_order.source_modified_at": "whole seconds; receipts, invoices and texts move the line's alone",
    "purchase_order_line": "no sections and notes",
    "purchase_order_line.line_number": "counted from 1",
    "purchase_order_line.unit_price": "no discounts, price units or bases: six decimals of the net price of one unit",
    "purchase_order_line.quantity_invoiced": "derived from the amount invoiced, which is rounded",
    "purchase_order_line.gl_account": "of a split line told by its allocations",
    "purchase_order_distribution.distribution_number": "the allocation's id",
    "purchase_order_distribution": "a line with one account has no allocations",
    "purchase_order_schedule": "no delivery schedules",
}
"""By table, or by table and column, what the system does not tell as the truth has it, and why."""
UNPROVED = (
    "purchase_order.ship_to_email",
    "purchase_order_distribution.profit_center",
    "purchase_order_distribution.wbs_element",
    "purchase_order_distribution.internal_order",
    "purchase_order_distribution.fund",
)
"""Mapped columns that nothing here tells."""


def expected_orders(company: Company) -> dict[str, Row]:
    """By source order id the canonical values of each order, its lines under ``lines``."""
    return {str(order.id): _order(company, order) for order in company.orders.values()}


def _order(company: Company, order: Order) -> Row:
    entity, buyer = company.entity_of(order), company.buyers.get(order.created_by or "")
    lines = order.goods_lines
    charges = [_charge(company, order, charge, n) for n, charge in enumerate(order.charges, len(lines) + 1)]
    facts = {
        "source_order_id": str(order.id),
        "order_number": order.number,
        "revision": str(max(order.revision, 1)),
        "status": _status(company, order),
        "approval_status": APPROVALS.get(order.stage, "approved"),
        "receipt_status": order.receipt_progress.value,
        "invoice_status": _invoiced(company, order).value,
        "order_date": order.created_at.astimezone(ZONE).date(),
        "acknowledged_at": _second(order.acknowledged_at),
        "company_code": entity.code,
        "company_name": entity.name,
        "requester": order.requester,
        "created_by": buyer and buyer.code,
        "delivery_terms": order.incoterm,
        "vendor_order_reference": order.vendor_reference,
        "requisition_reference": str(dialect.requisition_id(order)) if order.requisition else None,
        "contract_reference": order.contract,
        "currency": order.currency,
        "company_currency": entity.currency,
        "subtotal_amount": order.subtotal,
        "charges_amount": order.charges_amount,
        "tax_amount": None,
        "total_amount": None,
        "subtotal_amount_company": sum((dialect.in_company(company, order, line.net_amount) for line in lines), ZERO),
        "charges_amount_company": sum((dialect.in_company(company, order, c.amount) for c in order.charges), ZERO),
        "source_created_at": _second(order.created_at),
        "lines": [*(_line(company, order, line, n) for n, line in enumerate(lines, 1)), *charges],
    }
    if not order.lacks_modified_at:
        facts["source_modified_at"] = _second(dialect.updated_at(order))
    return facts | _parties(company, order) | _terms(company, order)


def _invoiced(company: Company, order: Order) -> Progress:
    pairs = [(dialect.invoiced_amount(company, order, line), line.net_amount) for line in order.expected_lines]
    if not any(done for done, _ in pairs):
        return Progress.NONE
    return Progress.FULL if all(done >= wanted for done, wanted in pairs) else Progress.PARTIAL


def _status(company: Company, order: Order) -> str:
    if order.stage in STATUSES:
        return STATUSES[order.stage]
    for progress, word in ((_invoiced(company, order), "invoiced"), (order.receipt_progress, "received")):
        if progress is not Progress.NONE:
            return word if progress is Progress.FULL else f"partially_{word}"
    return "acknowledged" if order.acknowledged_at else PLAIN[order.stage]


def _parties(company: Company, order: Order) -> Row:
    vendor = company.vendors[order.vendor]
    return {
        **_address("vendor", vendor.address),
        "vendor_code": vendor.code,
        "vendor_name": _text(vendor.name),
        "vendor_tax_id": vendor.tax_id,
        "vendor_contact": vendor.contact,
        "vendor_email": vendor.email,
        **_address("ship_to", order.ship_to),
        "ship_to_contact": order.ship_to and order.ship_to.contact,
    }


def _address(prefix: str, address: Address | None) -> Row:
    names = ("name", "line1", "line2", "line3", "city", "region", "postal_code", "country")
    return {f"{prefix}_{name}": _text(getattr(address, name, None)) for name in names}


def _terms(company: Company, order: Order) -> Row:
    term = company.payment_terms.get(order.payment_term or "")
    return {
        "payment_terms_code": term and term.code,
        "payment_terms_text": term and term.text,
        "net_days": term and term.net_days,
        "discount_percent": term and term.discount_percent,
        "discount_days": term and term.discount_days,
    }


def _line(company: Company, order: Order, line: Line, number: int) -> Row:
    item = company.items[line.item or ""]
    only = line.distributions[0] if len(line.distributions) == 1 else None
    return {
        "source_line_id": str(line.id),
        "line_number": str(number),
        "line_type": LINE_TYPES[line.kind],
        "line_status": _line_status(company, order, line),
        "item_code": item.code,
        "item_name": item.name,
        "description": _text(line.description),
        "vendor_item_code": line.vendor_item_code,
        "manufacturer_item_code": item.manufacturer_code,
        "category": item.category,
        "quantity_ordered": line.quantity,
        "unit": company.units[line.unit or ""].rec20 or None,
        "quantity_received": line.quantity_received,
        "quantity_invoiced": _quantity_invoiced(company, order, line),
        "unit_price": price(line),
        "net_amount": line.net_amount,
        "net_amount_company": dialect.in_company(company, order, line.net_amount),
        "requested_delivery_date": line.requested_date,
        "receiving_site": _site(company, order),
        "warehouse": company.sites[line.site or ""].name if order.order_type != "drop_ship" else None,
        "match_policy": "two_way" if line.kind is LineKind.SERVICE else "three_way",
        "gl_account": only and only.gl_account,
        "cost_center": only and only.cost_center,
        "department": only and only.department,
        "project": only and only.project,
        "contract_reference": line.contract,
        "is_cancelled": _line_status(company, order, line) == "cancelled",
        "is_closed": _line_status(company, order, line) == "closed",
        "source_created_at": _second(line.created_at),
        "source_modified_at": _second(dialect.line_updated_at(order, line)),
        "distributions": [_distribution(line, part) for part in line.distributions if only is None],
    }


def _line_status(company: Company, order: Order, line: Line) -> str:
    is_closed = line.is_closed and not dialect.awaits_invoice(line)
    if line.is_cancelled or is_closed:
        return "cancelled" if line.is_cancelled else "closed"
    if order.stage in STATUSES:
        return STATUSES[order.stage]
    invoiced = dialect.invoiced_amount(company, order, line)
    is_goods = line.kind is not LineKind.SERVICE
    is_awaited = is_goods and not line.is_closed and line.quantity_received < line.quantity
    if invoiced and not (is_awaited and invoiced >= line.net_amount):
        return "invoiced" if invoiced >= line.net_amount else "partially_invoiced"
    if line.quantity_received:
        is_received = line.is_closed or line.quantity_received >= line.quantity
        return "received" if is_received else "partially_received"
    return "open"


def _quantity_invoiced(company: Company, order: Order, line: Line) -> Decimal | None:
    if not line.net_amount:
        return None
    with localcontext(prec=60):
        share = dialect.invoiced_amount(company, order, line) * line.quantity / line.net_amount
        return share.quantize(Decimal("1e-6"), rounding=ROUND_HALF_EVEN)


def _site(company: Company, order: Order) -> str | None:
    return {site.address: site.code for site in company.sites.values()}.get(order.ship_to)  # type: ignore[arg-type]


def _distribution(line: Line, part: Distribution) -> Row:
    return {
        "distribution_number": str(line.id * 10 + part.number),
        "percent": part.percent,
        "amount": part.amount,
        "gl_account": part.gl_account,
        "cost_center": part.cost_center,
        "department": part.department,
        "project": part.project,
    }


def _charge(company: Company, order: Order, charge: Charge, number: int) -> Row:
    return {
        "source_line_id": str(dialect.CHARGE_IDS + order.id * 100 + number),
        "line_number": str(number),
        "line_type": "charge",
        "line_status": STATUSES.get(order.stage, "open"),
        "description": charge.description,
        "category": FREIGHT,
        "quantity_ordered": None,
        "unit_price": None,
        "net_amount": charge.amount,
        "net_amount_company": dialect.in_company(company, order, charge.amount),
        "distributions": [],
    }


def _second(instant: datetime | None) -> datetime | None:
    return instant and instant.replace(microsecond=0)


def _text(value: str | None) -> str | None:
    return unicodedata.normalize("NFC", (value or "").strip()) or None
