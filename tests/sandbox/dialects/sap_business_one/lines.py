"""The lines of a purchase order: goods and services, freight, and the texts between them."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from tests.sandbox import arithmetic
from tests.sandbox.company import Company
from tests.sandbox.custom_fields import LINE_CUSTOM_FIELDS
from tests.sandbox.dialects.sap_business_one.by_amount import is_service_document, share, without_quantities
from tests.sandbox.dialects.sap_business_one.masters import MANUAL_UNIT, currency_code, number_of
from tests.sandbox.dialects.sap_business_one.values import (
    Row,
    in_local,
    local_currency,
    number_in,
    told_rate,
    user_fields,
)
from tests.sandbox.drafts import RATES
from tests.sandbox.order import ZERO, Charge, Line, LineKind, Order, Stage

PURCHASE_ORDER, GOODS_RECEIPT, INVOICE, PURCHASE_REQUEST, QUOTATION = 22, 20, 18, 1470000113, 540000006
RETURN_REQUEST = 234000032
"""Object types, as BaseType tells them."""
NO_BASE = -1
ABROAD = "GBP"
"""The currency of price lists abroad."""


def is_abroad(order: Order, line: Line, options: Mapping[str, str]) -> bool:
    """Whether the row's price is in another currency than the document, as one of a price list abroad is.

    The row's totals are in the document's and in local currency all the same.
    """
    is_other = order.currency in RATES and order.currency != ABROAD
    return options.get("prices") == "abroad" and is_other and line.id % 2 == 0


def line_number(line: Line) -> int:
    """LineNum: counted from 0, and kept by the line when others are deleted."""
    return line.number // 10 - 1


def received_with_invoice(line: Line) -> Decimal:
    """What was invoiced before any goods receipt: an invoice drawn from the order itself receives its goods.

    A reserve invoice does not, but closes the order's line as well: what it is about is still to come by the invoice.
    """
    return max(line.quantity_invoiced - line.quantity_received, ZERO)


def _left(line: Line, options: Mapping[str, str]) -> Decimal:
    """What of the quantity has not come, or is open again by a goods return."""
    left = max(line.quantity - line.quantity_received - received_with_invoice(line), ZERO)
    return min(left + line.quantity_rejected, line.quantity) if options.get("returns") == "reopen" else left


def is_closed(order: Order, line: Line, options: Mapping[str, str]) -> bool:
    """Nothing more can be drawn from the line: all came, or somebody closed it."""
    by_hand = line.is_closed or line.is_cancelled or order.stage in (Stage.CLOSED, Stage.CANCELLED)
    return by_hand or not _left(line, options)


def open_quantity(order: Order, line: Line, options: Mapping[str, str]) -> Decimal:
    """What is still to come, or had not come when somebody closed the line by hand."""
    clears = options.get("manual_close") == "clear" and is_closed(order, line, options)
    return ZERO if clears else _left(line, options)


def is_special(line: Line) -> bool:
    """Whether the line is a text between lines."""
    return line.kind in (LineKind.SECTION, LineKind.NOTE)


def line_rows(company: Company, order: Order, options: Mapping[str, str]) -> list[Row]:
    """DocumentLines."""
    lines = [line for line in order.lines if not is_special(line)]
    rows = [
        _identity(order, line, position, options)
        | _quantities(company, order, line, options)
        | _amounts(company, order, line, options)
        | _accounting(order, line)
        | user_fields(LINE_CUSTOM_FIELDS, line.custom)
        for position, line in enumerate(lines)
    ]
    return list(map(without_quantities, rows)) if is_service_document(order, options) else rows


def _identity(order: Order, line: Line, position: int, options: Mapping[str, str]) -> Row:
    return {
        "LineNum": line_number(line),
        "VisualOrder": position,
        "DocEntry": order.id,
        "LineType": "dlt_Regular",
        "ItemType": "dit_Item",
        "LineStatus": "bost_Close" if is_closed(order, line, options) else "bost_Open",
        "ItemCode": line.item,
        "ItemDescription": line.description,
        "SupplierCatNum": line.vendor_item_code,
        "VendorNum": None,
        "FreeText": None,
        "ShipDate": line.promised_date or line.requested_date or order.order_date,
        "RequiredDate": line.requested_date,
        "ActualDeliveryDate": None,
        "WarehouseCode": line.site,
        "ShipToCode": None,
        "ShipToDescription": line.ship_to.name if line.ship_to else None,
    }


def _quantities(company: Company, order: Order, line: Line, options: Mapping[str, str]) -> Row:
    left = open_quantity(order, line, options)
    unit = company.units.get(line.unit or "")
    return {
        "Quantity": line.quantity,
        "MeasureUnit": unit.name if unit else None,
        "UoMEntry": number_of(company.units, line.unit, MANUAL_UNIT),
        "UoMCode": line.unit or "Manual",
        "UnitsOfMeasurment": Decimal(1),
        "InventoryQuantity": line.quantity,
        "RemainingOpenQuantity": left,
        "RemainingOpenInventoryQuantity": left,
    }


def _amounts(company: Company, order: Order, line: Line, options: Mapping[str, str]) -> Row:
    is_foreign = order.currency != local_currency(company)
    net, gross = line.net_amount, line.total_amount
    left = share(line, open_quantity(order, line, options))
    currency, price = order.currency, line.unit_price
    if is_abroad(order, line, options):
        currency, price = ABROAD, arithmetic.rounded(price * RATES[order.currency] / RATES[ABROAD], 6)
    discounted = price * (100 - line.discount_percent) / 100
    return {
        "Currency": currency_code(company, currency),
        "Rate": told_rate(company, order, options) if is_foreign else ZERO,
        "UnitPrice": price,
        "DiscountPercent": line.discount_percent,
        "Price": arithmetic.rounded(discounted, 6),
        "LineTotal": in_local(company, order, net),
        "RowTotalFC": net if is_foreign else ZERO,
        "TaxTotal": in_local(company, order, line.tax_amount),
        "GrossTotal": in_local(company, order, net) + in_local(company, order, line.tax_amount),
        "GrossTotalFC": gross if is_foreign else ZERO,
        "TaxCode": line.tax_code,
        "VatGroup": None,
        "TaxPercentagePerRow": line.tax_rate,
        "OpenAmount": in_local(company, order, left),
        "OpenAmountFC": left if is_foreign else ZERO,
    }


def _accounting(order: Order, line: Line) -> Row:
    first = line.distributions[0] if line.distributions else None
    only = first if len(line.distributions) == 1 else None
    base = (NO_BASE, None)
    if line.requisition:
        base = (PURCHASE_REQUEST, number_in(line.requisition))
    elif order.quotation:
        base = (QUOTATION, number_in(order.quotation))
    return {
        "AccountCode": first.gl_account if first else None,
        "CostingCode": only.cost_center if only else None,
        "CostingCode2": only.department if only else None,
        "CostingCode3": None,
        "CostingCode4": None,
        "CostingCode5": None,
        "ProjectCode": only.project if only else None,
        "AgreementNo": number_in(line.contract),
        "BaseType": base[0],
        "BaseEntry": base[1],
        "BaseLine": None if base[1] is None else line_number(line),
    }


def special_rows(order: Order) -> list[Row]:
    """DocumentSpecialLines: each stands after the line with that position."""
    rows, after = [], -1
    for line in order.lines:
        if not is_special(line):
            after += 1
            continue
        rows.append(
            {"LineNum": len(rows), "AfterLineNumber": after, "OrderNumber": 0, "LineType": "dslt_Text",
             "LineText": line.description, "Subtotal": ZERO}
        )  # fmt: skip
    return rows


def expense_rows(company: Company, order: Order) -> list[Row]:
    """DocumentAdditionalExpenses: freight and the like, which is not among the lines."""
    return [_expense(company, order, charge, number) for number, charge in enumerate(order.charges)]


def _expense(company: Company, order: Order, charge: Charge, number: int) -> Row:
    is_foreign = order.currency != local_currency(company)
    return {
        "ExpenseCode": 1,
        "LineNum": number,
        "Remarks": charge.description,
        "LineTotal": in_local(company, order, charge.amount),
        "LineTotalFC": charge.amount if is_foreign else ZERO,
        "TaxSum": ZERO,
        "TaxSumFC": ZERO,
    }
