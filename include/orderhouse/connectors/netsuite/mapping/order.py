"""An order's header in NetSuite's columns."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from include.orderhouse.connectors.netsuite import amounts as a
from include.orderhouse.connectors.netsuite import values as v
from include.orderhouse.connectors.netsuite.codes import APPROVALS, ORDER_STATUSES, ORDER_TYPES
from include.orderhouse.mapping import (
    Expression,
    Place,
    code,
    day,
    instant,
    integer,
    magnitude,
    money,
    percent,
    rate,
    text,
)
from include.orderhouse.model import Address, PurchaseOrder


def _address(at: Callable[[str], Place], **known: Any) -> Address[Expression]:
    address = Address[Expression](
        name=text(at("addressee")),
        line1=text(at("addr1")),
        line2=text(at("addr2")),
        line3=text(at("addr3")),
        city=text(at("city")),
        region=code(at("state")),
        postal_code=text(at("zip")),
        country=code(at("country")),
        contact=text(at("attention")),
        phone=text(at("addrphone")),
    )
    return replace(address, **known)


ORDER = PurchaseOrder[Expression](
    source_order_id=text("id"),
    order_number=text("tranid"),
    order_type=code(v.order_type, ORDER_TYPES),
    status=code(v.status, ORDER_STATUSES),
    approval_status=code("approvalstatus", APPROVALS),
    receipt_status=code(v.receipt_status),
    invoice_status=code(v.invoice_status),
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
        v.vendor_address,
        name=text("vendor.companyname", "vendor.entityid"),
        email=text("vendor.email"),
        phone=text("vendor.phone", v.vendor_address("addrphone")),
    ),
    vendor_tax_id=text("vendor.vatregnumber"),
    vendor_order_reference=text("otherrefnum"),
    ship_to=_address("ship_to.{}".format),
    payment_terms_code=text("term.name", "terms_name"),
    net_days=integer("term.daysuntilnetdue"),
    discount_percent=percent("term.discountpercent", "term.discountpercentdatedriven"),
    discount_days=integer("term.daysuntilexpiry"),
    delivery_terms=code("incoterm_name"),
    ship_method=text("shipmethod_name"),
    currency=code("document_currency.symbol"),
    exchange_rate=rate("exchangerate"),
    company_currency=code("company_currency.symbol"),
    subtotal_amount=money(a.sum_of_goods("foreignamount")),
    charges_amount=money(a.sum_of_charges("foreignamount")),
    tax_amount=money(a.sum_of_taxes("foreignamount")),
    total_amount=money(magnitude("foreigntotal"), magnitude("main_line.foreignamount")),
    subtotal_amount_company=money(a.sum_of_goods("netamount")),
    charges_amount_company=money(a.sum_of_charges("netamount")),
    tax_amount_company=money(a.sum_of_taxes("netamount")),
    total_amount_company=money(a.total_of_company),
    memo=text("memo"),
    source_created_at=instant("createddate"),
    source_modified_at=instant("lastmodifieddate"),
)
