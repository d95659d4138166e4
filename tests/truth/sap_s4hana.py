"""What the SAP S/4HANA connector must make of the neutral company, read through OData 4.0 (`api_purchaseorder_2`)."""

from __future__ import annotations

import unicodedata
from datetime import UTC, datetime, time
from decimal import Decimal
from typing import Any

from tests.sandbox.arithmetic import rounded, spread
from tests.sandbox.changes import ChangeKind
from tests.sandbox.company import Company
from tests.sandbox.masters import Address
from tests.sandbox.order import ZERO, Line, LineKind, Order, Stage
from tests.truth.waiting import waiting

Row = dict[str, Any]
NOT_A_SAVE = (ChangeKind.RECEIVED, ChangeKind.RECEIPT_CORRECTED, ChangeKind.INVOICED)

CANNOT_CARRY: dict[str, str] = {
    "purchase_order.source_created_at": "CreationDate is a date: midnight in UTC stands for it",
    "purchase_order.source_modified_at": "receipts and invoices are documents of their own and do not move the order",
    "purchase_order.order_number": "SAP numbers orders itself",
    "purchase_order.order_type": "framework orders are invoiced themselves and have no releases",
    "purchase_order.revision": "the services have no version of an order",
    "purchase_order.status": "neither output to the vendor nor acknowledgement, partial invoices or closing are told",
    "purchase_order.invoice_status": "only the final invoice indicator is told, no invoiced quantity",
    "purchase_order.requested_delivery_date": "delivery dates stand on schedule lines",
    "purchase_order.promised_delivery_date": "supplier confirmations are another service",
    "purchase_order.sent_at": "output control is another service",
    "purchase_order.acknowledged_at": "supplier confirmations are another service",
    "purchase_order.approved_at": "the release log is not in the services",
    "purchase_order.approved_by": "the release log is not in the services",
    "purchase_order.closed_at": "SAP has no closing of an order",
    "purchase_order.cancelled_at": "change documents are not in the services",
    "purchase_order.company_name": "company codes are another service",
    "purchase_order.buyer_code": "the buyer is the purchasing group, numbered by SAP",
    "purchase_order.buyer_name": "purchasing groups are another service",
    "purchase_order.buyer_email": "purchasing groups are another service",
    "purchase_order.requester": "RequisitionerName has 12 characters",
    "purchase_order.vendor_tax_id": "supplier master data are another service",
    "purchase_order.ship_to_phone": "delivery addresses carry no telephone number",
    "purchase_order.ship_to": "delivery addresses stand on items; the order's is the one they share",
    "purchase_order.bill_to": "the company code's address is another service",
    "purchase_order.payment_terms_code": "keys have 4 characters",
    "purchase_order.payment_terms_text": "texts of the terms are another service",
    "purchase_order.ship_method": "no field of the order",
    "purchase_order.language": "the key is a language without a region",
    "purchase_order.company_currency": "company codes are another service",
    "purchase_order.exchange_rate_date": "no field of the order",
    "purchase_order.project_reference": "projects stand on account assignments",
    "purchase_order.subtotal_amount": "deleted items do not count",
    "purchase_order.charges_amount": "those of deleted items do not count",
    "purchase_order.tax_amount": "no taxes",
    "purchase_order.total_amount": "no totals on the header, and no taxes to add",
    "purchase_order_line.sections_and_notes": "SAP has no text items in orders; they stand in header note F02",
    "purchase_order_line.source_created_at": "items have no timestamps",
    "purchase_order_line.source_modified_at": "items have no timestamps",
    "purchase_order_line.category": "material groups have 9 characters",
    "purchase_order_line.commodity_code": "CommodityCode is the code of foreign trade; UNSPSC is another service",
    "purchase_order_line.item_name": "material texts are another service",
    "purchase_order_line.quantity_accepted": "quality inspection is another service",
    "purchase_order_line.quantity_rejected": "quality inspection is another service",
    "purchase_order_line.quantity_received": "no goods receipt is posted for services",
    "purchase_order_line.quantity_invoiced": "supplier invoices are another service",
    "purchase_order_line.unit_price": "the net price where the price condition has another currency or unit",
    "purchase_order_line.discount_percent": "in the net price where the price condition has another currency or unit",
    "purchase_order_line.discount_amount": "in the net price where the price condition has another currency or unit",
    "purchase_order_line.tax_code": "tax codes have 2 characters",
    "purchase_order_line.tax_rate": "rates of tax codes are another service",
    "purchase_order_line.tax_amount": "no taxes",
    "purchase_order_line.total_amount": "no taxes",
    "purchase_order_line.promised_delivery_date": "supplier confirmations are another service",
    "purchase_order_line.confirmed_delivery_date": "supplier confirmations are another service",
    "purchase_order_line.first_received_date": "material documents are another service",
    "purchase_order_line.last_received_date": "material documents are another service",
    "purchase_order_line.department": "the functional area stands among the dimensions",
    "purchase_order_distribution.percent": "one decimal, and only where there are several assignments",
    "purchase_order_distribution.department": "the functional area stands among the dimensions",
}
"""By table and column, what SAP's service does not tell as the truth has it, and why."""


UNPROVED = (
    "purchase_order.source_version",
    "purchase_order.source_url",
    "purchase_order_line.commodity_code",
    "purchase_order_line.warehouse",
    "purchase_order_distribution.profit_center",
    "purchase_order_distribution.internal_order",
    "purchase_order_distribution.asset",
    "purchase_order_distribution.fund",
)


def expected_orders(company: Company) -> dict[str, Row]:
    """By source order id the canonical columns; ``lines`` holds those of lines, schedules and distributions."""
    return {str(4_500_000_000 + order.id): waiting(_order(company, order)) for order in company.orders.values()}


def _order(company: Company, order: Order) -> Row:
    vendor, number = company.vendors[order.vendor], str(4_500_000_000 + order.id)
    term = company.payment_terms.get(order.payment_term or "")
    living = [line for line in order.goods_lines if not line.is_cancelled] or order.goods_lines
    share_one = {line.ship_to or order.ship_to for line in living}
    saves = [change.at for change in order.changes if change.kind not in NOT_A_SAVE]
    return {
        "source_order_id": number,
        "order_number": number,
        "order_type": "standard" if order.order_type == "blanket" else order.order_type,
        "status": _status(order),
        "approval_status": _approval(order),
        "receipt_status": _receipts(order),
        "invoice_status": _invoices(order),
        "order_date": order.order_date,
        "valid_from": order.valid_from,
        "valid_to": order.valid_to,
        "company_code": order.entity,
        "purchasing_org_code": order.entity,
        "purchasing_group_code": f"{company.buyers[order.buyer].id:03d}"[-3:] if order.buyer else None,
        "requester": _text((order.requester or "")[:12]),
        "created_by": order.created_by,
        "vendor_code": vendor.code if len(vendor.code) <= 10 else str(10_300_000 + vendor.id),
        **_address("vendor", vendor.address),
        "vendor_contact": _text(vendor.contact),
        "vendor_email": vendor.email,
        "vendor_phone": vendor.phone,
        "invoice_vendor_code": vendor.invoice_vendor,
        "vendor_order_reference": order.vendor_reference,
        **_address("ship_to", share_one.pop() if len(share_one) == 1 else None),
        "payment_terms_code": f"{list(company.payment_terms).index(term.code) + 1:04d}" if term else None,
        "net_days": term.net_days if term else None,
        "discount_percent": term.discount_percent if term else None,
        "discount_days": term.discount_days if term and term.discount_percent else None,
        "delivery_terms": order.incoterm,
        "delivery_terms_location": _text(order.incoterm_place),
        "language": (vendor.language or "")[:2] or None,
        "currency": order.currency,
        "exchange_rate": order.exchange_rate,
        "subtotal_amount": sum((line.net_amount for line in order.goods_lines if not line.is_cancelled), ZERO),
        "charges_amount": _charges(company, order),
        "requisition_reference": _shared(line.requisition for line in living),
        "contract_reference": _shared(line.contract for line in living),
        "quotation_reference": order.quotation,
        "memo": _text(order.memo),
        "source_created_at": datetime.combine(order.created_at.date(), time(), UTC),
        "source_modified_at": None if order.lacks_modified_at else max(saves, default=order.created_at),
        "is_deleted": order.is_flagged_deleted,
        "lines": [_line(company, order, line) for line in order.goods_lines],
    }


def _charges(company: Company, order: Order) -> Decimal | None:
    """The shares that stand on living items, where any has one; items share charges by their net amounts."""
    nets = [line.net_amount for line in order.goods_lines]
    weights = nets if any(nets) else [Decimal(1)] * len(nets)
    shares = spread(order.charges_amount, weights, company.digits(order.currency))
    told = [share for line, share in zip(order.goods_lines, shares, strict=True) if share and not line.is_cancelled]
    return sum(told, ZERO) if told else None


def _status(order: Order) -> str:
    living = [line for line in order.goods_lines if not line.is_cancelled]
    early = {Stage.DRAFT: "draft", Stage.REJECTED: "draft", Stage.PENDING_APPROVAL: "pending_approval"}
    if order.is_flagged_deleted:
        return "deleted"
    if order.goods_lines and not living:
        return "cancelled"
    if order.stage in early:
        return early[order.stage]
    goods = [line for line in living if _expects_goods(line)]
    delivered, invoiced = [_is_delivered(line) for line in goods], _invoiced(order)
    if living and all(delivered) and all(invoiced):
        return "closed"
    if any(invoiced):
        return "partially_invoiced"
    if goods and all(delivered):
        return "received"
    return "partially_received" if any(delivered) or any(line.quantity_received for line in goods) else "approved"


def _approval(order: Order) -> str | None:
    told = {Stage.REJECTED: "rejected", Stage.PENDING_APPROVAL: "pending", Stage.DRAFT: None}
    return told.get(order.stage, "approved" if order.approved_at else None)


def _receipts(order: Order) -> str | None:
    goods = [line for line in order.goods_lines if not line.is_cancelled and _expects_goods(line)]
    done = [_is_delivered(line) for line in goods]
    if not goods:
        return None
    if all(done):
        return "full"
    return "partial" if any(done) or any(line.quantity_received for line in goods) else "none"


def _invoices(order: Order) -> str | None:
    done = _invoiced(order)
    return None if not any(done) else "full" if all(done) else "partial"


def _invoiced(order: Order) -> list[bool]:
    """Which of the living lines that are to be invoiced are."""
    living = [line for line in order.goods_lines if not line.is_cancelled]
    return [_is_invoiced(order, line) for line in living if _expects_invoice(line)]


def _line(company: Company, order: Order, line: Line) -> Row:
    digits, item = company.digits(order.currency), company.items[line.item] if line.item else None
    unit, price_unit = _unit(company, line.unit), _unit(company, line.price_unit)
    gross = line.quantity * line.price_numerator * line.price / (line.price_denominator * line.price_basis)
    is_net = _has_only_its_net_price(order, line)
    discount = rounded(gross, digits) - line.net_amount if line.discount_percent and not is_net else None
    net_price = rounded(line.price * (100 - line.discount_percent) / 100, digits)
    sole = line.distributions[0] if len(line.distributions) == 1 else None
    return {
        "source_line_id": str(line.number),
        "line_number": str(line.number),
        "line_type": {LineKind.SERVICE: "service", LineKind.ASSET: "asset"}.get(line.kind, "goods"),
        "line_status": _line_status(order, line),
        "item_code": line.item,
        "description": _text(line.description),
        "vendor_item_code": line.vendor_item_code,
        "manufacturer_item_code": item.manufacturer_code if item else None,
        "gtin": item.gtin if item else None,
        "category": ((item.category if item else None) or "")[:9].upper().strip() or None,
        "quantity_ordered": line.quantity,
        "unit": unit,
        "base_unit": unit,
        "unit_conversion_factor": Decimal(1),
        "quantity_received": _received(line, line.quantity_received),
        "quantity_open": ZERO if _is_delivered(line) or not _expects_goods(line) else line.quantity_open,
        "unit_price": net_price if is_net else line.price,
        "price_basis_quantity": line.price_basis,
        "price_unit": price_unit,
        "price_unit_conversion_factor": Decimal(line.price_numerator) / line.price_denominator,
        "discount_percent": None if is_net else line.discount_percent or None,
        "discount_amount": discount,
        "net_amount": line.net_amount,
        "tax_code": f"V{sorted(company.taxes).index(line.tax_code)}" if line.tax_code else None,
        "requested_delivery_date": next((one.requested_date for one in line.schedules if one.requested_date), None),
        **_address("ship_to", line.ship_to or order.ship_to),
        "receiving_site": line.site,
        "over_delivery_percent": line.over_delivery_percent or ZERO,
        "under_delivery_percent": line.under_delivery_percent or ZERO,
        "match_policy": _match_policy(line),
        "gl_account": sole.gl_account if sole else None,
        "cost_center": sole.cost_center if sole else None,
        "project": sole.project if sole else None,
        "requisition_reference": line.requisition,
        "contract_reference": line.contract,
        "is_cancelled": line.is_cancelled,
        "is_closed": _is_delivered(line) or (not line.is_cancelled and _is_over(order, line)),
        "schedules": [
            {
                "schedule_number": str(one.number),
                "quantity": one.quantity,
                "unit": unit,
                "requested_delivery_date": one.requested_date,
                "quantity_received": _received(line, one.quantity_received),
            }
            for one in line.schedules
        ],
        "distributions": _distributions(line),
    }


def _is_over(order: Order, line: Line) -> bool:
    to_receive = _expects_goods(line) and not _is_delivered(line)
    return not to_receive and not (_expects_invoice(line) and not _is_invoiced(order, line))


def _line_status(order: Order, line: Line) -> str:
    if line.is_cancelled:
        return "cancelled"
    if _is_over(order, line):
        return "invoiced" if _expects_goods(line) or _expects_invoice(line) else "closed"
    if _is_invoiced(order, line):
        return "invoiced"
    if _is_delivered(line):
        return "received"
    return "partially_received" if _received(line, line.quantity_received) else "open"


def _has_only_its_net_price(order: Order, line: Line) -> bool:
    """Whether the price condition is one of another currency or unit: every ninth line, every second price unit."""
    is_by_order_unit = line.id % 2 == 0 and line.price_unit != line.unit
    return is_by_order_unit or (line.id % 9 == 0 and order.currency != "USD")


def _distributions(line: Line) -> list[Row]:
    percents = [round(one.percent, 1) for one in line.distributions]
    if percents:
        percents[-1] = 100 - sum(percents[:-1], ZERO)
    quantities = spread(line.quantity, [one.percent for one in line.distributions], 3)
    return [
        {
            "distribution_number": str(one.number),
            "percent": percent if len(percents) > 1 else None,
            "quantity": quantity,
            "amount": one.amount,
            "gl_account": one.gl_account,
            "cost_center": one.cost_center,
            "wbs_element": one.project,
            "dimensions": {"FunctionalArea": one.department} if one.department else None,
        }
        for one, percent, quantity in zip(line.distributions, percents, quantities, strict=True)
    ]


def _expects_goods(line: Line) -> bool:
    return line.kind is not LineKind.SERVICE


def _expects_invoice(line: Line) -> bool:
    return line.discount_percent != 100


def _received(line: Line, quantity: Decimal) -> Decimal:
    return quantity if _expects_goods(line) else ZERO


def _match_policy(line: Line) -> str:
    return "none" if not _expects_invoice(line) else "three_way" if _expects_goods(line) else "two_way"


def _is_delivered(line: Line) -> bool:
    return _expects_goods(line) and (line.is_closed or line.quantity_received >= line.quantity > 0)


def _is_invoiced(order: Order, line: Line) -> bool:
    by_hand = order.stage is Stage.CLOSED or (line.is_closed and not _expects_goods(line))
    return _expects_invoice(line) and (by_hand or line.quantity_invoiced >= line.quantity > 0)


def _unit(company: Company, code: str | None) -> str | None:
    return (company.units[code].rec20 or None) if code else None


def _address(prefix: str, address: Address | None) -> Row:
    names = ("name", "line1", "line2", "line3", "city", "region", "postal_code", "country")
    found: Row = {f"{prefix}_{name}": _text(getattr(address, name)) if address else None for name in names}
    if prefix == "ship_to":
        found |= {
            f"{prefix}_{name}": _text(getattr(address, name)) if address else None for name in ("contact", "email")
        }
    return found


def _shared(values: Any) -> Any:
    told = set(values)
    return told.pop() if len(told) == 1 else None


def _text(value: str | None) -> str | None:
    return unicodedata.normalize("NFC", value).strip() or None if value else None
