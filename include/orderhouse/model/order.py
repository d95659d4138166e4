"""The canonical purchase order header."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeVar, get_args

from include.orderhouse.model.address import Address
from include.orderhouse.model.column import CodeList, Kind, column, group
from include.orderhouse.model.provenance import SourceFacts

T = TypeVar("T")

ORDER_TYPES = ("standard", "blanket", "contract_release", "subcontract", "return", "drop_ship", "service", "other")
OrderStatus = Literal[
    "draft",
    "pending_approval",
    "approved",
    "sent",
    "acknowledged",
    "partially_received",
    "received",
    "partially_invoiced",
    "invoiced",
    "closed",
    "cancelled",
    "deleted",
    "unknown",
]
ORDER_STATUSES: tuple[OrderStatus, ...] = get_args(OrderStatus)
APPROVAL_STATUSES = ("not_required", "pending", "approved", "rejected")
PROGRESS = ("none", "partial", "full")


@dataclass(frozen=True, kw_only=True)
class PurchaseOrder(SourceFacts[T]):
    """One purchase order. As a mapping, T is a source expression; the left column is canonical."""

    source_order_id: T | None = column(
        Kind.TEXT,
        "The source's own key; includes the company where numbers are unique only within it",
        required=True,
        is_indexed=True,
    )
    order_number: T | None = column(Kind.TEXT, "The number people know the order by", required=True, is_indexed=True)
    revision: T | None = column(Kind.TEXT, "Revision or change order number")

    order_type: T | None = column(Kind.CODE, "Kind of order", codes=ORDER_TYPES)
    status: T | None = column(Kind.CODE, "Where the order stands in its life", codes=ORDER_STATUSES)
    approval_status: T | None = column(Kind.CODE, "Internal approval", codes=APPROVAL_STATUSES)
    receipt_status: T | None = column(
        Kind.CODE,
        "How much has been received; of an order whose rest is not to come, partial or full as its source counts",
        codes=PROGRESS,
    )
    invoice_status: T | None = column(
        Kind.CODE,
        "How much has been invoiced; of an order whose rest is not to come, partial or full as its source counts",
        codes=PROGRESS,
    )

    order_date: T | None = column(Kind.DATE, "Date of the order document")
    requested_delivery_date: T | None = column(Kind.DATE, "When the buyer requires delivery")
    promised_delivery_date: T | None = column(Kind.DATE, "When the vendor promised delivery")
    payment_due_date: T | None = column(Kind.DATE, "When payment is due")
    valid_from: T | None = column(Kind.DATE, "First day a blanket order or contract is valid")
    valid_to: T | None = column(Kind.DATE, "Last day a blanket order or contract is valid")
    sent_at: T | None = column(Kind.INSTANT, "When the order was sent to the vendor")
    acknowledged_at: T | None = column(Kind.INSTANT, "When the vendor acknowledged the order")
    approved_at: T | None = column(Kind.INSTANT, "When the order was approved")
    closed_at: T | None = column(Kind.INSTANT, "When the order was closed")
    cancelled_at: T | None = column(Kind.INSTANT, "When the order was cancelled")

    company_code: T | None = column(Kind.TEXT, "Legal entity that buys, as the source codes it")
    company_name: T | None = column(Kind.TEXT, "Name of the legal entity")
    purchasing_org_code: T | None = column(Kind.TEXT, "Purchasing organisation")
    purchasing_group_code: T | None = column(Kind.TEXT, "Purchasing group or buying team")
    buyer_code: T | None = column(Kind.TEXT, "Buyer, as the source codes them")
    buyer_name: T | None = column(Kind.TEXT, "Name of the buyer")
    buyer_email: T | None = column(Kind.TEXT, "E-mail address of the buyer")
    requester: T | None = column(Kind.TEXT, "Who asked for the goods")
    created_by: T | None = column(Kind.TEXT, "User who created the order at the source")
    approved_by: T | None = column(Kind.TEXT, "User who approved the order")

    vendor_code: T | None = column(Kind.TEXT, "Vendor, as the source codes them", is_indexed=True)
    vendor: Address[T] | None = group("Vendor")
    vendor_tax_id: T | None = column(Kind.TEXT, "Tax or VAT registration number of the vendor")
    invoice_vendor_code: T | None = column(Kind.TEXT, "Vendor who sends the invoice, where another one")
    vendor_order_reference: T | None = column(Kind.TEXT, "The vendor's own reference for this order")
    ship_to: Address[T] | None = group("Ship-to")
    bill_to: Address[T] | None = group("Bill-to")

    payment_terms_code: T | None = column(Kind.TEXT, "Payment terms, as the source codes them")
    payment_terms_text: T | None = column(Kind.TEXT, "Payment terms in words")
    net_days: T | None = column(Kind.INTEGER, "Days until payment is due without discount")
    discount_percent: T | None = column(Kind.PERCENT, "Early-payment discount in percent")
    discount_days: T | None = column(Kind.INTEGER, "Days within which the early-payment discount holds")
    delivery_terms: T | None = column(Kind.CODE, "Delivery terms", codes=CodeList.DELIVERY_TERMS)
    delivery_terms_location: T | None = column(Kind.TEXT, "Named place of the delivery terms")
    ship_method: T | None = column(Kind.TEXT, "Carrier or mode of transport")
    language: T | None = column(Kind.CODE, "Language of the order document", codes=CodeList.LANGUAGE)

    currency: T | None = column(
        Kind.CODE, "Document currency of all amounts without `_company`", codes=CodeList.CURRENCY
    )
    exchange_rate: T | None = column(Kind.RATE, "Company currency units per one document currency unit")
    exchange_rate_date: T | None = column(Kind.DATE, "Date of the exchange rate")
    company_currency: T | None = column(Kind.CODE, "Currency of the `_company` amounts", codes=CodeList.CURRENCY)
    subtotal_amount: T | None = column(Kind.MONEY, "Sum of the lines' net amounts without charge lines")
    discount_amount: T | None = column(Kind.MONEY, "Discount on the order as a whole")
    charges_amount: T | None = column(Kind.MONEY, "Freight and other charges, charge lines included")
    tax_amount: T | None = column(Kind.MONEY, "Tax")
    total_amount: T | None = column(Kind.MONEY, "What the vendor will be owed, tax and charges included")
    subtotal_amount_company: T | None = column(Kind.MONEY, "`subtotal_amount` in company currency")
    discount_amount_company: T | None = column(Kind.MONEY, "`discount_amount` in company currency")
    charges_amount_company: T | None = column(Kind.MONEY, "`charges_amount` in company currency")
    tax_amount_company: T | None = column(Kind.MONEY, "`tax_amount` in company currency")
    total_amount_company: T | None = column(Kind.MONEY, "`total_amount` in company currency")
    tax_inclusive: T | None = column(Kind.BOOLEAN, "Unit prices include tax")

    requisition_reference: T | None = column(Kind.TEXT, "Purchase requisition behind the order")
    contract_reference: T | None = column(Kind.TEXT, "Contract or blanket order behind the order")
    quotation_reference: T | None = column(Kind.TEXT, "Quotation behind the order")
    project_reference: T | None = column(Kind.TEXT, "Project the order belongs to")
    memo: T | None = column(Kind.TEXT, "Free text on the order")
