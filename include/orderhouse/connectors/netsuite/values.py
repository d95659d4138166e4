"""What NetSuite tells by several columns, or by the lines of an order. Purchase amounts may be signed as credits."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from include.orderhouse.connectors.netsuite.codes import LINE_TYPES
from include.orderhouse.decimals import number, total
from include.orderhouse.mapping import Derived, Record, derived, derived_from
from include.orderhouse.progress import expected, progress

GOODS = ("goods", "service", "asset")


@derived_from("itemtype")
def line_type(line: Record) -> str:
    """itemtype; Expense where there is none."""
    return str(line.get("itemtype") or "Expense")


def _lines(order: Record, *types: str) -> list[Record]:
    return [line for line in order["lines"] if LINE_TYPES.get(line_type(line)) in types]


def _size(line: Record, name: str) -> Decimal:
    return abs(number(line.get(name)))


def _is_void(line: Record) -> bool:
    """Whether a line was closed before anything came, as a line is that is not wanted any more."""
    return line.get("isclosed") == "T" and not _size(line, "quantityshiprecv") and not _size(line, "quantitybilled")


def _come(order: Record, quantity: str) -> str:
    lines = expected(_lines(order, *GOODS), _is_void)
    return progress((_size(line, quantity), _size(line, "quantity")) for line in lines) or "none"


@derived_from("lines")
def receipt_status(order: Record) -> str:
    """quantityshiprecv against quantity of the goods lines, without those closed before anything came."""
    return _come(order, "quantityshiprecv")


@derived_from("lines")
def invoice_status(order: Record) -> str:
    """quantitybilled against quantity of the goods lines, without those closed before anything came."""
    return _come(order, "quantitybilled")


@derived_from("isclosed", "quantityshiprecv", "quantitybilled", "quantity")
def line_status(line: Record) -> str | None:
    """isclosed, then quantities received and billed."""
    if LINE_TYPES.get(line_type(line)) not in GOODS:
        return None
    if line.get("isclosed") == "T":
        return "closed"
    wanted = _size(line, "quantity")
    for name, step in (("quantitybilled", "invoiced"), ("quantityshiprecv", "received")):
        if done := _size(line, name):
            return step if 0 < wanted <= done else f"partially_{step}"
    return "open"


def _amount(line: Record, name: str) -> Decimal | None:
    """An amount by magnitude; a negative rate keeps its line negative."""
    if line.get(name) in (None, ""):
        return None
    found = _size(line, name)
    return -found if str(line.get("rate", "")).startswith("-") else found


def signed(name: str) -> Derived:
    """An amount of a line, positive where something is bought."""
    return derived(lambda line: _amount(line, name), f"{name} by magnitude, negative where rate is", name, "rate")


def sum_of_goods(name: str) -> Derived:
    """The sum of an amount of the lines that buy something."""
    return _sum_of("goods", name, *GOODS)


def sum_of_charges(name: str) -> Derived:
    """The sum of an amount of the lines that charge something."""
    return _sum_of("charge", name, "charge")


def _sum_of(what: str, name: str, *types: str) -> Derived:
    def added(order: Record) -> Any:
        return total(_amount(line, name) for line in _lines(order, *types))

    return derived(added, f"sum of {name} of the {what} lines", "lines")


def sum_of_taxes(name: str) -> Derived:
    """The sum of an amount of the tax lines."""

    def added(order: Record) -> Any:
        return total(_amount(line, name) for line in order["tax_lines"])

    return derived(added, f"sum of {name} of the tax lines", "tax_lines")
