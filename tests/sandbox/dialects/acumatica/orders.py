"""Purchase orders: their fields, and what moves their LastModifiedDateTime."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal

from tests.sandbox.changes import ChangeKind
from tests.sandbox.company import Company
from tests.sandbox.dialects.acumatica.extras import Extras
from tests.sandbox.dialects.acumatica.lines import (
    NON_PROJECT,
    freight_elements,
    freight_fields,
    is_completed,
    line_elements,
    line_fields,
)
from tests.sandbox.dialects.acumatica.values import Fields, Row, entity, milliseconds, note_id
from tests.sandbox.masters import Address
from tests.sandbox.order import ZERO, Order, Progress, Stage

TYPES = {"standard": "Normal", "blanket": "Blanket", "drop_ship": "Drop-Ship"}
STATUSES = {
    Stage.DRAFT: "On Hold", Stage.PENDING_APPROVAL: "Pending Approval", Stage.REJECTED: "Rejected",
    Stage.APPROVED: "Pending Email", Stage.CANCELLED: "Canceled", Stage.CLOSED: "Closed",
}  # fmt: skip
LINE_ONLY = frozenset({ChangeKind.LINE_TEXT_EDITED, ChangeKind.LINE_DATE_EDITED, ChangeKind.TEXT_LINE_DELETED})
"""Only what is dirty is saved: these change the lines' own records."""
RECEIPTS = frozenset({ChangeKind.RECEIVED, ChangeKind.RECEIPT_CORRECTED})


def type_of(order: Order) -> str:
    return TYPES[order.order_type]


def key_of(order: Order) -> str:
    """The keys of an order, as the connector joins them."""
    return f"{type_of(order)}/{order.number}"


def modified_at(order: Order, options: Mapping[str, str]) -> datetime:
    """LastModifiedDateTime, which every record has."""
    still = LINE_ONLY | RECEIPTS if options.get("receipts") == "leave" else LINE_ONLY
    return milliseconds(order.changed_at(frozenset(ChangeKind) - still))


def status_of(order: Order) -> str:
    """Completed with its last line, closed when all is billed as well."""
    if order.stage in STATUSES:
        return STATUSES[order.stage]
    if not all(is_completed(order, line) for line in order.goods_lines):
        return "Open"
    return "Closed" if order.invoice_progress is Progress.FULL else "Completed"


def order_fields(company: Company, order: Order, options: Mapping[str, str]) -> Fields:
    """The fields of the order itself."""
    return {
        "Type": type_of(order),
        "OrderNbr": order.number,
        "Status": status_of(order),
        "Hold": order.stage is Stage.DRAFT,
        "Date": order.order_date,
        "PromisedOn": order.promised_date,
        "LastModifiedDateTime": modified_at(order, options),
        "VendorID": order.vendor,
        "VendorRef": order.vendor_reference,
        "Location": "MAIN",
        "Description": (order.memo or "").strip() or None,
        "Owner": order.buyer,
        "Branch": order.entity,
        "Project": order.project or NON_PROJECT,
        "Terms": order.payment_term,
        "CurrencyID": order.currency,
        "BaseCurrencyID": company.entity_of(order).currency,
        "CurrencyRate": order.exchange_rate,
        "CurrencyReciprocalRate": round(1 / order.exchange_rate, 8),
        "CurrencyRateTypeID": "SPOT",
        "CurrencyEffectiveDate": order.exchange_rate_date,
        "LineTotal": order.subtotal + order.charges_amount,
        "TaxTotal": order.tax_amount,
        "OrderTotal": order.total,
        "ControlTotal": order.total,
        "VendorTaxZone": None,
        "IsTaxValid": True,
    }


def order_row(
    company: Company, order: Order, options: Mapping[str, str], expand: frozenset[str], custom: frozenset[str]
) -> Row:
    """The order as it is told, with what is expanded inside it."""
    offset = int(options.get("offset", 0))
    fields = dict(order_fields(company, order, options))
    if "Details" in expand:
        fields["Details"] = _details(order, custom, options, company.digits(order.currency))
    if "TaxDetails" in expand:
        fields["TaxDetails"] = _taxes(order, offset)
    if any(part.partition("/")[0] == "ShippingInstructions" for part in expand):
        fields["ShippingInstructions"] = _shipping(order, expand, offset)
    extras = Extras(options).of_header({"CuryDiscTot": ZERO}, order.custom, custom)
    return entity(note_id("order", order.id), fields, offset, extras)


def _details(order: Order, custom: frozenset[str], options: Mapping[str, str], digits: int) -> list[Row]:
    offset, extras = int(options.get("offset", 0)), Extras(options)
    lines = [
        entity(
            note_id("line", line.id),
            line_fields(order, line, type_of(order), digits),
            offset,
            extras.of_line(line_elements(line, digits), line.custom, custom),
        )
        for line in order.lines
    ]
    freight = [
        entity(
            note_id("freight", f"{order.id}/{number}"),
            freight_fields(order, charge, number, type_of(order)),
            offset,
            extras.of_line(freight_elements(charge), {}, custom),
        )
        for number, charge in enumerate(order.charges)
    ]
    return lines + freight


def _taxes(order: Order, offset: int) -> list[Row]:
    totals: dict[tuple[str, Decimal], list[Decimal]] = {}
    for line in order.goods_lines:
        if line.tax_code:
            total = totals.setdefault((line.tax_code, line.tax_rate), [ZERO, ZERO])
            total[0] += line.net_amount
            total[1] += line.tax_amount
    return [
        entity(
            note_id("tax", f"{order.id}/{code}/{rate}"),
            {"TaxID": code, "TaxRate": rate, "TaxableAmount": taxable, "TaxAmount": tax},
            offset,
        )
        for (code, rate), (taxable, tax) in totals.items()
    ]


def _shipping(order: Order, expand: frozenset[str], offset: int) -> Row:
    fields: Row = {
        "ShippingDestinationType": "Vendor" if order.order_type == "drop_ship" else "Warehouse",
        "Warehouse": order.site,
        "ShippingLocation": "MAIN",
    }
    ship_to = order.ship_to
    if "ShippingInstructions/ShipToAddress" in expand:
        fields["ShipToAddress"] = entity(note_id("address", order.id), address_fields(ship_to), offset)
    if "ShippingInstructions/ShipToContact" in expand:
        fields["ShipToContact"] = entity(note_id("contact", order.id), contact_fields(ship_to), offset)
    return entity(note_id("shipping", order.id), fields, offset)


def address_fields(address: Address | None) -> Fields:
    """A postal address of two lines."""
    return {
        "AddressLine1": address and address.line1,
        "AddressLine2": address and address.line2,
        "City": address and address.city,
        "State": address.region.partition("-")[2] if address and address.region else None,
        "PostalCode": address and address.postal_code,
        "Country": address and address.country,
    }


def contact_fields(address: Address | None) -> Fields:
    """Whom to ask at an address."""
    return {
        "BusinessName": address and address.name,
        "Attention": address and address.contact,
        "Email": address and address.email,
        "Phone1": address and address.phone,
    }
