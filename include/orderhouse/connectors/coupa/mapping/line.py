"""Lines and the allocations of their accounts in Coupa's elements."""

from __future__ import annotations

from include.orderhouse.connectors.coupa.codes import LINE_STATUSES, MATCH_POLICIES, UNITS
from include.orderhouse.connectors.coupa.values import company_day
from include.orderhouse.connectors.coupa.values import line as v
from include.orderhouse.mapping import boolean, code, day, document, instant, money, percent, price, quantity, text
from include.orderhouse.model import PurchaseOrderDistribution, PurchaseOrderLine

LINE = PurchaseOrderLine(
    source_line_id=text("id"),
    line_number=text("line-num"),
    line_type=code(v.line_type),
    line_status=code(v.line_status, LINE_STATUSES),
    item_code=text("item.item-number"),
    item_name=text("item.name"),
    description=text("description"),
    vendor_item_code=text("source-part-num", "supp-aux-part-num"),
    manufacturer_item_code=text("manufacturer_part_number", "item.manufacturer-part-number"),
    category=text("commodity.name"),
    quantity_ordered=quantity(v.of_quantity("quantity")),
    unit=code("uom.code", UNITS),
    quantity_received=quantity(v.of_quantity("received")),
    quantity_invoiced=quantity(v.quantity_invoiced),
    unit_price=price(v.of_quantity("price")),
    net_amount=money("total"),
    net_amount_company=money("accounting-total"),
    requested_delivery_date=day(company_day("need-by-date")),
    receiving_site=text("^ship-to-address.location-code"),
    warehouse=text("receiving-warehouse.name"),
    match_policy=code("match-type", MATCH_POLICIES),
    gl_account=text(v.account("gl_account")),
    cost_center=text(v.account("cost_center")),
    project=text(v.account("project")),
    department=text(v.account("department"), "department.name"),
    contract_reference=text("contract.number"),
    is_cancelled=boolean(v.is_cancelled),
    is_closed=boolean(v.is_closed),
    source_created_at=instant("created-at"),
    source_modified_at=instant("updated-at"),
)

DISTRIBUTION = PurchaseOrderDistribution(
    distribution_number=text("id"),
    percent=percent("pct"),
    amount=money("amount"),
    gl_account=text("account._columns.gl_account"),
    cost_center=text("account._columns.cost_center"),
    profit_center=text("account._columns.profit_center"),
    department=text("account._columns.department"),
    project=text("account._columns.project"),
    wbs_element=text("account._columns.wbs_element"),
    internal_order=text("account._columns.internal_order"),
    fund=text("account._columns.fund"),
    dimensions=document(v.dimensions),
)
