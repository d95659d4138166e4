"""An order's header in Acumatica's fields."""

from __future__ import annotations

from include.orderhouse.connectors.acumatica import amounts, references
from include.orderhouse.connectors.acumatica import values as v
from include.orderhouse.connectors.acumatica.codes import APPROVALS, ORDER_TYPES, STATUSES
from include.orderhouse.mapping import Expression, boolean, code, day, instant, joint_key, money, rate, text
from include.orderhouse.model import Address, PurchaseOrder

ADDRESS, CONTACT = "ShippingInstructions.ShipToAddress", "ShippingInstructions.ShipToContact"


def _place(place: str, **known: Expression) -> Address[Expression]:
    return Address(
        line1=text(f"{place}.AddressLine1.value"),
        line2=text(f"{place}.AddressLine2.value"),
        city=text(f"{place}.City.value"),
        region=code(f"{place}.State.value"),
        postal_code=text(f"{place}.PostalCode.value"),
        country=code(f"{place}.Country.value"),
        **known,
    )


ORDER = PurchaseOrder[Expression](
    source_order_id=text(joint_key("Type.value", "OrderNbr.value")),
    order_number=text("OrderNbr.value"),
    source_modified_at=instant("LastModifiedDateTime.value"),
    order_type=code("Type.value", ORDER_TYPES),
    status=code(v.status, STATUSES),
    approval_status=code(v.approval_status, APPROVALS),
    receipt_status=code(v.receipt_status),
    invoice_status=code(v.invoice_status),
    order_date=day(v.date_of("Date")),
    promised_delivery_date=day(v.date_of("PromisedOn")),
    company_code=text("Branch.value"),
    buyer_code=text("Owner.value"),
    vendor_code=text("VendorID.value"),
    vendor=_place(
        "Vendor.MainContact.Address",
        name=text("Vendor.VendorName.value", "Vendor.LegalName.value"),
        contact=text("Vendor.MainContact.Attention.value"),
        email=text("Vendor.MainContact.Email.value"),
        phone=text("Vendor.MainContact.Phone1.value"),
    ),
    vendor_tax_id=text("Vendor.TaxRegistrationID.value"),
    vendor_order_reference=text("VendorRef.value"),
    ship_to=_place(
        ADDRESS,
        name=text(f"{CONTACT}.BusinessName.value"),
        contact=text(f"{CONTACT}.Attention.value"),
        email=text(f"{CONTACT}.Email.value"),
        phone=text(f"{CONTACT}.Phone1.value"),
    ),
    payment_terms_code=text("Terms.value"),
    currency=code("CurrencyID.value"),
    exchange_rate=rate("CurrencyRate.value"),
    exchange_rate_date=day(v.date_of("CurrencyEffectiveDate")),
    company_currency=code("BaseCurrencyID.value"),
    subtotal_amount=money(amounts.subtotal),
    discount_amount=money(amounts.ORDER_DISCOUNT),
    charges_amount=money(amounts.charges),
    tax_amount=money(amounts.tax),
    total_amount=money(amounts.ORDER_TOTAL),
    tax_inclusive=boolean(amounts.tax_inclusive),
    project_reference=text(references.project),
    memo=text("Description.value"),
)
