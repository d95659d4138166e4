"""Amounts of orders and lines in Finance & Operations.

Where prices include sales tax, so does LineAmount: the AX 2012 reference says of ``Tax.amountExclTax`` that it "should
be used when the line amount includes taxes". No property of the entities tells the tax, or the amount without it.
"""

from __future__ import annotations

from decimal import Decimal, localcontext
from typing import Any

from include.orderhouse.connectors.dynamics_fo.values import LINES, is_cancelled, is_deleted
from include.orderhouse.mapping import Record, derived_from, within
from include.orderhouse.values.decimals import number, total
from include.orderhouse.values.progress import expected

LAST_DIGIT = Decimal("0.000001")
IN_MONEY = ("LineDiscountAmount", "MultilineDiscountAmount", "MultilineDiscountPercentage")
"""Discounts beside the percentage of the line; with one of them, that does not tell all that is taken off."""


_PRICED = ("OrderedPurchaseQuantity", "PurchasePrice", "PurchasePriceQuantity", "FixedPriceCharges")
_CHARGE = ("FixedChargeAmount", "ChargeCategory", "ChargeAccountingCurrencyCode")


def includes_tax(order: Record) -> bool:
    """Whether the prices and amounts of an order's lines include sales tax."""
    return order.get("ArePricesIncludingSalesTax") == "Yes"


@derived_from(*within(LINES, "LineAmount", "IsDeleted", "PurchaseOrderLineStatus"), "ArePricesIncludingSalesTax")
def subtotal(order: Record) -> Decimal | None:
    """Sum of LineAmount of the lines that are neither deleted nor cancelled, of a cancelled order of all that are not
    deleted; none where prices include sales tax.
    """
    if includes_tax(order):
        return None
    kept = [line for line in order[LINES] if not is_deleted(line)]
    return total(line.get("LineAmount") for line in expected(kept, is_cancelled))


@derived_from(*within("_charges", *_CHARGE), "CurrencyCode")
def charges(order: Record) -> Decimal | None:
    """Sum of FixedChargeAmount of the header's charges, where all are fixed and in its currency, without lines'.

    Charges of other categories (Percent, Pieces, External, Proportional) have other properties, as ChargePercentage,
    in the Common Data Model's PurchPurchaseOrderHeaderChargeEntity, which does not say what they come to.
    """
    told, currency = order["_charges"], order.get("CurrencyCode")
    if told is None or any(one.get("ChargeCategory") != "Fixed" for one in told):
        return None
    if any((one.get("ChargeAccountingCurrencyCode") or currency) != currency for one in told):
        return None
    return total(one.get("FixedChargeAmount") for one in told)


@derived_from("LineAmount", "^ArePricesIncludingSalesTax")
def net_amount(line: Record, order: Record) -> Any:
    """LineAmount, where prices do not include sales tax."""
    return None if includes_tax(order) else line.get("LineAmount")


@derived_from("LineAmount", "^ArePricesIncludingSalesTax")
def total_amount(line: Record, order: Record) -> Any:
    """LineAmount, where prices include sales tax."""
    return line.get("LineAmount") if includes_tax(order) else None


@derived_from(*IN_MONEY, *_PRICED, "LineAmount")
def discount_amount(line: Record) -> Decimal | None:
    """What LineAmount lies below price and FixedPriceCharges, with a discount a unit or one for several lines.

    All of these are part of the line amount; they are properties of the Common Data Model's
    PurchPurchaseOrderLineV2Entity. Where prices include sales tax, so does the discount.
    """
    if not any(number(line.get(name)) for name in IN_MONEY):
        return None
    with localcontext(prec=60):
        basis = number(line.get("PurchasePriceQuantity")) or Decimal(1)
        priced = number(line.get("OrderedPurchaseQuantity")) * number(line.get("PurchasePrice")) / basis
        gross = priced + number(line.get("FixedPriceCharges"))
        return (gross - number(line.get("LineAmount"))).quantize(LAST_DIGIT)
