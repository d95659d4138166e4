"""Lines and their shares of analytic accounts in Odoo's fields.

Odoo numbers no lines: they are counted in the order that it shows them in. ``sequence`` sorts them, and is 10 for all
that nobody has moved.
"""

from __future__ import annotations

from include.orderhouse.connectors.odoo.codes import LINE_STATUSES, LINE_TYPES, UNITS
from include.orderhouse.connectors.odoo.values import line as v
from include.orderhouse.connectors.odoo.values.taxes import tax_code, tax_rate, unit_price
from include.orderhouse.mapping import (
    boolean,
    code,
    day,
    document,
    instant,
    money,
    percent,
    price,
    quantity,
    rate,
    text,
)
from include.orderhouse.model import PurchaseOrderDistribution, PurchaseOrderLine

LINE = PurchaseOrderLine(
    source_line_id=text("id"),
    line_number=text("_number", "sequence"),
    line_type=code(v.line_type, LINE_TYPES),
    line_status=code(v.line_status, LINE_STATUSES),
    item_code=text("product_id.default_code", "product_id.id"),
    item_name=text("product_id.name"),
    description=text("name"),
    vendor_item_code=text("_supplier.product_code"),
    gtin=text("product_id.barcode"),
    commodity_code=text("product_id.unspsc_code_id.code"),
    commodity_code_scheme=text(v.commodity_scheme),
    category=text("product_id.categ_id.display_name"),
    quantity_ordered=quantity(v.of_goods("product_qty"), digits=6),
    unit=code("product_uom.name", UNITS, "product_uom_id.name", "uom_id.name"),
    base_unit=code("product_id.uom_id.name", UNITS),
    unit_conversion_factor=rate(v.unit_conversion),
    quantity_received=quantity(v.of_goods("qty_received"), digits=6),
    quantity_invoiced=quantity(v.of_goods("qty_invoiced"), digits=6),
    unit_price=price(unit_price, digits=10),
    discount_percent=percent(v.of_goods("discount"), digits=6),
    net_amount=money(v.of_goods("price_subtotal")),
    tax_amount=money(v.tax_amount),
    total_amount=money(v.of_goods("price_total")),
    tax_code=text(tax_code),
    tax_rate=percent(tax_rate, digits=6),
    requested_delivery_date=day("date_planned", zone="connection"),
    receiving_site=text("^picking_type_id.warehouse_id.code"),
    cost_center=text(v.only_share("cost_center")),
    project=text(v.only_share("project")),
    department=text(v.only_share("department")),
    is_cancelled=boolean("^state", true="cancel"),
    is_closed=boolean(v.is_closed),
    source_created_at=instant("create_date", zone="UTC"),
    source_modified_at=instant("write_date", zone="UTC"),
)

DISTRIBUTION = PurchaseOrderDistribution(
    distribution_number=text("key"),
    percent=percent("percent", digits=6),
    cost_center=text("cost_center"),
    department=text("department"),
    project=text("project"),
    dimensions=document("dimensions"),
)
