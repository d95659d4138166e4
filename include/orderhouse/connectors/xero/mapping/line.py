"""Lines in Xero's fields."""

from __future__ import annotations

from include.orderhouse.connectors.xero import values as v
from include.orderhouse.connectors.xero.codes import LINE_STATUSES
from include.orderhouse.mapping import Expression, boolean, code, day, money, percent, price, quantity, text
from include.orderhouse.model import PurchaseOrderLine

LINE = PurchaseOrderLine[Expression](
    source_line_id=text("LineItemID"),
    line_number=text("position"),
    line_type=code(v.line_type),
    line_status=code("^Status", LINE_STATUSES),
    item_code=text("ItemCode", "Item.Code"),
    item_name=text("Item.Name"),
    description=text("Description"),
    quantity_ordered=quantity("Quantity"),
    unit_price=price("UnitAmount"),
    discount_percent=percent("DiscountRate"),
    discount_amount=money(v.discount_amount),
    net_amount=money(v.net_amount),
    tax_amount=money("TaxAmount"),
    total_amount=money(v.gross_amount),
    tax_code=text("TaxType"),
    requested_delivery_date=day("^DeliveryDateString", "^DeliveryDate"),
    promised_delivery_date=day("^ExpectedArrivalDateString", "^ExpectedArrivalDate"),
    gl_account=text("AccountCode"),
    cost_center=text("cost_center"),
    department=text("department"),
    project=text("project"),
    is_deleted=boolean("^Status", true="DELETED"),
)
