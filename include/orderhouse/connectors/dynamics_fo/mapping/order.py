"""An order's header in properties of Finance & Operations. Dates are told as noon in UTC."""

from __future__ import annotations

from include.orderhouse.connectors.dynamics_fo import amounts
from include.orderhouse.connectors.dynamics_fo import values as v
from include.orderhouse.connectors.dynamics_fo.codes import APPROVALS, ORDER_TYPES, STATUSES
from include.orderhouse.connectors.dynamics_fo.mapping.address import address
from include.orderhouse.mapping import (
    boolean,
    code,
    day,
    instant,
    integer,
    joint_key,
    money,
    percent,
    text,
    unless_same,
)
from include.orderhouse.model import PurchaseOrder

COMPANY = address(
    "_company.Address",
    "State",
    name=text("_company.Name"),
    email=text("_company.PrimaryContactEmail"),
    phone=text("_company.PrimaryContactPhone"),
)
"""Where vendors send their invoices: the legal entity that buys."""

ORDER = PurchaseOrder(
    source_order_id=text(joint_key("dataAreaId", "PurchaseOrderNumber")),
    order_number=text("PurchaseOrderNumber"),
    order_type=code("IsDeliveredDirectly", ORDER_TYPES),
    status=code(v.status, STATUSES),
    approval_status=code(v.approval_status, APPROVALS),
    receipt_status=code(v.receipt_status),
    invoice_status=code(v.invoice_status),
    order_date=day("AccountingDate", zone="UTC"),
    requested_delivery_date=day("RequestedDeliveryDate", zone="UTC"),
    promised_delivery_date=day("ConfirmedDeliveryDate", zone="UTC"),
    payment_due_date=day("FixedDueDate", zone="UTC"),
    company_code=text("dataAreaId"),
    company_name=text("_company.Name"),
    purchasing_group_code=text("BuyerGroupId"),
    buyer_code=text("OrdererPersonnelNumber"),
    requester=text("RequesterPersonnelNumber"),
    vendor_code=text("OrderVendorAccountNumber"),
    vendor=address(
        "_vendor.Address",
        "StateId",
        name=text("PurchaseOrderName", "_vendor.VendorOrganizationName"),
        contact=text("ContactPersonId"),
        email=text("Email", "_vendor.PrimaryEmailAddress"),
        phone=text("_vendor.PrimaryPhoneNumber"),
    ),
    vendor_tax_id=text("TaxExemptNumber", "_vendor.TaxExemptNumber"),
    invoice_vendor_code=text(unless_same("InvoiceVendorAccountNumber", "OrderVendorAccountNumber")),
    vendor_order_reference=text("VendorOrderReference"),
    ship_to=address(
        "DeliveryAddress", "StateId", name=text("DeliveryAddressName"), contact=text("AttentionInformation")
    ),
    bill_to=COMPANY,
    payment_terms_code=text("PaymentTermsName"),
    payment_terms_text=text("_term.Description"),
    net_days=integer(v.net_days),
    discount_percent=percent("CashDiscountPercentage"),
    delivery_terms=code("DeliveryTermsId"),
    ship_method=text("DeliveryModeId"),
    language=code("LanguageId"),
    currency=code("CurrencyCode"),
    company_currency=code("_company.ledger.AccountingCurrency"),
    subtotal_amount=money(amounts.subtotal),
    charges_amount=money(amounts.charges),
    tax_inclusive=boolean("ArePricesIncludingSalesTax", true="Yes"),
    requisition_reference=text(v.shared("PurchaseRequisitionId")),
    project_reference=text("ProjectId"),
    memo=text("ReasonComment"),
    source_created_at=instant("_created_at"),
    source_modified_at=instant("_modified_at"),
    source_version=text("@odata.etag"),
)
