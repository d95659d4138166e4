"""Lines in the Service Layer's members."""

from __future__ import annotations

from include.orderhouse.connectors.sap_business_one.codes import LINE_STATUSES, LINE_TYPES
from include.orderhouse.connectors.sap_business_one.values import DIGITS, counted, invoiced, ordered, received
from include.orderhouse.connectors.sap_business_one.values import line as v
from include.orderhouse.connectors.sap_business_one.values.units import own_unit, unit
from include.orderhouse.mapping import Expression, boolean, code, day, money, percent, price, quantity, rate, text
from include.orderhouse.model import Address, PurchaseOrderLine

LINE = PurchaseOrderLine[Expression](
    source_line_id=text(v.line_key),
    line_number=text(v.row_number),
    line_type=code(v.line_type, LINE_TYPES),
    line_status=code(v.line_status, LINE_STATUSES),
    item_code=text("ItemCode"),
    item_name=text("Item.ItemName"),
    description=text("ItemDescription", "LineText"),
    vendor_item_code=text("SupplierCatNum"),
    manufacturer_item_code=text("Item.SupplierCatalogNo"),
    gtin=text("BarCode", "Item.BarCode"),
    category=text("Item.Group.GroupName"),
    quantity_ordered=quantity(ordered, digits=DIGITS),
    unit=code(unit("UnitOfMeasurement", "UoMCode", "MeasureUnit"), own=own_unit("UoMCode", "MeasureUnit")),
    base_unit=code(unit("Item.InventoryUnitOfMeasurement", "", "Item.InventoryUOM"), own="Item.InventoryUOM"),
    unit_conversion_factor=rate("UnitsOfMeasurment", digits=DIGITS),
    quantity_received=quantity(counted(received), digits=DIGITS),
    quantity_invoiced=quantity(counted(invoiced), digits=DIGITS),
    quantity_open=quantity(v.quantity_open, digits=DIGITS),
    unit_price=price(v.unit_price, digits=DIGITS),
    discount_percent=percent("DiscountPercent", digits=DIGITS),
    net_amount=money(v.NET_AMOUNT, digits=DIGITS),
    tax_amount=money(v.tax, digits=DIGITS),
    total_amount=money(v.amount("GrossTotal", "GrossTotalFC"), digits=DIGITS),
    net_amount_company=money("LineTotal", digits=DIGITS),
    tax_code=text("TaxCode", "VatGroup"),
    tax_rate=percent("TaxPercentagePerRow", digits=DIGITS),
    requested_delivery_date=day("RequiredDate"),
    promised_delivery_date=day("ShipDate"),
    first_received_date=day(v.receipt_day(min)),
    last_received_date=day(v.receipt_day(max)),
    ship_to=Address(name=text("ShipToDescription", "ShipToCode")),
    warehouse=text("WarehouseCode"),
    gl_account=text("AccountCode"),
    cost_center=text("CostingCode"),
    project=text("ProjectCode"),
    requisition_reference=text(v.requisition),
    contract_reference=text("AgreementNo"),
    is_cancelled=boolean("Order.Cancelled", true="tYES"),
    is_closed=boolean(v.line_standing, true="bost_Close"),
)
