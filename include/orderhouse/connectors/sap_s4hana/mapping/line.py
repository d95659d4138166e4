"""Items, schedule lines and account assignments as canonical columns. Of two paths the first is OData 4.0."""

from __future__ import annotations

from include.orderhouse.connectors.sap_s4hana.codes import LINE_STATUSES, LINE_TYPES, MATCH_POLICIES
from include.orderhouse.connectors.sap_s4hana.units import UNITS
from include.orderhouse.connectors.sap_s4hana.values import (
    ITEM_NOTES,
    cancelled,
    note,
    ordered,
    progress,
    signed,
    unpadded,
)
from include.orderhouse.connectors.sap_s4hana.values import line as v
from include.orderhouse.connectors.sap_s4hana.values.amounts import (
    net_amount,
    price_units_per_order_unit,
    quotient,
)
from include.orderhouse.connectors.sap_s4hana.values.conditions import (
    RATE,
    discount_amount,
    discount_percent,
    of_price,
)
from include.orderhouse.mapping import (
    Expression,
    boolean,
    code,
    day,
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

SHIP_TO = Address[Expression](
    name=text(
        joined("_DeliveryAddress.OrganizationName1", "_DeliveryAddress.OrganizationName2"),
        joined("DeliveryAddressName", "DeliveryAddressName2"),
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
    source_line_id=text(unpadded("PurchaseOrderItem")),
    line_number=text(unpadded("PurchaseOrderItem")),
    line_type=code(v.line_type, LINE_TYPES),
    line_status=code(progress.line_status, LINE_STATUSES),
    item_code=text("Material"),
    description=text(note("item", ITEM_NOTES), "PurchaseOrderItemText"),
    vendor_item_code=text("SupplierMaterialNumber"),
    manufacturer_item_code=text("ManufacturerPartNmbr", "ManufacturerMaterial"),
    gtin=text("InternationalArticleNumber"),
    commodity_code=text("CommodityCode"),
    category=text("MaterialGroup"),
    quantity_ordered=quantity(ordered),
    unit=code("PurchaseOrderQuantityUnit", UNITS),
    base_unit=code("BaseUnit", UNITS),
    unit_conversion_factor=rate(quotient("OrderItemQtyToBaseQtyNmrtr", "OrderItemQtyToBaseQtyDnmntr")),
    quantity_received=quantity(progress.received),
    quantity_open=quantity(progress.quantity_open),
    unit_price=price(of_price("base price condition in the order's currency and price unit", *RATE), "NetPriceAmount"),
    price_basis_quantity=quantity(of_price("pricing unit of that condition", "ConditionQuantity"), "NetPriceQuantity"),
    price_unit=code("OrderPriceUnit", UNITS),
    price_unit_conversion_factor=rate(price_units_per_order_unit),
    discount_percent=percent(discount_percent),
    discount_amount=money(discount_amount),
    net_amount=money(net_amount),
    tax_code=text("TaxCode"),
    requested_delivery_date=day(v.earliest),
    ship_to=SHIP_TO,
    receiving_site=text("Plant"),
    warehouse=text("StorageLocation"),
    over_delivery_percent=percent(v.over_delivery),
    under_delivery_percent=percent("UnderdelivTolrtdLmtRatioInPct"),
    match_policy=code(v.match_policy, MATCH_POLICIES),
    gl_account=text(v.sole("GLAccount")),
    cost_center=text(v.sole("CostCenter")),
    project=text(v.sole("WBSElementExternalID", "WBSElement", says="WBS element of the only account assignment")),
    requisition_reference=text("PurchaseRequisition"),
    contract_reference=text("PurchaseContract"),
    is_cancelled=boolean(cancelled),
    is_closed=boolean(progress.is_closed),
)

SCHEDULE = PurchaseOrderSchedule[Expression](
    schedule_number=text(unpadded("ScheduleLine")),
    quantity=quantity(signed("ScheduleLineOrderQuantity")),
    unit=code("PurchaseOrderQuantityUnit", UNITS, "^PurchaseOrderQuantityUnit"),
    requested_delivery_date=day("ScheduleLineDeliveryDate"),
    quantity_received=quantity(progress.received_on_schedule),
)

DISTRIBUTION = PurchaseOrderDistribution[Expression](
    distribution_number=text(unpadded("AccountAssignmentNumber")),
    percent=percent(v.share),
    quantity=quantity(signed("Quantity")),
    amount=money(signed("PurgDocNetAmount")),
    gl_account=text("GLAccount"),
    cost_center=text("CostCenter"),
    profit_center=text("ProfitCenter"),
    wbs_element=text("WBSElementExternalID", "WBSElement"),
    internal_order=text("OrderID"),
    asset=text("MasterFixedAsset"),
    fund=text("Fund"),
    dimensions=document(v.dimensions),
    is_deleted=boolean("IsDeleted"),
)
