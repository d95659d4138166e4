"""An order's header in ERPNext's fields.

A discount on the order as a whole is shared among the lines' net amounts by ERPNext itself, so it is part of the lines'
discounts and has no column here.
"""

from __future__ import annotations

from include.orderhouse.connectors.erpnext.codes import APPROVALS, ORDER_TYPES, STATUSES
from include.orderhouse.connectors.erpnext.values import DIGITS, terms
from include.orderhouse.connectors.erpnext.values import order as v
from include.orderhouse.connectors.erpnext.values.amounts import sum_of_charges, sum_of_taxes, tax_inclusive
from include.orderhouse.mapping import Expression, boolean, code, day, instant, integer, money, percent, rate, text
from include.orderhouse.model import Address, PurchaseOrder
from include.orderhouse.values.agreement import the_only
from include.orderhouse.values.markup import plain


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
    revision=text(v.revision),
    order_type=code(v.order_type, ORDER_TYPES),
    status=code(v.status, STATUSES),
    approval_status=code(v.approval_status, APPROVALS),
    receipt_status=code(v.receipt_status),
    invoice_status=code(v.invoice_status),
    order_date=day("transaction_date"),
    requested_delivery_date=day("schedule_date"),
    payment_due_date=day(terms.due_date),
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
    payment_terms_text=text(terms.description),
    net_days=integer(terms.net_days),
    discount_percent=percent(terms.discount_percent, digits=DIGITS),
    discount_days=integer(terms.discount_days),
    delivery_terms=code("incoterm"),
    delivery_terms_location=text("named_place"),
    language=code("language", None, "_supplier.language"),
    currency=code("currency"),
    exchange_rate=rate("conversion_rate", digits=DIGITS),
    company_currency=code("_company.default_currency"),
    subtotal_amount=money("net_total", digits=DIGITS),
    charges_amount=money(sum_of_charges(), digits=DIGITS),
    tax_amount=money(sum_of_taxes(), digits=DIGITS),
    total_amount=money("grand_total", digits=DIGITS),
    subtotal_amount_company=money("base_net_total", digits=DIGITS),
    charges_amount_company=money(sum_of_charges("base_"), digits=DIGITS),
    tax_amount_company=money(sum_of_taxes("base_"), digits=DIGITS),
    total_amount_company=money("base_grand_total", digits=DIGITS),
    tax_inclusive=boolean(tax_inclusive),
    requisition_reference=text(the_only("items", "material_request")),
    contract_reference=text(the_only("items", "blanket_order")),
    quotation_reference=text("ref_sq", the_only("items", "supplier_quotation")),
    project_reference=text("project"),
    memo=text(plain("terms")),
    source_created_at=instant("_creation_at"),
    source_modified_at=instant("_modified_at"),
)
