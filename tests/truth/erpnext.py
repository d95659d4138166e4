"""What the ERPNext connector must make of the sandbox's truth."""

from __future__ import annotations

import unicodedata
from datetime import timedelta
from decimal import ROUND_HALF_EVEN, Decimal, localcontext
from typing import Any

from tests.sandbox.arithmetic import rounded
from tests.sandbox.company import Company
from tests.sandbox.dialects.erpnext import orders as dialect
from tests.sandbox.masters import Address
from tests.sandbox.order import ZERO, Line, LineKind, Order, Stage

Row = dict[str, Any]

STATUSES = {
    Stage.DRAFT: "draft", Stage.PENDING_APPROVAL: "pending_approval", Stage.REJECTED: "draft",
    Stage.CLOSED: "closed", Stage.CANCELLED: "cancelled",
}  # fmt: skip
APPROVALS = {
    Stage.DRAFT: None, Stage.PENDING_APPROVAL: "pending", Stage.REJECTED: "rejected", Stage.CANCELLED: None,
}  # fmt: skip
LINE_TYPES = {LineKind.GOODS: "goods", LineKind.SERVICE: "service", LineKind.ASSET: "asset"}

NO_FIELD = (
    "promised_delivery_date valid_from valid_to sent_at acknowledged_at approved_at closed_at cancelled_at requester "
    "buyer_code buyer_name buyer_email approved_by invoice_vendor_code ship_method exchange_rate_date "
    "vendor_line3 ship_to_line3 bill_to_line3 ship_to_contact bill_to_contact"
)
NO_FIELD_OF_LINE = (
    "quantity_accepted quantity_rejected quantity_open price_basis_quantity price_unit tax_amount total_amount "
    "confirmed_delivery_date first_received_date last_received_date over_delivery_percent under_delivery_percent "
    "ship_to_name ship_to_city commodity_code"
)

CANNOT_CARRY: dict[str, str] = {
    **{f"purchase_order.{name}": "no field of the order" for name in NO_FIELD.split()},
    **{f"purchase_order_line.{name}": "no field of the line" for name in NO_FIELD_OF_LINE.split()},
    "purchase_order.revision": "only amended orders, which are new documents, have one",
    "purchase_order.order_type": "blanket orders are another doctype; what is called off from one names it",
    "purchase_order.status": "sending leaves no trace; rejected orders stay drafts; Delivered hides no billing",
    "purchase_order.approval_status": "cancelled documents keep no workflow state",
    "purchase_order.receipt_status": "a percentage of six digits, to which a small part of a huge order is nothing",
    "purchase_order.invoice_status": "a percentage of amounts: lines without an amount do not count",
    "purchase_order.language": "without region",
    "purchase_order.requisition_reference": "told by lines",
    "purchase_order.contract_reference": "told by lines",
    "purchase_order.source_modified_at": "texts of lines are lines of their own in the truth, which ERPNext lacks",
    "purchase_order_line": "no sections and notes",
    "purchase_order_line.line_number": "counted from 1",
    "purchase_order_line.line_status": "by billed amounts, as there are no billed quantities",
    "purchase_order_line.quantity_received": "drop shipments are delivered as a whole",
    "purchase_order_line.quantity_invoiced": "derived from the amount billed, or from the order's where there is none",
    "purchase_order_line.unit_price": "no price units or bases: the price is converted to one order unit",
    "purchase_order_line.tax_rate": "a line of an order without taxes has no rate",
    "purchase_order_line.is_cancelled": "only whole orders are cancelled",
    "purchase_order_line.is_closed": "only whole orders are closed",
    "purchase_order_line.receiving_site": "a drop shipment has no warehouse",
    "purchase_order_line.gl_account": "one account, cost centre, project and department a line",
    "purchase_order_schedule": "no delivery schedules",
    "purchase_order_distribution": "no split account assignments",
}
"""By table, or by table and column, what the system does not tell as the truth has it, and why."""
UNPROVED = (
    "purchase_order_line.commodity_code",
    "purchase_order_line.commodity_code_scheme",
)
"""Mapped columns that nothing here tells."""


def expected_orders(company: Company) -> dict[str, Row]:
    """By source order id the canonical values of each order, its lines under ``lines``."""
    return {dialect.order_name(order): _order(company, order) for order in company.orders.values()}


def _order(company: Company, order: Order) -> Row:
    entity, buyer = company.entity_of(order), company.buyers.get(order.created_by or "")
    facts = {
        "source_order_id": dialect.order_name(order),
        "order_number": dialect.order_name(order),
        "revision": None,
        "order_type": _order_type(order),
        "status": _status(company, order),
        "approval_status": APPROVALS.get(order.stage, "approved"),
        "receipt_status": _progress(_per_received(order)),
        "invoice_status": _progress(dialect.per_billed(company, order)),
        "order_date": order.order_date,
        "requested_delivery_date": order.requested_date,
        "company_code": entity.code,
        "company_name": entity.name,
        "created_by": (buyer.email or buyer.code) if buyer else "Administrator",
        "delivery_terms": order.incoterm,
        "delivery_terms_location": order.incoterm_place,
        "vendor_order_reference": order.vendor_reference,
        "requisition_reference": order.requisition if order.goods_lines else None,
        "contract_reference": order.contract if order.goods_lines else None,
        "quotation_reference": order.quotation,
        "project_reference": order.project,
        "memo": _text("\n".join((order.memo or "").splitlines())),
        "source_created_at": order.created_at,
        "lines": [_line(company, order, line, number) for number, line in enumerate(order.goods_lines, 1)],
    }
    if not order.lacks_modified_at:
        facts["source_modified_at"] = dialect.modified_at(order)
    return facts | _parties(company, order) | _terms(company, order) | _amounts(company, order)


def _order_type(order: Order) -> str:
    if order.order_type == "drop_ship":
        return "drop_ship"
    return "contract_release" if any(line.contract for line in order.goods_lines) else "standard"


def _status(company: Company, order: Order) -> str:
    if order.stage in STATUSES:
        return STATUSES[order.stage]
    for share, word in ((dialect.per_billed(company, order), "invoiced"), (_per_received(order), "received")):
        if share:
            return word if share >= 100 else f"partially_{word}"
    return "acknowledged" if order.acknowledged_at else "approved"


def _per_received(order: Order) -> Decimal:
    """A drop shipment that is delivered came as a whole; until then nothing is told of it."""
    return Decimal(100) if dialect.is_delivered(order) else dialect.per_received(order)


def _progress(share: Decimal) -> str:
    return "full" if share >= 100 else "partial" if share else "none"


def _parties(company: Company, order: Order) -> Row:
    vendor = company.vendors[order.vendor]
    return {
        **_address("vendor", vendor.address),
        "vendor_code": vendor.code,
        "vendor_name": _text(vendor.name),
        "vendor_tax_id": vendor.tax_id,
        "vendor_contact": vendor.contact,
        "vendor_email": vendor.email,
        "vendor_phone": vendor.phone,
        "language": vendor.language and vendor.language.partition("-")[0],
        **_address("ship_to", order.ship_to),
        **_address("bill_to", order.bill_to),
    }


def _address(prefix: str, address: Address | None) -> Row:
    names = ("name", "line1", "line2", "city", "region", "postal_code", "country", "email", "phone")
    return {f"{prefix}_{name}": _text(getattr(address, name, None)) for name in names}


def _terms(company: Company, order: Order) -> Row:
    term = company.payment_terms.get(order.payment_term or "")
    return {
        "payment_terms_code": term and term.code,
        "payment_terms_text": term and term.text,
        "net_days": term and term.net_days,
        "discount_percent": term and term.discount_percent,
        "discount_days": term and term.discount_days,
        "payment_due_date": term and order.order_date + timedelta(days=term.net_days),
    }


def _amounts(company: Company, order: Order) -> Row:
    currency = company.entity_of(order).currency

    def in_company(amount: Decimal) -> Decimal:
        return rounded(amount * order.exchange_rate, company.digits(currency))

    taxes: dict[str, Decimal] = {}
    for line in order.goods_lines:
        if line.tax_code:
            taxes[line.tax_code] = taxes.get(line.tax_code, ZERO) + line.tax_amount
    return {
        "currency": order.currency,
        "exchange_rate": order.exchange_rate,
        "company_currency": currency,
        "subtotal_amount": order.subtotal,
        "charges_amount": order.charges_amount,
        "tax_amount": order.tax_amount,
        "total_amount": order.total,
        "subtotal_amount_company": sum((in_company(line.net_amount) for line in order.goods_lines), ZERO),
        "charges_amount_company": sum((in_company(charge.amount) for charge in order.charges), ZERO),
        "tax_amount_company": sum((in_company(amount) for amount in taxes.values()), ZERO),
        "total_amount_company": in_company(order.total),
        "tax_inclusive": False,
    }


def _line(company: Company, order: Order, line: Line, number: int) -> Row:
    item, entity = company.items[line.item or ""], company.entity_of(order)
    only = line.distributions[0] if line.distributions else None
    site = None if order.order_type == "drop_ship" else line.site
    return {
        "source_line_id": dialect.line_name(line),
        "line_number": str(number),
        "line_type": LINE_TYPES[line.kind],
        "line_status": _line_status(company, order, line),
        "item_code": item.code,
        "item_name": item.name,
        "description": _text(line.description),
        "vendor_item_code": line.vendor_item_code,
        "manufacturer_item_code": item.manufacturer_code,
        "gtin": item.gtin,
        "category": item.category or "All Item Groups",
        "quantity_ordered": line.quantity,
        "unit": company.units[line.unit or ""].rec20 or None,
        "base_unit": company.units[item.unit].rec20 or None,
        "unit_conversion_factor": Decimal(1),
        "quantity_received": _quantity_received(order, line),
        "quantity_invoiced": _quantity_invoiced(company, order, line),
        "unit_price": line.unit_price,
        "discount_percent": line.discount_percent,
        "discount_amount": _sixth((line.unit_price - dialect.discounted_rate(line)) * line.quantity),
        "net_amount": line.net_amount,
        "net_amount_company": rounded(line.net_amount * order.exchange_rate, company.digits(entity.currency)),
        "tax_code": line.tax_code,
        "tax_rate": line.tax_rate if any(other.tax_code for other in order.goods_lines) else None,
        "requested_delivery_date": line.requested_date,
        "promised_delivery_date": line.promised_date,
        "receiving_site": site,
        "warehouse": site and f"{site} - {entity.code}",
        "gl_account": only and only.gl_account,
        "cost_center": only and only.cost_center,
        "project": only and only.project,
        "department": only and only.department,
        "requisition_reference": line.requisition,
        "contract_reference": line.contract,
        "is_cancelled": order.stage is Stage.CANCELLED,
        "is_closed": order.stage is Stage.CLOSED,
        "source_created_at": line.created_at,
        "source_modified_at": dialect.line_modified_at(order, line),
    }


def _line_status(company: Company, order: Order, line: Line) -> str:
    if order.stage in STATUSES:
        return STATUSES[order.stage]
    billed, received = dialect.billed_amount(company, order, line), _quantity_received(order, line)
    is_billed = billed or (not line.net_amount and dialect.per_billed(company, order) >= 100)
    is_ahead = billed >= line.net_amount and received < line.quantity and not company.items[line.item or ""].is_service
    if is_billed and not is_ahead:
        return "invoiced" if billed >= line.net_amount else "partially_invoiced"
    if received:
        return "received" if received >= line.quantity else "partially_received"
    return "open"


def _quantity_received(order: Order, line: Line) -> Decimal:
    if order.order_type == "drop_ship":
        return line.quantity if dialect.is_delivered(order) else ZERO
    return line.quantity_received


def _quantity_invoiced(company: Company, order: Order, line: Line) -> Decimal | None:
    if not line.net_amount:
        return line.quantity if dialect.per_billed(company, order) >= 100 else None
    with localcontext(prec=60):
        return _sixth(dialect.billed_amount(company, order, line) * line.quantity / line.net_amount)


def _sixth(value: Decimal) -> Decimal:
    return value.quantize(Decimal("1e-6"), rounding=ROUND_HALF_EVEN)


def _text(value: str | None) -> str | None:
    return unicodedata.normalize("NFC", (value or "").strip()) or None
