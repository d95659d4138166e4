"""Purchase orders and lines of Finance & Operations in canonical terms.

Properties are those of the entities ``PurchaseOrderHeadersV2``, ``PurchaseOrderLinesV2``, ``ProductReceiptLinesV2``,
``PurchaseOrderHeaderCharges``, ``VendorsV2``, ``LegalEntities``, ``Ledgers`` and ``PaymentTerms``, as the Common Data
Model and the service's metadata list them. Dates are told as noon in UTC.
"""

from __future__ import annotations

from typing import Any

from include.orderhouse.connectors.dynamics_fo import values as v
from include.orderhouse.mapping import (
    Expression,
    Mapping,
    boolean,
    code,
    derived,
    instant,
    integer,
    joined,
    money,
    percent,
    price,
    quantity,
    rows,
    text,
)
from include.orderhouse.mapping import day as any_day
from include.orderhouse.model import Address, PurchaseOrder, PurchaseOrderLine
from include.orderhouse.unit_names import NAMED_UNITS

STATUSES = {
    "Draft": "draft",
    "Rejected": "draft",
    "InReview": "pending_approval",
    "Approved": "approved",
    "InExternalReview": "sent",
    "Confirmed": "acknowledged",
    "Backorder": "approved",
    "partially received": "partially_received",
    "Received": "received",
    "received": "received",
    "partially invoiced": "partially_invoiced",
    "Invoiced": "invoiced",
    "invoiced": "invoiced",
    "Finalized": "closed",
    "Canceled": "cancelled",
    "None": "unknown",
}
"""Values of the enums PurchStatus and VersioningDocumentState: "Purchase order overview" in Microsoft's documentation.
External review is the vendor's; confirmation follows it."""
APPROVALS = {"InReview": "pending", "Rejected": "rejected"} | dict.fromkeys(
    ("Approved", "InExternalReview", "Confirmed", "Finalized"), "approved"
)
LINE_STATUSES = STATUSES | {"Backorder": "open"}
LINE_TYPES = {"item": "goods", "category": "service", "fixed asset": "asset"}
ORDER_TYPES = {"Yes": "drop_ship", "No": "standard"}
PROGRESS = {name: name for name in ("none", "partial", "full")}
MATCH_POLICIES = {"NoMatch": "none", "TwoWayMatch": "two_way", "ThreeWayMatch": "three_way"}


def day(*places: Any) -> Expression:
    """A date that is told as noon in UTC."""
    return any_day(*places, zone="UTC")


def _address(prefix: str, state: str, **more: Any) -> Address[Any]:
    return Address(
        line1=text(v.street(f"{prefix}Street", 0)),
        line2=text(v.street(f"{prefix}Street", 1)),
        line3=text(v.street(f"{prefix}Street", 2)),
        city=text(f"{prefix}City"),
        region=code(f"{prefix}{state}"),
        postal_code=text(f"{prefix}ZipCode"),
        country=code(f"{prefix}CountryRegionISOCode", None, f"{prefix}CountryRegionId"),
        **more,
    )


COMPANY = _address(
    "_company.Address",
    "State",
    name=text("_company.Name"),
    email=text("_company.PrimaryContactEmail"),
    phone=text("_company.PrimaryContactPhone"),
)
"""Where vendors send their invoices: the legal entity that buys."""

ORDER = PurchaseOrder(
    source_order_id=text(joined("dataAreaId", "PurchaseOrderNumber", separator="/")),
    order_number=text("PurchaseOrderNumber"),
    order_type=code("IsDeliveredDirectly", ORDER_TYPES),
    status=code(
        derived(
            v.status,
            "PurchaseOrderStatus and DocumentApprovalStatus; in between, how far the lines have come",
            "PurchaseOrderStatus",
            "DocumentApprovalStatus",
            "_lines",
        ),
        STATUSES,
    ),
    approval_status=code(
        derived(
            lambda order: (
                None if order.get("DocumentApprovalStatus") == "Draft" else order.get("DocumentApprovalStatus")
            ),
            "DocumentApprovalStatus; none for drafts",
            "DocumentApprovalStatus",
        ),
        APPROVALS,
    ),
    receipt_status=code(derived(v.receipts, "received quantities, else line statuses", "_lines"), PROGRESS),
    invoice_status=code(derived(v.invoices, "invoiced quantities, else line statuses", "_lines"), PROGRESS),
    order_date=day("AccountingDate"),
    requested_delivery_date=day("RequestedDeliveryDate"),
    promised_delivery_date=day("ConfirmedDeliveryDate"),
    payment_due_date=day("FixedDueDate"),
    company_code=text("dataAreaId"),
    company_name=text("_company.Name"),
    purchasing_group_code=text("BuyerGroupId"),
    buyer_code=text("OrdererPersonnelNumber"),
    requester=text("RequesterPersonnelNumber"),
    vendor_code=text("OrderVendorAccountNumber"),
    vendor=_address(
        "_vendor.Address",
        "StateId",
        name=text("PurchaseOrderName", "_vendor.VendorOrganizationName"),
        contact=text("ContactPersonId"),
        email=text("Email", "_vendor.PrimaryEmailAddress"),
        phone=text("_vendor.PrimaryPhoneNumber"),
    ),
    vendor_tax_id=text("TaxExemptNumber", "_vendor.TaxExemptNumber"),
    invoice_vendor_code=text(
        derived(
            v.other_payee,
            "InvoiceVendorAccountNumber, where it is another vendor",
            "InvoiceVendorAccountNumber",
            "OrderVendorAccountNumber",
        )
    ),
    vendor_order_reference=text("VendorOrderReference"),
    ship_to=_address(
        "DeliveryAddress", "StateId", name=text("DeliveryAddressName"), contact=text("AttentionInformation")
    ),
    bill_to=COMPANY,
    payment_terms_code=text("PaymentTermsName"),
    payment_terms_text=text("_term.Description"),
    net_days=integer(derived(v.net_days, "NumberOfDays of terms that are nothing but days", "_term.NumberOfDays")),
    discount_percent=percent("CashDiscountPercentage"),
    delivery_terms=code("DeliveryTermsId"),
    ship_method=text("DeliveryModeId"),
    language=code("LanguageId"),
    currency=code("CurrencyCode"),
    company_currency=code("_company.ledger.AccountingCurrency"),
    subtotal_amount=money(derived(v.subtotal, "sum of LineAmount", "_lines")),
    charges_amount=money(derived(v.charges, "sum of FixedChargeAmount of the header's charges", "_charges")),
    tax_inclusive=boolean("ArePricesIncludingSalesTax", true="Yes"),
    requisition_reference=text(
        derived(v.shared("PurchaseRequisitionId"), "PurchaseRequisitionId that all lines share", "_lines")
    ),
    project_reference=text("ProjectId"),
    memo=text("ReasonComment"),
    source_created_at=instant("_created_at"),
    source_modified_at=instant("_modified_at"),
    source_version=text("@odata.etag"),
)

LINE = PurchaseOrderLine(
    source_line_id=text("LineNumber"),
    line_number=text("LineNumber"),
    line_type=code(
        derived(v.line_type, "whether it has an asset, an item or a category only", "FixedAssetNumber", "ItemNumber"),
        LINE_TYPES,
    ),
    line_status=code(
        derived(v.line_status, "PurchaseOrderLineStatus; where it is open, quantities", "PurchaseOrderLineStatus"),
        LINE_STATUSES,
    ),
    item_code=text("ItemNumber"),
    description=text("LineDescription"),
    vendor_item_code=text("ExternalItemNumber"),
    gtin=text("Barcode"),
    commodity_code=text("IntrastatCommodityCode"),
    category=text("ProcurementProductCategoryName"),
    quantity_ordered=quantity("OrderedPurchaseQuantity"),
    unit=code("PurchaseUnitSymbol", NAMED_UNITS),
    quantity_received=quantity("_received"),
    quantity_invoiced=quantity("_invoiced"),
    unit_price=price("PurchasePrice"),
    price_basis_quantity=quantity("PurchasePriceQuantity"),
    discount_percent=percent("LineDiscountPercentage"),
    discount_amount=money(
        derived(v.discount_amount, "what LineAmount lies below the price, with a discount a unit", "LineDiscountAmount")
    ),
    net_amount=money("LineAmount"),
    tax_code=text("SalesTaxItemGroupCode"),
    requested_delivery_date=day("RequestedDeliveryDate"),
    confirmed_delivery_date=day("ConfirmedDeliveryDate"),
    first_received_date=day(derived(v.receipt_date(min), "first ProductReceiptDate", "_receipts")),
    last_received_date=day(derived(v.receipt_date(max), "latest ProductReceiptDate", "_receipts")),
    ship_to=_address("DeliveryAddress", "StateId", name=text("DeliveryAddressName")),
    receiving_site=text("ReceivingSiteId"),
    warehouse=text("ReceivingWarehouseId"),
    over_delivery_percent=percent("AllowedOverdeliveryPercentage"),
    under_delivery_percent=percent("AllowedUnderdeliveryPercentage"),
    match_policy=code("VendorInvoiceMatchingPolicy", MATCH_POLICIES),
    gl_account=text("MainAccountIdDisplayValue"),
    cost_center=text("_dimensions.cost_center"),
    project=text("ProjectId"),
    department=text("_dimensions.department"),
    requisition_reference=text("PurchaseRequisitionId"),
    is_cancelled=boolean("PurchaseOrderLineStatus", true="Canceled"),
    is_deleted=boolean("IsDeleted", true="Yes"),
    source_modified_at=instant("_modified_at"),
)

MAPPING = Mapping(
    order=ORDER,
    not_in_source="revision valid_from valid_to sent_at acknowledged_at approved_at closed_at cancelled_at "
    "purchasing_org_code buyer_name buyer_email created_by approved_by discount_days delivery_terms_location "
    "exchange_rate exchange_rate_date discount_amount tax_amount total_amount subtotal_amount_company "
    "discount_amount_company charges_amount_company tax_amount_company total_amount_company contract_reference "
    "quotation_reference",
    lines=rows(
        "_lines",
        LINE,
        not_in_source="item_name manufacturer_item_code commodity_code_scheme base_unit unit_conversion_factor "
        "quantity_accepted quantity_rejected quantity_cancelled quantity_open price_unit "
        "price_unit_conversion_factor tax_amount total_amount net_amount_company tax_rate promised_delivery_date "
        "contract_reference is_closed",
    ),
    empty=("1900-01-01T12:00:00Z", "1900-01-01T00:00:00Z"),
)
