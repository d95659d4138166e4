"""The checks of numbers once more, as one would do them by hand: row by row, in plain decimals.

It shares nothing with the checks but the words of a finding, so that the two can be held against each other.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal, localcontext

from tests.unit.expectations.conftest import LINE, ORDER, Row

MINOR_UNITS = {"EUR": Decimal("0.01"), "JPY": Decimal(1), "KWD": Decimal("0.001"), None: Decimal("0.01")}
DIGITS = 300


@dataclass(frozen=True)
class Case:
    """An order with its lines, and the schedules and account assignments of its first line, as ``batch`` takes them."""

    order: Row
    lines: Sequence[Row]
    schedules: Sequence[Row]
    distributions: Sequence[Row]


def found(case: Case) -> dict[str, dict[int, str]]:
    """By a check's column, what is odd: of the order at 0, of a line at its position."""
    order, lines = {**ORDER, **case.order}, [{**LINE, **line} for line in case.lines]
    with localcontext(prec=DIGITS):
        told = {
            "subtotal_amount: SUBTOTAL_DIFFERS": [subtotal(order, lines)],
            "total_amount: TOTAL_DIFFERS": [total(order, lines)],
            "net_amount: NET_AMOUNT_DIFFERS": [net_amount(order, line) for line in lines],
            "quantity_ordered: NEGATIVE_NUMBER": [negative(order, line, "quantity_ordered") for line in lines],
            "unit_price: NEGATIVE_NUMBER": [negative(order, line, "unit_price") for line in lines],
            "quantity_received: OVER_RECEIPT": [over_receipt(line) for line in lines],
            "quantity_ordered: SCHEDULES_DIFFER": [schedules(lines[0], case.schedules)],
            "distributions: DISTRIBUTIONS_DIFFER": [distributions(lines[0], case.distributions)],
        }
    return {column: {row: said for row, said in enumerate(each) if said} for column, each in told.items()}


def number(value: Decimal) -> str:
    """A number as the findings write it."""
    return f"{value.quantize(Decimal('1E-10')).normalize():f}"


def or_zero(row: Row, name: str) -> Decimal:
    return row.get(name) or Decimal(0)


def net_amount(order: Row, line: Row) -> str | None:
    net, inclusive = line["net_amount"], order.get("tax_inclusive")
    if not counted(line) or None in (net, line["quantity_ordered"], line["unit_price"]):
        return None
    if or_zero(line, "quantity_cancelled") or (inclusive and line.get("tax_amount") is None):
        return None
    factor, basis = line.get("price_unit_conversion_factor"), line.get("price_basis_quantity")
    gross = line["quantity_ordered"] * line["unit_price"] * (1 if factor is None else factor) / (basis or 1)
    discount = line.get("discount_amount")
    expected = gross - (gross * or_zero(line, "discount_percent") / 100 if discount is None else discount)
    told = net + line["tax_amount"] if inclusive else net
    if abs(told - expected) <= MINOR_UNITS[order["currency"]]:
        return None
    return f"{number(told)} instead of {number(expected)} by quantity, price and discount"


def counted(line: Row) -> bool:
    return line["line_type"] != "text" and line["line_status"] != "cancelled"


def subtotal(order: Row, lines: list[Row]) -> str | None:
    goods = [line for line in lines if line["line_type"] not in ("charge", "text")]
    told, living = order["subtotal_amount"], [line for line in goods if counted(line)]
    if told is None or any(line["net_amount"] is None for line in living):
        return None
    sums = [sum((or_zero(line, "net_amount") for line in some), Decimal(0)) for some in (living, goods)]
    if any(abs(told - each) <= MINOR_UNITS[order["currency"]] * len(lines) for each in sums):
        return None
    return f"{number(told)}, but its lines add up to {number(sums[0])}"


def total(order: Row, lines: list[Row]) -> str | None:
    told, goods, tax = (order[name] for name in ("total_amount", "subtotal_amount", "tax_amount"))
    if None in (told, goods, tax):
        return None
    charges = order["charges_amount"]
    if charges is None:
        of_charge = [line for line in lines if line["line_type"] == "charge" and counted(line)]
        charges = sum((or_zero(line, "net_amount") for line in of_charge), Decimal(0))
    expected = goods + charges + tax - or_zero(order, "discount_amount")
    if abs(told - expected) <= MINOR_UNITS[order["currency"]] * len(lines):
        return None
    return f"{number(told)} instead of {number(expected)} by its parts"


def negative(order: Row, line: Row, field: str) -> str | None:
    if not counted(line) or line["line_type"] == "charge" or order["order_type"] != "standard":
        return None
    return f"{number(line[field])} is negative" if or_zero(line, field) < 0 else None


def over_receipt(line: Row) -> str | None:
    ordered, received = line["quantity_ordered"], line.get("quantity_received")
    if not counted(line) or ordered is None or received is None or ordered <= 0:
        return None
    most = ordered * (1 + or_zero(line, "over_delivery_percent") / 100)
    return f"{number(received)} received of {number(ordered)} ordered" if received > most else None


def schedules(line: Row, parts: Sequence[Row]) -> str | None:
    quantities, ordered = [each["quantity"] for each in parts], line["quantity_ordered"]
    if not counted(line) or ordered is None:
        return None
    return differing(quantities, ordered, Decimal("0.000001"), "schedules")


def distributions(line: Row, parts: Sequence[Row]) -> str | None:
    percents = [each["percent"] for each in parts]
    return differing(percents, Decimal(100), Decimal("0.01"), "distributions") if counted(line) else None


def differing(parts: list[Decimal | None], whole: Decimal, digit: Decimal, name: str) -> str | None:
    known = [part for part in parts if part is not None]
    if not parts or len(known) < len(parts) or abs(sum(known) - whole) <= digit * len(parts):
        return None
    return f"{number(whole)}, but its {name} add up to {number(sum(known, Decimal(0)))}"
