"""An order's header in QuickBooks' fields, and those of its vendor and company."""

from __future__ import annotations

from typing import Any

from include.orderhouse.connectors.quickbooks import progress, taxes
from include.orderhouse.connectors.quickbooks import values as v
from include.orderhouse.connectors.quickbooks.codes import STATUSES
from include.orderhouse.mapping import (
    Expression,
    boolean,
    code,
    day,
    instant,
    integer,
    joined,
    money,
    percent,
    rate,
    text,
)
from include.orderhouse.model import Address, PurchaseOrder


def _address(place: str, **known: Any) -> Address[Expression]:
    """An address; once it was edited in its order, city, region and postal code stand in its last line."""
    fields = {
        "line1": text(f"{place}.Line1"),
        "line2": text(f"{place}.Line2"),
        "line3": text(joined(f"{place}.Line3", f"{place}.Line4", f"{place}.Line5", separator=", ")),
        "city": text(f"{place}.City"),
        "region": code(f"{place}.CountrySubDivisionCode"),
        "postal_code": text(f"{place}.PostalCode"),
        "country": code(f"{place}.Country", None, f"{place}.CountryCode"),
    }
    return Address(**(fields | known))


ORDER = PurchaseOrder[Expression](
    source_order_id=text("Id"),
    order_number=text("DocNumber", "Id"),
    order_type=code(v.order_type),
    status=code(v.status, STATUSES),
    receipt_status=code(progress.receipt_status),
    invoice_status=code(progress.invoice_status),
    order_date=day("TxnDate"),
    requested_delivery_date=day("ExpectedDate"),
    payment_due_date=day("DueDate"),
    company_code=text("company.realm_id"),
    company_name=text("company.LegalName", "company.CompanyName"),
    created_by=text("MetaData.CreatedByRef.name", "MetaData.CreatedByRef.value"),
    vendor_code=text("VendorRef.value"),
    vendor=_address(
        "VendorAddr",
        name=text("VendorRef.name", "vendor.DisplayName"),
        contact=text(joined("vendor.GivenName", "vendor.FamilyName")),
        email=text("POEmail.Address", "vendor.PrimaryEmailAddr.Address"),
        phone=text("vendor.PrimaryPhone.FreeFormNumber"),
    ),
    vendor_tax_id=text(v.vendor_tax_id),
    ship_to=_address("ShipAddr", name=text("ShipTo.name")),
    bill_to=_address(
        "company.CompanyAddr",
        name=text("company.CompanyName"),
        email=text("company.Email.Address"),
        phone=text("company.PrimaryPhone.FreeFormNumber"),
    ),
    payment_terms_code=text("term.Name", "SalesTermRef.name", "SalesTermRef.value"),
    net_days=integer("term.DueDays"),
    discount_percent=percent("term.DiscountPercent"),
    discount_days=integer("term.DiscountDays"),
    delivery_terms=code("FOB"),
    ship_method=text("ShipMethodRef.name", "ShipMethodRef.value"),
    currency=code("CurrencyRef.value", None, "company.home_currency"),
    exchange_rate=rate("ExchangeRate"),
    company_currency=code("company.home_currency"),
    subtotal_amount=money(v.subtotal),
    charges_amount=money(v.charges),
    tax_amount=money(taxes.tax),
    total_amount=money("TotalAmt"),
    tax_inclusive=boolean(taxes.tax_inclusive),
    project_reference=text("ProjectRef.name", "ProjectRef.value"),
    memo=text("Memo", "PrivateNote"),
    source_created_at=instant("MetaData.CreateTime"),
    source_modified_at=instant("MetaData.LastUpdatedTime"),
    source_version=text("SyncToken"),
)
