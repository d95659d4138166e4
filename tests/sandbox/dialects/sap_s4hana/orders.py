"""The order's header and its parts, field by field; names follow the ``$metadata`` of the services."""

from __future__ import annotations

from decimal import Decimal

from tests.sandbox.custom_fields import HEADER_CUSTOM_FIELDS
from tests.sandbox.dialects.sap_s4hana import names
from tests.sandbox.dialects.sap_s4hana.fields import (
    NOTE_FIELDS,
    ORDER_KEY,
    Entity,
    Field,
    address,
    address_fields,
    custom,
    day,
    flag,
    number,
    text,
)
from tests.sandbox.masters import PaymentTerm
from tests.sandbox.order import ZERO, Stage


def _steps(term: PaymentTerm) -> tuple[int, Decimal, int]:
    """Days and percentage of the first step, days of the second: terms without discount have only the first."""
    if term.discount_percent:
        return term.discount_days or 0, term.discount_percent, term.net_days
    return term.net_days, ZERO, 0


ORDER = Entity(
    {2: "A_PurchaseOrder", 4: "PurchaseOrder"},
    ("PurchaseOrder",),
    (
        text("PurchaseOrder", lambda s: names.order_number(s.order)),
        text("CompanyCode", lambda s: s.order.entity),
        text("PurchaseOrderType", lambda s: "FO" if s.order.order_type == "blanket" else "NB"),
        text("PurchasingDocumentDeletionCode", lambda s: "L" if s.order.is_flagged_deleted else "", 2),
        text("PurchaseOrderDeletionCode", lambda s: "L" if s.order.is_flagged_deleted else "", 4),
        text("PurchasingProcessingStatus", lambda s: names.processing_status(s.order)),
        text("CreatedByUser", lambda s: s.order.created_by),
        day("CreationDate", lambda s: s.order.created_at.date()),
        Field("LastChangeDateTime", lambda s: names.changed_at(s.order), "instant"),
        text("Supplier", lambda s: names.supplier(s.vendor)),
        text("PurchaseOrderSubtype", lambda s: ""),
        text("Language", lambda s: (s.vendor.language or "")[:2].upper()),
        text("PaymentTerms", lambda s: names.payment_terms(s.company, s.order.payment_term)),
        number("CashDiscount1Days", lambda s: _steps(s.term)[0], 0),
        number("CashDiscount2Days", lambda s: _steps(s.term)[2], 0),
        number("NetPaymentDays", lambda s: 0, 0),
        number("CashDiscount1Percent", lambda s: _steps(s.term)[1], 3),
        number("CashDiscount2Percent", lambda s: 0, 3),
        text("PurchasingOrganization", lambda s: s.order.entity),
        text("PurchasingGroup", lambda s: names.purchasing_group(s.company, s.order.buyer)),
        day("PurchaseOrderDate", lambda s: s.order.order_date),
        text("DocumentCurrency", lambda s: s.order.currency),
        Field("ExchangeRate", lambda s: f"{s.exchange_rate:.5f}", "text", (2,)),
        number("ExchangeRate", lambda s: s.exchange_rate, 5, 4),
        flag("ExchangeRateIsFixed", lambda s: False),
        day("ValidityStartDate", lambda s: s.order.valid_from),
        day("ValidityEndDate", lambda s: s.order.valid_to),
        text("SupplierQuotationExternalID", lambda s: s.order.quotation),
        text("SupplierRespSalesPersonName", lambda s: s.vendor.contact),
        text("SupplierPhoneNumber", lambda s: s.vendor.phone),
        text("IncotermsClassification", lambda s: s.order.incoterm),
        text("IncotermsLocation1", lambda s: s.order.incoterm_place),
        text("CorrespncExternalReference", lambda s: s.order.vendor_reference),
        text("CorrespncInternalReference", lambda s: ""),
        text(
            "InvoicingParty",
            lambda s: names.supplier(s.company.vendors[s.vendor.invoice_vendor or s.vendor.code]),
        ),
        flag("ReleaseIsNotCompleted", lambda s: s.order.stage in (Stage.PENDING_APPROVAL, Stage.REJECTED)),
        flag("PurchasingCompletenessStatus", lambda s: s.order.stage is Stage.DRAFT),
        *address("Address", (2,)),
        *custom(HEADER_CUSTOM_FIELDS, "PDH", lambda s: s.order),
    ),
)

NOTE = Entity(
    {2: "A_PurchaseOrderNote", 4: "PurchaseOrderNote"},
    ("PurchaseOrder", "TextObjectType", "Language"),
    (ORDER_KEY, *NOTE_FIELDS),
)
SUPPLIER_ADDRESS = Entity(
    {4: "PurchaseOrderSupplierAddress"},
    ("SupplierAddressID", "PurchaseOrder"),
    (
        text("SupplierAddressID", lambda s: f"{20_000 + s.vendor.id:010d}"),
        ORDER_KEY,
        *address_fields(lambda s: s.vendor.email),
    ),
)
