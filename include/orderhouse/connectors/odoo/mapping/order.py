"""An order's header in Odoo's fields."""

from __future__ import annotations

from include.orderhouse.connectors.odoo.codes import APPROVALS, BILLINGS, ORDER_TYPES, RECEIPTS, STATUSES
from include.orderhouse.connectors.odoo.values import contact, region
from include.orderhouse.connectors.odoo.values import order as v
from include.orderhouse.connectors.odoo.values.taxes import tax_inclusive
from include.orderhouse.mapping import Expression, boolean, code, day, instant, integer, money, percent, rate, text
from include.orderhouse.model import Address, PurchaseOrder
from include.orderhouse.values.markup import plain


def _address(at: str, names: tuple[str, ...]) -> Address[Expression]:
    return Address(
        name=text(*names),
        line1=text(f"{at}.street"),
        line2=text(f"{at}.street2"),
        city=text(f"{at}.city"),
        region=code(region(at), own=f"{at}.state_id.code"),
        postal_code=text(f"{at}.zip"),
        country=code(f"{at}.country_id.code"),
        contact=text(contact(at)),
        email=text(f"{at}.email"),
        phone=text(f"{at}.phone"),
    )


ORDER = PurchaseOrder(
    source_order_id=text("id"),
    order_number=text("name"),
    order_type=code(v.order_type, ORDER_TYPES),
    status=code(v.status, STATUSES),
    approval_status=code(v.approval_status, APPROVALS),
    receipt_status=code("receipt_status", RECEIPTS),
    invoice_status=code(v.billing, BILLINGS),
    order_date=day(v.order_date, zone="connection"),
    requested_delivery_date=day("date_planned", zone="connection"),
    approved_at=instant("date_approve", zone="UTC"),
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
    payment_terms_text=text(plain("payment_term_id.note")),
    net_days=integer(v.net_days),
    discount_percent=percent(v.early("discount_percentage")),
    discount_days=integer(v.early("discount_days")),
    delivery_terms=code("incoterm_id.code"),
    delivery_terms_location=text("incoterm_location"),
    language=code(v.language, own="partner_id.lang"),
    currency=code("currency_id.name"),
    exchange_rate=rate(v.exchange_rate),
    company_currency=code("company_id.currency_id.name"),
    subtotal_amount=money(v.subtotal),
    charges_amount=money(v.charges),
    tax_amount=money("amount_tax"),
    total_amount=money("amount_total"),
    total_amount_company=money("amount_total_cc"),
    tax_inclusive=boolean(tax_inclusive),
    requisition_reference=text("origin"),
    contract_reference=text("requisition_id.display_name"),
    project_reference=text("project_id.display_name"),
    memo=text(plain("notes", "note")),
    source_created_at=instant("create_date", zone="UTC"),
    source_modified_at=instant("write_date", zone="UTC"),
)
