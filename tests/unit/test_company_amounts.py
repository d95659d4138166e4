"""Amounts in company currency: the source's own, or computed with the order's rate, exact to the last digit."""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, Decimal, localcontext

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from include.orderhouse.frames import arrow_type
from include.orderhouse.model import LINE, ORDER, Kind
from include.orderhouse.transform.company_amounts import derive_company_amounts
from include.orderhouse.transform.rows import RawRows
from include.orderhouse.transform.table import ReadTable

ORDER_AMOUNTS = ("subtotal_amount", "discount_amount", "charges_amount", "tax_amount", "total_amount")
MONEY, RATE = arrow_type(Kind.MONEY), arrow_type(Kind.RATE)
Amount = Decimal | None


WORDS = st.lists(st.sampled_from([0, 1, 2**31, 2**32 - 1]), max_size=3)
"""Of numbers at whose edges a division word by word goes wrong, as Arrow's does by some powers of ten."""


def number_of(words: list[int]) -> int:
    return sum(word << 32 * place for place, word in enumerate(words)) % 10**28


def digits(behind: int) -> st.SearchStrategy[Decimal]:
    numbers = st.integers(-(10**28) + 1, 10**28 - 1) | WORDS.map(number_of)
    return numbers.map(lambda number: Decimal(number).scaleb(-behind))


def derived(amounts: list[Amount], rates: list[Amount], given_ones: list[Amount]) -> tuple[ReadTable, ReadTable]:
    """Orders that have one of all amounts each, with a line of as much."""
    orders = ReadTable(ORDER, RawRows([{}] * len(amounts), list(range(len(amounts)))))
    lines = ReadTable(LINE, orders.rows)
    orders.columns["exchange_rate"] = pa.array(rates, RATE)
    for table, names in ((orders, ORDER_AMOUNTS), (lines, ("net_amount",))):
        for name in names:
            table.columns |= {name: pa.array(amounts, MONEY), f"{name}_company": pa.array(given_ones, MONEY)}
    derive_company_amounts(orders, lines)
    return orders, lines


def by_hand(amount: Amount, rate: Amount, given_one: Amount) -> Amount:
    if given_one is not None or amount is None or not rate:
        return given_one
    with localcontext(prec=100):
        product = (amount * rate).quantize(Decimal("1e-6"), ROUND_HALF_EVEN)
        return product if abs(product) < 10**22 else None


RATES = st.sampled_from([None, Decimal(0), Decimal(1), Decimal("1.25")]) | digits(12)
CASES = st.tuples(st.none() | digits(6), RATES, st.none() | digits(6))


@settings(max_examples=200, deadline=None)
@given(st.lists(CASES, min_size=1, max_size=5))
def test_each_amount_is_the_sources_or_the_exact_product_rounded_once(
    cases: list[tuple[Amount, Amount, Amount]],
) -> None:
    amounts, rates, given_ones = (list(column) for column in zip(*cases, strict=True))
    orders, lines = derived(amounts, rates, given_ones)
    expected = [by_hand(*case) for case in cases]
    assert lines.column("net_amount_company").to_pylist() == expected
    for name in ORDER_AMOUNTS:
        assert orders.column(f"{name}_company").to_pylist() == expected


@pytest.mark.parametrize(
    ("amount", "rate", "product"),
    [
        ("0.000001", "0.5", "0"),
        ("0.000003", "0.5", "0.000002"),
        ("-0.000003", "0.5", "-0.000002"),
        ("9999999999999999999999.999999", "1", "9999999999999999999999.999999"),
        ("9999999999999999999999.999999", "1.000000000001", None),
        ("5000000000000000000000", "2", None),
        ("-9999999999999999999999.999999", "1.000000000001", None),
    ],
)
def test_halves_go_to_the_even_digit_and_what_no_column_holds_is_left_out(
    amount: str, rate: str, product: str | None
) -> None:
    _, lines = derived([Decimal(amount)], [Decimal(rate)], [None])
    assert lines.column("net_amount_company").to_pylist() == [product and Decimal(product)]


@pytest.mark.parametrize("name", ORDER_AMOUNTS)
def test_one_amount_that_was_computed_is_said_of_the_order(name: str) -> None:
    orders = ReadTable(ORDER, RawRows([{}], [0]))
    orders.columns = {each: pa.array([Decimal(8)], MONEY) for each in ORDER_AMOUNTS}
    orders.columns |= {f"{each}_company": pa.array([Decimal(9)], MONEY) for each in ORDER_AMOUNTS if each != name}
    orders.columns["exchange_rate"] = pa.array([Decimal("1.25")], RATE)
    derive_company_amounts(orders, ReadTable(LINE, RawRows([], [], ([],))))
    assert orders.column(f"{name}_company").to_pylist() == [Decimal(10)]
    assert orders.column("company_amounts").to_pylist() == ["derived"]


@pytest.mark.parametrize("name", ORDER_AMOUNTS)
def test_an_amount_that_nobody_can_compute_is_said_of_no_order(name: str) -> None:
    """Where one amount alone is told, it is the source's, whichever it is."""
    orders = ReadTable(ORDER, RawRows([{}], [0]))
    orders.columns = {f"{name}_company": pa.array([Decimal(9)], MONEY), "exchange_rate": pa.array([Decimal(2)], RATE)}
    derive_company_amounts(orders, ReadTable(LINE, RawRows([], [], ([],))))
    assert orders.column("company_amounts").to_pylist() == ["source"]
