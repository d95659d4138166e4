from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from include.orderhouse.ahead import made_ahead, mapped_ahead


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


def test_results_come_in_the_order_of_their_items() -> None:
    assert list(mapped_ahead(str, iter(range(50)))) == [str(number) for number in range(50)]
    assert list(mapped_ahead(str, [])) == []


def test_items_are_taken_by_the_caller_and_mapped_elsewhere_while_the_result_before_is_used() -> None:
    taken: list[int] = []
    mapped: list[int] = []
    second_is_mapped = threading.Event()

    def items() -> Iterator[int]:
        for number in (1, 2, 3):
            taken.append(threading.get_ident())
            yield number

    def double(number: int) -> int:
        mapped.append(threading.get_ident())
        if number == 2:
            second_is_mapped.set()
        return 2 * number

    results = mapped_ahead(double, items())
    assert next(results) == 2
    assert second_is_mapped.wait(timeout=10)
    assert len(taken) == 2
    assert list(results) == [4, 6]
    assert set(taken) == {threading.get_ident()}
    assert threading.get_ident() not in mapped


def test_an_error_of_the_function_comes_where_its_result_would_have_come() -> None:
    results = mapped_ahead(lambda number: 6 // number, [1, 0])
    assert next(results) == 6
    with pytest.raises(ZeroDivisionError):
        next(results)
