"""Amounts in company currency where the source gives none: computed with the order's own rate, and marked so."""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, Context, Decimal
from typing import Any

from include.orderhouse.model import SCALES, Kind
from include.orderhouse.transform.table import ReadTable

ORDER_AMOUNTS = ("subtotal_amount", "discount_amount", "charges_amount", "tax_amount", "total_amount")
EXACT = Context(prec=60, rounding=ROUND_HALF_EVEN)
STEP = Decimal(1).scaleb(-SCALES[Kind.MONEY])


def derive_company_amounts(order: ReadTable, line: ReadTable) -> None:
    """Fill the `_company` columns that the source leaves empty and say in `company_amounts` where they come from."""
    rates = _rates(order)
    told = [False] * len(order.rows)
    derived = [False] * len(order.rows)
    for name in ORDER_AMOUNTS:
        _fill(order, name, rates, told, derived)
    line_rates = [rates[position] for position in line.rows.orders]
    _fill(line, "net_amount", line_rates, [False] * len(line.rows), [False] * len(line.rows))
    order.columns["company_amounts"] = [
        "derived" if new else "source" if old else None for new, old in zip(derived, told, strict=True)
    ]


def _rates(order: ReadTable) -> list[Decimal | None]:
    columns = (order.column("exchange_rate"), order.column("currency"), order.column("company_currency"))
    return [
        rate if rate is not None else Decimal(1) if currency is not None and currency == company else None
        for rate, currency, company in zip(*columns, strict=True)
    ]


def _fill(table: ReadTable, name: str, rates: list[Any], told: list[bool], derived: list[bool]) -> None:
    filled = list(table.column(f"{name}_company"))
    for row, (amount, rate) in enumerate(zip(table.column(name), rates, strict=True)):
        if filled[row] is not None:
            told[row] = True
        elif amount is not None and rate is not None:
            filled[row] = EXACT.quantize(EXACT.multiply(amount, rate), STEP)
            derived[row] = True
    table.columns[f"{name}_company"] = filled
