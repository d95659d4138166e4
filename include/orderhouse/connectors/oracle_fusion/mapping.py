"""Fusion's purchase orders, lines, schedules and distributions in canonical terms.

Attributes are those of the resources ``purchaseOrders``, ``suppliers`` and ``purchaseOrderLifeCycleDetails`` in
Oracle's REST API for Procurement (25D).
"""

from __future__ import annotations

from include.orderhouse.connectors.oracle_fusion import values as v
from include.orderhouse.mapping import (
    Mapping,
    boolean,
    code,
    day,
    derived,
    document,
    instant,
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
from include.orderhouse.unit_names import NAMED_UNITS

STATUSES = {
    "INCOMPLETE": "draft",
    "WITHDRAWN": "draft",
    "REJECTED": "draft",
    "PENDING APPROVAL": "pending_approval",
    "PENDING CHANGE APPROVAL": "approved",
    "OPEN": "approved",
    "ON HOLD": "approved",
    "PENDING SUPPLIER ACKNOWLEDGMENT": "sent",
    "partially received": "partially_received",
    "received": "received",
    "CLOSED FOR RECEIVING": "received",
    "partially invoiced": "partially_invoiced",
    "invoiced": "invoiced",
    "CLOSED FOR INVOICING": "invoiced",
    "CLOSED": "closed",
    "FINALLY CLOSED": "closed",
    "CANCELED": "cancelled",
}
"""Statuses of purchasing documents as "Using Procurement" lists them (chapter Purchase Orders, document status)."""
APPROVALS = {"PENDING APPROVAL": "pending", "REJECTED": "rejected"} | {
    name: "approved"
    for name in STATUSES
    if name.isupper() and name not in ("INCOMPLETE", "WITHDRAWN", "PENDING APPROVAL", "REJECTED")
}
LINE_STATUSES = (
    STATUSES
    | {"OPEN": "open", "ON HOLD": "open", "PENDING SUPPLIER ACKNOWLEDGMENT": "open"}
    | {"PENDING CHANGE APPROVAL": "open"}
)
LINE_TYPES = {"charge": "charge", "Goods": "goods", "Fixed Price Services": "service", "Rate Based Services": "service"}
"""The line types that come with the product; a company's own ones can be told by an override of ``line_type``."""
ORDER_TYPES = {"Purchase Order": "standard", "DROP SHIP": "drop_ship"}
PROGRESS = {name: name for name in ("none", "partial", "full")}
MATCH_POLICIES = {"2-WAY": "two_way", "3-WAY": "three_way", "4-WAY": "four_way"}

BY_SCHEDULES = ("StatusCode", "lines")
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
    order_type=code(
        derived(v.order_type, "DROP SHIP where all schedules are, else a purchase order", "lines"), ORDER_TYPES
    ),
    status=code(derived(v.status, "StatusCode; in force, how far the schedules have come", *BY_SCHEDULES), STATUSES),
    approval_status=code("StatusCode", APPROVALS),
    receipt_status=code(derived(v.progress_by(*v.RECEIVED), "ReceivedQuantity against Quantity", "lines"), PROGRESS),
    invoice_status=code(derived(v.progress_by(*v.BILLED), "BilledQuantity against Quantity", "lines"), PROGRESS),
    order_date=day("OrderDate", "CreationDate", zone="connection"),
    requested_delivery_date=day(v.earliest_of_all("RequestedDeliveryDate"), zone="connection"),
    promised_delivery_date=day(v.earliest_of_all("PromisedDeliveryDate"), zone="connection"),
    company_code=text("SoldToLegalEntityId"),
    company_name=text("SoldToLegalEntity"),
    purchasing_org_code=text("ProcurementBU"),
    buyer_code=text("BuyerId"),
    buyer_name=text("Buyer"),
    requester=text(derived(v.requester, "Requester that all distributions share", "lines")),
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
    exchange_rate=rate("ConversionRate"),
    exchange_rate_date=day("ConversionRateDate", zone="connection"),
    subtotal_amount=money(derived(v.sum_of("Ordered", False), "sum of Ordered of the lines without charges", "lines")),
    charges_amount=money(derived(v.sum_of("Ordered", True), "sum of Ordered of the charges", "lines")),
    tax_amount=money("TotalTax"),
    total_amount=money("Total"),
    requisition_reference=text("Requisition"),
    contract_reference=text(v.shared("SourceAgreement", "SourceAgreementNumber")),
    quotation_reference=text(v.shared("Negotiation")),
    memo=text("Description"),
    source_created_at=instant("CreationDate", zone="UTC"),
    source_modified_at=instant("LastUpdateDate", zone="UTC"),
    source_version=text(
        derived(v.own_link("properties", "changeIndicator"), "changeIndicator of the own link", "links")
    ),
    source_url=text(derived(v.own_link("href"), "href of the own link", "links")),
)

LINE = PurchaseOrderLine(
    source_line_id=text("POLineId"),
    line_number=text("LineNumber"),
    line_type=code(
        derived(
            lambda line: "charge" if line["_is_charge"] else line.get("LineType"),
            "LineType; charge for those that settings.charge_line_types names",
            "LineType",
        ),
        LINE_TYPES,
    ),
    line_status=code(
        derived(
            v.line_status, "StatusCode; where it is open, how far the schedules have come", "StatusCode", "schedules"
        ),
        LINE_STATUSES,
    ),
    item_code=text("Item"),
    description=text("Description"),
    vendor_item_code=text("SupplierItem"),
    manufacturer_item_code=text("ManufacturerPartNumber"),
    category=text("Category"),
    quantity_ordered=quantity("Quantity"),
    unit=code("UOMCode", NAMED_UNITS, "UOM"),
    quantity_received=quantity(
        derived(v.total_of(*v.RECEIVED), "sum of ReceivedQuantity of the schedules", "schedules")
    ),
    quantity_invoiced=quantity(derived(v.total_of(*v.BILLED), "sum of BilledQuantity of the schedules", "schedules")),
    unit_price=price("BasePrice", "Price"),
    price_unit=code("PricingUOM", NAMED_UNITS),
    discount_percent=percent(derived(v.discount_percent, "how far Price lies below BasePrice", "BasePrice", "Price")),
    net_amount=money("Ordered", "Amount"),
    tax_amount=money("TotalTax"),
    total_amount=money("Total"),
    requested_delivery_date=day(v.earliest("RequestedDeliveryDate"), zone="connection"),
    promised_delivery_date=day(v.earliest("PromisedDeliveryDate"), zone="connection"),
    first_received_date=day(
        derived(v.receipt_date(min), "first ReceiptDate, where receipts are read", "_receipts"), zone="connection"
    ),
    last_received_date=day(
        derived(v.receipt_date(max), "latest ReceiptDate, where receipts are read", "_receipts"), zone="connection"
    ),
    ship_to=Address(
        name=text(v.shared_by_schedules("ShipToLocation")),
        line1=text(v.shared_by_schedules("ShipToLocationAddress")),
    ),
    receiving_site=text(v.shared_by_schedules("ShipToOrganizationCode")),
    warehouse=text(v.shared_by_schedules("DeliverToLocation")),
    over_delivery_percent=percent(v.shared_by_schedules("OverReceiptTolerancePercent")),
    match_policy=code(v.shared_by_schedules("MatchApprovalLevelCode"), MATCH_POLICIES),
    gl_account=text(
        v.sole("gl_account"),
        derived(v.sole_account, "the line's only charge account, where its segments are not told", "_distributions"),
    ),
    cost_center=text(v.sole("cost_center")),
    project=text(derived(v.sole_project, "ProjectNumber of the only project", "_distributions"), v.sole("project")),
    department=text(v.sole("department")),
    contract_reference=text("SourceAgreement", "SourceAgreementNumber"),
    is_cancelled=boolean("StatusCode", true=("CANCELED", "CANCELLED")),
    is_closed=boolean("StatusCode", true=("CLOSED", "FINALLY CLOSED")),
    source_created_at=instant("CreationDate", zone="UTC"),
    source_modified_at=instant("LastUpdateDate", zone="UTC"),
    source_url=text(derived(v.own_link("href"), "href of the own link", "links")),
)

SCHEDULE = PurchaseOrderSchedule(
    schedule_number=text("ScheduleNumber"),
    quantity=quantity("Quantity"),
    unit=code("UOMCode", NAMED_UNITS, "^UOMCode"),
    requested_delivery_date=day("RequestedDeliveryDate", zone="connection"),
    promised_delivery_date=day("PromisedDeliveryDate", zone="connection"),
    quantity_received=quantity("ReceivedQuantity"),
    ship_to=Address(name=text("ShipToLocation"), line1=text("ShipToLocationAddress")),
    status=code("ScheduleStatusCode", LINE_STATUSES, "StatusCode"),
    source_modified_at=instant("LastUpdateDate", zone="UTC"),
)

DISTRIBUTION = PurchaseOrderDistribution(
    distribution_number=text(
        derived(v.distribution_number, "schedule and distribution number", "ScheduleNumber", "DistributionNumber")
    ),
    quantity=quantity("Quantity"),
    amount=money("Ordered", "Amount"),
    gl_account=text("_account.gl_account", "POChargeAccount"),
    cost_center=text("_account.cost_center"),
    department=text("_account.department"),
    project=text("ProjectNumber", "Project", "_account.project"),
    fund=text("_account.fund"),
    dimensions=document("_account"),
)

MAPPING = Mapping(
    order=ORDER,
    not_in_source="payment_due_date valid_from valid_to sent_at acknowledged_at approved_at closed_at cancelled_at "
    "purchasing_group_code buyer_email approved_by invoice_vendor_code payment_terms_text net_days discount_percent "
    "discount_days delivery_terms_location language company_currency discount_amount subtotal_amount_company "
    "discount_amount_company charges_amount_company tax_amount_company total_amount_company tax_inclusive "
    "project_reference",
    lines=rows(
        "lines",
        LINE,
        not_in_source="item_name gtin commodity_code commodity_code_scheme base_unit unit_conversion_factor "
        "quantity_accepted quantity_rejected quantity_cancelled quantity_open price_basis_quantity "
        "price_unit_conversion_factor discount_amount net_amount_company tax_code tax_rate confirmed_delivery_date "
        "under_delivery_percent requisition_reference",
    ),
    schedules=rows("schedules", SCHEDULE),
    distributions=rows(
        "_distributions", DISTRIBUTION, not_in_source="percent profit_center wbs_element internal_order asset"
    ),
)
