"""Accounts and dimensions in one text."""

from __future__ import annotations

from typing import Any

import pytest

from include.orderhouse.values.segments import segments

NAMES = ("company", "cost_center", "project")


def test_segments_have_the_names_that_a_connection_gives_them() -> None:
    assert segments("01-4711-P7", NAMES, "-") == {"company": "01", "cost_center": "4711", "project": "P7"}
    assert segments("01--P7", NAMES, "-") == {"company": "01", "project": "P7"}
    assert segments("01.4711", NAMES[:2], ".") == {"company": "01", "cost_center": "4711"}


@pytest.mark.parametrize("text", ["01-4711", "01-4711-P7-X", "", None, 14711, False])
def test_a_text_of_another_form_is_not_taken_apart(text: Any) -> None:
    assert segments(text, NAMES, "-") is None


@pytest.mark.parametrize("text", ["01", "", None])
def test_without_names_nothing_is_taken_apart(text: Any) -> None:
    assert segments(text, (), "-") is None


def test_an_empty_text_is_no_segment() -> None:
    assert segments("", NAMES[:1], "-") is None
