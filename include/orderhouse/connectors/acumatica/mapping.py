"""Where purchase orders of Acumatica stand in the canonical model. Every field is an object with its value inside."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from include.orderhouse.connectors.acumatica.codes import (
    APPROVALS,
    LINE_STATUSES,
    LINE_TYPES,
    ORDER_TYPES,
    STATUSES,
)
from include.orderhouse.mapping import (
    Derived,
    Expression,
    Mapping,
    Record,
    boolean,
    code,
    day,
    derived,
    instant,
    joined,
    look_up,
    money,
    percent,
    price,
    quantity,
    rate,
    rows,
    text,
)
from include.orderhouse.model import Address, PurchaseOrder, PurchaseOrderLine
from include.orderhouse.unit_names import NAMED_UNITS

ZERO, HUNDRED = Decimal(0), Decimal(100)
ADDRESS, CONTACT = "ShippingInstructions.ShipToAddress", "ShippingInstructions.ShipToContact"


def _value(record: Record, path: str) -> Any:
    return look_up(record, f"{path}.value")


def _number(record: Record, path: str) -> Decimal:
    return Decimal(_value(record, path) or 0)


def _kind(line: Record) -> str | None:
    return LINE_TYPES.get(str(_value(line, "LineType")))


def _lines(order: Record, *kinds: str) -> Iterable[Record]:
    return (line for line in order.get("Details") or () if _kind(line) in kinds)


def _day(name: str) -> Expression:
    """A business date, told as a midnight with an offset that means nothing."""
    return day(derived(lambda record: (_value(record, name) or "")[:10], f"day of {name}", f"{name}.value"))


def _sum(says: str, *kinds: str) -> Derived:
    def add(order: Record) -> Decimal:
        return sum((_number(line, "ExtendedCost") for line in _lines(order, *kinds)), ZERO)

    return derived(add, f"sum of ExtendedCost of the {says} lines", "Details")


def _goods(order: Record) -> Decimal:
    """All lines but freight and charges, so that no line is forgotten whose type is not known."""
    return sum((_number(line, "ExtendedCost") for line in order.get("Details") or () if _kind(line) != "charge"), ZERO)


def _received(order: Record) -> str | None:
    lines = [(_number(line, "QtyOnReceipts"), _number(line, "OrderQty")) for line in _lines(order, "goods", "service")]
    if not lines:
        return None
    if not any(done > 0 for done, _ in lines):
        return "none"
    return "full" if all(done >= wanted for done, wanted in lines) else "partial"


def _status(order: Record) -> Any:
    told, received = _value(order, "Status"), _received(order)
    reached = {
        ("Open", "partial"): "partially received",
        ("Open", "full"): "received",
        ("Completed", "full"): "received",
        ("Closed", "full"): "invoiced",
    }
    return reached.get((str(told), received or ""), told)


def _line_status(line: Record) -> str | None:
    if _kind(line) == "text":
        return None
    done, wanted = _number(line, "QtyOnReceipts"), _number(line, "OrderQty")
    if _value(line, "Cancelled") is True:
        return "cancelled"
    if 0 < wanted <= done:
        return "received"
    if _value(line, "Completed") is True:
        return "closed"
    return "partially received" if done > 0 else "open"


def _tolerance(name: str, sign: int) -> Derived:
    def percent_of(line: Record) -> Decimal | None:
        told = _value(line, name)
        return None if told is None else sign * (Decimal(told) - HUNDRED)

    return derived(percent_of, f"{name} {'over' if sign > 0 else 'under'} 100 %", f"{name}.value")


def _unit(line: Record) -> Any:
    told = _value(line, "UOM")
    return NAMED_UNITS.get(str(told), told)


def _blanket(line: Record) -> Any:
    return _value(line, "OrigPONbr") if _value(line, "OrigPOType") in ("Blanket", "Standard") else None


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
    source_order_id=text(joined("Type.value", "OrderNbr.value", separator="/")),
    order_number=text("OrderNbr.value"),
    source_modified_at=instant("LastModifiedDateTime.value"),
    order_type=code("Type.value", ORDER_TYPES),
    status=code(derived(_status, "Status; how far the lines have come", "Status.value", "Details"), STATUSES),
    approval_status=code("Status.value", APPROVALS),
    receipt_status=code(derived(_received, "QtyOnReceipts against OrderQty of the lines", "Details")),
    order_date=_day("Date"),
    promised_delivery_date=_day("PromisedOn"),
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
    exchange_rate_date=_day("CurrencyEffectiveDate"),
    company_currency=code("BaseCurrencyID.value"),
    subtotal_amount=money(derived(_goods, "sum of ExtendedCost of all lines but freight and charges", "Details")),
    charges_amount=money(_sum("freight and charge", "charge")),
    tax_amount=money("TaxTotal.value"),
    total_amount=money("OrderTotal.value"),
    project_reference=text("Project.value"),
    memo=text("Description.value"),
)

LINE = PurchaseOrderLine[Expression](
    source_line_id=text("LineNbr.value"),
    line_number=text("LineNbr.value"),
    line_type=code("LineType.value", LINE_TYPES),
    line_status=code(
        derived(
            _line_status,
            "Cancelled, QtyOnReceipts against OrderQty, Completed",
            "Cancelled.value",
            "QtyOnReceipts.value",
            "OrderQty.value",
            "Completed.value",
        ),
        LINE_STATUSES,
    ),
    item_code=text("InventoryID.value"),
    description=text("LineDescription.value", "Description.value"),
    vendor_item_code=text("AlternateID.value"),
    quantity_ordered=quantity("OrderQty.value"),
    unit=code(derived(_unit, "UOM, by its name where it is no standard code", "UOM.value")),
    quantity_received=quantity("QtyOnReceipts.value"),
    unit_price=price("UnitCost.value"),
    net_amount=money("ExtendedCost.value"),
    tax_code=text("TaxCategory.value"),
    requested_delivery_date=_day("Requested"),
    promised_delivery_date=_day("Promised"),
    warehouse=text("WarehouseID.value"),
    over_delivery_percent=percent(_tolerance("MaxReceiptPercent", 1)),
    under_delivery_percent=percent(_tolerance("MinReceiptPercent", -1)),
    gl_account=text("Account.value"),
    cost_center=text("Subaccount.value"),
    project=text("Project.value"),
    contract_reference=text(
        derived(_blanket, "OrigPONbr of lines from a blanket order", "OrigPONbr.value", "OrigPOType.value")
    ),
    is_cancelled=boolean("Cancelled.value"),
    is_closed=boolean("Completed.value"),
)

MAPPING = Mapping(
    order=ORDER,
    not_in_source=(
        "revision invoice_status requested_delivery_date payment_due_date valid_from valid_to sent_at acknowledged_at "
        "approved_at closed_at cancelled_at company_name purchasing_org_code purchasing_group_code buyer_name "
        "buyer_email requester created_by approved_by invoice_vendor_code bill_to payment_terms_text net_days "
        "discount_percent discount_days delivery_terms delivery_terms_location ship_method language discount_amount "
        "subtotal_amount_company discount_amount_company charges_amount_company tax_amount_company "
        "total_amount_company tax_inclusive requisition_reference contract_reference quotation_reference"
    ),
    lines=rows(
        "Details",
        LINE,
        not_in_source=(
            "item_name manufacturer_item_code gtin commodity_code commodity_code_scheme category base_unit "
            "unit_conversion_factor quantity_accepted quantity_rejected quantity_invoiced quantity_cancelled "
            "quantity_open price_basis_quantity price_unit price_unit_conversion_factor discount_percent "
            "discount_amount tax_amount total_amount net_amount_company tax_rate confirmed_delivery_date "
            "first_received_date last_received_date ship_to receiving_site match_policy department "
            "requisition_reference"
        ),
    ),
)
