"""Purchase orders as the API page shows them: which there are, when they changed, and their properties."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from tests.sandbox.changes import ChangeKind
from tests.sandbox.company import Company
from tests.sandbox.custom_fields import HEADER_CUSTOM_FIELDS
from tests.sandbox.dialects.business_central.lines import custom_values
from tests.sandbox.dialects.business_central.masters import Row, address_fields
from tests.sandbox.dialects.business_central.values import NO_DATE, NO_ID, NO_INSTANT, enum, guid, milliseconds
from tests.sandbox.order import Order, Progress, Stage, invoices_of, receipts_of

MOVES_HEADER = frozenset(
    {
        ChangeKind.CREATED,
        ChangeKind.HEADER_EDITED,
        ChangeKind.STATUS_CHANGED,
        ChangeKind.TOUCHED,
        ChangeKind.LINE_AMOUNT_EDITED,
        ChangeKind.LINE_ADDED,
        ChangeKind.LINE_DELETED,
        ChangeKind.RECEIVED,
        ChangeKind.INVOICED,
    }
)
"""What saves the record behind the page (table 5496); texts and dates of lines and undone receipts do not."""

STATUSES = {Stage.DRAFT: "Draft", Stage.REJECTED: "Draft", Stage.PENDING_APPROVAL: "In Review"}
"""Everything else is released, which the API calls Open."""


def is_posted(order: Order) -> bool:
    """Completely received and invoiced: posting the last invoice deleted the order."""
    return receipts_of(order.goods_lines) is Progress.FULL and invoices_of(order.goods_lines) is Progress.FULL


def is_listed(order: Order) -> bool:
    """Whether the order still exists. Nothing is flagged: who cancels an order deletes it."""
    return order.stage is not Stage.CANCELLED and not is_posted(order)


def modified_at(order: Order, is_combined: bool = False) -> datetime:
    """lastModifiedDateTime; empty on orders that an upgrade took over from times without it.

    An invoice that combines receipts saves the lines of their orders alone.
    """
    moves = MOVES_HEADER - {ChangeKind.INVOICED} if is_combined else MOVES_HEADER
    return NO_INSTANT if order.lacks_modified_at else milliseconds(order.changed_at(moves))


def is_flagged_received(order: Order) -> bool:
    """fullyReceived: whether the lines are at the location of the line that was saved last."""
    lines = {line.id: line for line in order.goods_lines}
    saved = [lines[line_id] for change in order.changes for line_id in change.line_ids if line_id in lines]
    site = (saved or [*lines.values()])[-1].site if lines else None
    return receipts_of(line for line in lines.values() if line.site == site) is Progress.FULL


def order_row(company: Company, order: Order, is_combined: bool) -> Row:
    """The properties of an order, custom ones included."""
    return {
        **_identity(company, order),
        **_parties(company, order),
        **_terms(order),
        "discountAmount": 0,
        "discountAppliedBeforeTax": True,
        "totalAmountExcludingTax": order.subtotal + order.charges_amount,
        "totalTaxAmount": order.tax_amount,
        "totalAmountIncludingTax": order.total,
        "fullyReceived": is_flagged_received(order),
        "status": enum(STATUSES.get(order.stage, "Open")),
        "lastModifiedDateTime": modified_at(order, is_combined),
        **custom_values(HEADER_CUSTOM_FIELDS, order.custom),
    }


def _identity(company: Company, order: Order) -> Row:
    own_currency = company.entity_of(order).currency
    return {
        "id": guid("purchaseOrder", order.id),
        "number": order.number,
        "orderDate": order.order_date,
        "postingDate": order.order_date,
        "currencyId": NO_ID if order.currency == own_currency else guid("currency", order.currency),
        "currencyCode": order.currency,
        "pricesIncludeTax": False,
        "purchaser": order.buyer or "",
        "shortcutDimension1Code": "",
        "shortcutDimension2Code": order.project or "",
    }


def _parties(company: Company, order: Order) -> Row:
    vendor = company.vendors[order.vendor]
    payee = company.vendors[vendor.invoice_vendor or vendor.code]
    ship_to = order.ship_to
    return {
        "vendorId": guid("vendor", vendor.code),
        "vendorNumber": vendor.code,
        "vendorName": vendor.name,
        "payToName": payee.name,
        "payToVendorId": guid("vendor", payee.code),
        "payToVendorNumber": payee.code,
        "shipToName": ship_to.name if ship_to else "",
        "shipToContact": ship_to.contact or "" if ship_to else "",
        **address_fields("buyFrom", vendor.address),
        **address_fields("payTo", payee.address),
        **address_fields("shipTo", ship_to),
    }


def _terms(order: Order) -> dict[str, Any]:
    return {
        "paymentTermsId": guid("paymentTerm", order.payment_term) if order.payment_term else NO_ID,
        "shipmentMethodId": guid("shipmentMethod", order.incoterm) if order.incoterm else NO_ID,
        "requestedReceiptDate": order.requested_date or NO_DATE,
    }
