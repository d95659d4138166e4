"""An order's lines in NetSuite's columns."""

from __future__ import annotations

from include.orderhouse.connectors.netsuite import amounts as a
from include.orderhouse.connectors.netsuite import values as v
from include.orderhouse.connectors.netsuite.codes import LINE_TYPES
from include.orderhouse.connectors.netsuite.units import FACTOR, in_line_unit, unit_price
from include.orderhouse.mapping import Expression, boolean, code, day, instant, money, price, quantity, rate, text
from include.orderhouse.model import PurchaseOrderLine
from include.orderhouse.values.unit_names import NAMED_OR_CODED_UNITS, told_unit

LINE = PurchaseOrderLine[Expression](
    source_line_id=text("id"),
    line_number=text("linesequencenumber"),
    line_type=code(v.line_type, LINE_TYPES),
    line_status=code(v.line_status),
    item_code=text("item_record.itemid", "item"),
    item_name=text("item_record.displayname"),
    description=text("memo"),
    vendor_item_code=text("vendorname"),
    manufacturer_item_code=text("item_record.mpn"),
    gtin=text("item_record.upccode"),
    category=text("item_record.class_name"),
    quantity_ordered=quantity(in_line_unit("quantity")),
    unit=code(
        told_unit("line_unit.unitname", "line_unit.abbreviation", "units_name"), NAMED_OR_CODED_UNITS, own="units_name"
    ),
    base_unit=code(
        told_unit("base_unit.unitname", "base_unit.abbreviation"), NAMED_OR_CODED_UNITS, own="base_unit.abbreviation"
    ),
    unit_conversion_factor=rate(FACTOR),
    quantity_received=quantity(in_line_unit("quantityshiprecv")),
    quantity_invoiced=quantity(in_line_unit("quantitybilled")),
    unit_price=price(unit_price),
    net_amount=money(a.signed("foreignamount")),
    net_amount_company=money(a.signed("netamount")),
    promised_delivery_date=day("expectedreceiptdate"),
    receiving_site=text("location_name"),
    gl_account=text("expenseaccount_name"),
    cost_center=text("class_name"),
    department=text("department_name"),
    is_closed=boolean("isclosed", true="T"),
    source_created_at=instant("linecreateddate"),
    source_modified_at=instant("linelastmodifieddate"),
)
