"""The arithmetic of the company's orders, in one place.

- A line's net amount is quantity x numerator / denominator (the quantity in price units) x price / price basis,
  less the discount percentage, rounded half up to the decimals of the order's currency.
- Its tax is net amount x tax rate / 100, rounded likewise. Charges bear no tax.
- Its distributions share the net amount by percentage; the last one takes what rounding leaves.
- An order's totals are sums of its lines and charges; cancelled and closed lines count with what was ordered.
"""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal, localcontext

from tests.sandbox.order import ZERO, Line, Order

HUNDRED = Decimal(100)


def rounded(amount: Decimal, digits: int) -> Decimal:
    """The amount with exactly that many decimals, half up."""
    with localcontext(prec=60):
        return amount.quantize(Decimal(1).scaleb(-digits), rounding=ROUND_HALF_UP)


def net_amount(line: Line, digits: int) -> Decimal:
    """What the line costs without tax."""
    with localcontext(prec=60):
        gross = line.quantity * line.price_numerator * line.price / (line.price_denominator * line.price_basis)
        return rounded(gross * (HUNDRED - line.discount_percent) / HUNDRED, digits)


def price(line: Line, digits: int) -> None:
    """Set the line's net and tax amount and those of its distributions."""
    line.net_amount = net_amount(line, digits)
    with localcontext(prec=60):
        line.tax_amount = rounded(line.net_amount * line.tax_rate / HUNDRED, digits)
    distribute(line, digits)


def distribute(line: Line, digits: int) -> None:
    """Share the line's net amount among its distributions."""
    left = line.net_amount
    for distribution in line.distributions[:-1]:
        with localcontext(prec=60):
            distribution.amount = rounded(line.net_amount * distribution.percent / HUNDRED, digits)
        left -= distribution.amount
    if line.distributions:
        line.distributions[-1].amount = left


def schedule_receipts(line: Line) -> None:
    """Attribute what was received to the schedules, earliest first; an excess goes to the last."""
    left = line.quantity_received
    for schedule in line.schedules:
        schedule.quantity_received = min(left, schedule.quantity)
        left -= schedule.quantity_received
    if line.schedules and left > 0:
        line.schedules[-1].quantity_received += left


def spread(total: Decimal, weights: list[Decimal], digits: int) -> list[Decimal]:
    """Split a total by weights so that the rounded parts add up to it; the last part takes the rest."""
    whole = sum(weights, ZERO)
    if not weights:
        return []
    with localcontext(prec=60):
        parts = [rounded(total * weight / whole, digits) if whole else ZERO for weight in weights[:-1]]
        return [*parts, total - sum(parts, ZERO)]


def price_order(order: Order, digits: int) -> None:
    """Set the amounts of all lines of an order."""
    for line in order.lines:
        price(line, digits)
