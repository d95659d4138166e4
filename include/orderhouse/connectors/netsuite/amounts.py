"""Amounts of NetSuite's orders and lines. Purchase amounts may be signed as credits.

No document of Oracle's names the currency of ``transactionline.netamount``. "Currency in Datasets and Workbooks" has
all amounts of transaction lines in the transaction's, but queries that workbooks make consolidate it as one in the
subsidiary's. The order's own total and exchange rate say which it is; where it is not the company's, amounts of the
company are left to be derived.
"""

from __future__ import annotations

from decimal import Decimal, localcontext
from typing import Any

from include.orderhouse.connectors.netsuite.values import GOODS, LINES, is_text, lines_of, size
from include.orderhouse.mapping import Derived, Record, derived, derived_from, first, look_up, remembered, within
from include.orderhouse.values.decimals import number, total

OF_COMPANY = "netamount"
PRECISION = 60
_OF_COMPANY = ("main_line.netamount", "main_line.foreignamount", "exchangerate")
_SIGN = ("itemtype", "taxline", "rate", "foreignamount")


@remembered
def _tells_company_amounts(order: Record) -> bool:
    """Whether netamount lies nearer to foreignamount * exchangerate than to foreignamount, by the main line."""
    if first(order, "main_line.netamount") is None:
        return False
    with localcontext(prec=PRECISION):
        told, amount = (abs(number(look_up(order, f"main_line.{name}"))) for name in (OF_COMPANY, "foreignamount"))
        rate = number(order.get("exchangerate"))
        return not rate or abs(told - amount * rate) <= abs(told - amount)


def _is_told(name: str, order: Record) -> bool:
    return name != OF_COMPANY or _tells_company_amounts(order)


@remembered
def _is_signed_as_credits(order: Record) -> bool:
    """Whether what is bought comes with negative amounts; all lines of an order are signed alike."""
    return total(line.get("foreignamount") for line in order[LINES] if not is_text(line)) < 0


def _amount(line: Record, name: str, order: Record) -> Decimal | None:
    """An amount, positive where something is bought; a negative rate makes its line negative.

    SuiteQL gives a subtotal the amount of the lines above it, which would count twice.
    """
    if is_text(line) or line.get(name) in (None, "") or not _is_told(name, order):
        return None
    rate = "" if line.get("taxline") == "T" else str(line.get("rate") or "")
    if rate:
        return -size(line, name) if rate.startswith("-") else size(line, name)
    return -number(line[name]) if _is_signed_as_credits(order) else number(line[name])


def signed(name: str) -> Derived:
    """An amount of a line, positive where something is bought."""
    says = (
        f"{name} by magnitude, negative where rate is; without a rate by its sign, turned where the lines' sum is < 0; "
        "none of notes, subtotals and groups"
    )
    reads = (name, *_SIGN, *within("^lines", "itemtype", "foreignamount"), *(f"^{path}" for path in _OF_COMPANY))
    return derived(lambda line, order: _amount(line, name, order), says, *reads)


def sum_of_goods(name: str) -> Derived:
    """The sum of an amount of the lines that buy something."""
    return _sum_of("goods", name, *GOODS)


def sum_of_charges(name: str) -> Derived:
    """The sum of an amount of the lines that charge something."""
    return _sum_of("charge", name, "charge")


def _sum_of(what: str, name: str, *types: str) -> Derived:
    def added(order: Record) -> Any:
        return _sum(lines_of(order, *types), name, order)

    return derived(added, f"sum of {name} of the {what} lines", *within(LINES, name, *_SIGN), *_OF_COMPANY)


@remembered
def _tells_taxes(order: Record) -> bool:
    """Whether tax lines tell all tax: not where there are none, and the lines do not come to the order's total.

    SuiteTax keeps taxes in records of their own (``transactiontaxdetail``).
    """
    told = first(order, "foreigntotal", "main_line.foreignamount")
    lines = total(_amount(line, "foreignamount", order) for line in order[LINES])
    return bool(order["tax_lines"]) or told is None or abs(number(told)) == abs(lines)


def sum_of_taxes(name: str) -> Derived:
    """The sum of an amount of the tax lines, which may take back what another one adds, as in a reverse charge."""

    def added(order: Record) -> Any:
        return _sum(order["tax_lines"], name, order) if _tells_taxes(order) else None

    says = f"sum of {name} of the tax lines; nothing where there are none and the others do not come to foreigntotal"
    lines = (*within("tax_lines", name, *_SIGN), *within(LINES, *_SIGN))
    return derived(added, says, *lines, "foreigntotal", *_OF_COMPANY)


def _sum(lines: list[Record], name: str, order: Record) -> Decimal | None:
    return total(_amount(line, name, order) for line in lines) if _is_told(name, order) else None


@derived_from(*_OF_COMPANY)
def total_of_company(order: Record) -> Decimal | None:
    """main_line.netamount by magnitude, where it lies nearer to foreignamount * exchangerate than to foreignamount."""
    return abs(number(look_up(order, "main_line.netamount"))) if _tells_company_amounts(order) else None
