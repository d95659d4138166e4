"""Lines in QuickBooks' fields; ``detail`` is the part that the line's type names."""

from __future__ import annotations

from include.orderhouse.connectors.quickbooks import progress, taxes
from include.orderhouse.connectors.quickbooks import values as v
from include.orderhouse.connectors.quickbooks.codes import LINE_TYPES
from include.orderhouse.mapping import Expression, boolean, code, day, money, price, quantity, text
from include.orderhouse.model import PurchaseOrderLine

LINE = PurchaseOrderLine[Expression](
    source_line_id=text("Id"),
    line_number=text("LineNum"),
    line_type=code(v.line_type, LINE_TYPES),
    line_status=code(progress.line_status),
    item_code=text("item.Sku", "detail.ItemRef.value"),
    item_name=text("item.Name", "detail.ItemRef.name"),
    description=text("Description"),
    manufacturer_item_code=text("detail.ManPartNum"),
    category=text("item.ParentRef.name"),
    quantity_ordered=quantity("detail.Qty"),
    quantity_received=quantity(progress.quantity_received),
    quantity_invoiced=quantity(progress.quantity_invoiced),
    quantity_open=quantity("detail.OpenQty"),
    unit_price=price("detail.UnitPrice"),
    net_amount=money(v.net_amount),
    tax_amount=money(taxes.line_tax),
    total_amount=money("detail.TaxInclusiveAmt"),
    tax_code=text("detail.TaxCodeRef.value"),
    requested_delivery_date=day("^ExpectedDate"),
    receiving_site=text("^DepartmentRef.name", "^DepartmentRef.value"),
    gl_account=text("detail.AccountRef.name", "detail.ItemAccountRef.name"),
    cost_center=text("detail.ClassRef.name", "^ClassRef.name"),
    project=text("detail.CustomerRef.name", "ProjectRef.name"),
    is_closed=boolean(progress.is_closed),
)
