"""Purchase order headers and their charges. The standard entity tells no modification time and no totals."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from tests.sandbox.changes import HEADER_CHANGES, ChangeKind
from tests.sandbox.company import Company
from tests.sandbox.custom_fields import HEADER_CUSTOM_FIELDS
from tests.sandbox.dialects.dynamics_fo.lines import line_status
from tests.sandbox.dialects.dynamics_fo.values import (
    BLANK,
    BLANK_INSTANT,
    Row,
    address_fields,
    area_id,
    custom_fields,
    noon,
    order_number,
    seconds,
    yes_no,
)
from tests.sandbox.order import Order, Stage

SAVES_HEADER = frozenset(HEADER_CHANGES)
"""Headers and lines are different tables: what saves a line does not save its header."""
HEADER_STAMP, CREATED_STAMP = "ModifiedDateTime", "CreatedDateTime1"
APPROVALS = {
    Stage.DRAFT: "Draft", Stage.PENDING_APPROVAL: "InReview", Stage.REJECTED: "Rejected", Stage.APPROVED: "Approved",
    Stage.SENT: "InExternalReview", Stage.ACKNOWLEDGED: "Confirmed", Stage.CLOSED: "Finalized",
    Stage.CANCELLED: "Confirmed",
}  # fmt: skip


def modified_at(order: Order, moves_with_all: bool = False) -> datetime:
    """The site's own stamp on the header; blank on rows from before it was there."""
    return (
        BLANK_INSTANT
        if order.lacks_modified_at
        else seconds(order.changed_at(ChangeKind if moves_with_all else SAVES_HEADER))
    )


def status(order: Order) -> str:
    """PurchaseOrderStatus, the lowest of the lines that are not cancelled: open is called Backorder."""
    if order.stage is Stage.CANCELLED:
        return "Canceled"
    if order.stage is Stage.CLOSED:
        return "Invoiced"
    told = {line_status(order, line) for line in order.goods_lines}
    return next((one for one in ("Backorder", "Received", "Invoiced") if one in told), "Backorder")


def header_row(company: Company, order: Order, moves_with_all: bool, includes_tax: bool) -> Row:
    """The properties of a header, those included that the company's site has added."""
    return {
        "dataAreaId": area_id(order.entity),
        "PurchaseOrderNumber": order_number(company, order),
        "PurchaseOrderStatus": status(order),
        "DocumentApprovalStatus": APPROVALS[order.stage],
        **_parties(company, order),
        **_dates(order),
        **_terms(company, order),
        **_delivery(order),
        "ProjectId": order.project or "",
        "DefaultLedgerDimensionDisplayValue": "",
        "ReasonComment": order.memo or "",
        "IsChangeManagementActive": yes_no(True),
        "IsOneTimeVendor": yes_no(False),
        "IsDeliveredDirectly": yes_no(order.order_type == "drop_ship"),
        "ArePricesIncludingSalesTax": yes_no(includes_tax),
        **custom_fields(HEADER_CUSTOM_FIELDS, order.custom),
        CREATED_STAMP: seconds(order.created_at),
        HEADER_STAMP: modified_at(order, moves_with_all),
    }


def _parties(company: Company, order: Order) -> Row:
    vendor = company.vendors[order.vendor]
    return {
        "PurchaseOrderName": vendor.name,
        "OrderVendorAccountNumber": vendor.code,
        "InvoiceVendorAccountNumber": vendor.invoice_vendor or vendor.code,
        "VendorOrderReference": order.vendor_reference or "",
        "ContactPersonId": vendor.contact or "",
        "Email": vendor.email or "",
        "BuyerGroupId": "",
        "OrdererPersonnelNumber": order.buyer or "",
        "RequesterPersonnelNumber": order.requester or "",
        "LanguageId": vendor.language or "",
        "TaxExemptNumber": vendor.tax_id or "",
    }


def _dates(order: Order) -> Row:
    return {
        "AccountingDate": noon(order.order_date),
        "RequestedDeliveryDate": noon(order.requested_date),
        "ConfirmedDeliveryDate": noon(order.promised_date),
        "FixedDueDate": BLANK,
    }


def _terms(company: Company, order: Order) -> Row:
    term = company.payment_terms.get(order.payment_term or "")
    discount = term.discount_percent if term and term.discount_percent else 0
    return {
        "CurrencyCode": order.currency,
        "PaymentTermsName": term.code if term else "",
        "CashDiscountCode": f"{discount:g}D{term.discount_days}" if term and discount else "",
        "CashDiscountPercentage": discount,
        "TotalDiscountPercentage": 0,
        "DeliveryTermsId": order.incoterm or "",
        "DeliveryModeId": order.ship_method or "",
        "VendorPaymentMethodName": "",
        "SalesTaxGroupCode": "",
    }


def _delivery(order: Order) -> Row:
    ship_to = order.ship_to
    return {
        "DeliveryAddressName": ship_to.name if ship_to else "",
        "AttentionInformation": (ship_to.contact or "") if ship_to else "",
        "DefaultReceivingSiteId": order.site or "",
        "DefaultReceivingWarehouseId": "",
        **address_fields("Delivery", ship_to, "StateId"),
    }


def charge_rows(company: Company, order: Order, percentage: int = 0) -> list[Row]:
    """The charges of a header, with one of `percentage` beside them, unless it is zero."""
    fixed = [(charge.kind.upper(), charge.description, "Fixed", charge.amount, 0) for charge in order.charges]
    by_percent = [("HANDLING", "Handling", "Percent", Decimal(0), percentage)] if percentage else []
    return [
        {
            "dataAreaId": area_id(order.entity),
            "PurchaseOrderNumber": order_number(company, order),
            "ChargeLineNumber": index,
            "PurchaseChargeCode": code,
            "ChargeDescription": description,
            "ChargeCategory": category,
            "FixedChargeAmount": amount,
            "ChargePercentage": percent,
            "ChargeAccountingCurrencyCode": order.currency,
        }
        for index, (code, description, category, amount, percent) in enumerate(fixed + by_percent, 1)
    ]
