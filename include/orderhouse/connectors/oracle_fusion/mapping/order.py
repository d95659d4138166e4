"""An order's header in Fusion's attributes, and those of its supplier."""

from __future__ import annotations

from include.orderhouse.connectors.oracle_fusion.codes import APPROVALS, ORDER_TYPES, PROGRESS, STATUSES
from include.orderhouse.connectors.oracle_fusion.values import order as v
from include.orderhouse.connectors.oracle_fusion.values import own_link
from include.orderhouse.mapping import code, day, instant, money, rate, text
from include.orderhouse.model import Address, PurchaseOrder

VENDOR = Address(
    name=text("Supplier"),
    line1=text("_supplier.address.AddressLine1"),
    line2=text("_supplier.address.AddressLine2"),
    line3=text("_supplier.address.AddressLine3"),
    city=text("_supplier.address.City"),
    region=code("_supplier.address.State"),
    postal_code=text("_supplier.address.PostalCode"),
    country=code("_supplier.address.CountryCode"),
    contact=text("SupplierContact"),
    email=text("SupplierEmailAddress", "_supplier.site.Email"),
    phone=text("_supplier.address.PhoneNumber"),
)

ORDER = PurchaseOrder(
    source_order_id=text("POHeaderId"),
    order_number=text("OrderNumber"),
    revision=text("Revision"),
    order_type=code(v.order_type, ORDER_TYPES),
    status=code(v.status, STATUSES),
    approval_status=code(v.approval_status, APPROVALS),
    receipt_status=code(v.receipt_status, PROGRESS),
    invoice_status=code(v.invoice_status, PROGRESS),
    order_date=day("OrderDate", "CreationDate", zone="connection"),
    requested_delivery_date=day(v.earliest_of_all("RequestedDeliveryDate"), zone="connection"),
    promised_delivery_date=day(v.earliest_of_all("PromisedDeliveryDate"), zone="connection"),
    company_code=text("SoldToLegalEntityId"),
    company_name=text("SoldToLegalEntity"),
    purchasing_org_code=text("ProcurementBU"),
    buyer_code=text("BuyerId"),
    buyer_name=text("Buyer"),
    requester=text(v.requester),
    created_by=text("CreatedBy"),
    vendor_code=text("_supplier.SupplierNumber", "SupplierId"),
    vendor=VENDOR,
    vendor_tax_id=text("_supplier.TaxRegistrationNumber", "_supplier.TaxpayerId"),
    vendor_order_reference=text("SupplierOrder"),
    ship_to=Address(line1=text("ShipToLocationAddress")),
    bill_to=Address(name=text("BillToLocation"), line1=text("BillToLocationAddress")),
    payment_terms_code=text("PaymentTerms"),
    delivery_terms=code("FOBCode", None, "FOB"),
    ship_method=text("ShippingMethod", "Carrier"),
    currency=code("CurrencyCode"),
    exchange_rate=rate(v.exchange_rate),
    exchange_rate_date=day("ConversionRateDate", zone="connection"),
    subtotal_amount=money(v.subtotal),
    charges_amount=money(v.charges),
    tax_amount=money("TotalTax"),
    total_amount=money("Total"),
    requisition_reference=text("Requisition"),
    contract_reference=text(v.shared("SourceAgreement", "SourceAgreementNumber")),
    quotation_reference=text(v.shared("Negotiation")),
    memo=text("Description"),
    source_created_at=instant("CreationDate", zone="UTC"),
    source_modified_at=instant("LastUpdateDate", zone="UTC"),
    source_version=text(own_link("properties", "changeIndicator")),
    source_url=text(own_link("href")),
)
