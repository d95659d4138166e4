"""Where Xero's purchase orders stand in the canonical model."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from include.orderhouse.mapping import (
    Expression,
    Mapping,
    Record,
    boolean,
    code,
    constant,
    day,
    derived,
    instant,
    integer,
    joined,
    money,
    percent,
    price,
    quantity,
    rate,
    rows,
    text,
)
from include.orderhouse.model import SCALES, Address, Kind, PurchaseOrder, PurchaseOrderLine

STATUSES = {
    "DRAFT": "draft",
    "SUBMITTED": "pending_approval",
    "AUTHORISED": "approved",
    "AUTHORISED, sent": "sent",
    "BILLED": "invoiced",
    "DELETED": "deleted",
}
"""Purchase order status codes of Xero's Accounting API; an approved one is told apart by ``SentToContact``."""
APPROVALS = {"DRAFT": "pending", "SUBMITTED": "pending", "AUTHORISED": "approved", "BILLED": "approved"}
BILLING = {"DRAFT": "none", "SUBMITTED": "none", "AUTHORISED": "none", "BILLED": "full", "DELETED": "none"}
LINE_STATUSES = {
    "DRAFT": "draft",
    "SUBMITTED": "pending_approval",
    "AUTHORISED": "open",
    "BILLED": "invoiced",
    "DELETED": "deleted",
}


def _status(order: Record) -> str:
    told = str(order.get("Status"))
    return f"{told}, sent" if told == "AUTHORISED" and order.get("SentToContact") is True else told


def _approval(order: Record) -> Any:
    """A deleted order does not tell whether it had been approved."""
    return None if order.get("Status") == "DELETED" else order.get("Status")


def _exchange_rate(order: Record) -> Any:
    told = order.get("CurrencyRate")
    if not told or order.get("rate_is_base_per_foreign"):
        return told or None
    return (1 / Decimal(told)).quantize(Decimal(1).scaleb(-SCALES[Kind.RATE]))


def _net(line: Record) -> Any:
    amount = line.get("LineAmount")
    if amount is None or not line.get("amount_includes_tax"):
        return amount
    return Decimal(amount) - Decimal(line.get("TaxAmount") or 0)


def _gross(line: Record) -> Any:
    amount = line.get("LineAmount")
    if amount is None or line.get("amount_includes_tax"):
        return amount
    return Decimal(amount) + Decimal(line.get("TaxAmount") or 0)


def _charges(order: Record) -> Decimal:
    return sum((Decimal(_net(line) or 0) for line in order["LineItems"] if line["is_charge"]), Decimal(0))


def _subtotal(order: Record) -> Any:
    told = order.get("SubTotal")
    return None if told is None else Decimal(told) - _charges(order)


def _line_type(line: Record) -> str:
    if line.get("is_charge"):
        return "charge"
    return "goods" if line.get("Quantity") is not None or line.get("LineAmount") else "text"


def _net_days(order: Record) -> Any:
    """Terms that count from the end of a month are no number of days."""
    bills = (order["contact"].get("PaymentTerms") or {}).get("Bills") or {}
    return bills.get("Day") if bills.get("Type") == "DAYSAFTERBILLDATE" else None


def _terms(order: Record) -> str | None:
    bills = (order["contact"].get("PaymentTerms") or {}).get("Bills") or {}
    return f"{bills.get('Day')} {bills['Type']}" if bills.get("Type") else None


def _phone(order: Record) -> str | None:
    for entry in order["contact"].get("Phones") or ():
        if entry and entry.get("PhoneNumber"):
            country = str(entry.get("PhoneCountryCode") or "").lstrip("+")
            parts = (f"+{country}" if country else "", entry.get("PhoneAreaCode"), entry.get("PhoneNumber"))
            return " ".join(str(part) for part in parts if part)
    return None


def _delivery_line(number: int, and_on: bool = False) -> Any:
    """One line of the delivery address, which is a single text; with ``and_on`` all from there, joined."""

    def line(order: Record) -> str | None:
        lines = [part.strip() for part in str(order.get("DeliveryAddress") or "").splitlines() if part.strip()]
        return ", ".join(lines[number - 1 :] if and_on else lines[number - 1 : number]) or None

    said = f"line {number} {'and on ' if and_on else ''}of DeliveryAddress"
    return derived(line, said, "DeliveryAddress")


def _address(place: str, **known: Any) -> Address[Expression]:
    fields = {
        "line1": text(f"{place}.AddressLine1"),
        "line2": text(f"{place}.AddressLine2"),
        "line3": text(joined(f"{place}.AddressLine3", f"{place}.AddressLine4", separator=", ")),
        "city": text(f"{place}.City"),
        "region": code(f"{place}.Region"),
        "postal_code": text(f"{place}.PostalCode"),
        "country": code(f"{place}.Country"),
        "contact": text(f"{place}.AttentionTo"),
    }
    return Address(**(fields | known))


ORDER = PurchaseOrder[Expression](
    source_order_id=text("source_order_id"),
    order_number=text("PurchaseOrderNumber", "PurchaseOrderID"),
    order_type=constant("standard"),
    status=code(derived(_status, "Status; sent where SentToContact", "Status", "SentToContact"), STATUSES),
    approval_status=code(derived(_approval, "Status, unless deleted", "Status"), APPROVALS),
    invoice_status=code("Status", BILLING),
    order_date=day("DateString", "Date"),
    requested_delivery_date=day("DeliveryDateString", "DeliveryDate"),
    promised_delivery_date=day("ExpectedArrivalDateString", "ExpectedArrivalDate"),
    company_code=text("tenant.tenantId"),
    company_name=text("tenant.organisation.LegalName", "tenant.tenantName"),
    vendor_code=text("contact.AccountNumber", "contact.ContactNumber", "contact.ContactID"),
    vendor=_address(
        "vendor_address",
        name=text("contact.Name"),
        contact=text(joined("contact.FirstName", "contact.LastName"), "vendor_address.AttentionTo"),
        email=text("contact.EmailAddress"),
        phone=text(derived(_phone, "first number of Phones", "contact.Phones")),
    ),
    vendor_tax_id=text("contact.TaxNumber"),
    ship_to=Address(
        line1=text(_delivery_line(1)),
        line2=text(_delivery_line(2)),
        line3=text(_delivery_line(3, and_on=True)),
        contact=text("AttentionTo"),
        phone=text("Telephone"),
    ),
    bill_to=_address("bill_to_address", name=text("tenant.organisation.Name", "tenant.tenantName")),
    payment_terms_code=text(
        derived(_terms, "Day and Type", "contact.PaymentTerms.Bills.Day", "contact.PaymentTerms.Bills.Type")
    ),
    net_days=integer(
        derived(_net_days, "Day of terms that count from the bill's date", "contact.PaymentTerms.Bills.Day")
    ),
    currency=code("CurrencyCode"),
    exchange_rate=rate(
        derived(
            _exchange_rate,
            "1 / CurrencyRate, or as it stands where the setting currency_rate says so",
            "CurrencyRate",
            "rate_is_base_per_foreign",
        )
    ),
    company_currency=code("tenant.organisation.BaseCurrency"),
    subtotal_amount=money(derived(_subtotal, "SubTotal less the charge lines", "SubTotal", "LineItems")),
    charges_amount=money(derived(_charges, "sum of the charge lines", "LineItems")),
    tax_amount=money("TotalTax"),
    total_amount=money("Total"),
    tax_inclusive=boolean("LineAmountTypes", true="Inclusive"),
    memo=text(joined("Reference", "DeliveryInstructions", separator="; ")),
    source_modified_at=instant("UpdatedDateUTC"),
    is_deleted=boolean("Status", true="DELETED"),
)

LINE = PurchaseOrderLine[Expression](
    source_line_id=text("LineItemID"),
    line_number=text("position"),
    line_type=code(
        derived(_line_type, "charge by account or item; text without quantity", "is_charge", "Quantity", "LineAmount")
    ),
    line_status=code("^Status", LINE_STATUSES),
    item_code=text("ItemCode", "Item.Code"),
    item_name=text("Item.Name"),
    description=text("Description"),
    quantity_ordered=quantity("Quantity"),
    unit_price=price("UnitAmount"),
    discount_percent=percent("DiscountRate"),
    discount_amount=money("DiscountAmount"),
    net_amount=money(derived(_net, "LineAmount, less TaxAmount where it includes tax", "LineAmount", "TaxAmount")),
    tax_amount=money("TaxAmount"),
    total_amount=money(derived(_gross, "LineAmount with TaxAmount", "LineAmount", "TaxAmount")),
    tax_code=text("TaxType"),
    requested_delivery_date=day("^DeliveryDateString", "^DeliveryDate"),
    promised_delivery_date=day("^ExpectedArrivalDateString", "^ExpectedArrivalDate"),
    gl_account=text("AccountCode"),
    cost_center=text("cost_center"),
    department=text("department"),
    project=text("project"),
    is_deleted=boolean("^Status", true="DELETED"),
)

MAPPING = Mapping(
    order=ORDER,
    not_in_source=(
        "revision receipt_status payment_due_date valid_from valid_to sent_at acknowledged_at approved_at closed_at "
        "cancelled_at purchasing_org_code purchasing_group_code buyer_code buyer_name buyer_email requester created_by "
        "approved_by invoice_vendor_code vendor_order_reference payment_terms_text discount_percent discount_days "
        "delivery_terms delivery_terms_location ship_method language exchange_rate_date discount_amount "
        "subtotal_amount_company discount_amount_company charges_amount_company tax_amount_company "
        "total_amount_company requisition_reference contract_reference quotation_reference project_reference"
    ),
    lines=rows(
        "LineItems",
        LINE,
        not_in_source=(
            "vendor_item_code manufacturer_item_code gtin commodity_code commodity_code_scheme category unit base_unit "
            "unit_conversion_factor quantity_received quantity_accepted quantity_rejected quantity_invoiced "
            "quantity_cancelled quantity_open price_basis_quantity price_unit price_unit_conversion_factor "
            "net_amount_company tax_rate confirmed_delivery_date first_received_date last_received_date ship_to "
            "receiving_site warehouse over_delivery_percent under_delivery_percent match_policy requisition_reference "
            "contract_reference is_cancelled is_closed"
        ),
    ),
)
