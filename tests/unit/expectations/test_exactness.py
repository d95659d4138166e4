"""The checks of numbers compute whole columns; they find exactly what one would find by hand."""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, Context, Decimal, localcontext

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from include.orderhouse.expectations.context import with_context
from include.orderhouse.expectations.expected import CHECKS
from include.orderhouse.expectations.net_amount import is_off, net_amount
from include.orderhouse.frames import SCHEMAS, Frames
from tests.unit.expectations.conftest import Row, batch
from tests.unit.expectations.reference import MINOR_UNITS, Case, found, or_zero

WIDTH = 28
OF_ORDERS = {"subtotal_amount: SUBTOTAL_DIFFERS", "total_amount: TOTAL_DIFFERS"}


def numbers(digits: int, most: int | None = None) -> st.SearchStrategy[Decimal]:
    """Decimals of a kind with so many digits after the point: short ones mostly, and as long as a column takes."""
    longest = 10**WIDTH - 1
    bound = longest if most is None else min(longest, most * 10**digits)
    some = st.one_of(st.integers(-50, 5000).map(lambda n: n * 10 ** (digits - 2)), st.integers(-bound, bound))
    return some.map(lambda unscaled: Decimal(unscaled).scaleb(-digits, Context(prec=WIDTH)))


MONEY, PRICE, RATE = numbers(6), numbers(10), numbers(12)
PERCENT = st.one_of(st.sampled_from([Decimal(10), Decimal("33.33"), Decimal(100), Decimal(-5)]), numbers(6))


def maybe(some: st.SearchStrategy[Decimal]) -> st.SearchStrategy[Decimal | None]:
    return st.none() | some


LINES = st.fixed_dictionaries(
    {
        "line_type": st.sampled_from(["goods", "goods", "charge", "text", None]),
        "line_status": st.sampled_from(["open", "open", "cancelled", None]),
        "quantity_ordered": maybe(MONEY),
        "quantity_received": maybe(MONEY),
        "quantity_cancelled": st.sampled_from([None, None, Decimal(0), Decimal(1)]),
        "over_delivery_percent": maybe(PERCENT),
        "unit_price": maybe(PRICE),
        "price_basis_quantity": maybe(MONEY),
        "price_unit_conversion_factor": maybe(RATE),
        "discount_amount": maybe(MONEY),
        "discount_percent": maybe(PERCENT),
        "tax_amount": maybe(MONEY),
        "net_amount": maybe(MONEY),
    }
)
ORDERS = st.fixed_dictionaries(
    {
        "order_type": st.sampled_from(["standard", "return", None]),
        "currency": st.sampled_from(list(MINOR_UNITS)),
        "tax_inclusive": st.sampled_from([None, True, False]),
        **{
            f"{name}_amount": maybe(numbers(6, most=10**9))
            for name in ("subtotal", "total", "tax", "charges", "discount")
        },
    }
)


@st.composite
def cases(draw: st.DrawFn) -> Case:
    """An order whose amounts are made up, or the right ones, give or take what is tolerated and the last digit."""
    order, lines = draw(ORDERS), draw(st.lists(LINES, min_size=1, max_size=3))
    unit = MINOR_UNITS[order["currency"]]
    for number, line in enumerate(lines):
        line |= {"line_id": f"line {number}", "source_line_id": str(number)}
        if draw(st.booleans()):
            line["net_amount"] = money(right_net_amount(order, line), draw(offsets(unit))) or line["net_amount"]
    if draw(st.booleans()):
        goods = sum((or_zero(line, "net_amount") for line in lines if line["line_type"] == "goods"), Decimal(0))
        order["subtotal_amount"] = money(goods, draw(offsets(unit * len(lines)))) or order["subtotal_amount"]
    if draw(st.booleans()):
        parts = [or_zero(order, f"{name}_amount") for name in ("subtotal", "tax", "charges")]
        whole = sum(parts, Decimal(0)) - or_zero(order, "discount_amount")
        order["total_amount"] = money(whole, draw(offsets(unit * len(lines)))) or order["total_amount"]
    return Case(order, lines, draw(schedules(lines[0])), draw(distributions))


def offsets(tolerated: Decimal) -> st.SearchStrategy[Decimal]:
    last = Decimal("0.000001")
    return st.sampled_from([Decimal(0), tolerated, -tolerated, tolerated + last, -tolerated - last])


def money(right: Decimal, offset: Decimal) -> Decimal | None:
    """An amount as far as it fits its column."""
    with localcontext(prec=300):
        told = (right + offset).quantize(Decimal("0.000001"), ROUND_HALF_EVEN)
        return told if abs(told) < Decimal(10) ** (WIDTH - 6) else None


def right_net_amount(order: Row, line: Row) -> Decimal:
    with localcontext(prec=300):
        factor = line["price_unit_conversion_factor"]
        gross = or_zero(line, "quantity_ordered") * or_zero(line, "unit_price") * (1 if factor is None else factor)
        gross /= line["price_basis_quantity"] or 1
        discount = line["discount_amount"]
        net = gross - (gross * or_zero(line, "discount_percent") / 100 if discount is None else discount)
        return net - or_zero(line, "tax_amount") if order["tax_inclusive"] else net


@st.composite
def schedules(draw: st.DrawFn, line: Row) -> list[Row]:
    quantities = draw(st.lists(maybe(numbers(6, most=10**9)), max_size=3))
    if quantities and draw(st.booleans()):
        others = sum((each or Decimal(0) for each in quantities[1:]), Decimal(0))
        right = money(or_zero(line, "quantity_ordered") - others, draw(offsets(len(quantities) * Decimal("0.000001"))))
        quantities[0] = right
    return [{"line_id": "line 0", "schedule_id": str(i), "quantity": each} for i, each in enumerate(quantities)]


distributions = st.lists(maybe(PERCENT | st.just(Decimal(50))), max_size=3).map(
    lambda percents: [
        {"line_id": "line 0", "distribution_id": str(i), "percent": each} for i, each in enumerate(percents)
    ]
)


def frames(made: list[Case]) -> Frames:
    """All of them in one batch, as orders of their own."""
    batches = []
    for number, case in enumerate(made):
        own = {"order_id": f"order {number}"}
        rows = [
            [each | own | {"line_id": f"{number} {each['line_id']}"} for each in part]
            for part in (case.lines, case.schedules, case.distributions)
        ]
        (first, *others), *parts = rows
        batches.append(batch({**case.order, **own}, first, *parts, more_lines=others))
    return Frames({name: pa.concat_tables([each[name] for each in batches]) for name in SCHEMAS})


def expected(made: list[Case]) -> dict[str, dict[int, str]]:
    """What is found by hand, by the position of an order or line in the batch."""
    told: dict[str, dict[int, str]] = {}
    first = 0
    for position, case in enumerate(made):
        for column, odd in found(case).items():
            start = (
                position if column in ("subtotal_amount: SUBTOTAL_DIFFERS", "total_amount: TOTAL_DIFFERS") else first
            )
            told.setdefault(column, {}).update({start + row: said for row, said in odd.items()})
        first += len(case.lines)
    return told


@settings(max_examples=300, deadline=None)
@given(st.lists(cases(), min_size=1, max_size=3))
def test_whole_columns_are_as_exact_as_one_row_after_the_other(made: list[Case]) -> None:
    contexts, by_hand = with_context(frames(made)), expected(made)
    checks = [check for some in CHECKS.values() for check in some if check.column in by_hand]
    assert {check.column: dict(check.find(contexts[check.table])) for check in checks} == by_hand


@pytest.mark.parametrize(("net", "odd"), [("500000.01", False), ("499999.989999", True)])
def test_numbers_that_are_too_wide_to_multiply_by_columns_are_computed_row_by_row(net: str, odd: bool) -> None:
    line = {"quantity_ordered": Decimal(10**21), "price_unit_conversion_factor": Decimal(10**15)}
    line |= {"unit_price": Decimal("1E-10"), "price_basis_quantity": Decimal(10**20), "discount_percent": Decimal(50)}
    lines = with_context(batch(line=line | {"net_amount": Decimal(net)}))["purchase_order_line"]
    with pytest.raises(pa.ArrowInvalid, match="precision"):
        is_off(lines)
    assert dict(net_amount(lines)) == ({0: f"{net} instead of 500000 by quantity, price and discount"} if odd else {})
