"""The order's header as canonical columns. Of two paths the first is OData 4.0, the second 2.0."""

from __future__ import annotations

from include.orderhouse.connectors.sap_s4hana import amounts, records, states
from include.orderhouse.connectors.sap_s4hana.records import ADDRESS, LINES, NOTES
from include.orderhouse.mapping import (
    Derived,
    Expression,
    boolean,
    code,
    day,
    derived,
    instant,
    integer,
    joined,
    money,
    percent,
    rate,
    text,
)
from include.orderhouse.model import Address, PurchaseOrder

ORDER_TYPES = {
    "NB": "standard", "FO": "blanket", "UB": "other", "NB2C": "standard", "ENB": "standard",
    "item category 3": "subcontract", "item category 5": "drop_ship", "return items": "return",
}  # fmt: skip
"""Document types as SAP delivers them, and item categories 3 (subcontracting) and 5 (third party)."""
ORDER_STATUSES = {
    "deleted": "deleted", "all items deleted": "cancelled", "held": "draft", "rejected": "draft",
    "in release": "pending_approval", "released": "approved", "without items": "approved",
    "partly delivered": "partially_received", "delivered": "received",
    "partly invoiced": "partially_invoiced", "delivered and invoiced": "closed",
}  # fmt: skip
"""Deleting every item leaves the header untouched, so an order without living items is cancelled; archiving sets the
header's code. Output to the vendor is no part of the services: what is released counts as approved."""
APPROVAL_STATUSES = {"rejected": "rejected", "in release": "pending", "released": "approved"}
PROGRESS = {"none": "none", "partial": "partial", "full": "full"}

BY_ITEMS = ("PurchaseOrderDeletionCode", "PurchasingDocumentDeletionCode", "PurchasingCompletenessStatus", *LINES)
RELEASE = ("PurchasingProcessingStatus", "ReleaseIsNotCompleted")


def _of_all(field: str) -> Derived:
    """A field of the delivery address, where all items have the same one."""
    return derived(
        records.delivery_address(field, ADDRESS[field]), f"{field} of the items' common delivery address", *LINES
    )


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
    name=text(_of_all("OrganizationName1")),
    line1=text(_of_all("StreetName")),
    line2=text(_of_all("StreetPrefixName1")),
    line3=text(_of_all("StreetPrefixName2")),
    city=text(_of_all("CityName")),
    region=code(_of_all("Region")),
    postal_code=text(_of_all("PostalCode")),
    country=code(_of_all("Country")),
    contact=text(_of_all("CareOfName")),
    email=text(_of_all("EmailAddress")),
)

ORDER = PurchaseOrder[Expression](
    source_order_id=text("PurchaseOrder"),
    order_number=text("PurchaseOrder"),
    order_type=code(
        derived(states.order_type, "item category or returns of all items, else the type", "PurchaseOrderType", *LINES),
        ORDER_TYPES,
    ),
    status=code(
        derived(states.order_status, "deletion, held, rejection, release, then the items", *BY_ITEMS, *RELEASE),
        ORDER_STATUSES,
    ),
    approval_status=code(derived(states.approval_status, "release state", *RELEASE), APPROVAL_STATUSES),
    receipt_status=code(
        derived(states.receipt_status, "delivery indicators and open quantities of the items", *LINES), PROGRESS
    ),
    invoice_status=code(derived(states.invoice_status, "final invoice indicators of the items", *LINES), PROGRESS),
    order_date=day("PurchaseOrderDate"),
    valid_from=day("ValidityStartDate"),
    valid_to=day("ValidityEndDate"),
    company_code=text("CompanyCode"),
    purchasing_org_code=text("PurchasingOrganization"),
    purchasing_group_code=text("PurchasingGroup"),
    requester=text(derived(records.shared("RequisitionerName"), "requisitioner that all items share", *LINES)),
    created_by=text("CreatedByUser"),
    vendor_code=text("Supplier"),
    vendor=VENDOR,
    ship_to=SHIP_TO,
    invoice_vendor_code=text(
        derived(amounts.invoicing_party, "InvoicingParty, where it is not the supplier", "InvoicingParty")
    ),
    vendor_order_reference=text("CorrespncExternalReference"),
    payment_terms_code=text("PaymentTerms"),
    net_days=integer(
        derived(
            amounts.net_days,
            "days of the terms' last step",
            "PaymentTerms",
            "NetPaymentDays",
            "CashDiscount1Days",
            "CashDiscount2Days",
        )
    ),
    discount_percent=percent(
        derived(amounts.early("CashDiscount1Percent"), "CashDiscount1Percent, if any", "CashDiscount1Percent")
    ),
    discount_days=integer(
        derived(amounts.early("CashDiscount1Days"), "CashDiscount1Days, if it grants a discount", "CashDiscount1Days")
    ),
    delivery_terms=code("IncotermsClassification"),
    delivery_terms_location=text("IncotermsLocation1"),
    language=code("Language"),
    currency=code("DocumentCurrency"),
    exchange_rate=rate(derived(amounts.exchange_rate, "ExchangeRate; indirect quotations inverted", "ExchangeRate")),
    charges_amount=money(derived(amounts.charges, "delivery cost conditions of all items", *LINES)),
    requisition_reference=text(
        derived(records.shared("PurchaseRequisition"), "requisition that all items share", *LINES)
    ),
    contract_reference=text(derived(records.shared("PurchaseContract"), "contract that all items share", *LINES)),
    quotation_reference=text("SupplierQuotationExternalID"),
    memo=text(derived(records.note(*NOTES), "header note F01", *NOTES)),
    source_created_at=instant("CreationDate", zone="UTC"),
    source_modified_at=instant("LastChangeDateTime"),
    source_version=text("@odata.etag", "__metadata.etag"),
    source_url=text("__metadata.uri"),
    is_deleted=boolean(derived(records.is_deleted, "deletion code L or X", "PurchaseOrderDeletionCode")),
)
