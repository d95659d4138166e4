"""Searches in Odoo: conditions, and pages that go on behind an id."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from types import SimpleNamespace
from typing import Any, cast

import pytest

from include.orderhouse.errors import FilterIgnored, UnexpectedShape
from include.orderhouse.protocols.odoo_rpc import OdooCall
from include.orderhouse.protocols.odoo_search import before, from_wire, outside, walk, wire_time, within

START, END = datetime(2026, 9, 30, tzinfo=UTC), datetime(2026, 10, 1, 14, 30, tzinfo=UTC)


def test_instants_are_told_in_utc_and_whole_seconds() -> None:
    berlin = datetime(2026, 10, 1, 16, 30, 0, 999_999, tzinfo=timezone(timedelta(hours=2)))
    assert wire_time(berlin) == "2026-10-01 14:30:00"
    assert from_wire("2026-10-01 14:30:00") == END


@pytest.mark.parametrize("told", ["soon", "2026-10-01T14:30:00Z", "2026-10-01", 7, True, ["2026-10-01 14:30:00"]])
def test_h33_what_is_no_time_of_odoos_is_refused(told: Any) -> None:
    with pytest.raises(UnexpectedShape, match="no time as Odoo writes it"):
        from_wire(told)


def test_a_window_includes_its_start_and_not_its_end() -> None:
    assert within("write_date", START, END) == [
        ["write_date", ">=", "2026-09-30 00:00:00"], ["write_date", "<", "2026-10-01 14:30:00"],
    ]  # fmt: skip
    assert within("write_date", None, None) == []


def test_what_is_outside_of_a_window_or_undated_is_joined_by_or() -> None:
    dated = [["write_date", "=", False], ["write_date", "<", "2026-09-30 00:00:00"]]
    later = ["write_date", ">=", "2026-10-01 14:30:00"]
    assert outside("write_date", START, None) == ["|", *dated]
    assert outside("write_date", START, END) == ["|", "|", *dated, later]


def test_what_was_before_an_instant_may_be_undated() -> None:
    assert before("write_date", END) == ["|", ["write_date", "=", False], ["write_date", "<", "2026-10-01 14:30:00"]]
    assert before("write_date", None) == []


def pages_of(*pages: list[int]) -> tuple[list[list[int]], list[dict[str, Any]]]:
    """What a walk makes of pages of ids, and what it asked for."""
    asked: list[dict[str, Any]] = []

    def records(model: str, **arguments: Any) -> list[dict[str, Any]]:
        asked.append({"model": model, **arguments})
        return [{"id": number} for number in (pages[len(asked) - 1] if len(asked) <= len(pages) else ())]

    call = cast(OdooCall, SimpleNamespace(records=records))
    rows = walk(call, "purchase.order", [["state", "!=", "cancel"]], ("name",), 2)
    return [[row["id"] for row in page] for page in rows], asked


def test_pages_go_on_behind_the_last_id_and_end_with_an_empty_one() -> None:
    pages, asked = pages_of([4, 7], [9], [10, 12])
    assert pages == [[4, 7], [9], [10, 12]]
    assert asked == [
        {
            "model": "purchase.order",
            "domain": [["state", "!=", "cancel"], ["id", ">", after]],
            "fields": ["name"],
            "order": "id asc",
            "limit": 2,
        }
        for after in (0, 7, 9, 12)
    ]


@pytest.mark.parametrize(
    ("pages", "says"),
    [
        (([0, 4],), "asked for ids above 0, came 0"),
        (([4, 5], [5, 6]), "asked for ids above 5, came 5"),
        (([9, 4],), r"in order of their ids, came \[9, 4\]"),
    ],
)
def test_h27_a_page_that_would_lose_records_or_never_end_is_refused(pages: tuple[list[int], ...], says: str) -> None:
    with pytest.raises(FilterIgnored, match=says):
        pages_of(*pages)
