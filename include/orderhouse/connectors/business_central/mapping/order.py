"""An order's header in Business Central's fields."""

from __future__ import annotations

from typing import Any

from include.orderhouse.connectors.business_central import values as v
from include.orderhouse.connectors.business_central.codes import APPROVALS, STATUSES
from include.orderhouse.mapping import (
    boolean,
    code,
    constant,
    day,
    instant,
    integer,
    joint_key,
    money,
    percent,
    text,
    unless_same,
)
from include.orderhouse.model import Address, PurchaseOrder


def _address(prefix: str, **more: Any) -> Address[Any]:
    return Address(
        line1=text(f"{prefix}AddressLine1"),
        line2=text(f"{prefix}AddressLine2"),
        city=text(f"{prefix}City"),
        region=code(f"{prefix}State"),
        postal_code=text(f"{prefix}PostCode"),
        country=code(f"{prefix}Country"),
        **more,
    )


COMPANY_ADDRESS = Address(
    name=text("company.information.displayName"),
    line1=text("company.information.addressLine1"),
    line2=text("company.information.addressLine2"),
    city=text("company.information.city"),
    region=code("company.information.state"),
    postal_code=text("company.information.postalCode"),
    country=code("company.information.country"),
    email=text("company.information.email"),
    phone=text("company.information.phoneNumber"),
)
"""Where vendors send their invoices: the company that buys. The page's pay-to address is the vendor's, not ours."""

ORDER = PurchaseOrder(
    source_order_id=text(joint_key("company.id", "id")),
    order_number=text("number"),
    source_modified_at=instant("lastModifiedDateTime"),
    source_version=text("etag"),
    order_type=constant("standard"),
    status=code(v.status, STATUSES),
    approval_status=code(v.approval_status, APPROVALS),
    receipt_status=code(v.receipt_status),
    invoice_status=code(v.invoice_status),
    order_date=day("orderDate"),
    requested_delivery_date=day("requestedReceiptDate"),
    company_code=text("company.name"),
    company_name=text("company.displayName", "company.name"),
    buyer_code=text("purchaser"),
    buyer_name=text("purchaserRecord.displayName"),
    buyer_email=text("purchaserRecord.email"),
    vendor_code=text("vendorNumber"),
    vendor=_address("buyFrom", name=text("vendorName"), email=text("vendor.email"), phone=text("vendor.phoneNumber")),
    vendor_tax_id=text("vendor.taxRegistrationNumber"),
    invoice_vendor_code=text(unless_same("payToVendorNumber", "vendorNumber")),
    ship_to=_address("shipTo", name=text("shipToName"), contact=text("shipToContact")),
    bill_to=COMPANY_ADDRESS,
    payment_terms_code=text("paymentTerm.code"),
    payment_terms_text=text("paymentTerm.displayName"),
    net_days=integer(v.days("paymentTerm.dueDateCalculation")),
    discount_percent=percent("paymentTerm.discountPercent"),
    discount_days=integer(v.days("paymentTerm.discountDateCalculation")),
    delivery_terms=code("shipmentMethod.code"),
    currency=code("currencyCode"),
    company_currency=code("company.information.currencyCode"),
    subtotal_amount=money(v.subtotal),
    discount_amount=money(v.discount),
    charges_amount=money(v.charges),
    tax_amount=money("totalTaxAmount"),
    total_amount=money("totalAmountIncludingTax"),
    tax_inclusive=boolean("pricesIncludeTax"),
    project_reference=text("dimensions.PROJECT"),
)
