"""An order's lines in Acumatica's fields."""

from __future__ import annotations

from include.orderhouse.connectors.acumatica import amounts, references
from include.orderhouse.connectors.acumatica import values as v
from include.orderhouse.connectors.acumatica.codes import LINE_STATUSES, LINE_TYPES
from include.orderhouse.mapping import Expression, boolean, code, day, money, percent, price, quantity, text
from include.orderhouse.model import PurchaseOrderLine
from include.orderhouse.values.unit_names import NAMED_OR_CODED_UNITS

LINE = PurchaseOrderLine[Expression](
    source_line_id=text("LineNbr.value"),
    line_number=text("LineNbr.value"),
    line_type=code("LineType.value", LINE_TYPES),
    line_status=code(v.line_status, LINE_STATUSES),
    item_code=text("InventoryID.value"),
    description=text("LineDescription.value", "Description.value"),
    vendor_item_code=text("AlternateID.value"),
    quantity_ordered=quantity("OrderQty.value"),
    unit=code("UOM.value", NAMED_OR_CODED_UNITS),
    quantity_received=quantity("CompletedQty", "QtyOnReceipts.value"),
    quantity_invoiced=quantity("BilledQty"),
    unit_price=price("UnitCost.value"),
    discount_percent=percent("DiscPct"),
    discount_amount=money("CuryDiscAmt"),
    net_amount=money(amounts.net),
    tax_code=text("TaxCategory.value"),
    requested_delivery_date=day(v.date_of("Requested")),
    promised_delivery_date=day(v.date_of("Promised")),
    warehouse=text("WarehouseID.value"),
    over_delivery_percent=percent(v.tolerance("MaxReceiptPercent", 1)),
    under_delivery_percent=percent(v.tolerance("MinReceiptPercent", -1)),
    gl_account=text("Account.value"),
    cost_center=text("Subaccount.value"),
    project=text(references.project),
    contract_reference=text(references.blanket),
    is_cancelled=boolean("Cancelled.value"),
    is_closed=boolean("Completed.value"),
)
