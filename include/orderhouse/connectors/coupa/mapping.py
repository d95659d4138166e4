"""Coupa's elements as canonical columns."""

from __future__ import annotations

from include.orderhouse.connectors.coupa import values as v
from include.orderhouse.mapping import (
    Expression,
    Mapping,
    boolean,
    code,
    day,
    document,
    instant,
    integer,
    joined,
    money,
    percent,
    price,
    quantity,
    rows,
    text,
)
from include.orderhouse.model import Address, PurchaseOrder, PurchaseOrderDistribution, PurchaseOrderLine
from include.orderhouse.unit_names import NAMED_UNITS
from include.orderhouse.units import UNITS as RECOMMENDATION_20

STATUS = {
    "draft": "draft",
    "buyer_hold": "pending_approval",
    "expensed": "invoiced",
    "closed": "closed",
    "cancelled": "cancelled",
    **{
        f"{status}{refined}": canonical
        for status, plain in (*((held, "approved") for held in v.HELD), *((issued, "sent") for issued in v.ISSUED))
        for refined, canonical in (
            ("", plain),
            (", acknowledged", "acknowledged"),
            (", partly received", "partially_received"),
            (", received", "received"),
            (", partly invoiced", "partially_invoiced"),
            (", invoiced", "invoiced"),
        )
    },
}
"""The allowed values of a purchase order's ``status`` (Purchase Orders API, elements), issued and held ones refined.

A buyer's hold waits for a buyer to act; the other holds, and an error, keep an approved order from its supplier."""

LINE_STATUS = {
    "draft": "draft",
    "buyer_hold": "pending_approval",
    "open": "open",
    "partly received": "partially_received",
    "received": "received",
    "partly invoiced": "partially_invoiced",
    "invoiced": "invoiced",
    "soft_closed": "closed",
    "closed": "closed",
    "cancelled": "cancelled",
}
APPROVAL = {"approved": "approved", "pending": "pending"}
PROGRESS = {"none": "none", "partial": "partial", "full": "full"}
LINE_TYPE = {"goods": "goods", "service": "service", "asset": "asset", "charge": "charge"}
MATCHING = {
    "none": "none",
    "2-way": "two_way",
    "3-way": "three_way",
    "3-way-fifo": "three_way",
    "direct_matching": "three_way",
}
"""``match-type`` (Purchase Order Lines API, elements)."""

UNITS = {
    **NAMED_UNITS,
    **{unit: unit for unit in RECOMMENDATION_20},
    "BG": "XBG",
    "BO": "XBO",
    "CA": "XCX",
    "CS": "XCS",
    "CT": "XCT",
    "DR": "XDR",
    "PL": "XPX",
    "RO": "XRO",
}
"""Codes of units are a customer's own. cXML, by which Coupa sends orders, asks for UN/ECE Recommendation 20: its codes,
those of packages without their ``X`` as it had them until revision 3, and what people call units."""


def _address(at: str, name: Expression, contact: Expression, email: Expression) -> Address[Expression]:
    return Address(
        name=name,
        line1=text(f"{at}.street1"),
        line2=text(f"{at}.street2"),
        line3=text(joined(f"{at}.street3", f"{at}.street4", separator=", ")),
        city=text(f"{at}.city"),
        region=code(f"{at}.state-iso-code", None, f"{at}.state"),
        postal_code=text(f"{at}.postal-code"),
        country=code(f"{at}.country.code", None, f"{at}.country.name"),
        contact=contact,
        email=email,
    )


ORDER = PurchaseOrder(
    source_order_id=text("id"),
    order_number=text("po-number"),
    revision=text("version"),
    status=code(v.STATUS, STATUS),
    approval_status=code(v.APPROVAL, APPROVAL),
    receipt_status=code(v.RECEIPT, PROGRESS),
    invoice_status=code(v.INVOICE, PROGRESS),
    order_date=day(v.written_day("created-at")),
    acknowledged_at=instant("acknowledged-at"),
    company_code=text(v.the_only("account.account-type.name")),
    company_name=text(v.the_only("account.account-type.legal-entity-name"), v.the_only("account.account-type.name")),
    requester=text("requester.fullname", "requester.login"),
    created_by=text("created-by.login"),
    vendor_code=text("supplier.number", "supplier.id"),
    vendor=_address(
        "supplier.primary-address",
        text("supplier.name"),
        text("supplier.primary-contact.name-fullname"),
        text("supplier.primary-contact.email", "supplier.po-email"),
    ),
    vendor_tax_id=text("supplier.tax-id"),
    vendor_order_reference=text(v.the_only("supplier-order-number")),
    ship_to=_address(
        "ship-to-address",
        text("ship-to-address.name"),
        text("ship-to-attention", "ship-to-address.attention", "ship-to-user.fullname"),
        text("ship-to-user.email"),
    ),
    payment_terms_code=text("payment-term.code"),
    payment_terms_text=text("payment-term.description"),
    net_days=integer("payment-term.days-for-net-payment"),
    discount_percent=percent("payment-term.discount-rate"),
    discount_days=integer("payment-term.days-for-discount-payment"),
    delivery_terms=code("shipping-term.code"),
    currency=code("currency.code"),
    company_currency=code(v.the_only("accounting-total-currency.code")),
    subtotal_amount=money(v.SUBTOTAL),
    charges_amount=money(v.sum_of("total", "sum of total of the charge lines", True)),
    subtotal_amount_company=money(v.sum_of("accounting-total", "sum of accounting-total without charge lines", False)),
    charges_amount_company=money(v.sum_of("accounting-total", "sum of accounting-total of the charge lines", True)),
    requisition_reference=text("requisition-header.id"),
    contract_reference=text(v.the_only("contract.number")),
    source_created_at=instant("created-at"),
    source_modified_at=instant("updated-at"),
    source_version=text("internal-revision"),
)

LINES = rows(
    "order-lines",
    PurchaseOrderLine(
        source_line_id=text("id"),
        line_number=text("line-num"),
        line_type=code(v.LINE_TYPE, LINE_TYPE),
        line_status=code(v.LINE_STATUS, LINE_STATUS),
        item_code=text("item.item-number"),
        item_name=text("item.name"),
        description=text("description"),
        vendor_item_code=text("source-part-num", "supp-aux-part-num"),
        manufacturer_item_code=text("manufacturer_part_number", "item.manufacturer-part-number"),
        category=text("commodity.name"),
        quantity_ordered=quantity(v.of_quantity("quantity")),
        unit=code("uom.code", UNITS),
        quantity_received=quantity(v.of_quantity("received")),
        quantity_invoiced=quantity(v.QUANTITY_INVOICED),
        unit_price=price(v.of_quantity("price")),
        net_amount=money("total"),
        net_amount_company=money("accounting-total"),
        requested_delivery_date=day(v.written_day("need-by-date")),
        receiving_site=text("^ship-to-address.location-code"),
        warehouse=text("receiving-warehouse.name"),
        match_policy=code("match-type", MATCHING),
        gl_account=text(v.account("gl_account")),
        cost_center=text(v.account("cost_center")),
        project=text(v.account("project")),
        department=text(v.account("department"), "department.name"),
        contract_reference=text("contract.number"),
        is_cancelled=boolean(v.IS_CANCELLED),
        is_closed=boolean(v.IS_CLOSED),
        source_created_at=instant("created-at"),
        source_modified_at=instant("updated-at"),
    ),
    not_in_source="gtin commodity_code commodity_code_scheme base_unit unit_conversion_factor quantity_accepted "
    "quantity_rejected quantity_cancelled quantity_open price_basis_quantity price_unit price_unit_conversion_factor "
    "discount_percent discount_amount tax_amount total_amount tax_code tax_rate promised_delivery_date "
    "confirmed_delivery_date first_received_date last_received_date ship_to over_delivery_percent "
    "under_delivery_percent requisition_reference",
)

DISTRIBUTIONS = rows(
    "account-allocations",
    PurchaseOrderDistribution(
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
        dimensions=document(v.DIMENSIONS),
    ),
    not_in_source="quantity asset",
)

MAPPING = Mapping(
    order=ORDER,
    not_in_source="order_type requested_delivery_date promised_delivery_date payment_due_date valid_from valid_to "
    "sent_at approved_at closed_at cancelled_at purchasing_org_code purchasing_group_code buyer_code buyer_name "
    "buyer_email approved_by invoice_vendor_code bill_to delivery_terms_location ship_method language exchange_rate "
    "exchange_rate_date discount_amount tax_amount total_amount discount_amount_company tax_amount_company "
    "total_amount_company tax_inclusive quotation_reference project_reference memo",
    lines=LINES,
    distributions=DISTRIBUTIONS,
)
