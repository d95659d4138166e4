"""What Business Central tells by several fields, or by the lines of an order."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

from include.orderhouse.connectors.business_central.codes import WITHDRAWN_UNITS
from include.orderhouse.mapping import Derived, Record, derived, derived_from, look_up, remembered, within
from include.orderhouse.protocols.odata import unescaped
from include.orderhouse.values.decimals import number, total
from include.orderhouse.values.progress import progress, reached
from include.orderhouse.values.unit_names import NAMED_UNITS

LINES = "purchaseOrderLines"
NOT_BOUGHT = ("Comment", "Charge", " ", "_x0020_")
_AMOUNTS = within(LINES, "amountExcludingTax", "lineType")


@remembered
def _bought(order: Record) -> list[Record]:
    """The lines on which something is bought."""
    return [line for line in order.get(LINES) or () if line.get("lineType") not in NOT_BOUGHT]


@remembered
def _charges(order: Record) -> list[Record]:
    return [line for line in order.get(LINES) or () if line.get("lineType") == "Charge"]


def _progress(order: Record, quantity: str) -> str | None:
    """How far the lines have come by a quantity; None where one of them does not tell it.

    The standard page tells every field. What a page of the customer's own leaves out is unknown, not 0.
    """
    told = [(line.get(quantity), line.get("quantity")) for line in _bought(order)]
    if any(None in pair for pair in told):
        return None
    return progress((number(come), number(wanted)) for come, wanted in told)


def _sum(lines: list[Record], amount: str) -> Decimal | None:
    """The sum of an amount of lines; None where one of them does not tell it."""
    told = [line.get(amount) for line in lines]
    return None if None in told else total(told)


@remembered
def _type(line: Record) -> str:
    return unescaped(str(line.get("lineType", "")))


@derived_from(*within(LINES, "receivedQuantity", "quantity", "lineType"))
@remembered
def receipt_status(order: Record) -> str | None:
    """receivedQuantity against quantity of the lines."""
    return _progress(order, "receivedQuantity")


@derived_from(*within(LINES, "invoicedQuantity", "quantity", "lineType"))
@remembered
def invoice_status(order: Record) -> str | None:
    """invoicedQuantity against quantity of the lines."""
    return _progress(order, "invoicedQuantity")


@derived_from("status", receipt_status, invoice_status)
def status(order: Record) -> str:
    """How far the lines have come; status before anything came, Draft also for an order that was reopened.

    Draft and In Review tell no more than that the header may be changed, or waits for approval: a released document
    that is reopened becomes Draft, whatever has been received (enum Purchase Order Entity Buffer Status).
    """
    come = reached({"invoiced": invoice_status(order), "received": receipt_status(order)})
    return come or unescaped(str(order.get("status", "")))


@derived_from("status")
def approval_status(order: Record) -> str | None:
    """status; none for drafts."""
    told = unescaped(str(order.get("status", "")))
    return None if told == "Draft" else told


def days(path: str) -> Derived:
    """The days of a date formula."""

    def plain_days(order: Record) -> str | None:
        formula = re.fullmatch(r"<?(\d+)D>?", look_up(order, path) or "")
        return formula[1] if formula else None

    return derived(plain_days, f"the days of {path}, where its formula is nothing but days (30D)", path)


@derived_from(*_AMOUNTS)
def subtotal(order: Record) -> Decimal | None:
    """Sum of amountExcludingTax without charges."""
    return _sum(_bought(order), "amountExcludingTax")


@derived_from(*_AMOUNTS)
def charges(order: Record) -> Decimal | None:
    """Sum of amountExcludingTax of lines of type Charge."""
    return _sum(_charges(order), "amountExcludingTax")


@derived_from(*within(LINES, "invoiceDiscountAllocation", "lineType"))
def discount(order: Record) -> Decimal | None:
    """Sum of the lines' invoiceDiscountAllocation."""
    return _sum([*_bought(order), *_charges(order)], "invoiceDiscountAllocation")


@derived_from("lineType", "item.type")
def line_type(line: Record) -> str:
    """lineType, with the item's type."""
    item = look_up(line, "item.type")
    return f"{_type(line)}, {unescaped(item)}" if item else _type(line)


@derived_from("lineObjectNumber", "lineType")
def item_code(line: Record) -> Any:
    """lineObjectNumber, where the line is not on an account."""
    return line.get("lineObjectNumber") if _type(line) in ("Item", "Resource", "Fixed Asset", "Charge") else None


@derived_from("lineObjectNumber", "lineType")
def gl_account(line: Record) -> Any:
    """lineObjectNumber of lines on an account."""
    return line.get("lineObjectNumber") if _type(line) in ("Account", "Allocation Account") else None


def unit(place: str, own: str) -> Derived:
    """A unit of measure by the code that people outside the company know."""
    code = f"{place}.internationalStandardCode"

    def standard(line: Record) -> Any:
        told = look_up(line, code)
        if told:
            return WITHDRAWN_UNITS.get(told, told)
        named = look_up(line, own)
        return NAMED_UNITS.get(str(named), named)

    return derived(standard, "the unit's international standard code, else its own code", code, own)
