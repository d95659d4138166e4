"""Amounts of an order, each in the document's currency and in the local one, and the rate between them."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from include.orderhouse.connectors.sap_business_one.values import DIGITS
from include.orderhouse.mapping import Derived, Record, derived, derived_from, look_up, within
from include.orderhouse.values.decimals import number, ratio, total

CHARGES, LINE_CHARGES = "DocumentAdditionalExpenses", "DocumentLineAdditionalExpenses"
"""Freight of the document, and of its rows (tables POR3 and POR2)."""
LOCAL = ("DocTotal", "WTAmount", "VatSum", "TotalDiscount", "LineTotal", "")
FOREIGN = ("DocTotalFc", "WTAmountFC", "VatSumFc", "TotalDiscountFC", "RowTotalFC", "FC")
"""Total, withholding tax, tax, discount, the lines' amounts, and the ending of those of freight, by currency."""


def _of_charges(*endings: str) -> tuple[str, ...]:
    """What `_charges` reads of amounts with these endings."""
    amounts = tuple(f"LineTotal{ending}" for ending in endings)
    freight = (*within(CHARGES, *amounts), *within(f"Lines.{LINE_CHARGES}", "DocFreight", *amounts))
    return (*freight, *(f"RoundingDiffAmount{ending}" for ending in endings))


@derived_from("DocRate", "Company.DirectIndirectRate")
def exchange_rate(order: Record) -> Decimal | None:
    """DocRate in 6 digits; 1 / DocRate where the company's DirectIndirectRate is tNO.

    Such a company divides foreign amounts by the rate, others multiply by it.
    """
    value = round(number(order.get("DocRate")), DIGITS)
    return ratio(1, value) if look_up(order, "Company.DirectIndirectRate") == "tNO" else value or None


def amount(local: str, foreign: str) -> Derived:
    """An amount of a document in its own currency."""
    return derived(
        lambda document: document.get(foreign if document.get("IsForeign") else local),
        f"{foreign} of documents in a foreign currency, else {local}",
        *(foreign, local, "IsForeign"),
    )


def total_of(rows: str, local: str, foreign: str | None = None) -> Derived:
    """The sum of an amount over rows, in the document's currency or, without ``foreign``, in the local one."""

    def add(document: Record) -> Decimal:
        name = foreign if foreign and document.get("IsForeign") else local
        return total(row.get(name) for row in document.get(rows) or ())

    told = f"{foreign}, else {local}" if foreign else local
    return derived(add, f"sum of {told} of {rows}", *within(rows, *filter(None, (local, foreign))), "IsForeign")


@derived_from(*_of_charges("", "FC"), "IsForeign")
def charges(order: Record) -> Decimal:
    """LineTotal of the additional expenses of document and lines, and RoundingDiffAmount; in a foreign currency
    LineTotalFC and RoundingDiffAmountFC.

    The document rounds its total by that amount, which may be less than zero.
    """
    return _charges(order, FOREIGN[-1] if order.get("IsForeign") else LOCAL[-1])


@derived_from(*_of_charges(""))
def charges_company(order: Record) -> Decimal:
    """LineTotal of the additional expenses of document and lines, and RoundingDiffAmount."""
    return _charges(order, LOCAL[-1])


def _charges(order: Record, suffix: str) -> Decimal:
    """Freight may be applied to the document and to its rows; what of it rows share is told as the document's."""
    rows = [row for line in order.get("Lines") or () for row in line.get(LINE_CHARGES) or ()]
    freight = [*(order.get(CHARGES) or ()), *(row for row in rows if row.get("DocFreight") != "tYES")]
    return total(row.get(f"LineTotal{suffix}") for row in freight) + number(order.get(f"RoundingDiffAmount{suffix}"))


@derived_from(*LOCAL[:-2], *FOREIGN[:-2], *within("Lines", LOCAL[-2], FOREIGN[-2]), charges)
def whole(order: Record) -> Any:
    """DocTotalFc of documents in a foreign currency, else DocTotal; with WTAmount, where that was taken off.

    What is withheld is paid to the tax office in place of the vendor: the order costs no less for it. Tax that is
    withheld only when it is paid is not taken off, so the other amounts tell.
    """
    return _whole(order, FOREIGN if order.get("IsForeign") else LOCAL)


@derived_from(*LOCAL[:-2], *within("Lines", LOCAL[-2]), charges_company)
def whole_company(order: Record) -> Any:
    """DocTotal; with WTAmount, where that was taken off."""
    return _whole(order, LOCAL)


def _whole(order: Record, names: tuple[str, ...]) -> Any:
    *headers, of_lines, ending = names
    told, (withheld, tax, discount) = order.get(headers[0]), (number(order.get(name)) for name in headers[1:])
    if told is None or not withheld:
        return told
    net = total(line.get(of_lines) for line in order.get("Lines") or ())
    adds_up_to = net + _charges(order, ending) + tax - discount
    before = number(told) + withheld
    return min(told, before, key=lambda amount: abs(number(amount) - adds_up_to))
