"""An order's lines in ERPNext's fields."""

from __future__ import annotations

from include.orderhouse.connectors.erpnext.codes import LINE_STATUSES, LINE_TYPES
from include.orderhouse.connectors.erpnext.units import UNITS
from include.orderhouse.connectors.erpnext.values import DIGITS
from include.orderhouse.connectors.erpnext.values import line as v
from include.orderhouse.connectors.erpnext.values.amounts import tax_rate
from include.orderhouse.mapping import boolean, code, day, instant, money, percent, price, quantity, rate, text
from include.orderhouse.model import PurchaseOrderLine
from include.orderhouse.values.markup import plain

LINE = PurchaseOrderLine(
    source_line_id=text("name"),
    line_number=text("idx"),
    line_type=code(v.line_type, LINE_TYPES),
    line_status=code(v.line_status, LINE_STATUSES),
    item_code=text("item_code"),
    item_name=text("item_name"),
    description=text(plain("description")),
    vendor_item_code=text("supplier_part_no"),
    manufacturer_item_code=text("manufacturer_part_no", "_item_code.default_manufacturer_part_no"),
    gtin=text(v.gtin),
    commodity_code=text("_item_code.customs_tariff_number"),
    commodity_code_scheme=text(v.commodity_scheme),
    category=text("item_group", "_item_code.item_group"),
    quantity_ordered=quantity("qty", digits=DIGITS),
    unit=code("uom", UNITS),
    base_unit=code("stock_uom", UNITS),
    unit_conversion_factor=rate("conversion_factor", digits=DIGITS),
    quantity_received=quantity(v.quantity_received, digits=DIGITS),
    quantity_invoiced=quantity(v.quantity_invoiced),
    unit_price=price(v.unit_price, digits=DIGITS),
    discount_percent=percent("discount_percentage", digits=DIGITS),
    discount_amount=money(v.discount_amount, digits=6),
    net_amount=money("net_amount", digits=DIGITS),
    net_amount_company=money("base_net_amount", digits=DIGITS),
    tax_code=text("item_tax_template"),
    tax_rate=percent(tax_rate, digits=DIGITS),
    requested_delivery_date=day("schedule_date"),
    promised_delivery_date=day("expected_delivery_date"),
    receiving_site=text("_warehouse.warehouse_name", "warehouse"),
    warehouse=text("warehouse"),
    gl_account=text("_expense_account.account_number", "expense_account"),
    cost_center=text("_cost_center.cost_center_number", "cost_center"),
    project=text("project"),
    department=text("department"),
    requisition_reference=text("material_request"),
    contract_reference=text("blanket_order"),
    is_cancelled=boolean(v.is_cancelled),
    is_closed=boolean(v.is_closed),
    source_created_at=instant("_creation_at"),
    source_modified_at=instant("_modified_at"),
)
