from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from include.orderhouse.ahead import made_ahead


def test_items_come_in_their_order() -> None:
    assert list(made_ahead(iter(range(50)))) == list(range(50))


def test_nothing_comes_of_nothing() -> None:
    assert list(made_ahead([])) == []


def test_the_next_item_is_made_while_the_present_one_is_used() -> None:
    second_is_made = threading.Event()

    def items() -> Iterator[int]:
        yield 1
        second_is_made.set()
        yield 2

    made = made_ahead(items())
    assert next(made) == 1
    assert second_is_made.wait(timeout=10)
    assert list(made) == [2]


def test_at_most_one_item_is_made_ahead() -> None:
    begun: list[int] = []

    def items() -> Iterator[int]:
        for number in range(10):
            begun.append(number)
            yield number

    for number in made_ahead(items()):
        assert begun[-1] <= number + 1


def test_an_error_comes_where_the_item_would_have_come() -> None:
    def items() -> Iterator[int]:
        yield 1
        raise ValueError("the second cannot be made")

    made = made_ahead(items())
    assert next(made) == 1
    with pytest.raises(ValueError, match="the second cannot be made"):
        next(made)
