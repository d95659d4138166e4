"""Odoo's fields as canonical columns."""

from __future__ import annotations

from include.orderhouse.connectors.odoo import values as v
from include.orderhouse.mapping import (
    Expression,
    Mapping,
    boolean,
    code,
    day,
    document,
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
from include.orderhouse.model import Address, PurchaseOrder, PurchaseOrderDistribution, PurchaseOrderLine

STATUS = {
    "draft": "draft",
    "sent": "draft",  # "RFQ Sent": a request for quotation, not an order yet
    "to approve": "pending_approval",
    "purchase": "approved",
    "purchase, acknowledged": "acknowledged",
    "purchase, partly received": "partially_received",
    "purchase, received": "received",
    "purchase, partly billed": "partially_invoiced",
    "purchase, billed": "invoiced",
    "locked": "closed",
    "cancel": "cancelled",
}
"""The values of `purchase.order.state`, those of a confirmed order refined by receipts and bills."""

LINE_STATUS = {**STATUS, "purchase": "open"}
APPROVAL = {"to approve": "pending", "purchase": "approved", "done": "approved"}
RECEIPT = {"pending": "none", "partial": "partial", "full": "full"}
BILLING = {
    f"{status}{billed}": progress
    for billed, progress in (("", "none"), (", partly billed", "partial"), (", billed", "full"))
    for status in ("no", "to invoice", "invoiced")
} | {"invoiced": "full"}
ORDER_TYPE = {"standard": "standard", "dropship": "drop_ship"}
LINE_TYPE = {
    "consu": "goods",
    "product": "goods",  # storable product, until 17
    "combo": "goods",
    "service": "service",
    "no product": "goods",
    "charge": "charge",
    "line_section": "text",
    "line_subsection": "text",
    "line_note": "text",
}
UNITS = {
    # What Odoo's own UBL export (account_edi_ubl_cii, UOM_TO_UNECE_CODE) writes for the units it is delivered with.
    "Units": "C62",
    "Dozens": "DZN",
    "g": "GRM",
    "kg": "KGM",
    "t": "TNE",
    "lb": "LBR",
    "oz": "ONZ",
    "Hours": "HUR",
    "Days": "DAY",
    "mm": "MMT",
    "cm": "CMT",
    "m": "MTR",
    "km": "KMT",
    "in": "INH",
    "ft": "FOT",
    "yd": "YRD",
    "mi": "SMI",
    "m²": "MTK",
    "ft²": "FTK",
    "L": "LTR",
    "m³": "MTQ",
    "in³": "INQ",
    "ft³": "FTQ",
    "fl oz (US)": "OZA",
    "qt (US)": "QT",
    "gal (US)": "GLL",
    # Names that people commonly give to units of their own.
    "Pieces": "H87",
    "Each": "EA",
    "Set": "SET",
    "Pair": "PR",
    "Box": "XBX",
    "Carton": "XCT",
    "Canister": "XCX",
    "Case": "XCS",
    "Pack": "XPK",
    "Pallet": "XPX",
}
"""Names of `uom.uom` in English (setting `language`) to UN/ECE Recommendation 20."""

UTC = "UTC"


def _address(at: str, names: tuple[str, ...]) -> Address[Expression]:
    return Address(
        name=text(*names),
        line1=text(f"{at}.street"),
        line2=text(f"{at}.street2"),
        city=text(f"{at}.city"),
        region=code(v.region(at)),
        postal_code=text(f"{at}.zip"),
        country=code(f"{at}.country_id.code"),
        contact=text(v.contact(at)),
        email=text(f"{at}.email"),
        phone=text(f"{at}.phone"),
    )


ORDER = PurchaseOrder(
    source_order_id=text("id"),
    order_number=text("name"),
    order_type=code(v.ORDER_TYPE, ORDER_TYPE),
    status=code(v.STATUS, STATUS),
    approval_status=code(v.APPROVAL_STATUS, APPROVAL),
    receipt_status=code("receipt_status", RECEIPT),
    invoice_status=code(v.BILLING, BILLING),
    order_date=day("date_order", zone="connection"),
    requested_delivery_date=day("date_planned", zone="connection"),
    approved_at=instant("date_approve", zone=UTC),
    company_code=text("company_id.partner_id.ref", "company_id.id"),
    company_name=text("company_id.name"),
    buyer_code=text("user_id.login"),
    buyer_name=text("user_id.name"),
    buyer_email=text("user_id.email"),
    created_by=text("create_uid.login", "create_uid.display_name"),
    vendor_code=text("partner_id.commercial_partner_id.ref", "partner_id.ref", "partner_id.commercial_partner_id.id"),
    vendor=_address("partner_id", ("partner_id.commercial_partner_id.name", "partner_id.name")),
    vendor_tax_id=text("partner_id.vat"),
    vendor_order_reference=text("partner_ref"),
    ship_to=_address("_ship_to", ("_ship_to.name", "_ship_to.commercial_partner_id.name")),
    bill_to=_address("company_id.partner_id", ("company_id.partner_id.name", "company_id.name")),
    payment_terms_code=text("payment_term_id.name"),
    payment_terms_text=text(v.plain("payment_term_id.note")),
    net_days=integer(v.NET_DAYS),
    discount_percent=percent(v.DISCOUNT_PERCENT),
    discount_days=integer(v.DISCOUNT_DAYS),
    delivery_terms=code("incoterm_id.code"),
    delivery_terms_location=text("incoterm_location"),
    language=code(v.LANGUAGE),
    currency=code("currency_id.name"),
    exchange_rate=rate(v.EXCHANGE_RATE),
    company_currency=code("company_id.currency_id.name"),
    subtotal_amount=money(v.SUBTOTAL),
    charges_amount=money(v.CHARGES),
    tax_amount=money("amount_tax"),
    total_amount=money("amount_total"),
    total_amount_company=money("amount_total_cc"),
    tax_inclusive=boolean(v.TAX_INCLUSIVE),
    requisition_reference=text("origin"),
    contract_reference=text("requisition_id.display_name"),
    project_reference=text("project_id.display_name"),
    memo=text(v.plain("notes", "note")),
    source_created_at=instant("create_date", zone=UTC),
    source_modified_at=instant("write_date", zone=UTC),
)

LINES = rows(
    "order_line",
    PurchaseOrderLine(
        source_line_id=text("id"),
        line_number=text("sequence"),
        line_type=code(v.LINE_TYPE, LINE_TYPE),
        line_status=code(v.LINE_STATUS, LINE_STATUS),
        item_code=text("product_id.default_code", "product_id.id"),
        item_name=text("product_id.name"),
        description=text("name"),
        vendor_item_code=text("_supplier.product_code"),
        gtin=text("product_id.barcode"),
        commodity_code=text("product_id.unspsc_code_id.code"),
        commodity_code_scheme=text(v.COMMODITY_SCHEME),
        category=text("product_id.categ_id.display_name"),
        quantity_ordered=quantity(v.of_goods("product_qty"), digits=6),
        unit=code("product_uom.name", UNITS, "product_uom_id.name"),
        base_unit=code("product_id.uom_id.name", UNITS),
        unit_conversion_factor=rate(v.UNIT_CONVERSION),
        quantity_received=quantity(v.of_goods("qty_received"), digits=6),
        quantity_invoiced=quantity(v.of_goods("qty_invoiced"), digits=6),
        unit_price=price(v.of_goods("price_unit"), digits=10),
        discount_percent=percent(v.of_goods("discount"), digits=6),
        net_amount=money(v.of_goods("price_subtotal")),
        tax_amount=money(v.TAX_AMOUNT),
        total_amount=money(v.of_goods("price_total")),
        tax_code=text(v.TAX_CODE),
        tax_rate=percent(v.TAX_RATE, digits=6),
        requested_delivery_date=day("date_planned", zone="connection"),
        receiving_site=text("^picking_type_id.warehouse_id.code"),
        cost_center=text(v.only_share("cost_center")),
        project=text(v.only_share("project")),
        department=text(v.only_share("department")),
        is_cancelled=boolean("^state", true="cancel"),
        is_closed=boolean(v.IS_CLOSED),
        source_created_at=instant("create_date", zone=UTC),
        source_modified_at=instant("write_date", zone=UTC),
    ),
    not_in_source="manufacturer_item_code quantity_accepted quantity_rejected quantity_cancelled quantity_open "
    "price_basis_quantity price_unit price_unit_conversion_factor discount_amount net_amount_company "
    "promised_delivery_date confirmed_delivery_date first_received_date last_received_date ship_to warehouse "
    "over_delivery_percent under_delivery_percent match_policy gl_account requisition_reference contract_reference",
)

DISTRIBUTIONS = rows(
    "_distributions",
    PurchaseOrderDistribution(
        distribution_number=text("key"),
        percent=percent("percent", digits=6),
        cost_center=text("cost_center"),
        department=text("department"),
        project=text("project"),
        dimensions=document("dimensions"),
    ),
    not_in_source="quantity amount gl_account profit_center wbs_element internal_order asset fund",
)

MAPPING = Mapping(
    order=ORDER,
    not_in_source="revision promised_delivery_date payment_due_date valid_from valid_to sent_at acknowledged_at "
    "closed_at cancelled_at purchasing_org_code purchasing_group_code requester approved_by invoice_vendor_code "
    "ship_method exchange_rate_date discount_amount subtotal_amount_company discount_amount_company "
    "charges_amount_company tax_amount_company quotation_reference",
    lines=LINES,
    distributions=DISTRIBUTIONS,
    empty=(False,),
)
