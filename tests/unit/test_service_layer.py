"""The Service Layer's days and lines."""

from __future__ import annotations

from datetime import date

import pytest

from include.orderhouse.errors import UnexpectedShape
from include.orderhouse.service_layer import lines_of, on_days

FIRST, LAST = date(2026, 9, 30), date(2026, 10, 1)


def test_both_days_are_included_and_told_as_text() -> None:
    assert on_days("UpdateDate", FIRST, LAST) == "UpdateDate ge '2026-09-30' and UpdateDate le '2026-10-01'"
    assert on_days("UpdateDate", FIRST, None) == "UpdateDate ge '2026-09-30'"
    assert on_days("UpdateDate", None, LAST) == "UpdateDate le '2026-10-01'"


def test_without_bounds_there_is_no_condition() -> None:
    assert on_days("UpdateDate", None, None) is None


def test_a_document_without_its_lines_is_refused() -> None:
    assert lines_of({"DocumentLines": [{"LineNum": 0}]}) == [{"LineNum": 0}]
    with pytest.raises(UnexpectedShape, match="DocumentLines"):
        lines_of({"DocEntry": 7})
