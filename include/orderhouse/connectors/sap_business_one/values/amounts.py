"""Amounts of an order, each in the document's currency and in the local one, and the rate between them."""

from __future__ import annotations

from decimal import Decimal

from include.orderhouse.connectors.sap_business_one.values import DIGITS
from include.orderhouse.decimals import number, ratio, total
from include.orderhouse.mapping import Derived, Record, derived, derived_from, look_up

CHARGES = "DocumentAdditionalExpenses"


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
        foreign,
        local,
    )


def total_of(rows: str, local: str, foreign: str | None = None) -> Derived:
    """The sum of an amount over rows, in the document's currency or, without ``foreign``, in the local one."""

    def add(document: Record) -> Decimal:
        name = foreign if foreign and document.get("IsForeign") else local
        return total(row.get(name) for row in document.get(rows) or ())

    told = f"{foreign}, else {local}" if foreign else local
    return derived(add, f"sum of {told} of {rows}", rows)


@derived_from(CHARGES, "RoundingDiffAmount", "RoundingDiffAmountFC")
def charges(order: Record) -> Decimal:
    """LineTotal of DocumentAdditionalExpenses and RoundingDiffAmount; in a foreign currency LineTotalFC and
    RoundingDiffAmountFC.

    The document rounds its total by that amount, which may be less than zero.
    """
    return _charges(order, "FC" if order.get("IsForeign") else "")


@derived_from(CHARGES, "RoundingDiffAmount")
def charges_company(order: Record) -> Decimal:
    """LineTotal of DocumentAdditionalExpenses and RoundingDiffAmount."""
    return _charges(order, "")


def _charges(order: Record, currency: str) -> Decimal:
    freight = total(row.get(f"LineTotal{currency}") for row in order.get(CHARGES) or ())
    return freight + number(order.get(f"RoundingDiffAmount{currency}"))
