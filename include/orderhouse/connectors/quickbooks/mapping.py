"""Where QuickBooks' purchase orders stand in the canonical model."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from decimal import Decimal
from typing import Any

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
from include.orderhouse.model import Address, PurchaseOrder, PurchaseOrderLine

ITEM_DETAILS = ("ItemBasedExpenseLineDetail", "PurchaseOrderItemLineDetail")

STATUSES = {
    "Open": "approved",
    "Open, sent": "sent",
    "Open, partly received": "partially_received",
    "Closed": "closed",
}
"""Values of ``PurchaseOrderStatusEnum``; an open order is told apart by ``EmailStatusEnum``, ``PrintStatusEnum`` and
what its lines have received. QuickBooks closes an order when all has come. (Intuit's Finance.xsd)"""

LINE_TYPES = {
    "charge": "charge",
    "Inventory": "goods",
    "NonInventory": "goods",
    "Group": "goods",
    "Service": "service",
    "ItemBasedExpenseLineDetail": "goods",
    "PurchaseOrderItemLineDetail": "goods",
    "AccountBasedExpenseLineDetail": "service",
    "TDSLineDetail": "charge",
    "DescriptionOnly": "text",
    "GroupLineDetail": "text",
    "SubTotalLineDetail": "text",
}
"""``ItemTypeEnum`` of the item, else ``LineDetailTypeEnum`` of the line (Intuit's Finance.xsd)."""


def _line_type(line: Record) -> str:
    if line.get("is_charge"):
        return "charge"
    item = line.get("item") or {}
    is_known = line.get("DetailType") in ITEM_DETAILS and item.get("Type") in LINE_TYPES
    return str(item["Type"] if is_known else line.get("DetailType"))


def _is(line: Record, *types: str) -> bool:
    return LINE_TYPES.get(_line_type(line)) in types


def _items(order: Record) -> list[Record]:
    """The lines that have a quantity."""
    return [line for line in order["Line"] if line.get("DetailType") in ITEM_DETAILS and not line.get("is_charge")]


def _sum(lines: Iterable[Record]) -> Decimal:
    return sum((Decimal(line.get("Amount") or 0) for line in lines), Decimal(0))


def _sum_of(what: str, *types: str) -> Derived:
    return derived(
        lambda order: _sum(line for line in order["Line"] if _is(line, *types)), f"sum of the {what} lines", "Line"
    )


def _ordered(line: Record) -> Decimal:
    return Decimal(line["detail"].get("Qty") or 0)


def _received(line: Record) -> Decimal:
    return Decimal(line.get("Received") or 0)


def _billed(line: Record) -> Decimal:
    return sum((Decimal(billed["detail"].get("Qty") or 0) for billed in line["bill_lines"]), Decimal(0))


def _progress(done: Callable[[Record], Decimal]) -> Callable[[Record], str]:
    def progress(order: Record) -> str:
        lines = _items(order)
        if not any(done(line) for line in lines):
            return "none"
        return "full" if all(done(line) >= _ordered(line) for line in lines) else "partial"

    return progress


def _status(order: Record) -> str:
    told = str(order.get("POStatus") or "Open")
    if told != "Open":
        return told
    if any(_received(line) for line in _items(order)):
        return "Open, partly received"
    is_sent = order.get("EmailStatus") == "EmailSent" or order.get("PrintStatus") == "PrintComplete"
    return "Open, sent" if is_sent else "Open"


def _line_status(line: Record) -> str | None:
    if line.get("DetailType") not in ITEM_DETAILS or line.get("is_charge"):
        return None
    wanted, received, billed = _ordered(line), _received(line), _billed(line)
    steps = [
        (bool(line["detail"].get("ManuallyClosed")), "closed"),
        (0 < wanted <= billed, "invoiced"),
        (billed > 0, "partially_invoiced"),
        (0 < wanted <= received, "received"),
        (received > 0, "partially_received"),
    ]
    return next((status for holds, status in steps if holds), "open")


def _tax(order: Record) -> Any:
    """An order to which tax does not apply has no tax detail."""
    if order.get("GlobalTaxCalculation") == "NotApplicable":
        return Decimal(0)
    return (order.get("TxnTaxDetail") or {}).get("TotalTax")


def _unmasked(order: Record) -> Any:
    """Numbers of American vendors are served masked but for their last digits."""
    told = (order.get("vendor") or {}).get("TaxIdentifier")
    return None if told and "XXX" in str(told) else told


def _if_item(read: Callable[[Record], Any]) -> Callable[[Record], Any]:
    return lambda line: read(line) if line.get("DetailType") in ITEM_DETAILS else None


def _address(place: str, **known: Any) -> Address[Expression]:
    fields = {
        "line1": text(f"{place}.Line1"),
        "line2": text(f"{place}.Line2"),
        "line3": text(f"{place}.Line3"),
        "city": text(f"{place}.City"),
        "region": code(f"{place}.CountrySubDivisionCode"),
        "postal_code": text(f"{place}.PostalCode"),
        "country": code(f"{place}.Country", None, f"{place}.CountryCode"),
    }
    return Address(**(fields | known))


ORDER = PurchaseOrder[Expression](
    source_order_id=text("Id"),
    order_number=text("DocNumber", "Id"),
    order_type=code(
        derived(lambda o: "drop_ship" if o.get("ShipTo") else "standard", "drop_ship where ShipTo is set", "ShipTo")
    ),
    status=code(
        derived(
            _status,
            "POStatus, EmailStatus, PrintStatus, and Received of the lines",
            "POStatus",
            "EmailStatus",
            "PrintStatus",
            "Line",
        ),
        STATUSES,
    ),
    receipt_status=code(derived(_progress(_received), "Received against Qty of all item lines", "Line")),
    invoice_status=code(derived(_progress(_billed), "Qty of bill lines against Qty of all item lines", "Line")),
    order_date=day("TxnDate"),
    requested_delivery_date=day("ExpectedDate"),
    payment_due_date=day("DueDate"),
    company_code=text("company.realm_id"),
    company_name=text("company.LegalName", "company.CompanyName"),
    created_by=text("MetaData.CreatedByRef.name", "MetaData.CreatedByRef.value"),
    vendor_code=text("VendorRef.value"),
    vendor=_address(
        "VendorAddr",
        name=text("VendorRef.name", "vendor.DisplayName"),
        contact=text(joined("vendor.GivenName", "vendor.FamilyName")),
        email=text("POEmail.Address", "vendor.PrimaryEmailAddr.Address"),
        phone=text("vendor.PrimaryPhone.FreeFormNumber"),
    ),
    vendor_tax_id=text(derived(_unmasked, "TaxIdentifier of the vendor, unless masked", "vendor.TaxIdentifier")),
    ship_to=_address("ShipAddr", name=text("ShipTo.name")),
    bill_to=_address(
        "company.CompanyAddr",
        name=text("company.CompanyName"),
        email=text("company.Email.Address"),
        phone=text("company.PrimaryPhone.FreeFormNumber"),
    ),
    payment_terms_code=text("term.Name", "SalesTermRef.name", "SalesTermRef.value"),
    net_days=integer("term.DueDays"),
    discount_percent=percent("term.DiscountPercent"),
    discount_days=integer("term.DiscountDays"),
    delivery_terms=code("FOB"),
    ship_method=text("ShipMethodRef.name", "ShipMethodRef.value"),
    currency=code("CurrencyRef.value", None, "company.home_currency"),
    exchange_rate=rate("ExchangeRate"),
    company_currency=code("company.home_currency"),
    subtotal_amount=money(_sum_of("goods and service", "goods", "service")),
    charges_amount=money(_sum_of("charge", "charge")),
    tax_amount=money(
        derived(_tax, "TotalTax; 0 where tax does not apply", "TxnTaxDetail.TotalTax", "GlobalTaxCalculation")
    ),
    total_amount=money("TotalAmt"),
    tax_inclusive=boolean("GlobalTaxCalculation", true="TaxInclusive"),
    project_reference=text("ProjectRef.name", "ProjectRef.value"),
    memo=text("Memo", "PrivateNote"),
    source_created_at=instant("MetaData.CreateTime"),
    source_modified_at=instant("MetaData.LastUpdatedTime"),
    source_version=text("SyncToken"),
)

LINE = PurchaseOrderLine[Expression](
    source_line_id=text("Id"),
    line_number=text("LineNum"),
    line_type=code(
        derived(_line_type, "charge, type of the item, or DetailType", "is_charge", "item.Type", "DetailType"),
        LINE_TYPES,
    ),
    line_status=code(
        derived(
            _line_status, "Received and bill lines against Qty", "Received", "bill_lines", "detail.Qty", "DetailType"
        )
    ),
    item_code=text("item.Sku", "detail.ItemRef.value"),
    item_name=text("item.Name", "detail.ItemRef.name"),
    description=text("Description"),
    manufacturer_item_code=text("detail.ManPartNum"),
    category=text("item.ParentRef.name"),
    quantity_ordered=quantity("detail.Qty"),
    quantity_received=quantity(
        derived(_if_item(_received), "Received of item lines; 0 where it is left out", "Received", "DetailType")
    ),
    quantity_invoiced=quantity(derived(_if_item(_billed), "sum of Qty of the bill lines", "bill_lines", "DetailType")),
    quantity_open=quantity("detail.OpenQty"),
    unit_price=price("detail.UnitPrice"),
    net_amount=money("Amount"),
    tax_code=text("detail.TaxCodeRef.value"),
    requested_delivery_date=day("^ExpectedDate"),
    receiving_site=text("^DepartmentRef.name", "^DepartmentRef.value"),
    gl_account=text("detail.AccountRef.name", "detail.ItemAccountRef.name"),
    cost_center=text("detail.ClassRef.name", "^ClassRef.name"),
    project=text("detail.CustomerRef.name", "ProjectRef.name"),
    is_closed=boolean("detail.ManuallyClosed", "^ManuallyClosed"),
)

MAPPING = Mapping(
    order=ORDER,
    not_in_source=(
        "revision approval_status promised_delivery_date valid_from valid_to sent_at acknowledged_at approved_at "
        "closed_at cancelled_at purchasing_org_code purchasing_group_code buyer_code buyer_name buyer_email requester "
        "approved_by invoice_vendor_code vendor_order_reference payment_terms_text delivery_terms_location language "
        "exchange_rate_date discount_amount subtotal_amount_company discount_amount_company charges_amount_company "
        "tax_amount_company total_amount_company requisition_reference contract_reference quotation_reference"
    ),
    lines=rows(
        "Line",
        LINE,
        not_in_source=(
            "vendor_item_code gtin commodity_code commodity_code_scheme unit base_unit unit_conversion_factor "
            "quantity_accepted quantity_rejected quantity_cancelled price_basis_quantity price_unit "
            "price_unit_conversion_factor discount_percent discount_amount tax_amount total_amount net_amount_company "
            "tax_rate promised_delivery_date confirmed_delivery_date first_received_date last_received_date ship_to "
            "warehouse over_delivery_percent under_delivery_percent match_policy department requisition_reference "
            "contract_reference is_cancelled"
        ),
    ),
)
