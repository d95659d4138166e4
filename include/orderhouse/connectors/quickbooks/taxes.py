"""The taxes of an order and of its lines."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from include.orderhouse.mapping import Record, derived_from, look_up
from include.orderhouse.values.decimals import ZERO, number


@derived_from("TxnTaxDetail.TotalTax", "GlobalTaxCalculation")
def tax(order: Record) -> Any:
    """TotalTax; 0 where tax does not apply.

    An order to which tax does not apply has no tax detail.
    """
    if order.get("GlobalTaxCalculation") == "NotApplicable":
        return ZERO
    return look_up(order, "TxnTaxDetail.TotalTax")


@derived_from("GlobalTaxCalculation")
def tax_inclusive(order: Record) -> bool | None:
    """No, whatever GlobalTaxCalculation tells.

    TaxInclusive is how QuickBooks shows an order: UnitPrice and Amount come without tax all the same, and
    TaxInclusiveAmt is the amount of the line with it (Finance.xsd).
    """
    return False if order.get("GlobalTaxCalculation") else None


@derived_from("detail.TaxInclusiveAmt", "Amount")
def line_tax(line: Record) -> Decimal | None:
    """TaxInclusiveAmt less Amount, where both are told."""
    gross, net = look_up(line, "detail.TaxInclusiveAmt"), line.get("Amount")
    return None if gross is None or net is None else number(gross) - number(net)
