"""Purchase orders as documents of the Service Layer."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from tests.sandbox.changes import ChangeKind
from tests.sandbox.company import Company
from tests.sandbox.custom_fields import HEADER_CUSTOM_FIELDS
from tests.sandbox.dialects.sap_business_one.by_amount import is_service_document
from tests.sandbox.dialects.sap_business_one.lines import expense_rows, is_closed, line_rows, special_rows
from tests.sandbox.dialects.sap_business_one.masters import (
    CASH,
    NOBODY,
    currency_code,
    language,
    number_of,
    ship_methods,
    state,
    vendor_contact,
)
from tests.sandbox.dialects.sap_business_one.values import (
    Row,
    in_local,
    local_currency,
    local_date,
    local_time,
    minute,
    number_in,
    told_rate,
    user_fields,
)
from tests.sandbox.masters import Address
from tests.sandbox.order import ZERO, Order, Stage

DRAWN = frozenset({ChangeKind.RECEIVED, ChangeKind.RECEIPT_CORRECTED, ChangeKind.INVOICED})
"""What documents drawn from the order do to it: it is open whether that moves the order's own UpdateDate."""
EDITED = frozenset(ChangeKind) - DRAWN

APPROVALS = {Stage.PENDING_APPROVAL: "dasPending", Stage.REJECTED: "dasRejected", Stage.DRAFT: "dasWithout"}
UNCONFIRMED = frozenset(APPROVALS)


def zone_of(options: Mapping[str, str]) -> ZoneInfo:
    """The server's time zone."""
    return ZoneInfo(options.get("time_zone", "UTC"))


def modified_at(order: Order, options: Mapping[str, str]) -> datetime | None:
    """When the document was last updated, in whole minutes; None on some that were imported."""
    moves = frozenset(ChangeKind) if options.get("receipts") == "move" else EDITED
    return None if order.lacks_modified_at else minute(order.changed_at(moves))


def is_document_closed(order: Order, options: Mapping[str, str]) -> bool:
    """A document closes with its last line."""
    is_over = order.stage in (Stage.CLOSED, Stage.CANCELLED)
    return is_over or all(is_closed(order, line, options) for line in order.goods_lines)


def order_row(company: Company, order: Order, options: Mapping[str, str]) -> Row:
    """The document with its lines, its freight and its texts."""
    return (
        _identity(company, order, options)
        | _dates(order, options)
        | _states(order, options)
        | _parties(company, order)
        | _terms(company, order)
        | _amounts(company, order, options)
        | user_fields(HEADER_CUSTOM_FIELDS, order.custom)
        | {
            "AddressExtension": _addresses(company, order),
            "TaxExtension": {"Incoterms": order.incoterm, "DocEntry": order.id},
            "DocumentLines": line_rows(company, order, options),
            "DocumentSpecialLines": special_rows(order),
            "DocumentAdditionalExpenses": expense_rows(company, order),
        }
    )


def _identity(company: Company, order: Order, options: Mapping[str, str]) -> Row:
    return {
        "DocEntry": order.id,
        "DocNum": number_in(order.number),
        "DocType": "dDocument_Service" if is_service_document(order, options) else "dDocument_Items",
        "DocObjectCode": "oPurchaseOrders",
        "Series": 11,
        "BPL_IDAssignedToInvoice": company.entity_of(order).id,
        "BPLName": company.entity_of(order).name,
        "UserSign": company.buyers[order.created_by].id if order.created_by else 1,
        "DataVersion": order.change_count + 1,
    }


def _dates(order: Order, options: Mapping[str, str]) -> Row:
    zone, changed = zone_of(options), modified_at(order, options)
    closed = order.closed_at or order.cancelled_at
    return {
        "DocDate": order.order_date,
        "TaxDate": order.order_date,
        "DocDueDate": order.promised_date or order.requested_date or order.order_date,
        "RequriedDate": order.requested_date,
        "CancelDate": order.valid_to,
        "ClosingDate": local_date(closed, zone) if closed else None,
        "CreationDate": local_date(order.created_at, zone),
        "DocTime": local_time(order.created_at, zone),
        "UpdateDate": local_date(changed, zone) if changed else None,
        "UpdateTime": local_time(changed, zone) if changed else None,
    }


def _states(order: Order, options: Mapping[str, str]) -> Row:
    is_cancelled = order.stage is Stage.CANCELLED
    return {
        "DocumentStatus": "bost_Close" if is_document_closed(order, options) else "bost_Open",
        "Cancelled": "tYES" if is_cancelled else "tNO",
        "CancelStatus": "csYes" if is_cancelled else "csNo",
        "Confirmed": "tNO" if order.stage in UNCONFIRMED else "tYES",
        "AuthorizationStatus": APPROVALS.get(order.stage, "dasApproved" if order.approved_at else "dasWithout"),
        "Printed": "psYes" if order.sent_at else "psNo",
    }


def _parties(company: Company, order: Order) -> Row:
    vendor = company.vendors[order.vendor]
    return {
        "CardCode": vendor.code,
        "CardName": vendor.name,
        "NumAtCard": order.vendor_reference,
        "ContactPersonCode": vendor_contact(vendor),
        "FederalTaxID": vendor.tax_id,
        "FatherCard": vendor.invoice_vendor,
        "FatherType": "cPayments_sum",
        "LanguageCode": language(vendor.language),
        "SalesPersonCode": number_of(company.buyers, order.buyer, NOBODY),
        "DocumentsOwner": None,
        "Requester": None,
        "RequesterName": order.requester,
        "Address": _text(vendor.address),
        "Address2": _text(order.ship_to),
        "PayToCode": "Pay to",
        "ShipToCode": order.ship_to.name if order.ship_to else None,
    }


def _terms(company: Company, order: Order) -> Row:
    methods = ship_methods(company)
    return {
        "PaymentGroupCode": number_of(company.payment_terms, order.payment_term, CASH),
        "TransportationCode": number_of(methods, order.ship_method),
        "Project": order.project,
        "Comments": (order.memo or "")[:254] or None,
        "JournalMemo": f"Purchase Orders - {order.vendor}",
        "Reference1": str(number_in(order.number)),
        "Reference2": None,
        "BlanketAgreementNumber": number_in(order.contract),
    }


def _amounts(company: Company, order: Order, options: Mapping[str, str]) -> Row:
    is_foreign = order.currency != local_currency(company)
    parts = [line.net_amount for line in order.lines] + [charge.amount for charge in order.charges]
    taxes = [line.tax_amount for line in order.lines]
    local_tax = sum((in_local(company, order, tax) for tax in taxes), ZERO)
    local_total = sum((in_local(company, order, part) for part in parts), ZERO) + local_tax
    rounding, rounding_abroad = _rounding(local_total, options), _rounding(order.total, options)
    return {
        "DocCurrency": currency_code(company, order.currency),
        "DocRate": told_rate(company, order, options),
        "DocTotal": local_total + rounding,
        "DocTotalFc": order.total + rounding_abroad if is_foreign else ZERO,
        "Rounding": "tYES" if "totals" in options else "tNO",
        "RoundingDiffAmount": rounding,
        "RoundingDiffAmountFC": rounding_abroad if is_foreign else ZERO,
        "VatSum": local_tax,
        "VatSumFc": order.tax_amount if is_foreign else ZERO,
        "DiscountPercent": ZERO,
        "TotalDiscount": ZERO,
        "TotalDiscountFC": ZERO,
        "PriceMode": None,
    }


def _rounding(total: Decimal, options: Mapping[str, str]) -> Decimal:
    """What the document adds to its total to make it a whole number."""
    return round(total) - total if options.get("totals") == "whole" else ZERO


def _addresses(company: Company, order: Order) -> Row:
    vendor = company.vendors[order.vendor]
    return _address("ShipTo", order.ship_to) | _address("BillTo", vendor.address) | {"DocEntry": order.id}


def _address(prefix: str, address: Address | None) -> Row:
    """On purchase documents, "bill to" is where the vendor is paid: an address of the vendor."""
    return {
        f"{prefix}Street": address and address.line1,
        f"{prefix}StreetNo": None,
        f"{prefix}Block": address and address.line2,
        f"{prefix}Building": address and address.line3,
        f"{prefix}City": address and address.city,
        f"{prefix}ZipCode": address and address.postal_code,
        f"{prefix}County": None,
        f"{prefix}State": state(address),
        f"{prefix}Country": address and address.country,
    }


def _text(address: Address | None) -> str | None:
    parts = (address.line1, address.postal_code, address.city, address.country) if address else ()
    return "\r".join(part for part in parts if part) or None
