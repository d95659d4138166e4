"""Purchase order lines and the receipts of them. Sections and notes are no lines in Finance & Operations."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from tests.sandbox.changes import ChangeKind
from tests.sandbox.company import Company
from tests.sandbox.custom_fields import LINE_CUSTOM_FIELDS
from tests.sandbox.dialects.dynamics_fo.values import (
    PREFIX,
    Row,
    address_fields,
    area_id,
    custom_fields,
    noon,
    order_number,
    seconds,
    yes_no,
)
from tests.sandbox.order import Distribution, Line, LineKind, Order, Stage

LINE_STAMP = "ModifiedDateTime1"
INVOICED = f"{PREFIX}InvoicedQuantity"
"""The site's own field for the invoiced quantity, which the standard entity does not tell."""
POSTINGS = (ChangeKind.RECEIVED, ChangeKind.RECEIPT_CORRECTED, ChangeKind.INVOICED)


def expected(line: Line) -> Decimal:
    """What was ordered, or what had come when the rest of it was cancelled."""
    return line.quantity_received if line.is_closed else line.quantity


def line_status(order: Order, line: Line) -> str:
    """PurchaseOrderLineStatus. Closing a line cancels its deliver remainder, which leaves the quantity as it was."""
    if line.is_void:
        return "Canceled"
    if order.stage is Stage.CLOSED or line.quantity_invoiced >= expected(line):
        return "Invoiced"
    return "Received" if line.quantity_received >= expected(line) else "Backorder"


def modified_at(order: Order, line: Line, posts_silently: bool = False) -> datetime:
    """The site's own stamp on a line; receipts and invoices may post without moving it."""
    saved = (
        change.at
        for change in order.changes
        if line.id in change.line_ids and not (posts_silently and change.kind in POSTINGS)
    )
    return seconds(max(saved, default=line.created_at))


@dataclass(frozen=True)
class Manner:
    """How the dialect plays lines, by its options of the same names."""

    posts_silently: bool
    includes_tax: bool
    discounts_many: bool


def line_row(company: Company, order: Order, line: Line, manner: Manner) -> Row:
    """The properties of a line, those included that the company's site has added."""
    item = company.items.get(line.item or "")
    only = line.distributions[0] if len(line.distributions) == 1 else None
    return {
        "dataAreaId": area_id(order.entity),
        "PurchaseOrderNumber": order_number(company, order),
        "LineNumber": line.number,
        "PurchaseOrderLineStatus": line_status(order, line),
        "ItemNumber": line.item or "",
        "ProcurementProductCategoryName": (item.category or "") if item else "",
        "LineDescription": line.description,
        "ExternalItemNumber": line.vendor_item_code or "",
        "Barcode": (item.gtin or "") if item else "",
        "IntrastatCommodityCode": "",
        "FixedAssetNumber": line.item or "" if line.kind is LineKind.ASSET else "",
        **_amounts(line, manner),
        **_delivery(line),
        "MainAccountIdDisplayValue": only.gl_account if only else "",
        "DefaultLedgerDimensionDisplayValue": _dimensions(only) if only else "",
        "ProjectId": (only.project or "") if only else "",
        "SalesTaxGroupCode": "",
        "SalesTaxItemGroupCode": line.tax_code or "",
        "PurchaseRequisitionId": line.requisition or "",
        "RequesterPersonnelNumber": order.requester or "",
        "InventoryLotId": f"LOT{line.id:08d}",
        "VendorInvoiceMatchingPolicy": "ThreeWayMatch",
        "IsLineStopped": yes_no(False),
        "IsDeleted": yes_no(False),
        **custom_fields(LINE_CUSTOM_FIELDS, line.custom),
        INVOICED: line.quantity_invoiced,
        LINE_STAMP: modified_at(order, line, manner.posts_silently),
    }


def deleted_rows(company: Company, order: Order, manner: Manner) -> list[Row]:
    """The lines that were deleted from an order: they stay, marked, until the change of the order is confirmed."""
    return [
        line_row(company, order, gone.line, manner) | {"IsDeleted": yes_no(True), LINE_STAMP: seconds(gone.deleted_at)}
        for gone in company.deleted_lines
        if gone.order_id == order.id and not gone.line.is_text
    ]


def _amounts(line: Line, manner: Manner) -> Row:
    tax_factor = 1 + line.tax_rate / 100 if manner.includes_tax else 1
    discount = "MultilineDiscountPercentage" if manner.discounts_many else "LineDiscountPercentage"
    return {
        "OrderedPurchaseQuantity": line.quantity,
        "PurchaseUnitSymbol": line.unit or "",
        "PurchasePrice": line.price * line.price_numerator / line.price_denominator * tax_factor,
        "PurchasePriceQuantity": line.price_basis,
        "LineDiscountAmount": 0,
        "LineDiscountPercentage": 0,
        "MultilineDiscountAmount": 0,
        "MultilineDiscountPercentage": 0,
        discount: line.discount_percent,
        "FixedPriceCharges": 0,
        "LineAmount": line.total_amount if manner.includes_tax else line.net_amount,
        "AllowedOverdeliveryPercentage": line.over_delivery_percent or 0,
        "AllowedUnderdeliveryPercentage": line.under_delivery_percent or 0,
    }


def _delivery(line: Line) -> Row:
    return {
        "RequestedDeliveryDate": noon(line.requested_date),
        "ConfirmedDeliveryDate": noon(line.confirmed_date),
        "ReceivingSiteId": line.site or "",
        "ReceivingWarehouseId": line.site or "",
        "DeliveryAddressName": line.ship_to.name if line.ship_to else "",
        **address_fields("Delivery", line.ship_to, "StateId"),
    }


def _dimensions(only: Distribution) -> str:
    """The display value of a set of dimensions: cost centre and department."""
    return f"{only.cost_center or ''}-{only.department or ''}"


def receipt_rows(company: Company, order: Order) -> list[Row]:
    """The lines of all product receipts of an order."""
    return [
        {
            "dataAreaId": area_id(order.entity),
            "RecordId": 68_719_476_736 + line.id * 100 + index,
            "ProductReceiptNumber": f"PR{line.id:06d}/{index}",
            "ProductReceiptDate": noon(receipt.received_at.date()),
            "PurchaseOrderNumber": order_number(company, order),
            "PurchaseOrderLineNumber": line.number,
            "ItemNumber": line.item or "",
            "OrderedPurchaseQuantity": line.quantity,
            "ReceivedPurchaseQuantity": receipt.quantity,
            "PurchaseUnitSymbol": line.unit or "",
        }
        for line in order.goods_lines
        for index, receipt in enumerate(line.receipts, 1)
    ]
