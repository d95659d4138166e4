"""What NetSuite tells by several columns, or by the lines of an order. Purchase amounts may be signed as credits.

Lines without a quantity, such as expenses and discounts, tell nothing of what came of them: PurchaseOrderExpense of the
SOAP schema browser has an amount and isClosed. How far they have come is what the order's status says of all its lines.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from include.orderhouse.connectors.netsuite.codes import LINE_TYPES, STATUSES
from include.orderhouse.decimals import number, total
from include.orderhouse.mapping import Derived, Record, derived, derived_from, remembered
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


def _has_ended(order: Record, *ends: str) -> bool:
    """Whether the order's status says that all its lines have come that far."""
    return STATUSES.get(str(order.get("status"))) in ends


def _come(order: Record, quantity: str, *ends: str) -> str:
    of_uncounted = Decimal(_has_ended(order, *ends)), Decimal(1)
    lines = expected(_lines(order, *GOODS), _is_void)
    return progress(_pair(line, quantity) if _size(line, "quantity") else of_uncounted for line in lines) or "none"


def _pair(line: Record, quantity: str) -> tuple[Decimal, Decimal]:
    return _size(line, quantity), _size(line, "quantity")


@derived_from("lines", "status")
def receipt_status(order: Record) -> str:
    """quantityshiprecv against quantity of the goods lines, without those closed before anything came; status for lines
    without quantity.
    """
    return _come(order, "quantityshiprecv", "received", "invoiced")


@derived_from("lines", "status")
def invoice_status(order: Record) -> str:
    """quantitybilled against quantity of the goods lines, without those closed before anything came; status for lines
    without quantity.
    """
    return _come(order, "quantitybilled", "invoiced")


@derived_from("isclosed", "quantityshiprecv", "quantitybilled", "quantity", "itemtype", "^status")
def line_status(line: Record, order: Record) -> str | None:
    """isclosed, then quantities received and billed; the order's status for lines without quantity."""
    if LINE_TYPES.get(line_type(line)) == "text":
        return None
    if line.get("isclosed") == "T":
        return "closed"
    wanted = _size(line, "quantity")
    if not wanted:
        return next((end for end in ("closed", "invoiced", "received") if _has_ended(order, end)), "open")
    for name, step in (("quantitybilled", "invoiced"), ("quantityshiprecv", "received")):
        if done := _size(line, name):
            return step if wanted <= done else f"partially_{step}"
    return "open"


@remembered
def _is_signed_as_credits(order: Record) -> bool:
    """Whether what is bought comes with negative amounts; all lines of an order are signed alike."""
    return total(line.get("foreignamount") for line in order["lines"]) < 0


def _amount(line: Record, name: str, order: Record) -> Decimal | None:
    """An amount, positive where something is bought; a negative rate makes its line negative."""
    if line.get(name) in (None, ""):
        return None
    rate = "" if line.get("taxline") == "T" else str(line.get("rate") or "")
    if rate:
        return -_size(line, name) if rate.startswith("-") else _size(line, name)
    return -number(line[name]) if _is_signed_as_credits(order) else number(line[name])


def signed(name: str) -> Derived:
    """An amount of a line, positive where something is bought."""
    says = (
        f"{name} by magnitude, negative where rate is; without a rate by its sign, turned where the lines' sum is < 0"
    )
    return derived(lambda line, order: _amount(line, name, order), says, name, "rate", "^lines")


def sum_of_goods(name: str) -> Derived:
    """The sum of an amount of the lines that buy something."""
    return _sum_of("goods", name, *GOODS)


def sum_of_charges(name: str) -> Derived:
    """The sum of an amount of the lines that charge something."""
    return _sum_of("charge", name, "charge")


def _sum_of(what: str, name: str, *types: str) -> Derived:
    def added(order: Record) -> Any:
        return total(_amount(line, name, order) for line in _lines(order, *types))

    return derived(added, f"sum of {name} of the {what} lines", "lines")


def sum_of_taxes(name: str) -> Derived:
    """The sum of an amount of the tax lines, which may take back what another one adds, as in a reverse charge."""

    def added(order: Record) -> Any:
        return total(_amount(line, name, order) for line in order["tax_lines"])

    return derived(added, f"sum of {name} of the tax lines", "tax_lines", "lines")
