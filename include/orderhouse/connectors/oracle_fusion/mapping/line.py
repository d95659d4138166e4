"""Lines, schedules and distributions in Fusion's attributes."""

from __future__ import annotations

from include.orderhouse.connectors.oracle_fusion.codes import LINE_STATUSES, LINE_TYPES, MATCH_POLICIES
from include.orderhouse.connectors.oracle_fusion.values import CANCELED, CLOSED, own_link
from include.orderhouse.connectors.oracle_fusion.values import line as v
from include.orderhouse.connectors.oracle_fusion.values.units import schedule_unit, unit
from include.orderhouse.mapping import boolean, code, day, document, instant, money, percent, price, quantity, text
from include.orderhouse.model import Address, PurchaseOrderDistribution, PurchaseOrderLine, PurchaseOrderSchedule
from include.orderhouse.values.unit_names import NAMED_OR_CODED_UNITS

LINE = PurchaseOrderLine(
    source_line_id=text("POLineId"),
    line_number=text("LineNumber"),
    line_type=code(v.line_type, LINE_TYPES),
    line_status=code(v.line_status, LINE_STATUSES),
    item_code=text("Item"),
    description=text("Description"),
    vendor_item_code=text("SupplierItem"),
    manufacturer_item_code=text("ManufacturerPartNumber"),
    category=text("Category"),
    quantity_ordered=quantity("Quantity"),
    unit=code(unit, NAMED_OR_CODED_UNITS, own="UOMCode"),
    quantity_received=quantity(v.quantity_received),
    quantity_invoiced=quantity(v.quantity_invoiced),
    quantity_open=quantity(v.quantity_open),
    unit_price=price("BasePrice", "Price"),
    price_unit=code("PricingUOM", NAMED_OR_CODED_UNITS),
    discount_percent=percent(v.discount_percent),
    net_amount=money("Ordered", "Amount"),
    tax_amount=money("TotalTax"),
    total_amount=money("Total"),
    requested_delivery_date=day(v.earliest_scheduled("RequestedDeliveryDate"), zone="connection"),
    promised_delivery_date=day(v.earliest_scheduled("PromisedDeliveryDate"), zone="connection"),
    first_received_date=day(v.receipt_date("first"), zone="connection"),
    last_received_date=day(v.receipt_date("latest"), zone="connection"),
    ship_to=Address(
        name=text(v.shared_by_schedules("ShipToLocation")),
        line1=text(v.shared_by_schedules("ShipToLocationAddress")),
    ),
    receiving_site=text(v.shared_by_schedules("ShipToOrganizationCode")),
    warehouse=text(v.shared_by_schedules("DeliverToLocation")),
    over_delivery_percent=percent(v.shared_by_schedules("OverReceiptTolerancePercent")),
    match_policy=code(v.shared_by_schedules("MatchApprovalLevelCode"), MATCH_POLICIES),
    gl_account=text(v.sole("gl_account"), v.sole_account),
    cost_center=text(v.sole("cost_center")),
    project=text(v.sole_project, v.sole("project")),
    department=text(v.sole("department")),
    contract_reference=text("SourceAgreement", "SourceAgreementNumber"),
    is_cancelled=boolean("StatusCode", true=CANCELED),
    is_closed=boolean("StatusCode", true=CLOSED),
    source_created_at=instant("CreationDate", zone="UTC"),
    source_modified_at=instant("LastUpdateDate", zone="UTC"),
    source_url=text(own_link("href")),
)

SCHEDULE = PurchaseOrderSchedule(
    schedule_number=text("ScheduleNumber"),
    quantity=quantity("Quantity"),
    unit=code(schedule_unit, NAMED_OR_CODED_UNITS, own="UOMCode"),
    requested_delivery_date=day("RequestedDeliveryDate", zone="connection"),
    promised_delivery_date=day("PromisedDeliveryDate", zone="connection"),
    quantity_received=quantity("ReceivedQuantity"),
    ship_to=Address(name=text("ShipToLocation"), line1=text("ShipToLocationAddress")),
    status=code("ScheduleStatusCode", LINE_STATUSES, "StatusCode"),
    source_modified_at=instant("LastUpdateDate", zone="UTC"),
)

DISTRIBUTION = PurchaseOrderDistribution(
    distribution_number=text(v.distribution_number),
    quantity=quantity("Quantity"),
    amount=money("Ordered", "Amount"),
    gl_account=text("_account.gl_account", "POChargeAccount"),
    cost_center=text("_account.cost_center"),
    department=text("_account.department"),
    project=text("ProjectNumber", "Project", "_account.project"),
    fund=text("_account.fund"),
    dimensions=document("_account"),
)
