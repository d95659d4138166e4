"""Vendors, and the receipts that were booked against orders."""

from __future__ import annotations

from datetime import datetime

from tests.sandbox.changes import ChangeKind
from tests.sandbox.company import Company
from tests.sandbox.dialects.acumatica.orders import address_fields, contact_fields, type_of
from tests.sandbox.dialects.acumatica.values import Fields, Row, entity, milliseconds, note_id
from tests.sandbox.masters import Vendor
from tests.sandbox.order import Line, Order

MOST_RECEIPTS = 100


def vendor_fields(company: Company, vendor: Vendor) -> Fields:
    """The fields of a vendor itself."""
    return {
        "VendorID": vendor.code,
        "VendorName": vendor.name,
        "LegalName": vendor.name,
        "Status": "Active" if vendor.active else "Inactive",
        "VendorClass": "DEFAULT",
        "CurrencyID": vendor.currency,
        "Terms": vendor.payment_term,
        "TaxRegistrationID": vendor.tax_id,
        "CreatedDateTime": None,
        "LastModifiedDateTime": None,
    }


def vendor_row(company: Company, vendor: Vendor, expand: frozenset[str], offset: int) -> Row:
    """A vendor as it is told, with its main contact where that is expanded."""
    fields = dict(vendor_fields(company, vendor))
    if "MainContact" in expand or "MainContact/Address" in expand:
        contact = {
            **contact_fields(vendor.address), "Attention": vendor.contact, "Email": vendor.email, "Phone1": vendor.phone
        }  # fmt: skip
        contact["CompanyName"] = contact.pop("BusinessName")
        if "MainContact/Address" in expand:
            found = entity(note_id("vendor address", vendor.code), address_fields(vendor.address), offset)
            contact["Address"] = found
        fields["MainContact"] = entity(note_id("vendor contact", vendor.code), contact, offset)
    return entity(note_id("vendor", vendor.code), fields, offset)


def receipts_of(order: Order) -> list[tuple[Line, int]]:
    """The receipts of an order, by line and their number there."""
    return [(line, index) for line in order.goods_lines for index in range(len(line.receipts))]


def receipt_fields(company: Company, order: Order, line: Line, index: int) -> Fields:
    """The fields of a receipt itself."""
    receipt = line.receipts[index]
    return {
        "Type": "Receipt",
        "ReceiptNbr": f"PR{line.id * MOST_RECEIPTS + index:09d}",
        "Status": "Released",
        "Date": receipt.received_at.date(),
        "LastModifiedDateTime": _changed_at(order, line, receipt.received_at),
        "VendorID": order.vendor,
        "Branch": order.entity,
        "TotalQty": receipt.quantity,
    }


def receipt_row(company: Company, order: Order, line: Line, index: int, expand: frozenset[str], offset: int) -> Row:
    """A receipt as it is told, with its one line where that is expanded."""
    fields = dict(receipt_fields(company, order, line, index))
    if "Details" in expand:
        detail = {
            "LineNbr": 1,
            "LineType": "Goods for IN",
            "InventoryID": line.item,
            "ReceiptQty": line.receipts[index].quantity,
            "UOM": line.unit,
            "POOrderType": type_of(order),
            "POOrderNbr": order.number,
            "POLineNbr": line.number,
        }
        fields["Details"] = [entity(note_id("receipt line", fields["ReceiptNbr"]), detail, offset)]
    return entity(note_id("receipt", fields["ReceiptNbr"]), fields, offset)


def _changed_at(order: Order, line: Line, received_at: datetime) -> datetime:
    corrected = [
        change.at
        for change in order.changes
        if change.kind is ChangeKind.RECEIPT_CORRECTED and line.id in change.line_ids
    ]
    return milliseconds(max([received_at, *corrected]))
