"""What a slice has brought, held against what its source counts."""

from __future__ import annotations

from typing import Any

import pytest

from include.orderhouse.sync.extract.tally import Tally


def tally(*pages: dict[str, Any]) -> Tally:
    """What pages of these checkpoints come to; of each only what is not usual is told."""
    found = Tally()
    for page in pages:
        usual = {"orders": len(page.get("keys", ())), "keys": [], "outside": 0, "expected": None, "resume": "more"}
        found.add({**usual, "deleted": [], "misses_deletions": False, "bytes": 1, **page})
    return found


@pytest.mark.parametrize(("keys", "orders", "is_short"), [(["1", "2"], 2, True), (["1", "2"], 3, False)])
def test_an_order_without_a_key_is_one_of_those_that_the_source_counts(
    keys: list[str], orders: int, is_short: bool
) -> None:
    assert tally({"keys": keys, "orders": orders, "expected": 3}).is_short is is_short


def test_orders_without_a_key_are_counted_on_every_page() -> None:
    assert tally({"orders": 2}, {"orders": 1}).told_apart == 3


def test_a_source_that_counts_nothing_is_never_short() -> None:
    assert not Tally().is_short


def test_every_section_of_a_slice_has_its_own_count() -> None:
    companies = {"keys": ["1", "2"], "expected": 2}, {"keys": ["3"]}, {"keys": ["4"], "expected": 3}
    assert tally(*companies).expected == 5
    assert tally(*companies).is_short


def test_every_page_of_a_slice_counts() -> None:
    one, other = ({"keys": [key], "outside": 2, "deleted": [f"d{key}"], "bytes": 3} for key in "12")
    found = tally(one, other)
    assert (found.orders, found.outside, found.staged_bytes, found.pages) == (2, 4, 6, 2)
    assert found.deleted == {"d1", "d2"}


def test_an_order_that_came_twice_makes_up_for_none_that_is_missing() -> None:
    assert tally({"keys": ["1", "2"], "expected": 3}, {"keys": ["2"]}).is_short


def test_what_an_earlier_pass_has_brought_counts_too() -> None:
    again = tally({"keys": ["1"], "expected": 2, "deleted": ["7"]})
    again.complete(tally({"keys": ["1", "2"], "expected": 3, "deleted": ["8"]}))
    assert (again.is_short, again.deleted) == (False, {"7", "8"})


def test_a_feed_that_falls_short_in_one_section_falls_short() -> None:
    assert tally({"misses_deletions": True}, {"misses_deletions": False}).misses_deletions


def test_a_slice_is_done_with_its_last_page() -> None:
    assert not tally({"keys": ["1"], "resume": 0}).is_done
    assert tally({"keys": ["1"]}, {"resume": None}).is_done


def test_pages_without_news_and_empty_ones_are_told_apart() -> None:
    """An order without a key may be any; pages without orders are counted as long as no other comes."""
    first, known, keyless, empty = {"keys": ["1"]}, {"keys": ["1"]}, {"keys": ["1"], "orders": 2}, dict[str, Any]()
    found = tally(first, known, empty, empty, known, keyless)
    assert (found.stale_pages, found.empty_pages) == (2, 0)
    assert tally(first, empty, known, empty, empty).empty_pages == 2
