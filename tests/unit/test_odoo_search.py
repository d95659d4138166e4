"""Conditions of searches in Odoo."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from include.orderhouse.errors import UnexpectedShape
from include.orderhouse.protocols.odoo_search import before, from_wire, outside, wire_time, within

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
