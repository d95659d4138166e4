"""Purchase order lines, charges among them, and their dimensions; lines know nothing of when they changed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal

from tests.sandbox import arithmetic
from tests.sandbox.company import Company
from tests.sandbox.custom_fields import LINE_CUSTOM_FIELDS
from tests.sandbox.dialects.business_central.masters import Row
from tests.sandbox.dialects.business_central.values import NO_DATE, NO_ID, NO_INSTANT, enum, guid
from tests.sandbox.order import Charge, CustomValue, Distribution, Line, LineKind, Order

CUSTOM_PREFIX = "och"
"""The affix of the publisher whose API page shows the company's own fields."""
EMPTY: dict[type, CustomValue] = {
    str: "", Decimal: Decimal(0), int: 0, bool: False, date: NO_DATE, datetime: NO_INSTANT,
}  # fmt: skip
LINE_TYPES = {
    LineKind.GOODS: "Item", LineKind.SERVICE: "Item", LineKind.ASSET: "Fixed Asset",
    LineKind.SECTION: "Comment", LineKind.NOTE: "Comment",
}  # fmt: skip


def custom_name(name: str) -> str:
    """`project_phase` as the page names it: `ochProjectPhase`."""
    return CUSTOM_PREFIX + "".join(part.capitalize() for part in name.split("_"))


def custom_values(fields: Mapping[str, type], values: Mapping[str, CustomValue]) -> Row:
    """The company's own fields; those not filled in have the empty value of their type."""
    return {
        custom_name(name): EMPTY[kind] if (value := values.get(name)) is None else value
        for name, kind in fields.items()
    }


def line_rows(company: Company, order: Order) -> list[Row]:
    """All lines of an order: its own, then one for each charge."""
    last = max((line.number for line in order.lines), default=0)
    return [
        *(_line_row(company, order, line) for line in order.lines),
        *(_charge_row(order, charge, index, last + 10 * index) for index, charge in enumerate(order.charges, 1)),
    ]


def _line_row(company: Company, order: Order, line: Line) -> Row:
    is_item = LINE_TYPES[line.kind] == "Item"
    full_price = arithmetic.rounded(line.quantity * line.unit_price, company.digits(order.currency))
    return {
        **_row(guid("line", line.id), order, line.number, LINE_TYPES[line.kind], line.description),
        "itemId": guid("item", line.item) if is_item else NO_ID,
        "lineObjectNumber": line.item or "",
        "unitOfMeasureId": guid("unitOfMeasure", line.unit) if line.unit else NO_ID,
        "unitOfMeasureCode": line.unit or "",
        "quantity": line.quantity,
        "directUnitCost": line.unit_price,
        "discountAmount": full_price - line.net_amount if line.discount_percent else 0,
        "discountPercent": line.discount_percent,
        **_amounts(line.net_amount, line.tax_amount),
        "taxCode": line.tax_code or "",
        "taxPercent": line.tax_rate,
        "expectedReceiptDate": line.promised_date or line.requested_date or NO_DATE,
        "receivedQuantity": line.quantity_received,
        "invoicedQuantity": line.quantity_invoiced,
        "invoiceQuantity": max(line.quantity_received - line.quantity_invoiced, Decimal(0)),
        "receiveQuantity": line.quantity_open,
        "locationId": guid("location", line.site) if line.site else NO_ID,
        **custom_values(LINE_CUSTOM_FIELDS, line.custom),
    }


def _charge_row(order: Order, charge: Charge, index: int, number: int) -> Row:
    return {
        **_row(guid("charge", f"{order.id}/{index}"), order, number, "Charge", charge.description),
        "lineObjectNumber": charge.kind.upper(),
        "quantity": 1,
        "directUnitCost": charge.amount,
        **_amounts(charge.amount, Decimal(0)),
        "invoiceQuantity": 0,
        "receiveQuantity": 1,
        **custom_values(LINE_CUSTOM_FIELDS, {}),
    }


def _row(line_id: str, order: Order, number: int, kind: str, description: str) -> Row:
    """A line with nothing but what it is."""
    return {
        "id": line_id,
        "documentId": guid("purchaseOrder", order.id),
        "sequence": number * 1000,
        "itemId": NO_ID,
        "accountId": NO_ID,
        "lineType": enum(kind),
        "lineObjectNumber": "",
        "description": description,
        "description2": "",
        "unitOfMeasureId": NO_ID,
        "unitOfMeasureCode": "",
        "discountAmount": 0,
        "discountPercent": 0,
        "discountAppliedBeforeTax": True,
        "taxCode": "",
        "taxPercent": 0,
        "expectedReceiptDate": NO_DATE,
        "receivedQuantity": 0,
        "invoicedQuantity": 0,
        "itemVariantId": NO_ID,
        "locationId": NO_ID,
    }


def _amounts(net: Decimal, tax: Decimal) -> Row:
    """The amounts of a line, alike before and after an invoice discount, which this company never has."""
    return {
        "amountExcludingTax": net,
        "totalTaxAmount": tax,
        "amountIncludingTax": net + tax,
        "invoiceDiscountAllocation": 0,
        "netAmount": net,
        "netTaxAmount": tax,
        "netAmountIncludingTax": net + tax,
    }


def order_dimensions(company: Company, order: Order) -> list[Row]:
    """The dimensions of a header."""
    return _dimensions(
        guid("purchaseOrder", order.id), "Purchase Order", [("PROJECT", order.project, company.projects)]
    )


def line_dimensions(company: Company, line: Line) -> list[Row]:
    """The dimensions of a line; it has one set of them, so a split account assignment cannot be told."""
    only: Distribution | None = line.distributions[0] if len(line.distributions) == 1 else None
    if only is None:
        return []
    values = [
        ("COSTCENTER", only.cost_center, company.cost_centers),
        ("DEPARTMENT", only.department, company.departments),
        ("PROJECT", only.project, company.projects),
    ]
    return _dimensions(guid("line", line.id), "Purchase Order Line", values)


def _dimensions(parent: str, kind: str, values: list[tuple[str, str | None, dict[str, str]]]) -> list[Row]:
    return [
        {
            "id": guid("dimension", code),
            "code": code,
            "parentId": parent,
            "parentType": enum(kind),
            "displayName": code.capitalize(),
            "valueId": guid(f"dimension/{code}", value),
            "valueCode": value,
            "valueDisplayName": names.get(value, ""),
        }
        for code, value, names in values
        if value
    ]
