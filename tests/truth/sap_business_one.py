"""What the SAP Business One connector must make of the sandbox's truth."""

from __future__ import annotations

import unicodedata
from datetime import UTC
from decimal import Decimal
from typing import Any

from tests.sandbox.changes import ChangeKind
from tests.sandbox.company import Company
from tests.sandbox.dialects.sap_business_one.lines import is_closed, is_special, line_number, received_with_invoice
from tests.sandbox.dialects.sap_business_one.masters import language, number_of
from tests.sandbox.dialects.sap_business_one.orders import is_document_closed, modified_at
from tests.sandbox.dialects.sap_business_one.values import in_local, local_currency, minute, number_in, rate
from tests.sandbox.masters import Address
from tests.sandbox.order import ZERO, Line, Order, Stage
from tests.truth.waiting import waiting

Row = dict[str, Any]

LANGUAGES = {3: "en-US", 5: "pl", 9: "de", 13: "it", 15: "zh-Hans", 16: "nl", 19: "pt", 20: "sv", 22: "fr", 23: "es",
             30: "ja"}  # fmt: skip
STATUSES = {Stage.DRAFT: "draft", Stage.REJECTED: "draft", Stage.PENDING_APPROVAL: "pending_approval"}
APPROVALS = {Stage.DRAFT: "not_required", Stage.REJECTED: "rejected", Stage.PENDING_APPROVAL: "pending"}

NOT_ON_THE_DOCUMENT = (
    "revision valid_from sent_at acknowledged_at approved_at closed_at cancelled_at approved_by discount_percent "
    "discount_days delivery_terms_location exchange_rate_date requisition_reference bill_to_contact bill_to_email "
    "bill_to_phone ship_to_contact ship_to_email ship_to_phone"
)
NOT_ON_THE_LINE = (
    "commodity_code quantity_accepted quantity_rejected price_basis_quantity price_unit confirmed_delivery_date "
    "receiving_site over_delivery_percent under_delivery_percent department ship_to_city source_created_at "
    "source_modified_at"
)

CANNOT_CARRY: dict[str, str] = {
    **{f"purchase_order.{name}": "not on the document" for name in NOT_ON_THE_DOCUMENT.split()},
    **{f"purchase_order_line.{name}": "not on the line" for name in NOT_ON_THE_LINE.split()},
    "purchase_order.order_number": "document numbers are whole numbers",
    "purchase_order.order_type": "blanket agreements are documents of their own; a warehouse tells drop shipments",
    "purchase_order.status": "who sent or acknowledged an order is not told; a document closes with its last line",
    "purchase_order.promised_delivery_date": "a document always has a due date: promised, else requested, else its own",
    "purchase_order.company_code": "one company database holds the whole group; its companies are branches",
    "purchase_order.company_currency": "a company database has one local currency",
    "purchase_order.exchange_rate": "to the one local currency",
    "purchase_order.created_by": "users are told by their number",
    "purchase_order.payment_terms_code": "terms have numbers; a document without terms is paid in cash",
    "purchase_order.language": "languages have numbers without regions; some have none",
    "purchase_order.contract_reference": "agreements have numbers",
    "purchase_order.quotation_reference": "a line is drawn from one document: its purchase request comes first",
    "purchase_order.memo": "remarks hold 254 characters",
    "purchase_order.source_created_at": "minutes",
    "purchase_order.source_modified_at": "minutes; receipts and invoices do not move it",
    "purchase_order_line.line_type": "an asset is told by its item, never by the line",
    "purchase_order_line.unit_price": "no price units or bases: the price is converted to one order unit",
    "purchase_order_line.promised_delivery_date": "a line always has a delivery date",
    "purchase_order_line.requisition_reference": "purchase requests have numbers",
    "purchase_order_line.is_cancelled": "only whole orders are cancelled; a line is closed",
    "purchase_order_line.gl_account": "one account a line: the first, where several share it",
    "purchase_order_schedule": "no delivery schedules",
    "purchase_order_distribution": "one account a line; a split is a distribution rule of the company",
}
"""By table, or by table and column, what the system does not tell as the truth has it, and why."""


def expected_orders(company: Company) -> dict[str, Row]:
    """By source order id the canonical values of each order, its lines under ``lines``; the server's clock is UTC."""
    return {str(order.id): waiting(_order(company, order)) for order in company.orders.values()}


def _order(company: Company, order: Order) -> Row:
    quotations = {order.quotation for line in order.goods_lines if order.quotation and not line.requisition}
    return (
        {
            "source_order_id": str(order.id),
            "order_number": str(number_in(order.number)),
            "source_created_at": minute(order.created_at),
            "source_modified_at": modified_at(order, {}),
            "order_type": "standard",
            "status": _status(order),
            "approval_status": APPROVALS.get(order.stage, "approved" if order.approved_at else "not_required"),
            "receipt_status": _progress([(_received(line), line.quantity) for line in order.expected_lines]),
            "invoice_status": _progress([(line.quantity_invoiced, line.quantity) for line in order.expected_lines]),
            "order_date": order.order_date,
            "requested_delivery_date": order.requested_date,
            "promised_delivery_date": order.promised_date or order.requested_date or order.order_date,
            "valid_to": order.valid_to,
            "contract_reference": _digits(order.contract),
            "quotation_reference": _digits(quotations.pop()) if quotations else None,
            "project_reference": order.project,
            "memo": _text((order.memo or "")[:254]),
            "lines": [_line(company, order, line) for line in order.lines],
        }
        | _parties(company, order)
        | _amounts(company, order)
    )


def _parties(company: Company, order: Order) -> Row:
    entity, vendor = company.entity_of(order), company.vendors[order.vendor]
    first = min(company.entities.values(), key=lambda found: found.id)
    buyer = company.buyers.get(order.buyer or "")
    term = company.payment_terms.get(order.payment_term or "")
    return {
        "company_code": "SBO_ORCHARD",
        "company_name": first.name,
        "purchasing_org_code": str(entity.id),
        "buyer_code": buyer and str(number_of(company.buyers, order.buyer)),
        "buyer_name": buyer and (buyer.name or buyer.code),
        "buyer_email": buyer and buyer.email,
        "requester": order.requester,
        "created_by": str(company.buyers[order.created_by].id) if order.created_by else "1",
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
        **_address("bill_to", entity.address),
        "payment_terms_code": str(number_of(company.payment_terms, order.payment_term)),
        "payment_terms_text": term.text if term else "- Cash Basic -",
        "net_days": term.net_days if term else 0,
        "delivery_terms": order.incoterm,
        "ship_method": order.ship_method,
        "language": LANGUAGES.get(language(vendor.language) or 0),
    }


def _amounts(company: Company, order: Order) -> Row:
    nets, taxes = [line.net_amount for line in order.lines], [line.tax_amount for line in order.lines]
    local = {
        "subtotal": _in_local(company, order, nets),
        "charges": _in_local(company, order, [charge.amount for charge in order.charges]),
        "tax": _in_local(company, order, taxes),
    }
    return {
        "currency": order.currency,
        "exchange_rate": rate(company, order),
        "company_currency": local_currency(company),
        "subtotal_amount": order.subtotal,
        "discount_amount": 0,
        "charges_amount": order.charges_amount,
        "tax_amount": order.tax_amount,
        "total_amount": order.total,
        **{f"{name}_amount_company": amount for name, amount in local.items()},
        "discount_amount_company": 0,
        "total_amount_company": sum(local.values()),
        "tax_inclusive": None,
    }


def _in_local(company: Company, order: Order, amounts: list[Decimal]) -> Decimal:
    return sum((in_local(company, order, amount) for amount in amounts), ZERO)


def _status(order: Order) -> str:
    if order.stage is Stage.CANCELLED:
        return "cancelled"
    received = _progress([(_received(line), line.quantity) for line in order.expected_lines])
    invoiced = _progress([(line.quantity_invoiced, line.quantity) for line in order.expected_lines])
    otherwise = "closed" if is_document_closed(order, {}) else STATUSES.get(order.stage, "approved")
    return _reached(received, invoiced, otherwise, is_document_closed(order, {}))


def _reached(received: str | None, invoiced: str | None, otherwise: str, closed: bool) -> str:
    if invoiced == "full":
        return "invoiced"
    if received == "full" and invoiced != "partial":
        return "received"
    if closed:
        return otherwise
    if invoiced == "partial":
        return "partially_invoiced"
    return "partially_received" if received == "partial" else otherwise


def _progress(pairs: list[tuple[Decimal, Decimal]]) -> str | None:
    if not pairs or not any(done > 0 for done, _ in pairs):
        return "none" if pairs else None
    return "full" if all(done >= wanted for done, wanted in pairs) else "partial"


def _received(line: Line) -> Decimal:
    return line.quantity_received + received_with_invoice(line)


def _address(prefix: str, address: Address | None) -> Row:
    names = ("name", "line1", "line2", "line3", "city", "region", "postal_code", "country")
    return {f"{prefix}_{name}": address and getattr(address, name) for name in names}


def _line(company: Company, order: Order, line: Line) -> Row:
    if is_special(line):
        number = [other.id for other in order.lines if is_special(other)].index(line.id)
        return {"source_line_id": f"text {number}", "line_type": "text", "description": line.description}
    closed, item = is_closed(order, line, {}), company.items[line.item or ""]
    position = [other.id for other in order.goods_lines].index(line.id)
    only = line.distributions[0] if len(line.distributions) == 1 else None
    came = [receipt.received_at for receipt in line.receipts]
    came += [order.changed_at({ChangeKind.INVOICED})] if received_with_invoice(line) else []
    dates = [at.astimezone(UTC).date() for at in came]
    return {
        "source_line_id": str(line_number(line)),
        "line_number": str(position + 1),
        "line_type": "service" if item.is_service else "goods",
        "line_status": _line_status(order, line),
        "item_code": item.code,
        "item_name": item.name,
        "description": line.description,
        "vendor_item_code": line.vendor_item_code,
        "manufacturer_item_code": item.manufacturer_code,
        "gtin": item.gtin,
        "category": item.category or "Items",
        "quantity_ordered": line.quantity,
        "unit": (company.units[line.unit].rec20 or None) if line.unit else None,
        "base_unit": company.units[item.unit].rec20 or None,
        "unit_conversion_factor": 1,
        "quantity_received": _received(line),
        "quantity_invoiced": line.quantity_invoiced,
        "quantity_open": ZERO if closed else line.quantity - _received(line),
        "unit_price": line.unit_price,
        "discount_percent": line.discount_percent,
        "net_amount": line.net_amount,
        "tax_amount": line.tax_amount,
        "total_amount": line.total_amount,
        "net_amount_company": in_local(company, order, line.net_amount),
        "tax_code": line.tax_code,
        "tax_rate": line.tax_rate,
        "requested_delivery_date": line.requested_date,
        "promised_delivery_date": line.promised_date or line.requested_date or order.order_date,
        "first_received_date": min(dates, default=None),
        "last_received_date": max(dates, default=None),
        "ship_to_name": line.ship_to and line.ship_to.name,
        "warehouse": line.site,
        "gl_account": line.distributions[0].gl_account if line.distributions else None,
        "cost_center": only and only.cost_center,
        "project": only and only.project,
        "requisition_reference": _digits(line.requisition),
        "contract_reference": _digits(line.contract),
        "is_cancelled": order.stage is Stage.CANCELLED,
        "is_closed": closed,
    }


def _line_status(order: Order, line: Line) -> str:
    if order.stage is Stage.CANCELLED:
        return "cancelled"
    closed = is_closed(order, line, {})
    received = _progress([(_received(line), line.quantity)])
    invoiced = _progress([(line.quantity_invoiced, line.quantity)])
    return _reached(received, invoiced, "closed" if closed else "open", closed)


def _digits(text: str | None) -> str | None:
    found = number_in(text)
    return None if found is None else str(found)


def _text(text: str) -> str | None:
    return unicodedata.normalize("NFC", text.strip()) or None
