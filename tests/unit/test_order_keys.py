"""Sets of keys that take little room know what was added to them, and which keys came more than once."""

from __future__ import annotations

import tracemalloc

from hypothesis import given
from hypothesis import strategies as st

from include.orderhouse.order_keys import KeySet, apart, digests, repeated, together

KEY = st.text(max_size=3)


@given(st.lists(st.lists(KEY)))
def test_keys_are_known_once_they_were_added(pages: list[list[str]]) -> None:
    found, known = KeySet(), set[str]()
    for page in pages:
        assert found.add(page) == len(set(page) - known)
        known.update(page)
        assert len(found) == len(known)
    assert all(key in found for key in known)
    assert "none of three letters" not in found


@given(st.lists(st.lists(KEY)))
def test_what_comes_more_than_once_is_told_within_a_list_and_between_two(pages: list[list[str]]) -> None:
    every = [key for page in pages for key in page]
    often = {key for key in every if every.count(key) > 1}
    told = repeated([digests(page) for page in pages])
    assert list(told) == sorted(digests(often))


@given(st.lists(st.lists(KEY), min_size=1))
def test_lists_that_were_put_together_come_apart_as_they_were(pages: list[list[str]]) -> None:
    lists = [digests(page) for page in pages]
    again = apart(together(lists), [len(page) for page in pages])
    assert [list(each) for each in again] == [list(each) for each in lists]


def test_a_key_takes_sixteen_bytes_however_long_it_is() -> None:
    found = KeySet()
    tracemalloc.start()
    for page in range(100):
        found.add(f"{'long' * 50}/{page}/{number}" for number in range(1000))
    held, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(found) == 100_000
    assert held < 20 * 100_000


def test_a_set_takes_over_the_keys_of_another() -> None:
    first, second = KeySet(), KeySet()
    first.add(["a", "b"])
    second.add(["b", "c"])
    first.merge(second)
    assert (len(first), "c" in first, first.add(["a", "c", "d"])) == (3, True, 1)
