"""An order's lines in Business Central's fields."""

from __future__ import annotations

from include.orderhouse.connectors.business_central import values as v
from include.orderhouse.connectors.business_central.codes import LINE_TYPES
from include.orderhouse.mapping import code, day, joined, money, percent, price, quantity, text
from include.orderhouse.model import PurchaseOrderLine

LINE = PurchaseOrderLine(
    source_line_id=text("id"),
    source_version=text("etag"),
    line_number=text("sequence"),
    line_type=code(v.line_type, LINE_TYPES),
    item_code=text(v.item_code),
    item_name=text("item.displayName"),
    description=text(joined("description", "description2")),
    gtin=text("item.gtin"),
    category=text("item.itemCategoryCode"),
    quantity_ordered=quantity("quantity"),
    unit=code(v.unit("unitOfMeasure", "unitOfMeasureCode"), own="unitOfMeasureCode"),
    base_unit=code(v.unit("item.baseUnitOfMeasure", "item.baseUnitOfMeasureCode"), own="item.baseUnitOfMeasureCode"),
    quantity_received=quantity("receivedQuantity"),
    quantity_invoiced=quantity("invoicedQuantity"),
    unit_price=price("directUnitCost"),
    discount_percent=percent("discountPercent"),
    discount_amount=money("discountAmount"),
    net_amount=money("amountExcludingTax"),
    tax_amount=money("totalTaxAmount"),
    total_amount=money("amountIncludingTax"),
    tax_code=text("taxCode"),
    tax_rate=percent("taxPercent"),
    promised_delivery_date=day("expectedReceiptDate"),
    receiving_site=text("location.code"),
    gl_account=text(v.gl_account),
    cost_center=text("dimensions.COSTCENTER"),
    project=text("dimensions.PROJECT"),
    department=text("dimensions.DEPARTMENT"),
)
