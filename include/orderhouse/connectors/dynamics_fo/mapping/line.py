"""An order's lines in properties of Finance & Operations. Dates are told as noon in UTC."""

from __future__ import annotations

from include.orderhouse.connectors.dynamics_fo import amounts
from include.orderhouse.connectors.dynamics_fo import values as v
from include.orderhouse.connectors.dynamics_fo.codes import LINE_STATUSES, LINE_TYPES, MATCH_POLICIES
from include.orderhouse.connectors.dynamics_fo.mapping.address import address
from include.orderhouse.mapping import boolean, code, day, instant, money, percent, price, quantity, text
from include.orderhouse.model import PurchaseOrderLine
from include.orderhouse.values.unit_names import NAMED_OR_CODED_UNITS

LINE = PurchaseOrderLine(
    source_line_id=text("LineNumber"),
    line_number=text("LineNumber"),
    line_type=code(v.line_type, LINE_TYPES),
    line_status=code(v.line_status, LINE_STATUSES),
    item_code=text("ItemNumber"),
    description=text("LineDescription"),
    vendor_item_code=text("ExternalItemNumber"),
    gtin=text("Barcode"),
    commodity_code=text("IntrastatCommodityCode"),
    category=text("ProcurementProductCategoryName"),
    quantity_ordered=quantity("OrderedPurchaseQuantity"),
    unit=code("PurchaseUnitSymbol", NAMED_OR_CODED_UNITS),
    quantity_received=quantity("_received"),
    quantity_invoiced=quantity("_invoiced"),
    unit_price=price("PurchasePrice"),
    price_basis_quantity=quantity("PurchasePriceQuantity"),
    discount_percent=percent("LineDiscountPercentage"),
    discount_amount=money(amounts.discount_amount),
    net_amount=money(amounts.net_amount),
    total_amount=money(amounts.total_amount),
    tax_code=text("SalesTaxItemGroupCode"),
    requested_delivery_date=day("RequestedDeliveryDate", zone="UTC"),
    confirmed_delivery_date=day("ConfirmedDeliveryDate", zone="UTC"),
    first_received_date=day(v.first_received, zone="UTC"),
    last_received_date=day(v.last_received, zone="UTC"),
    ship_to=address("DeliveryAddress", "StateId", name=text("DeliveryAddressName")),
    receiving_site=text("ReceivingSiteId"),
    warehouse=text("ReceivingWarehouseId"),
    over_delivery_percent=percent("AllowedOverdeliveryPercentage"),
    under_delivery_percent=percent("AllowedUnderdeliveryPercentage"),
    match_policy=code("VendorInvoiceMatchingPolicy", MATCH_POLICIES),
    gl_account=text("MainAccountIdDisplayValue"),
    cost_center=text("_dimensions.cost_center"),
    project=text("ProjectId"),
    department=text("_dimensions.department"),
    requisition_reference=text("PurchaseRequisitionId"),
    is_cancelled=boolean("PurchaseOrderLineStatus", true="Canceled"),
    is_deleted=boolean("IsDeleted", true="Yes"),
    source_modified_at=instant("_modified_at"),
)
