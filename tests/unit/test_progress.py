"""How far an order has come, and what its lines have in common."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from include.orderhouse.values.agreement import agreed, the_only
from include.orderhouse.values.progress import expected, progress, reached


@pytest.mark.parametrize(
    ("lines", "come"),
    [
        ([], None),
        ([(0, 5), (0, 1)], "none"),
        ([(0, 5), (1, 1)], "partial"),
        ([(5, 5), (2, 1)], "full"),
        ([(0, 0)], "none"),
        ([(5, 5), (0, 0)], "full"),
        ([(5, 5), (0, -2)], "full"),
        ([(0, 5), (-2, -2)], "none"),
        ([(0, -2), (0, 0)], "none"),
        ([(-2, -2), (0, 0)], "full"),
        ([(-1, -2)], "partial"),
        ([(-2, -2), (-1, -1)], "full"),
        ([(-2, -2), (0, -1)], "partial"),
    ],
)
def test_progress_is_what_all_lines_have_of_what_they_want(lines: list[tuple[int, int]], come: str | None) -> None:
    assert progress((Decimal(actual), Decimal(wanted)) for actual, wanted in lines) == come


def test_void_lines_count_only_where_there_are_no_others() -> None:
    assert expected([1, -1, 2], lambda line: line < 0) == [1, 2]
    assert expected([-1, -2], lambda line: line < 0) == [-1, -2]


def test_the_last_step_that_anything_has_reached_counts() -> None:
    assert reached({"invoiced": "none", "received": "full"}) == "received"
    assert reached({"invoiced": "partial", "received": "full"}) == "partially invoiced"
    assert reached({"invoiced": "partial"}, "half") == "half invoiced"
    assert reached({"invoiced": "none", "received": None}) is None


def test_rows_agree_on_a_value_or_on_none_and_missing_is_a_value() -> None:
    assert (agreed(["a", "a"]), agreed(["a", "b"]), agreed(["a", None]), agreed([])) == ("a", None, None, None)


@pytest.mark.parametrize(
    ("told", "only"),
    [(["a", None, ""], "a"), (["a", "b"], None), ([7, 7], 7), ([{"id": 1}], None), ([None], None)],
)
def test_lines_without_a_reference_have_no_say_in_the_only_one(told: list[Any], only: Any) -> None:
    order = {"lines": [{"from": {"no": value}} for value in told]}
    assert the_only("lines", "from.no")(order) == only
    assert the_only("lines", "from.no")({}) is None
