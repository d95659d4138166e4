"""What the Business Central connector must make of the sandbox's truth."""

from __future__ import annotations

from typing import Any

from tests.sandbox.company import Company
from tests.sandbox.dialects.business_central.orders import is_listed, modified_at
from tests.sandbox.dialects.business_central.values import guid
from tests.sandbox.masters import Address
from tests.sandbox.order import Charge, Line, LineKind, Order, Progress, Stage, invoices_of, receipts_of

Row = dict[str, Any]

STATUSES = {Stage.DRAFT: "draft", Stage.REJECTED: "draft", Stage.PENDING_APPROVAL: "pending_approval"}
APPROVALS = {Stage.DRAFT: None, Stage.REJECTED: None, Stage.PENDING_APPROVAL: "pending"}
LINE_TYPES = {
    LineKind.GOODS: "goods", LineKind.SERVICE: "service", LineKind.ASSET: "asset",
    LineKind.SECTION: "text", LineKind.NOTE: "text",
}  # fmt: skip

NOT_ON_THE_PAGE = (
    "revision valid_from valid_to sent_at acknowledged_at approved_at closed_at cancelled_at requester created_by "
    "approved_by vendor_contact vendor_order_reference delivery_terms_location ship_method language exchange_rate "
    "exchange_rate_date subtotal_amount_company charges_amount_company tax_amount_company total_amount_company "
    "requisition_reference contract_reference quotation_reference memo source_created_at"
)
NOT_ON_THE_LINE_PAGE = (
    "line_status vendor_item_code commodity_code manufacturer_item_code quantity_accepted quantity_rejected "
    "quantity_open net_amount_company confirmed_delivery_date first_received_date last_received_date "
    "over_delivery_percent under_delivery_percent requisition_reference contract_reference is_cancelled is_closed "
    "gl_account source_created_at source_modified_at ship_to_name ship_to_city"
)

CANNOT_CARRY: dict[str, str] = {
    **{f"purchase_order.{name}": "not on the API page" for name in NOT_ON_THE_PAGE.split()},
    **{f"purchase_order_line.{name}": "not on the API page" for name in NOT_ON_THE_LINE_PAGE.split()},
    "purchase_order": "who cancels an order deletes it; posting the last invoice of a received one does, too",
    "purchase_order.order_type": "blanket orders and drop shipments are told by other pages; here all are standard",
    "purchase_order.status": "approved, sent, acknowledged and closed orders are all Open, a rejected one is a Draft",
    "purchase_order.promised_delivery_date": "only lines have an expected receipt date",
    "purchase_order.vendor_line3": "documents hold two address lines",
    "purchase_order.ship_to_line3": "documents hold two address lines",
    "purchase_order.bill_to_line3": "the company's own address has two lines",
    "purchase_order.ship_to_email": "documents hold no e-mail address of the ship-to",
    "purchase_order.ship_to_phone": "documents hold no telephone number of the ship-to",
    "purchase_order.bill_to_contact": "the company's own address has no contact",
    "purchase_order.source_modified_at": "milliseconds; texts, dates and corrected receipts of lines do not move it",
    "purchase_order_line.unit_price": "no price units or bases: the price is converted to one order unit",
    "purchase_order_line.price_basis_quantity": "no price bases",
    "purchase_order_line.price_unit": "no price units",
    "purchase_order_line.requested_delivery_date": "a line tells one date: expected, that is promised, else requested",
    "purchase_order_line.item_name": "assets are fixed assets, not items: no name, category, GTIN or base unit",
    "purchase_order_schedule": "no delivery schedules",
    "purchase_order_distribution": "one set of dimensions a line; a split account assignment cannot be told",
}
"""By table, or by table and column, what the system does not tell as the truth has it, and why."""
UNPROVED = ("purchase_order_line.gl_account",)
"""Mapped columns that nothing here tells."""


def expected_orders(company: Company) -> dict[str, Row]:
    """By source order id the canonical values of each order, its lines under ``lines``."""
    return {
        f"{guid('company', order.entity)}/{guid('purchaseOrder', order.id)}": _order(company, order)
        for order in company.orders.values()
        if is_listed(order)
    }


def _order(company: Company, order: Order) -> Row:
    entity, vendor = company.entity_of(order), company.vendors[order.vendor]
    buyer = company.buyers.get(order.buyer or "")
    term = company.payment_terms.get(order.payment_term or "")
    last = max((line.number for line in order.lines), default=0)
    return {
        "source_order_id": f"{guid('company', entity.code)}/{guid('purchaseOrder', order.id)}",
        "order_number": order.number,
        "source_modified_at": None if order.lacks_modified_at else modified_at(order),
        "order_type": "standard",
        "status": _status(order),
        "approval_status": APPROVALS.get(order.stage, "approved"),
        "receipt_status": receipts_of(order.goods_lines).value,
        "invoice_status": invoices_of(order.goods_lines).value,
        "order_date": order.order_date,
        "requested_delivery_date": order.requested_date,
        "company_code": entity.code,
        "company_name": entity.name,
        "buyer_code": order.buyer,
        "buyer_name": buyer and buyer.name,
        "buyer_email": buyer and buyer.email,
        "vendor_code": vendor.code,
        **_address("vendor", vendor.address),
        "vendor_name": vendor.name,
        "vendor_email": vendor.email,
        "vendor_phone": vendor.phone,
        "vendor_tax_id": vendor.tax_id,
        "invoice_vendor_code": vendor.invoice_vendor,
        **_address("ship_to", order.ship_to),
        "ship_to_contact": order.ship_to and order.ship_to.contact,
        **_address("bill_to", entity.address),
        "bill_to_email": entity.address.email,
        "bill_to_phone": entity.address.phone,
        "payment_terms_code": term and term.code,
        "payment_terms_text": term and term.text,
        "net_days": term and term.net_days,
        "discount_percent": term and (term.discount_percent or 0),
        "discount_days": term and term.discount_days,
        "delivery_terms": order.incoterm,
        "currency": order.currency,
        "company_currency": entity.currency,
        "subtotal_amount": order.subtotal,
        "discount_amount": 0,
        "charges_amount": order.charges_amount,
        "tax_amount": order.tax_amount,
        "total_amount": order.total,
        "tax_inclusive": False,
        "project_reference": order.project,
        "lines": [
            *(_line(company, order, line) for line in order.lines),
            *(_charge(order, charge, index, last + 10 * index) for index, charge in enumerate(order.charges, 1)),
        ],
    }


def _status(order: Order) -> str:
    if order.stage in STATUSES:
        return STATUSES[order.stage]
    invoiced = invoices_of(order.goods_lines)
    if invoiced is not Progress.NONE:
        return "invoiced" if invoiced is Progress.FULL else "partially_invoiced"
    return {Progress.NONE: "approved", Progress.PARTIAL: "partially_received", Progress.FULL: "received"}[
        receipts_of(order.goods_lines)
    ]


def _address(prefix: str, address: Address | None) -> Row:
    names = ("name", "line1", "line2", "city", "region", "postal_code", "country")
    return {f"{prefix}_{name}": address and getattr(address, name) for name in names}


def _line(company: Company, order: Order, line: Line) -> Row:
    only = line.distributions[0] if len(line.distributions) == 1 else None
    is_item = line.kind in (LineKind.GOODS, LineKind.SERVICE)
    item = company.items[line.item] if line.item and is_item else None
    return {
        "source_line_id": guid("line", line.id),
        "line_number": str(line.number * 1000),
        "line_type": LINE_TYPES[line.kind],
        "item_code": None if line.is_text else line.item,
        "item_name": item and item.name,
        "description": line.description,
        "gtin": item and item.gtin,
        "category": item and item.category,
        "quantity_ordered": line.quantity,
        "unit": (company.units[line.unit].rec20 or None) if line.unit else None,
        "base_unit": (company.units[item.unit].rec20 or None) if item else None,
        "quantity_received": line.quantity_received,
        "quantity_invoiced": line.quantity_invoiced,
        "unit_price": line.unit_price,
        "discount_percent": line.discount_percent,
        "net_amount": line.net_amount,
        "tax_amount": line.tax_amount,
        "total_amount": line.total_amount,
        "tax_code": line.tax_code,
        "tax_rate": line.tax_rate,
        "promised_delivery_date": line.promised_date or line.requested_date,
        "receiving_site": line.site,
        "cost_center": only and only.cost_center,
        "department": only and only.department,
        "project": only and only.project,
    }


def _charge(order: Order, charge: Charge, index: int, number: int) -> Row:
    return {
        "source_line_id": guid("charge", f"{order.id}/{index}"),
        "line_number": str(number * 1000),
        "line_type": "charge",
        "item_code": charge.kind.upper(),
        "description": charge.description,
        "quantity_ordered": 1,
        "quantity_received": 0,
        "quantity_invoiced": 0,
        "unit_price": charge.amount,
        "discount_percent": 0,
        "net_amount": charge.amount,
        "tax_amount": 0,
        "total_amount": charge.amount,
        "tax_rate": 0,
    }
