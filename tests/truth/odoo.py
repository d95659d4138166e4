"""What the Odoo connector must make of the sandbox's truth."""

from __future__ import annotations

import unicodedata
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from tests.sandbox.arithmetic import rounded
from tests.sandbox.company import Company
from tests.sandbox.dialects.odoo.masters import analytic_accounts
from tests.sandbox.dialects.odoo.orders import (
    CHARGE_IDS,
    charge_unit,
    deadline,
    invoice_status,
    is_stocked,
    receipt_ids,
    receipt_status,
    sequence,
    written_at,
)
from tests.sandbox.masters import Address
from tests.sandbox.order import ZERO, Charge, Line, LineKind, Order, Stage

Row = dict[str, Any]

CONFIRMED = (Stage.APPROVED, Stage.SENT, Stage.ACKNOWLEDGED)
RECEIPTS = {"pending": "none", "partial": "partial", "full": "full"}
STATUSES = {
    Stage.DRAFT: "draft", Stage.PENDING_APPROVAL: "pending_approval", Stage.REJECTED: "cancelled",
    Stage.CANCELLED: "cancelled",
}  # fmt: skip
APPROVALS = {Stage.PENDING_APPROVAL: "pending", Stage.CLOSED: "approved"} | dict.fromkeys(CONFIRMED, "approved")
LINE_TYPES = {
    LineKind.GOODS: "goods", LineKind.SERVICE: "service", LineKind.ASSET: "goods",
    LineKind.SECTION: "text", LineKind.NOTE: "text",
}  # fmt: skip

NO_FIELD = (
    "revision promised_delivery_date valid_from valid_to sent_at acknowledged_at closed_at cancelled_at requester "
    "approved_by invoice_vendor_code ship_method exchange_rate_date quotation_reference subtotal_amount_company "
    "charges_amount_company tax_amount_company vendor_line3 ship_to_line3 bill_to_line3"
)
NO_FIELD_OF_LINE = (
    "manufacturer_item_code quantity_accepted quantity_rejected quantity_open price_basis_quantity price_unit "
    "promised_delivery_date confirmed_delivery_date over_delivery_percent under_delivery_percent gl_account "
    "ship_to_name ship_to_city requisition_reference contract_reference net_amount_company"
)

CANNOT_CARRY: dict[str, str] = {
    **{f"purchase_order.{name}": "no field of the order" for name in NO_FIELD.split()},
    **{f"purchase_order_line.{name}": "no field of the line" for name in NO_FIELD_OF_LINE.split()},
    "purchase_order.order_type": "blanket orders are agreements, another model; here they are standard orders",
    "purchase_order.status": "sending leaves no trace after confirmation; a rejected order is a cancelled one",
    "purchase_order.receipt_status": "empty before confirmation; full once no receipt is pending",
    "purchase_order.invoice_status": "of what came or is still to come",
    "purchase_order.order_date": "the day of confirmation, or the deadline of a request for quotation",
    "purchase_order.requested_delivery_date": "the earliest of the lines",
    "purchase_order.ship_to_contact": "a warehouse's address has no contact",
    "purchase_order.bill_to_contact": "the company's own address has no contact",
    "purchase_order.contract_reference": "agreements need the module purchase_requisition",
    "purchase_order.project_reference": "projects are analytic accounts of lines",
    "purchase_order.source_created_at": "whole seconds",
    "purchase_order.source_modified_at": "whole seconds; texts and corrected receipts of lines do not move it",
    "purchase_order_line.line_number": "counted from 1 as lines are shown",
    "purchase_order_line.line_type": "assets are told by accounts, not by lines",
    "purchase_order_line.vendor_item_code": "stands in the vendor's price list, once for all lines of an item",
    "purchase_order_line.unit_price": "no price units or bases: the price is converted to one order unit",
    "purchase_order_line.first_received_date": "told by stock moves, not by orders",
    "purchase_order_line.last_received_date": "told by stock moves, not by orders",
    "purchase_order_line.is_cancelled": "only whole orders are cancelled",
    "purchase_order_line.is_closed": "only whole orders are locked, or their receipts over",
    "purchase_order_line.receiving_site": "a drop shipment has no warehouse",
    "purchase_order_line.tax_rate": "a line without a tax has no rate",
    "purchase_order_distribution.gl_account": "the account is chosen as the bill is made",
    "purchase_order_distribution.amount": "only percentages are told; equal combinations of accounts are one",
    "purchase_order_schedule": "no delivery schedules",
}
"""By table, or by table and column, what the system does not tell as the truth has it, and why."""
UNPROVED = (
    "purchase_order.ship_to_contact",
    "purchase_order.bill_to_contact",
    "purchase_order.contract_reference",
    "purchase_order.project_reference",
)
"""Mapped columns that nothing here tells."""


def expected_orders(company: Company) -> dict[str, Row]:
    """By source order id the canonical values of each order, its lines under ``lines``, read in UTC."""
    return {str(order.id): _order(company, order) for order in company.orders.values()}


def _order(company: Company, order: Order) -> Row:
    entity = company.entity_of(order)
    dates = [line.requested_date for line in order.goods_lines if line.requested_date]
    facts = {
        "source_order_id": str(order.id),
        "order_number": order.number,
        "order_type": "drop_ship" if order.order_type == "drop_ship" else "standard",
        "status": _status(company, order),
        "approval_status": APPROVALS.get(order.stage),
        "receipt_status": RECEIPTS.get(receipt_status(order) or ""),
        "invoice_status": _invoiced(company, order),
        "order_date": _order_date(order),
        "requested_delivery_date": min(dates, default=None),
        "approved_at": _second(order.approved_at),
        "company_code": entity.code,
        "company_name": entity.name,
        "created_by": order.created_by or "__system__",
        "delivery_terms": order.incoterm,
        "delivery_terms_location": order.incoterm_place,
        "vendor_order_reference": order.vendor_reference,
        "requisition_reference": order.requisition,
        "memo": _text("\n".join((order.memo or "").splitlines())),
        "source_created_at": _second(order.created_at),
        "lines": [
            *(_line(company, order, line, number) for number, line in enumerate(_as_shown(order), 1)),
            *(_charge(company, order, charge, number) for number, charge in enumerate(order.charges, 1)),
        ],
    }
    if not order.lacks_modified_at:
        facts["source_modified_at"] = _second(written_at(order))
    return facts | _parties(company, order) | _terms(company, order) | _amounts(company, order)


def _has_ended(order: Order) -> bool:
    """A lock ends an order of which nothing is to be billed any more; no receipts are pending of what is closed."""
    return order.stage is Stage.CLOSED and invoice_status(order) != "to invoice"


def _status(company: Company, order: Order) -> str:
    if order.stage in STATUSES or _has_ended(order):
        return STATUSES.get(order.stage, "closed")
    invoiced, received = _invoiced(company, order), receipt_status(order)
    if invoiced != "none":
        return "invoiced" if invoiced == "full" else "partially_invoiced"
    if received in ("partial", "full"):
        return "received" if received == "full" else "partially_received"
    if _is_given_up(company, order):
        return "closed"
    return "acknowledged" if order.acknowledged_at else "approved"


def _invoiced(company: Company, order: Order) -> str:
    """How much is invoiced of what came or is still to come."""
    lines = [(line.quantity_invoiced, _expected(company, order, line)) for line in order.goods_lines]
    if not any(invoiced for invoiced, _ in lines):
        return "none"
    return "full" if all(invoiced >= expected for invoiced, expected in lines) else "partial"


def _expected(company: Company, order: Order, line: Line) -> Decimal:
    return min(line.quantity, line.quantity_received) if _is_over(company, order, line) else line.quantity


def _is_over(company: Company, order: Order, line: Line) -> bool:
    """No receipt of the line is to come any more, which is told of what is received by stock moves."""
    return _are_over(company, order) and is_stocked(company, line)


def _are_over(company: Company, order: Order) -> bool:
    """The receipts are all done or cancelled; without goods there are none."""
    is_confirmed = order.stage in (*CONFIRMED, Stage.CLOSED)
    are_cancelled = is_confirmed and receipt_status(order) is None and bool(receipt_ids(company, order))
    return receipt_status(order) == "full" or are_cancelled


def _is_given_up(company: Company, order: Order) -> bool:
    """Nothing came, nothing is to come and nothing to be billed."""
    all_over = all(_is_over(company, order, line) for line in order.goods_lines)
    return all_over and invoice_status(order) != "to invoice"


def _order_date(order: Order) -> date:
    """The day of confirmation; until then, and once it is cancelled, the deadline."""
    confirmed_at = order.approved_at if order.stage in (*CONFIRMED, Stage.CLOSED) else None
    return (confirmed_at or deadline(order)).date()


def _parties(company: Company, order: Order) -> Row:
    vendor, entity, buyer = (
        company.vendors[order.vendor],
        company.entity_of(order),
        company.buyers.get(order.buyer or ""),
    )
    return {
        "buyer_code": order.buyer,
        "buyer_name": buyer and (buyer.name or buyer.code),
        "buyer_email": buyer and buyer.email,
        **_address("vendor", vendor.address),
        "vendor_code": vendor.code,
        "vendor_name": vendor.name,
        "vendor_tax_id": vendor.tax_id,
        "vendor_contact": vendor.contact,
        "vendor_email": vendor.email,
        "vendor_phone": vendor.phone,
        "language": vendor.language,
        **_address("ship_to", order.ship_to),
        **_address("bill_to", entity.address),
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
    }


def _amounts(company: Company, order: Order) -> Row:
    company_currency = company.entity_of(order).currency
    return {
        "currency": order.currency,
        "exchange_rate": order.exchange_rate,
        "company_currency": company_currency,
        "subtotal_amount": order.subtotal,
        "charges_amount": order.charges_amount,
        "tax_amount": order.tax_amount,
        "total_amount": order.total,
        "total_amount_company": rounded(order.total * order.exchange_rate, company.digits(company_currency)),
        "tax_inclusive": False,
    }


def _as_shown(order: Order) -> list[Line]:
    return sorted(order.lines, key=lambda line: (sequence(order, line), line.id))


def _line(company: Company, order: Order, line: Line, number: int) -> Row:
    item = company.items.get(line.item or "")
    common = {
        "source_line_id": str(line.id),
        "line_number": str(number),
        "line_type": LINE_TYPES[line.kind],
        "description": _text(line.description),
        "is_cancelled": _is_cancelled(order),
        "is_closed": _has_ended(order) or (not line.is_text and _is_over(company, order, line)),
        "source_created_at": _second(line.created_at),
        "source_modified_at": _second(line.modified_at),
        "distributions": _distributions(company, line),
    }
    if line.is_text or item is None:
        return common | {"line_status": None, "quantity_ordered": None, "unit_price": None, "net_amount": None}
    only = line.distributions[0] if len(_distributions(company, line)) == 1 else None
    return common | {
        "line_status": _line_status(company, order, line),
        "item_code": item.code,
        "item_name": item.name,
        "gtin": item.gtin,
        "commodity_code": item.commodity_code,
        "category": item.category and f"All / {item.category}",
        "quantity_ordered": line.quantity,
        "unit": company.units[line.unit or ""].rec20 or None,
        "base_unit": company.units[item.unit].rec20 or None,
        "quantity_received": line.quantity_received,
        "quantity_invoiced": line.quantity_invoiced,
        "unit_price": line.unit_price,
        "discount_percent": line.discount_percent,
        "net_amount": line.net_amount,
        "tax_amount": line.tax_amount,
        "total_amount": line.total_amount,
        "tax_code": line.tax_code,
        "tax_rate": line.tax_rate if line.tax_code else None,
        "requested_delivery_date": line.requested_date,
        "receiving_site": None if order.order_type == "drop_ship" else order.site,
        "cost_center": only and only.cost_center,
        "department": only and only.department,
        "project": only and only.project,
    }


def _is_cancelled(order: Order) -> bool:
    return order.stage in (Stage.CANCELLED, Stage.REJECTED)


def _line_status(company: Company, order: Order, line: Line) -> str:
    if order.stage in STATUSES or _has_ended(order):
        return STATUSES.get(order.stage, "closed")
    expected, received, invoiced = _expected(company, order, line), line.quantity_received, line.quantity_invoiced
    is_ahead = invoiced >= expected and (received < expected or not received) and is_stocked(company, line)
    if invoiced and not is_ahead:
        return "invoiced" if invoiced >= expected else "partially_invoiced"
    if received:
        return "received" if received >= expected else "partially_received"
    return "closed" if _is_over(company, order, line) else "open"


def _distributions(company: Company, line: Line) -> list[Row]:
    accounts, rows = analytic_accounts(company), dict[str, Row]()
    for part in line.distributions:
        chosen = {"Cost Centers": part.cost_center, "Departments": part.department, "Projects": part.project}
        key = ",".join(str(accounts[plan, code][0]) for plan, code in chosen.items() if code)
        row: Row = {
            "distribution_number": key, "percent": ZERO, "cost_center": part.cost_center,
            "department": part.department, "project": part.project,
        }  # fmt: skip
        rows.setdefault(key, row)["percent"] += part.percent
    return list(rows.values())


def _charge(company: Company, order: Order, charge: Charge, number: int) -> Row:
    unit = charge_unit(company)
    return {
        "source_line_id": str(CHARGE_IDS + order.id * 100 + number),
        "line_number": str(len(order.lines) + number),
        "line_type": "charge",
        "line_status": STATUSES.get(order.stage, "closed" if _has_ended(order) else "open"),
        "item_code": "FREIGHT",
        "description": charge.description,
        "quantity_ordered": Decimal(1),
        "unit": company.units[unit].rec20 if unit else None,
        "unit_price": charge.amount,
        "net_amount": charge.amount,
        "tax_amount": ZERO,
        "total_amount": charge.amount,
        "distributions": [],
    }


def _second(instant: datetime | None) -> datetime | None:
    return instant and instant.replace(microsecond=0)


def _text(value: str | None) -> str | None:
    return unicodedata.normalize("NFC", (value or "").strip()) or None
