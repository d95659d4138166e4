"""The order's header as canonical columns. Of two paths the first is OData 4.0, the second 2.0."""

from __future__ import annotations

from include.orderhouse.connectors.sap_s4hana.codes import APPROVAL_STATUSES, ORDER_STATUSES, ORDER_TYPES, PROGRESS
from include.orderhouse.connectors.sap_s4hana.values import NOTES, is_deleted, note, status, terms
from include.orderhouse.connectors.sap_s4hana.values import order as v
from include.orderhouse.connectors.sap_s4hana.values.amounts import charges, subtotal
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
    unless_same,
)
from include.orderhouse.model import Address, PurchaseOrder

VENDOR = Address[Expression](
    name=text(joined("_SupplierAddress.OrganizationName1", "_SupplierAddress.OrganizationName2"), "AddressName"),
    line1=text(
        joined("_SupplierAddress.StreetName", "_SupplierAddress.HouseNumber"),
        joined("AddressStreetName", "AddressHouseNumber"),
    ),
    line2=text("_SupplierAddress.StreetPrefixName1"),
    line3=text("_SupplierAddress.StreetPrefixName2"),
    city=text("_SupplierAddress.CityName", "AddressCityName"),
    region=code("_SupplierAddress.Region", None, "AddressRegion"),
    postal_code=text("_SupplierAddress.PostalCode", "AddressPostalCode"),
    country=code("_SupplierAddress.Country", None, "AddressCountry"),
    contact=text("SupplierRespSalesPersonName"),
    email=text("_SupplierAddress.EmailAddress"),
    phone=text("SupplierPhoneNumber", "AddressPhoneNumber"),
)
SHIP_TO = Address[Expression](
    name=text(v.delivery_address("OrganizationName1", "OrganizationName2")),
    line1=text(v.delivery_address("StreetName", "HouseNumber")),
    line2=text(v.delivery_address("StreetPrefixName1")),
    line3=text(v.delivery_address("StreetPrefixName2")),
    city=text(v.delivery_address("CityName")),
    region=code(v.delivery_address("Region")),
    postal_code=text(v.delivery_address("PostalCode")),
    country=code(v.delivery_address("Country")),
    contact=text(v.delivery_address("CareOfName")),
    email=text(v.delivery_address("EmailAddress")),
)

ORDER = PurchaseOrder[Expression](
    source_order_id=text("PurchaseOrder"),
    order_number=text("PurchaseOrder"),
    order_type=code(v.order_type, ORDER_TYPES),
    status=code(status.status, ORDER_STATUSES),
    approval_status=code(status.approval_status, APPROVAL_STATUSES),
    receipt_status=code(status.receipt_status, PROGRESS),
    invoice_status=code(status.invoice_status, PROGRESS),
    order_date=day("PurchaseOrderDate"),
    valid_from=day("ValidityStartDate"),
    valid_to=day("ValidityEndDate"),
    company_code=text("CompanyCode"),
    purchasing_org_code=text("PurchasingOrganization"),
    purchasing_group_code=text("PurchasingGroup"),
    requester=text(v.shared("RequisitionerName", "requisitioner")),
    created_by=text("CreatedByUser"),
    vendor_code=text("Supplier"),
    vendor=VENDOR,
    ship_to=SHIP_TO,
    invoice_vendor_code=text(unless_same("InvoicingParty", "Supplier")),
    vendor_order_reference=text("CorrespncExternalReference"),
    payment_terms_code=text("PaymentTerms"),
    net_days=integer(terms.net_days),
    discount_percent=percent(terms.early("CashDiscount1Percent", "CashDiscount1Percent, if any")),
    discount_days=integer(terms.early("CashDiscount1Days", "CashDiscount1Days, if it grants a discount")),
    delivery_terms=code("IncotermsClassification"),
    delivery_terms_location=text("IncotermsLocation1"),
    language=code("Language"),
    currency=code("DocumentCurrency"),
    exchange_rate=rate(terms.exchange_rate),
    subtotal_amount=money(subtotal),
    charges_amount=money(charges),
    requisition_reference=text(v.shared("PurchaseRequisition", "requisition")),
    contract_reference=text(v.shared("PurchaseContract", "contract")),
    quotation_reference=text("SupplierQuotationExternalID"),
    memo=text(note("header", NOTES)),
    source_created_at=instant("CreationDate", zone="UTC"),
    source_modified_at=instant("LastChangeDateTime"),
    source_version=text("@odata.etag", "__metadata.etag"),
    source_url=text("__metadata.uri"),
    is_deleted=boolean(is_deleted),
)
