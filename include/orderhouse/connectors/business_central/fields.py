"""Business Central's purchase orders and lines in canonical terms."""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from include.orderhouse.mapping import (
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
    look_up,
    money,
    percent,
    price,
    quantity,
    rows,
    text,
)
from include.orderhouse.model import Address, PurchaseOrder, PurchaseOrderLine
from include.orderhouse.odata import unescaped

LINES = "purchaseOrderLines"
ZERO = Decimal(0)

STATUSES = {
    "Draft": "draft",
    "In Review": "pending_approval",
    "Open": "approved",
    "partially received": "partially_received",
    "received": "received",
    "partially invoiced": "partially_invoiced",
    "invoiced": "invoiced",
}
"""The API's status (Draft: open for changes; In Review: pending approval; Open: released), or how far a released order
has come by the quantities of its lines. The API page's source tells Released and Pending Prepayment as Open."""

APPROVALS = {"In Review": "pending", "Open": "approved"}

LINE_TYPES = {
    "Item": "goods",
    "Item, Inventory": "goods",
    "Item, Non-Inventory": "goods",
    "Item, Service": "service",
    "Resource": "service",
    "Account": "service",
    "Allocation Account": "service",
    "Fixed Asset": "asset",
    "Charge": "charge",
    "Comment": "text",
}
"""The line's type, with the item's where there is one. A line on an account buys an expense and stocks nothing."""

WITHDRAWN_UNITS = {
    "BX": "XBX",
    "CA": "XCA",
    "CS": "XCS",
    "CT": "XCT",
    "PA": "XPA",
    "PK": "XPK",
    "PF": "XPF",
    "BG": "XBG",
}
"""Package codes that UN/ECE Recommendation 20 had before it took those of Recommendation 21 behind an ``X``."""


NOT_BOUGHT = ("Comment", "Charge", " ", "_x0020_")


def _lines(order: Record) -> list[Record]:
    """The lines that buy something: neither comments nor charges."""
    return [
        line for line in order.get(LINES) or () if line.get("lineType") not in ("Comment", "Charge", " ", "_x0020_")
    ]


def _type(line: Record) -> str:
    return unescaped(str(line.get("lineType", "")))


def _progress(order: Record, done: str) -> str | None:
    lines = [(line.get(done) or 0, line.get("quantity") or 0) for line in _lines(order)]
    if not lines:
        return None
    if not any(actual > 0 for actual, _ in lines):
        return "none"
    return "full" if all(actual >= wanted for actual, wanted in lines) else "partial"


def _received(order: Record) -> str | None:
    return _progress(order, "receivedQuantity")


def _invoiced(order: Record) -> str | None:
    return _progress(order, "invoicedQuantity")


def _status(order: Record) -> str:
    told = unescaped(str(order.get("status", "")))
    if told != "Open":
        return told
    invoiced, received = _invoiced(order), _received(order)
    reached = {
        "invoiced": invoiced == "full",
        "partially invoiced": invoiced == "partial",
        "received": received == "full",
        "partially received": received == "partial",
    }
    return next((name for name, is_so in reached.items() if is_so), told)


def _approval(order: Record) -> str | None:
    told = unescaped(str(order.get("status", "")))
    return None if told == "Draft" else told


def _sum(of_charges: bool, field: str) -> Any:
    def total(order: Record) -> Decimal:
        lines = [line for line in order.get(LINES) or () if (line.get("lineType") == "Charge") is of_charges]
        return _added(lines, field)

    return total


def _added(lines: Iterable[Record], field: str) -> Decimal:
    amounts: list[Decimal] = [line.get(field) or ZERO for line in lines]
    return sum(amounts, ZERO)


def _invoice_discount(order: Record) -> Decimal:
    return _added(order.get(LINES) or (), "invoiceDiscountAllocation")


def _line_type(line: Record) -> str:
    item = look_up(line, "item.type")
    return f"{_type(line)}, {unescaped(item)}" if item else _type(line)


def _object_number(line: Record, *types: str) -> Any:
    return line.get("lineObjectNumber") if _type(line) in types else None


def _unit(place: str, own: str) -> Any:
    def standard(line: Record) -> Any:
        told = look_up(line, f"{place}.internationalStandardCode")
        return WITHDRAWN_UNITS.get(told, told) if told else look_up(line, own)

    return derived(
        standard, "the unit's international standard code, else its own code", f"{place}.internationalStandardCode", own
    )


def _other_payee(order: Record) -> Any:
    return order.get("payToVendorNumber") if order.get("payToVendorNumber") != order.get("vendorNumber") else None


def _days(path: str) -> Any:
    def plain_days(order: Record) -> str | None:
        formula = re.fullmatch(r"<?(\d+)D>?", look_up(order, path) or "")
        return formula[1] if formula else None

    return derived(plain_days, f"the days of {path}, where its formula is nothing but days (30D)", path)


def _address(prefix: str, **more: Any) -> Address[Any]:
    return Address(
        line1=text(f"{prefix}AddressLine1"),
        line2=text(f"{prefix}AddressLine2"),
        city=text(f"{prefix}City"),
        region=code(f"{prefix}State"),
        postal_code=text(f"{prefix}PostCode"),
        country=code(f"{prefix}Country"),
        **more,
    )


COMPANY_ADDRESS = Address(
    name=text("company.information.displayName"),
    line1=text("company.information.addressLine1"),
    line2=text("company.information.addressLine2"),
    city=text("company.information.city"),
    region=code("company.information.state"),
    postal_code=text("company.information.postalCode"),
    country=code("company.information.country"),
    email=text("company.information.email"),
    phone=text("company.information.phoneNumber"),
)
"""Where vendors send their invoices: the company that buys. The page's pay-to address is the vendor's, not ours."""

ORDER = PurchaseOrder(
    source_order_id=text(joined("company.id", "id", separator="/")),
    order_number=text("number"),
    source_modified_at=instant("lastModifiedDateTime"),
    source_version=text("etag"),
    order_type=constant("standard"),
    status=code(derived(_status, "status; where it is Open, how far the lines have come", "status", LINES), STATUSES),
    approval_status=code(derived(_approval, "status; none for drafts", "status"), APPROVALS),
    receipt_status=code(derived(_received, "receivedQuantity against quantity of the lines", LINES)),
    invoice_status=code(derived(_invoiced, "invoicedQuantity against quantity of the lines", LINES)),
    order_date=day("orderDate"),
    requested_delivery_date=day("requestedReceiptDate"),
    company_code=text("company.name"),
    company_name=text("company.displayName", "company.name"),
    buyer_code=text("purchaser"),
    buyer_name=text("purchaserRecord.displayName"),
    buyer_email=text("purchaserRecord.email"),
    vendor_code=text("vendorNumber"),
    vendor=_address("buyFrom", name=text("vendorName"), email=text("vendor.email"), phone=text("vendor.phoneNumber")),
    vendor_tax_id=text("vendor.taxRegistrationNumber"),
    invoice_vendor_code=text(
        derived(_other_payee, "payToVendorNumber, where it is another vendor", "payToVendorNumber", "vendorNumber")
    ),
    ship_to=_address("shipTo", name=text("shipToName"), contact=text("shipToContact")),
    bill_to=COMPANY_ADDRESS,
    payment_terms_code=text("paymentTerm.code"),
    payment_terms_text=text("paymentTerm.displayName"),
    net_days=integer(_days("paymentTerm.dueDateCalculation")),
    discount_percent=percent("paymentTerm.discountPercent"),
    discount_days=integer(_days("paymentTerm.discountDateCalculation")),
    delivery_terms=code("shipmentMethod.code"),
    currency=code("currencyCode"),
    company_currency=code("company.information.currencyCode"),
    subtotal_amount=money(
        derived(_sum(False, "amountExcludingTax"), "sum of amountExcludingTax without charges", LINES)
    ),
    discount_amount=money(derived(_invoice_discount, "sum of the lines' invoiceDiscountAllocation", LINES)),
    charges_amount=money(
        derived(_sum(True, "amountExcludingTax"), "sum of amountExcludingTax of lines of type Charge", LINES)
    ),
    tax_amount=money("totalTaxAmount"),
    total_amount=money("totalAmountIncludingTax"),
    tax_inclusive=boolean("pricesIncludeTax"),
    project_reference=text("dimensions.PROJECT"),
)

LINE = PurchaseOrderLine(
    source_line_id=text("id"),
    source_version=text("etag"),
    line_number=text("sequence"),
    line_type=code(derived(_line_type, "lineType, with the item's type", "lineType", "item.type"), LINE_TYPES),
    item_code=text(
        derived(
            lambda line: _object_number(line, "Item", "Resource", "Fixed Asset", "Charge"),
            "lineObjectNumber, where the line is not on an account",
            "lineObjectNumber",
            "lineType",
        )
    ),
    item_name=text("item.displayName"),
    description=text(joined("description", "description2")),
    gtin=text("item.gtin"),
    category=text("item.itemCategoryCode"),
    quantity_ordered=quantity("quantity"),
    unit=code(_unit("unitOfMeasure", "unitOfMeasureCode")),
    base_unit=code(_unit("item.baseUnitOfMeasure", "item.baseUnitOfMeasureCode")),
    quantity_received=quantity("receivedQuantity"),
    quantity_invoiced=quantity("invoicedQuantity"),
    unit_price=price("directUnitCost"),
    discount_percent=percent("discountPercent"),
    discount_amount=money("discountAmount"),
    net_amount=money("amountExcludingTax"),
    tax_amount=money("totalTaxAmount"),
    total_amount=money("amountIncludingTax"),
    tax_code=text("taxCode"),
    tax_rate=percent("taxPercent"),
    promised_delivery_date=day("expectedReceiptDate"),
    receiving_site=text("location.code"),
    gl_account=text(
        derived(
            lambda line: _object_number(line, "Account", "Allocation Account"),
            "lineObjectNumber of lines on an account",
            "lineObjectNumber",
            "lineType",
        )
    ),
    cost_center=text("dimensions.COSTCENTER"),
    project=text("dimensions.PROJECT"),
    department=text("dimensions.DEPARTMENT"),
)

MAPPING = Mapping(
    order=ORDER,
    not_in_source="revision promised_delivery_date payment_due_date valid_from valid_to sent_at acknowledged_at "
    "approved_at closed_at cancelled_at purchasing_org_code purchasing_group_code requester created_by approved_by "
    "vendor_order_reference delivery_terms_location ship_method language exchange_rate exchange_rate_date "
    "subtotal_amount_company discount_amount_company charges_amount_company tax_amount_company total_amount_company "
    "requisition_reference contract_reference quotation_reference memo",
    lines=rows(
        LINES,
        LINE,
        not_in_source="line_status vendor_item_code manufacturer_item_code commodity_code commodity_code_scheme "
        "unit_conversion_factor quantity_accepted quantity_rejected quantity_cancelled quantity_open "
        "price_basis_quantity price_unit price_unit_conversion_factor net_amount_company requested_delivery_date "
        "confirmed_delivery_date first_received_date last_received_date ship_to warehouse over_delivery_percent "
        "under_delivery_percent match_policy requisition_reference contract_reference is_cancelled is_closed",
    ),
    empty=("0001-01-01", "0001-01-01T00:00:00Z", "00000000-0000-0000-0000-000000000000", "_x0020_"),
)
