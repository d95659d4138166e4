"""Attributes of rows that Oracle's REST framework tells."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from include.orderhouse import adf
from include.orderhouse.errors import UnexpectedShape


@pytest.mark.parametrize("told", ["2026-10-01T14:00:00+02:00", "2026-10-01T12:00:00+00:00", "2026-10-01T12:00:00"])
def test_an_instant_without_an_offset_is_told_in_utc(told: str) -> None:
    found = adf.instant({"LastUpdateDate": told}, "LastUpdateDate", of="a row")
    assert (found, found.tzinfo) == (datetime(2026, 10, 1, 12, tzinfo=UTC), UTC)


@pytest.mark.parametrize("told", ["yesterday", None, 7])
def test_what_is_no_instant_is_refused_by_name(told: object) -> None:
    with pytest.raises(UnexpectedShape, match="LastUpdateDate"):
        adf.instant({"LastUpdateDate": told}, "LastUpdateDate", of="a row")
