"""Purchase orders of SAP S/4HANA as canonical rows. Of two paths the first is OData 4.0, the second 2.0."""

from __future__ import annotations

from include.orderhouse.connectors.sap_s4hana import derivations as of
from include.orderhouse.connectors.sap_s4hana.units import UNITS
from include.orderhouse.mapping import (
    Expression,
    Mapping,
    boolean,
    code,
    day,
    derived,
    document,
    instant,
    integer,
    joined,
    money,
    percent,
    price,
    quantity,
    rate,
    rows,
    text,
)
from include.orderhouse.model import (
    Address,
    PurchaseOrder,
    PurchaseOrderDistribution,
    PurchaseOrderLine,
    PurchaseOrderSchedule,
)

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
LINE_STATUSES = {
    "deleted": "cancelled", "open": "open", "partly delivered": "partially_received", "delivered": "received",
    "invoiced": "invoiced", "delivered and invoiced": "closed",
}  # fmt: skip
LINE_TYPES = {"account assignment A": "asset", "service": "service", "goods": "goods"}
MATCH_POLICIES = {"no invoice": "none", "order": "two_way", "goods receipt": "three_way"}
PROGRESS = {"none": "none", "partial": "partial", "full": "full"}

LINES = ("_PurchaseOrderItem", "to_PurchaseOrderItem.results")
SCHEDULES = ("_PurchaseOrderScheduleLineTP", "to_ScheduleLine.results")
ASSIGNMENTS = ("_PurOrdAccountAssignment", "to_AccountAssignment.results")
CONDITIONS = ("_PurOrdPricingElement", "to_PurchaseOrderPricingElement.results")
NOTES = ("_PurchaseOrderNote", "to_PurchaseOrderNote.results")
ITEM_NOTES = ("_PurchaseOrderItemNote", "to_PurchaseOrderItemNote.results")

BY_ITEMS = ("PurchaseOrderDeletionCode", "PurchasingDocumentDeletionCode", "PurchasingCompletenessStatus", *LINES)
RELEASE = ("PurchasingProcessingStatus", "ReleaseIsNotCompleted")

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
LINE_SHIP_TO = Address[Expression](
    name=text(
        joined("_DeliveryAddress.OrganizationName1", "_DeliveryAddress.OrganizationName2"), "DeliveryAddressName"
    ),
    line1=text(
        joined("_DeliveryAddress.StreetName", "_DeliveryAddress.HouseNumber"),
        joined("DeliveryAddressStreetName", "DeliveryAddressHouseNumber"),
    ),
    line2=text("_DeliveryAddress.StreetPrefixName1"),
    line3=text("_DeliveryAddress.StreetPrefixName2"),
    city=text("_DeliveryAddress.CityName", "DeliveryAddressCityName"),
    region=code("_DeliveryAddress.Region", None, "DeliveryAddressRegion"),
    postal_code=text("_DeliveryAddress.PostalCode", "DeliveryAddressPostalCode"),
    country=code("_DeliveryAddress.Country", None, "DeliveryAddressCountry"),
    contact=text("_DeliveryAddress.CareOfName", "_DeliveryAddress.AddresseeFullName"),
    email=text("_DeliveryAddress.EmailAddress"),
)

ORDER = PurchaseOrder[Expression](
    source_order_id=text("PurchaseOrder"),
    order_number=text("PurchaseOrder"),
    order_type=code(
        derived(of.order_type, "item category or returns of all items, else the type", "PurchaseOrderType", *LINES),
        ORDER_TYPES,
    ),
    status=code(
        derived(of.order_status, "deletion, held, rejection, release, then the items", *BY_ITEMS, *RELEASE),
        ORDER_STATUSES,
    ),
    approval_status=code(derived(of.approval_status, "release state", *RELEASE), APPROVAL_STATUSES),
    receipt_status=code(
        derived(of.receipt_status, "delivery indicators and open quantities of the items", *LINES), PROGRESS
    ),
    invoice_status=code(derived(of.invoice_status, "final invoice indicators of the items", *LINES), PROGRESS),
    order_date=day("PurchaseOrderDate"),
    valid_from=day("ValidityStartDate"),
    valid_to=day("ValidityEndDate"),
    company_code=text("CompanyCode"),
    purchasing_org_code=text("PurchasingOrganization"),
    purchasing_group_code=text("PurchasingGroup"),
    requester=text(derived(of.shared("RequisitionerName"), "requisitioner that all items share", *LINES)),
    created_by=text("CreatedByUser"),
    vendor_code=text("Supplier"),
    vendor=VENDOR,
    invoice_vendor_code=text(
        derived(of.invoicing_party, "InvoicingParty, where it is not the supplier", "InvoicingParty")
    ),
    vendor_order_reference=text("CorrespncExternalReference"),
    payment_terms_code=text("PaymentTerms"),
    net_days=integer(
        derived(
            of.net_days,
            "days of the terms' last step",
            "PaymentTerms",
            "NetPaymentDays",
            "CashDiscount1Days",
            "CashDiscount2Days",
        )
    ),
    discount_percent=percent(
        derived(of.early("CashDiscount1Percent"), "CashDiscount1Percent, if any", "CashDiscount1Percent")
    ),
    discount_days=integer(
        derived(of.early("CashDiscount1Days"), "CashDiscount1Days, if it grants a discount", "CashDiscount1Days")
    ),
    delivery_terms=code("IncotermsClassification"),
    delivery_terms_location=text("IncotermsLocation1"),
    language=code("Language"),
    currency=code("DocumentCurrency"),
    exchange_rate=rate(derived(of.exchange_rate, "ExchangeRate; indirect quotations inverted", "ExchangeRate")),
    charges_amount=money(derived(of.charges, "delivery cost conditions of all items", *LINES)),
    requisition_reference=text(derived(of.shared("PurchaseRequisition"), "requisition that all items share", *LINES)),
    contract_reference=text(derived(of.shared("PurchaseContract"), "contract that all items share", *LINES)),
    quotation_reference=text("SupplierQuotationExternalID"),
    memo=text(derived(of.note(*NOTES), "header note F01", *NOTES)),
    source_created_at=instant("CreationDate", zone="UTC"),
    source_modified_at=instant("LastChangeDateTime"),
    source_version=text("@odata.etag", "__metadata.etag"),
    source_url=text("__metadata.uri"),
    is_deleted=boolean(derived(of.is_deleted, "deletion code L or X", "PurchaseOrderDeletionCode")),
)

LINE = PurchaseOrderLine[Expression](
    source_line_id=text(
        derived(of.unpadded("PurchaseOrderItem"), "PurchaseOrderItem without leading zeros", "PurchaseOrderItem")
    ),
    line_number=text(
        derived(of.unpadded("PurchaseOrderItem"), "PurchaseOrderItem without leading zeros", "PurchaseOrderItem")
    ),
    line_type=code(
        derived(
            of.line_type,
            "asset, service or goods",
            "AccountAssignmentCategory",
            "ProductTypeCode",
            "PurchaseOrderItemCategory",
        ),
        LINE_TYPES,
    ),
    line_status=code(
        derived(
            of.line_status,
            "indicators and open quantity",
            "PurchasingDocumentDeletionCode",
            "IsCompletelyDelivered",
            "IsFinallyInvoiced",
        ),
        LINE_STATUSES,
    ),
    item_code=text("Material"),
    description=text(derived(of.note(*ITEM_NOTES), "item note F01", *ITEM_NOTES), "PurchaseOrderItemText"),
    vendor_item_code=text("SupplierMaterialNumber"),
    manufacturer_item_code=text("ManufacturerPartNmbr", "ManufacturerMaterial"),
    gtin=text("InternationalArticleNumber"),
    commodity_code=text("CommodityCode"),
    category=text("MaterialGroup"),
    quantity_ordered=quantity("OrderQuantity"),
    unit=code("PurchaseOrderQuantityUnit", UNITS),
    base_unit=code("BaseUnit", UNITS),
    unit_conversion_factor=rate(
        derived(
            of.base_unit_factor, "numerator / denominator", "OrderItemQtyToBaseQtyNmrtr", "OrderItemQtyToBaseQtyDnmntr"
        )
    ),
    quantity_received=quantity(derived(of.received, "scheduled less open quantity of the schedule lines", *SCHEDULES)),
    quantity_open=quantity(
        derived(of.open_quantity, "open quantity of the schedule lines", *SCHEDULES, "IsCompletelyDelivered")
    ),
    unit_price=price(
        derived(of.of_price("ConditionRateAmount", "ConditionRateValue"), "base price condition", *CONDITIONS),
        "NetPriceAmount",
    ),
    price_basis_quantity=quantity(
        derived(of.of_price("ConditionQuantity"), "pricing unit of the base price condition", *CONDITIONS),
        "NetPriceQuantity",
    ),
    price_unit=code("OrderPriceUnit", UNITS),
    price_unit_conversion_factor=rate(
        derived(
            of.price_unit_factor,
            "numerator / denominator",
            "OrderPriceUnitToOrderUnitNmrtr",
            "OrdPriceUnitToOrderUnitDnmntr",
        )
    ),
    discount_percent=percent(derived(of.discount_percent, "percentage discount conditions", *CONDITIONS)),
    discount_amount=money(derived(of.discount_amount, "values of discount conditions", *CONDITIONS)),
    net_amount=money(
        "NetAmount",
        derived(of.net_amount, "price and discount conditions, else quantity x price", *CONDITIONS, "NetPriceAmount"),
    ),
    tax_code=text("TaxCode"),
    requested_delivery_date=day(derived(of.earliest, "delivery date of the first schedule line", *SCHEDULES)),
    ship_to=LINE_SHIP_TO,
    receiving_site=text("Plant"),
    warehouse=text("StorageLocation"),
    over_delivery_percent=percent("OverdelivTolrtdLmtRatioInPct"),
    under_delivery_percent=percent("UnderdelivTolrtdLmtRatioInPct"),
    match_policy=code(
        derived(
            of.match_policy,
            "invoice indicators",
            "InvoiceIsExpected",
            "InvoiceIsGoodsReceiptBased",
            "GoodsReceiptIsExpected",
        ),
        MATCH_POLICIES,
    ),
    gl_account=text(derived(of.sole("GLAccount"), "of the only account assignment", *ASSIGNMENTS)),
    cost_center=text(derived(of.sole("CostCenter"), "of the only account assignment", *ASSIGNMENTS)),
    project=text(
        derived(
            of.sole("WBSElementExternalID", "WBSElement"), "WBS element of the only account assignment", *ASSIGNMENTS
        )
    ),
    requisition_reference=text("PurchaseRequisition"),
    contract_reference=text("PurchaseContract"),
    is_cancelled=boolean(derived(of.is_deleted, "deletion code L or X", "PurchasingDocumentDeletionCode")),
    is_closed=boolean("IsCompletelyDelivered"),
)

SCHEDULE = PurchaseOrderSchedule[Expression](
    schedule_number=text(derived(of.unpadded("ScheduleLine"), "ScheduleLine without leading zeros", "ScheduleLine")),
    quantity=quantity("ScheduleLineOrderQuantity"),
    unit=code("PurchaseOrderQuantityUnit", UNITS, "^PurchaseOrderQuantityUnit"),
    requested_delivery_date=day("ScheduleLineDeliveryDate"),
    quantity_received=quantity(
        derived(
            of.received_on_schedule,
            "scheduled less open quantity",
            "ScheduleLineOrderQuantity",
            "OpenPurchaseOrderQuantity",
        )
    ),
)

DISTRIBUTION = PurchaseOrderDistribution[Expression](
    distribution_number=text(
        derived(
            of.unpadded("AccountAssignmentNumber"),
            "AccountAssignmentNumber without leading zeros",
            "AccountAssignmentNumber",
        )
    ),
    percent=percent(
        derived(of.share, "the percentage, where the item is split by it", "MultipleAcctAssgmtDistrPercent")
    ),
    quantity=quantity("Quantity"),
    amount=money("PurgDocNetAmount"),
    gl_account=text("GLAccount"),
    cost_center=text("CostCenter"),
    profit_center=text("ProfitCenter"),
    wbs_element=text("WBSElementExternalID", "WBSElement"),
    internal_order=text("OrderID"),
    asset=text("MasterFixedAsset"),
    fund=text("Fund"),
    dimensions=document(derived(of.dimensions, "further account assignment objects", "FunctionalArea", "BusinessArea")),
    is_deleted=boolean("IsDeleted"),
)

MAPPING = Mapping(
    order=ORDER,
    not_in_source="""
        revision requested_delivery_date promised_delivery_date payment_due_date sent_at acknowledged_at approved_at
        closed_at cancelled_at company_name buyer_code buyer_name buyer_email approved_by vendor_tax_id ship_to bill_to
        payment_terms_text ship_method exchange_rate_date company_currency subtotal_amount discount_amount tax_amount
        total_amount subtotal_amount_company discount_amount_company charges_amount_company tax_amount_company
        total_amount_company tax_inclusive project_reference
    """,
    lines=rows(
        LINES,
        LINE,
        not_in_source="""
            item_name commodity_code_scheme quantity_accepted quantity_rejected quantity_invoiced quantity_cancelled
            tax_amount total_amount net_amount_company tax_rate promised_delivery_date confirmed_delivery_date
            first_received_date last_received_date department
        """,
    ),
    schedules=rows(SCHEDULES, SCHEDULE, not_in_source="promised_delivery_date ship_to status"),
    distributions=rows(ASSIGNMENTS, DISTRIBUTION, not_in_source="department project"),
)
