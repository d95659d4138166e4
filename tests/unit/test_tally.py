"""What a slice has brought, held against what its source counts."""

from __future__ import annotations

import pytest

from include.orderhouse.sync.extraction import Tally


@pytest.mark.parametrize(("keys", "orders", "is_short"), [(["1", "2"], 2, True), (["1", "2"], 3, False)])
def test_an_order_without_a_key_is_one_of_those_that_the_source_counts(
    keys: list[str], orders: int, is_short: bool
) -> None:
    tally = Tally()
    tally.add(
        {
            "keys": keys,
            "orders": orders,
            "outside": 0,
            "expected": 3,
            "resume": None,
            "deleted": [],
            "misses_deletions": False,
            "bytes": 1,
        }
    )
    assert tally.is_short is is_short


def test_a_source_that_counts_nothing_is_never_short() -> None:
    assert not Tally().is_short
