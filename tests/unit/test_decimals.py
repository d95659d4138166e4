"""Arithmetic of what comes as numbers or as their digits: exact, to the last digit that the warehouse keeps."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Any

import pytest

from include.orderhouse.values.billing import quantity_billed
from include.orderhouse.values.decimals import number, percent_below, ratio, total


def test_a_number_is_exact_and_nothing_is_zero() -> None:
    assert [number(value) for value in (None, "", False, 0, "1.10", Decimal("0.3"))] == [
        *[0] * 4,
        Decimal("1.10"),
        Decimal("0.3"),
    ]
    with pytest.raises(InvalidOperation):
        number("1,10")


def test_a_sum_counts_what_is_missing_as_zero() -> None:
    assert total(["0.1", Decimal("0.2"), None, 3]) == Decimal("3.3")
    assert total([]) == 0


@pytest.mark.parametrize(
    ("above", "below", "rate"),
    [
        (1, 3, "0.333333333333"),
        ("2", Decimal("1.5"), "1.333333333333"),
        (2, 3, "0.666666666667"),
        (1, "0.0000000000000000000000000000007", "1428571428571428571428571428571.428571428571"),
        (0, 3, None),
        (3, 0, None),
        (None, 3, None),
        (3, "", None),
    ],
)
def test_a_rate_has_all_digits_that_are_kept(above: Any, below: Any, rate: str | None) -> None:
    assert ratio(above, below) == (None if rate is None else Decimal(rate))


@pytest.mark.parametrize(
    ("base", "price", "percent"),
    [
        (3, 2, "33.333333"),
        ("8", "7.5", "6.25"),
        (3, 1, "66.666667"),
        (4, 5, "-25"),
        (4, 0, "100"),
        (0, 1, None),
        (None, 1, None),
        (4, None, None),
    ],
)
def test_a_discount_is_what_a_price_lies_below_its_base(base: Any, price: Any, percent: str | None) -> None:
    assert percent_below(base, price) == (None if percent is None else Decimal(percent))


@pytest.mark.parametrize(
    ("billed", "amount", "quantity", "share"),
    [
        ("0", "9", "3.3333333", "0"),
        ("9", "9", "3.3333333", "3.3333333"),
        ("1", "3", "1", "0.333333"),
        ("2", "3", "1", "0.666667"),
        ("-1", "-4", "-2", "-0.5"),
        ("6", "4", "2", "3"),
        ("1", "0", "2", None),
    ],
)
def test_the_quantity_billed_is_the_share_that_its_amount_is(
    billed: str, amount: str, quantity: str, share: str | None
) -> None:
    found = quantity_billed(Decimal(billed), Decimal(amount), Decimal(quantity))
    assert found == (None if share is None else Decimal(share))
