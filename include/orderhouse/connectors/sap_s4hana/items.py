"""Items, schedule lines and account assignments as canonical columns. Of two paths the first is OData 4.0."""

from __future__ import annotations

from include.orderhouse.connectors.sap_s4hana import amounts, records, states
from include.orderhouse.connectors.sap_s4hana.records import ASSIGNMENTS, CONDITIONS, ITEM_NOTES, SCHEDULES
from include.orderhouse.connectors.sap_s4hana.units import UNITS
from include.orderhouse.mapping import (
    Expression,
    boolean,
    code,
    day,
    derived,
    document,
    joined,
    money,
    percent,
    price,
    quantity,
    rate,
    text,
)
from include.orderhouse.model import Address, PurchaseOrderDistribution, PurchaseOrderLine, PurchaseOrderSchedule

LINE_STATUSES = {
    "deleted": "cancelled", "open": "open", "partly delivered": "partially_received", "delivered": "received",
    "invoiced": "invoiced", "delivered and invoiced": "closed",
}  # fmt: skip
LINE_TYPES = {"account assignment A": "asset", "service": "service", "goods": "goods"}
MATCH_POLICIES = {"no invoice": "none", "order": "two_way", "goods receipt": "three_way"}

SHIP_TO = Address[Expression](
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

LINE = PurchaseOrderLine[Expression](
    source_line_id=text(
        derived(records.unpadded("PurchaseOrderItem"), "PurchaseOrderItem without leading zeros", "PurchaseOrderItem")
    ),
    line_number=text(
        derived(records.unpadded("PurchaseOrderItem"), "PurchaseOrderItem without leading zeros", "PurchaseOrderItem")
    ),
    line_type=code(
        derived(
            states.line_type,
            "asset, service or goods",
            "AccountAssignmentCategory",
            "ProductTypeCode",
            "PurchaseOrderItemCategory",
        ),
        LINE_TYPES,
    ),
    line_status=code(
        derived(
            states.line_status,
            "indicators and open quantity",
            "PurchasingDocumentDeletionCode",
            "IsCompletelyDelivered",
            "IsFinallyInvoiced",
        ),
        LINE_STATUSES,
    ),
    item_code=text("Material"),
    description=text(derived(records.note(*ITEM_NOTES), "item note F01", *ITEM_NOTES), "PurchaseOrderItemText"),
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
            amounts.base_unit_factor,
            "numerator / denominator",
            "OrderItemQtyToBaseQtyNmrtr",
            "OrderItemQtyToBaseQtyDnmntr",
        )
    ),
    quantity_received=quantity(
        derived(amounts.received, "scheduled less open quantity of the schedule lines", *SCHEDULES)
    ),
    quantity_open=quantity(
        derived(amounts.open_quantity, "open quantity of the schedule lines", *SCHEDULES, "IsCompletelyDelivered")
    ),
    unit_price=price(
        derived(amounts.of_price("ConditionRateAmount", "ConditionRateValue"), "base price condition", *CONDITIONS),
        "NetPriceAmount",
    ),
    price_basis_quantity=quantity(
        derived(amounts.of_price("ConditionQuantity"), "pricing unit of the base price condition", *CONDITIONS),
        "NetPriceQuantity",
    ),
    price_unit=code("OrderPriceUnit", UNITS),
    price_unit_conversion_factor=rate(
        derived(
            amounts.price_unit_factor,
            "numerator / denominator",
            "OrderPriceUnitToOrderUnitNmrtr",
            "OrdPriceUnitToOrderUnitDnmntr",
        )
    ),
    discount_percent=percent(derived(amounts.discount_percent, "percentage discount conditions", *CONDITIONS)),
    discount_amount=money(derived(amounts.discount_amount, "values of discount conditions", *CONDITIONS)),
    net_amount=money(
        "NetAmount",
        derived(
            amounts.net_amount, "price and discount conditions, else quantity x price", *CONDITIONS, "NetPriceAmount"
        ),
    ),
    tax_code=text("TaxCode"),
    requested_delivery_date=day(derived(amounts.earliest, "delivery date of the first schedule line", *SCHEDULES)),
    ship_to=SHIP_TO,
    receiving_site=text("Plant"),
    warehouse=text("StorageLocation"),
    over_delivery_percent=percent("OverdelivTolrtdLmtRatioInPct"),
    under_delivery_percent=percent("UnderdelivTolrtdLmtRatioInPct"),
    match_policy=code(
        derived(
            states.match_policy,
            "invoice indicators",
            "InvoiceIsExpected",
            "InvoiceIsGoodsReceiptBased",
            "GoodsReceiptIsExpected",
        ),
        MATCH_POLICIES,
    ),
    gl_account=text(derived(records.sole("GLAccount"), "of the only account assignment", *ASSIGNMENTS)),
    cost_center=text(derived(records.sole("CostCenter"), "of the only account assignment", *ASSIGNMENTS)),
    project=text(
        derived(
            records.sole("WBSElementExternalID", "WBSElement"),
            "WBS element of the only account assignment",
            *ASSIGNMENTS,
        )
    ),
    requisition_reference=text("PurchaseRequisition"),
    contract_reference=text("PurchaseContract"),
    is_cancelled=boolean(derived(records.is_deleted, "deletion code L or X", "PurchasingDocumentDeletionCode")),
    is_closed=boolean("IsCompletelyDelivered"),
)

SCHEDULE = PurchaseOrderSchedule[Expression](
    schedule_number=text(
        derived(records.unpadded("ScheduleLine"), "ScheduleLine without leading zeros", "ScheduleLine")
    ),
    quantity=quantity("ScheduleLineOrderQuantity"),
    unit=code("PurchaseOrderQuantityUnit", UNITS, "^PurchaseOrderQuantityUnit"),
    requested_delivery_date=day("ScheduleLineDeliveryDate"),
    quantity_received=quantity(
        derived(
            amounts.received_on_schedule,
            "scheduled less open quantity",
            "ScheduleLineOrderQuantity",
            "OpenPurchaseOrderQuantity",
        )
    ),
)

DISTRIBUTION = PurchaseOrderDistribution[Expression](
    distribution_number=text(
        derived(
            records.unpadded("AccountAssignmentNumber"),
            "AccountAssignmentNumber without leading zeros",
            "AccountAssignmentNumber",
        )
    ),
    percent=percent(
        derived(amounts.share, "the percentage, where the item is split by it", "MultipleAcctAssgmtDistrPercent")
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
    dimensions=document(
        derived(amounts.dimensions, "further account assignment objects", "FunctionalArea", "BusinessArea")
    ),
    is_deleted=boolean("IsDeleted"),
)
