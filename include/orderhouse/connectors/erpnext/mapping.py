"""ERPNext's fields as canonical columns.

A discount on the order as a whole is shared among the lines' net amounts by ERPNext itself, so it has no column here.
"""

from __future__ import annotations

from include.orderhouse.connectors.erpnext import values as v
from include.orderhouse.connectors.erpnext.units import UNITS
from include.orderhouse.mapping import (
    Expression,
    Mapping,
    boolean,
    code,
    day,
    instant,
    integer,
    money,
    percent,
    price,
    quantity,
    rate,
    rows,
    text,
)
from include.orderhouse.model import Address, PurchaseOrder, PurchaseOrderLine

STATUS = {
    "Draft": "draft",
    "Draft, pending approval": "pending_approval",
    "On Hold": "approved",
    "To Receive": "invoiced",
    "Completed": "invoiced",
    "Closed": "closed",
    "Cancelled": "cancelled",
    **{
        f"{state}{refined}": status
        for state in ("To Receive and Bill", "To Bill", "Delivered", "Submitted")
        for refined, status in (
            ("", "approved"),
            (", confirmed", "acknowledged"),
            (", partly received", "partially_received"),
            (", received", "received"),
            (", partly billed", "partially_invoiced"),
            (", billed", "invoiced"),
        )
    },
}
"""`Purchase Order.status` as `status_map` of ERPNext's controllers/status_updater.py sets it, open ones refined."""

APPROVAL = {
    "Submitted": "approved",
    "Approved": "approved",
    "Pending": "pending",
    "Pending Approval": "pending",
    "Rejected": "rejected",
}
"""Without a workflow, submission approves; else the workflow states that Frappe delivers, and the usual longer one."""

LINE_STATUS = {
    "Draft": "draft",
    "Draft, pending approval": "pending_approval",
    "open": "open",
    "partly received": "partially_received",
    "received": "received",
    "partly billed": "partially_invoiced",
    "billed": "invoiced",
    "Closed": "closed",
    "Cancelled": "cancelled",
}
ORDER_TYPE = {
    "standard": "standard",
    "subcontract": "subcontract",
    "drop shipment": "drop_ship",
    "call-off": "contract_release",
}
LINE_TYPE = {"asset": "asset", "stock item": "goods", "non-stock item": "service"}
PROGRESS = {"none": "none", "partial": "partial", "full": "full"}


def _address(at: str, name: Expression, *contact: Expression | None) -> Address[Expression]:
    person, email, phone = contact or (None, text(f"{at}.email_id"), text(f"{at}.phone"))
    return Address(
        name=name,
        line1=text(f"{at}.address_line1"),
        line2=text(f"{at}.address_line2"),
        city=text(f"{at}.city"),
        region=code(f"{at}.state"),
        postal_code=text(f"{at}.pincode"),
        country=code(f"{at}.country"),
        contact=person,
        email=email,
        phone=phone,
    )


ORDER = PurchaseOrder(
    source_order_id=text("name"),
    order_number=text("name"),
    revision=text(v.REVISION),
    order_type=code(v.ORDER_TYPE, ORDER_TYPE),
    status=code(v.STATUS, STATUS),
    approval_status=code(v.APPROVAL, APPROVAL),
    receipt_status=code(v.progress("per_received"), PROGRESS),
    invoice_status=code(v.progress("per_billed"), PROGRESS),
    order_date=day("transaction_date"),
    requested_delivery_date=day("schedule_date"),
    payment_due_date=day(v.PAYMENT_DUE_DATE),
    company_code=text("_company.abbr", "company"),
    company_name=text("company"),
    created_by=text("owner"),
    vendor_code=text("supplier"),
    vendor=_address(
        "_supplier_address",
        text("supplier_name"),
        text("contact_display"),
        text("contact_email", "_supplier_address.email_id"),
        text("contact_mobile", "_supplier_address.phone"),
    ),
    vendor_tax_id=text("_supplier.tax_id"),
    vendor_order_reference=text("order_confirmation_no"),
    ship_to=_address("_shipping_address", text("_shipping_address.address_title")),
    bill_to=_address("_billing_address", text("_billing_address.address_title")),
    payment_terms_code=text("payment_terms_template"),
    payment_terms_text=text(v.joined_terms("description")),
    net_days=integer(v.NET_DAYS),
    discount_percent=percent(v.DISCOUNT_PERCENT, digits=v.DIGITS),
    discount_days=integer(v.DISCOUNT_DAYS),
    delivery_terms=code("incoterm"),
    delivery_terms_location=text("named_place"),
    language=code("language", None, "_supplier.language"),
    currency=code("currency"),
    exchange_rate=rate("conversion_rate", digits=v.DIGITS),
    company_currency=code("_company.default_currency"),
    subtotal_amount=money("net_total", digits=v.DIGITS),
    charges_amount=money(v.CHARGES, digits=v.DIGITS),
    tax_amount=money(v.TAX, digits=v.DIGITS),
    total_amount=money("grand_total", digits=v.DIGITS),
    subtotal_amount_company=money("base_net_total", digits=v.DIGITS),
    charges_amount_company=money(v.CHARGES_COMPANY, digits=v.DIGITS),
    tax_amount_company=money(v.TAX_COMPANY, digits=v.DIGITS),
    total_amount_company=money("base_grand_total", digits=v.DIGITS),
    tax_inclusive=boolean(v.TAX_INCLUSIVE),
    requisition_reference=text(v.the_only("material_request")),
    contract_reference=text(v.the_only("blanket_order")),
    quotation_reference=text("ref_sq", v.the_only("supplier_quotation")),
    project_reference=text("project"),
    memo=text(v.plain("terms")),
    source_created_at=instant("_creation_at"),
    source_modified_at=instant("_modified_at"),
)

LINES = rows(
    "items",
    PurchaseOrderLine(
        source_line_id=text("name"),
        line_number=text("idx"),
        line_type=code(v.LINE_TYPE, LINE_TYPE),
        line_status=code(v.LINE_STATUS, LINE_STATUS),
        item_code=text("item_code"),
        item_name=text("item_name"),
        description=text(v.plain("description")),
        vendor_item_code=text("supplier_part_no"),
        manufacturer_item_code=text("manufacturer_part_no", "_item_code.default_manufacturer_part_no"),
        gtin=text(v.GTIN),
        commodity_code=text("_item_code.customs_tariff_number"),
        commodity_code_scheme=text(v.COMMODITY_SCHEME),
        category=text("item_group", "_item_code.item_group"),
        quantity_ordered=quantity("qty", digits=v.DIGITS),
        unit=code("uom", UNITS),
        base_unit=code("stock_uom", UNITS),
        unit_conversion_factor=rate("conversion_factor", digits=v.DIGITS),
        quantity_received=quantity("received_qty", digits=v.DIGITS),
        quantity_invoiced=quantity(v.QUANTITY_INVOICED),
        unit_price=price(v.UNIT_PRICE, digits=v.DIGITS),
        discount_percent=percent("discount_percentage", digits=v.DIGITS),
        net_amount=money("net_amount", digits=v.DIGITS),
        net_amount_company=money("base_net_amount", digits=v.DIGITS),
        tax_code=text("item_tax_template"),
        tax_rate=percent(v.TAX_RATE, digits=v.DIGITS),
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
        is_cancelled=boolean(v.IS_CANCELLED),
        is_closed=boolean(v.IS_CLOSED),
        source_created_at=instant("_creation_at"),
        source_modified_at=instant("_modified_at"),
    ),
    not_in_source="quantity_accepted quantity_rejected quantity_cancelled quantity_open price_basis_quantity "
    "price_unit price_unit_conversion_factor discount_amount tax_amount total_amount confirmed_delivery_date "
    "first_received_date last_received_date ship_to over_delivery_percent under_delivery_percent match_policy",
)

MAPPING = Mapping(
    order=ORDER,
    not_in_source="promised_delivery_date valid_from valid_to sent_at acknowledged_at approved_at closed_at "
    "cancelled_at purchasing_org_code purchasing_group_code buyer_code buyer_name buyer_email requester approved_by "
    "invoice_vendor_code ship_method exchange_rate_date discount_amount discount_amount_company",
    lines=LINES,
)
