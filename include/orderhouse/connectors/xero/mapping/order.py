"""An order's header in Xero's fields, and those of its contact and organisation."""

from __future__ import annotations

from typing import Any

from include.orderhouse.connectors.xero import values as v
from include.orderhouse.connectors.xero.codes import APPROVALS, BILLINGS, STATUSES
from include.orderhouse.mapping import (
    Expression,
    boolean,
    code,
    constant,
    day,
    instant,
    integer,
    joined,
    money,
    rate,
    text,
)
from include.orderhouse.model import Address, PurchaseOrder


def _address(place: str, **known: Any) -> Address[Expression]:
    fields = {
        "line1": text(f"{place}.AddressLine1"),
        "line2": text(f"{place}.AddressLine2"),
        "line3": text(joined(f"{place}.AddressLine3", f"{place}.AddressLine4", separator=", ")),
        "city": text(f"{place}.City"),
        "region": code(f"{place}.Region"),
        "postal_code": text(f"{place}.PostalCode"),
        "country": code(f"{place}.Country"),
        "contact": text(f"{place}.AttentionTo"),
    }
    return Address(**(fields | known))


ORDER = PurchaseOrder[Expression](
    source_order_id=text("source_order_id"),
    order_number=text("PurchaseOrderNumber", "PurchaseOrderID"),
    order_type=constant("standard"),
    status=code(v.status, STATUSES),
    approval_status=code(v.approval_status, APPROVALS),
    invoice_status=code("Status", BILLINGS),
    order_date=day("DateString", "Date"),
    requested_delivery_date=day("DeliveryDateString", "DeliveryDate"),
    promised_delivery_date=day("ExpectedArrivalDateString", "ExpectedArrivalDate"),
    company_code=text("tenant.tenantId"),
    company_name=text("tenant.organisation.LegalName", "tenant.tenantName"),
    vendor_code=text("contact.AccountNumber", "contact.ContactNumber", "contact.ContactID"),
    vendor=_address(
        "vendor_address",
        name=text("contact.Name"),
        contact=text(joined("contact.FirstName", "contact.LastName"), "vendor_address.AttentionTo"),
        email=text("contact.EmailAddress"),
        phone=text(v.phone),
    ),
    vendor_tax_id=text("contact.TaxNumber"),
    ship_to=Address(
        line1=text(v.delivery_line(1)),
        line2=text(v.delivery_line(2)),
        line3=text(v.delivery_line(3, and_on=True)),
        contact=text("AttentionTo"),
        phone=text("Telephone"),
    ),
    bill_to=_address("bill_to_address", name=text("tenant.organisation.Name", "tenant.tenantName")),
    payment_terms_code=text(v.payment_terms),
    net_days=integer(v.net_days),
    currency=code("CurrencyCode"),
    exchange_rate=rate(v.exchange_rate),
    company_currency=code("tenant.organisation.BaseCurrency"),
    subtotal_amount=money(v.subtotal),
    charges_amount=money(v.charges),
    tax_amount=money("TotalTax"),
    total_amount=money("Total"),
    tax_inclusive=boolean("LineAmountTypes", true="Inclusive"),
    memo=text(joined("Reference", "DeliveryInstructions", separator="; ")),
    source_modified_at=instant("UpdatedDateUTC"),
    is_deleted=boolean("Status", true="DELETED"),
)
