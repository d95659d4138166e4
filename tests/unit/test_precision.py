"""Bounds of windows for systems that keep instants less precisely (H2)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

from hypothesis import given
from hypothesis import strategies as st

from include.orderhouse.connector import Window
from include.orderhouse.values.precision import millisecond, since, until

instants = st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC))
steps = st.timedeltas(timedelta(seconds=-2), timedelta(seconds=2))


@given(instants, steps)
def test_an_instant_cut_to_seconds_is_in_the_rounded_window_wherever_it_was_in_the_exact_one(
    edge: datetime, step: timedelta
) -> None:
    instant = edge + step
    if Window(edge, None).holds(instant):
        assert Window(edge, None).rounded(since, until).holds(since(instant))
    if Window(None, edge).holds(instant):
        assert Window(None, edge).rounded(since, until).holds(since(instant))


@given(instants, steps)
def test_windows_cut_alike_join_without_a_gap_and_without_an_overlap(edge: datetime, step: timedelta) -> None:
    earlier = Window(None, edge).rounded(millisecond, millisecond)
    later = Window(edge, None).rounded(millisecond, millisecond)
    assert earlier.holds(millisecond(edge + step)) is not later.holds(millisecond(edge + step))


def test_a_millisecond_is_cut_off_in_utc_whatever_the_offset() -> None:
    told = datetime(2026, 3, 1, 2, 0, 0, 123_987, timezone(timedelta(hours=2)))
    assert millisecond(told) == datetime(2026, 3, 1, 0, 0, 0, 123_000, UTC)
    assert millisecond(told).utcoffset() == timedelta(0)
    whole = datetime(2026, 3, 1, 0, 0, 0, 500_000, UTC)
    assert millisecond(whole) == whole


def test_a_window_holds_its_start_and_not_its_end_and_nothing_undated() -> None:
    start, end = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 1, 2, tzinfo=UTC)
    window = Window(start, end)
    assert [window.holds(at) for at in (start, end - timedelta.resolution, end, None)] == [True, True, False, False]
    assert Window(None, None).holds(start)
    assert Window(None, None).rounded(since, until) == Window(None, None)


def test_an_end_goes_up_to_the_next_second_and_stays_where_it_is_one() -> None:
    second = datetime(2026, 1, 1, 12, 0, 1, tzinfo=UTC)
    assert until(second - timedelta.resolution) == until(second) == second
    assert until(second + timedelta.resolution) == second + timedelta(seconds=1)
    assert since(second) == since(second + timedelta(microseconds=999_999)) == second
