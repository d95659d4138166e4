"""An order's header in Coupa's elements."""

from __future__ import annotations

from include.orderhouse.connectors.coupa.codes import STATUSES
from include.orderhouse.connectors.coupa.values import order as v
from include.orderhouse.connectors.coupa.values import written_day
from include.orderhouse.mapping import Expression, Place, code, day, instant, integer, joined, money, percent, text
from include.orderhouse.model import Address, PurchaseOrder
from include.orderhouse.values.agreement import the_only


def _names(at: str) -> tuple[Place, ...]:
    """The name of a user, who may come without the full one."""
    return f"{at}.fullname", joined(f"{at}.firstname", f"{at}.lastname")


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
    status=code(v.status, STATUSES),
    approval_status=code(v.approval_status),
    receipt_status=code(v.receipt_status),
    invoice_status=code(v.invoice_status),
    order_date=day(written_day("created-at")),
    acknowledged_at=instant("acknowledged-at"),
    company_code=text(v.chart("name")),
    company_name=text(v.chart("legal-entity-name"), v.chart("name")),
    requester=text(*_names("requester"), *_names("requisition-header.requester"), "requester.login"),
    created_by=text("created-by.login"),
    vendor_code=text("supplier.number", "supplier.id"),
    vendor=_address(
        "supplier.primary-address",
        text("supplier.name"),
        text(
            "supplier.primary-contact.name-fullname",
            joined("supplier.primary-contact.name-given", "supplier.primary-contact.name-family"),
        ),
        text("supplier.primary-contact.email", "supplier.po-email"),
    ),
    vendor_tax_id=text("supplier.tax-id"),
    vendor_order_reference=text(the_only("order-lines", "supplier-order-number")),
    ship_to=_address(
        "ship-to-address",
        text("ship-to-address.name"),
        text("ship-to-attention", "ship-to-address.attention", *_names("ship-to-user")),
        text("ship-to-user.email"),
    ),
    payment_terms_code=text("payment-term.code"),
    payment_terms_text=text("payment-term.description"),
    net_days=integer(v.days("days-for-net-payment")),
    discount_percent=percent("payment-term.discount-rate"),
    discount_days=integer(v.days("days-for-discount-payment")),
    delivery_terms=code("shipping-term.code"),
    currency=code("currency.code", None, the_only("order-lines", "currency.code")),
    company_currency=code(the_only("order-lines", "accounting-total-currency.code")),
    subtotal_amount=money(v.subtotal),
    charges_amount=money(v.sum_of("total", "sum of total of the charge lines", True)),
    subtotal_amount_company=money(v.sum_of("accounting-total", "sum of accounting-total without charge lines", False)),
    charges_amount_company=money(v.sum_of("accounting-total", "sum of accounting-total of the charge lines", True)),
    requisition_reference=text("requisition-header.id"),
    contract_reference=text(the_only("order-lines", "contract.number")),
    source_created_at=instant("created-at"),
    source_modified_at=instant("updated-at"),
    source_version=text("internal-revision"),
)
