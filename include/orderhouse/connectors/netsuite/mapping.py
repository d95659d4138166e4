"""Where NetSuite's purchase orders stand in the canonical model.

Purchase amounts may come signed as credits, so amounts are taken by magnitude; a negative rate keeps its line negative.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from decimal import Decimal
from typing import Any

from include.orderhouse.connectors.netsuite.codes import APPROVALS, LINE_TYPES, STATUSES
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
    magnitude,
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

GOODS = ("goods", "service", "asset")


def _line_type(line: Record) -> str:
    return str(line.get("itemtype") or "Expense")


def _is(line: Record, *types: str) -> bool:
    return LINE_TYPES.get(_line_type(line)) in types


def _number(line: Record, name: str) -> Decimal:
    return Decimal(line.get(name) or 0)


def _amount(line: Record, name: str) -> Decimal | None:
    if line.get(name) in (None, ""):
        return None
    found = abs(_number(line, name))
    return -found if str(line.get("rate", "")).startswith("-") else found


def _sum(lines: Iterable[Record], name: str) -> Decimal:
    return sum((_amount(line, name) or Decimal(0) for line in lines), Decimal(0))


def _sum_of(what: str, name: str, *types: str) -> Derived:
    def add(order: Record) -> Decimal:
        return _sum((line for line in order["lines"] if _is(line, *types)), name)

    return derived(add, f"sum of {name} of the {what} lines", "lines")


def _tax(name: str) -> Derived:
    return derived(lambda order: _sum(order["tax_lines"], name), f"sum of {name} of the tax lines", "tax_lines")


def _progress(name: str) -> Derived:
    def progress(order: Record) -> str:
        lines = [line for line in order["lines"] if _is(line, *GOODS)]
        done = [abs(_number(line, name)) for line in lines]
        if not any(done):
            return "none"
        wanted = [abs(_number(line, "quantity")) for line in lines]
        return "full" if all(one >= all_ for one, all_ in zip(done, wanted, strict=True)) else "partial"

    return derived(progress, f"{name} against quantity of all goods lines", "lines")


def _line_status(line: Record) -> str | None:
    if not _is(line, *GOODS):
        return None
    wanted, received, billed = (abs(_number(line, n)) for n in ("quantity", "quantityshiprecv", "quantitybilled"))
    steps: list[tuple[Callable[[], bool], str]] = [
        (lambda: line.get("isclosed") == "T", "closed"),
        (lambda: 0 < wanted <= billed, "invoiced"),
        (lambda: billed > 0, "partially_invoiced"),
        (lambda: 0 < wanted <= received, "received"),
        (lambda: received > 0, "partially_received"),
    ]
    return next((status for holds, status in steps if holds()), "open")


def _signed(name: str) -> Derived:
    return derived(lambda line: _amount(line, name), f"{name} by magnitude, negative where rate is", name, "rate")


def _address(place: str, **known: Any) -> Address[Expression]:
    fields = {
        "name": text(f"{place}.addressee"),
        "line1": text(f"{place}.addr1"),
        "line2": text(f"{place}.addr2"),
        "line3": text(f"{place}.addr3"),
        "city": text(f"{place}.city"),
        "region": code(f"{place}.state"),
        "postal_code": text(f"{place}.zip"),
        "country": code(f"{place}.country"),
        "contact": text(f"{place}.attention"),
        "phone": text(f"{place}.addrphone"),
    }
    return Address(**(fields | known))


ORDER = PurchaseOrder[Expression](
    source_order_id=text("id"),
    order_number=text("tranid"),
    order_type=code("type", {"PurchOrd": "standard"}),
    status=code("status", STATUSES),
    approval_status=code("approvalstatus", APPROVALS),
    receipt_status=code(_progress("quantityshiprecv")),
    invoice_status=code(_progress("quantitybilled")),
    order_date=day("trandate"),
    requested_delivery_date=day("duedate"),
    company_code=text("main_line.subsidiary"),
    company_name=text("subsidiary.name", "main_line.subsidiary_name"),
    buyer_code=text("employee"),
    buyer_name=text("buyer.entityid", "employee_name"),
    buyer_email=text("buyer.email"),
    created_by=text("createdby_name", "createdby"),
    vendor_code=text("vendor.entityid", "entity"),
    vendor=_address(
        "vendor_address",
        name=text("vendor.companyname", "vendor.entityid"),
        email=text("vendor.email"),
        phone=text("vendor.phone", "vendor_address.addrphone"),
    ),
    vendor_tax_id=text("vendor.vatregnumber"),
    vendor_order_reference=text("otherrefnum"),
    ship_to=_address("ship_to"),
    bill_to=_address("bill_to"),
    payment_terms_code=text("term.name", "terms_name"),
    net_days=integer("term.daysuntilnetdue"),
    discount_percent=percent("term.discountpercent"),
    discount_days=integer("term.daysuntilexpiry"),
    delivery_terms=code("incoterm_name"),
    ship_method=text("shipmethod_name"),
    currency=code("document_currency.symbol"),
    exchange_rate=rate("exchangerate"),
    company_currency=code("company_currency.symbol"),
    subtotal_amount=money(_sum_of("goods", "foreignamount", *GOODS)),
    charges_amount=money(_sum_of("charge", "foreignamount", "charge")),
    tax_amount=money(_tax("foreignamount")),
    total_amount=money(magnitude("foreigntotal"), magnitude("main_line.foreignamount")),
    subtotal_amount_company=money(_sum_of("goods", "netamount", *GOODS)),
    charges_amount_company=money(_sum_of("charge", "netamount", "charge")),
    tax_amount_company=money(_tax("netamount")),
    total_amount_company=money(magnitude("main_line.netamount")),
    memo=text("memo"),
    source_created_at=instant("createddate"),
    source_modified_at=instant("lastmodifieddate"),
)

LINE = PurchaseOrderLine[Expression](
    source_line_id=text("id"),
    line_number=text("linesequencenumber"),
    line_type=code(derived(_line_type, "itemtype; Expense where there is none", "itemtype"), LINE_TYPES),
    line_status=code(
        derived(
            _line_status,
            "isclosed, then quantities received and billed",
            "isclosed",
            "quantityshiprecv",
            "quantitybilled",
            "quantity",
        )
    ),
    item_code=text("item_record.itemid", "item"),
    item_name=text("item_record.displayname"),
    description=text("memo"),
    vendor_item_code=text("vendorname"),
    manufacturer_item_code=text("item_record.mpn"),
    gtin=text("item_record.upccode"),
    category=text("item_record.class_name"),
    quantity_ordered=quantity(magnitude("quantity")),
    unit=code("units_name", NAMED_UNITS),
    base_unit=code("item_record.stockunit_name", NAMED_UNITS),
    quantity_received=quantity(magnitude("quantityshiprecv")),
    quantity_invoiced=quantity(magnitude("quantitybilled")),
    unit_price=price("rate"),
    net_amount=money(_signed("foreignamount")),
    net_amount_company=money(_signed("netamount")),
    promised_delivery_date=day("expectedreceiptdate"),
    receiving_site=text("location_name"),
    gl_account=text("expenseaccount_name"),
    cost_center=text("class_name"),
    department=text("department_name"),
    is_closed=boolean("isclosed", true="T"),
    source_created_at=instant("linecreateddate"),
    source_modified_at=instant("linelastmodifieddate"),
)

MAPPING = Mapping(
    order=ORDER,
    not_in_source=(
        "revision promised_delivery_date payment_due_date valid_from valid_to sent_at acknowledged_at approved_at "
        "closed_at cancelled_at purchasing_org_code purchasing_group_code requester approved_by invoice_vendor_code "
        "payment_terms_text delivery_terms_location language exchange_rate_date discount_amount "
        "discount_amount_company tax_inclusive requisition_reference contract_reference quotation_reference "
        "project_reference"
    ),
    lines=rows(
        "lines",
        LINE,
        not_in_source=(
            "commodity_code commodity_code_scheme unit_conversion_factor quantity_accepted quantity_rejected "
            "quantity_cancelled quantity_open price_basis_quantity price_unit price_unit_conversion_factor "
            "discount_percent discount_amount tax_amount total_amount tax_code tax_rate requested_delivery_date "
            "confirmed_delivery_date first_received_date last_received_date ship_to warehouse over_delivery_percent "
            "under_delivery_percent match_policy project requisition_reference contract_reference is_cancelled"
        ),
    ),
)
