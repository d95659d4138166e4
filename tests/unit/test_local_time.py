"""Local times without an offset, also in the hour that comes twice (H1, H10)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from include.orderhouse.errors import ConfigurationInvalid
from include.orderhouse.values.local_time import earliest_local, from_local, is_one_instant, latest_local, zone_of

BERLIN = ZoneInfo("Europe/Berlin")
ZONES = [BERLIN, ZoneInfo("Asia/Kolkata"), ZoneInfo("Australia/Lord_Howe"), ZoneInfo("America/New_York")]
CLOCKS_BACK = datetime(2026, 10, 25, 1, tzinfo=UTC)
"""When clocks go from 3:00 back to 2:00 in Berlin."""

instants = st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC))


def local(instant: datetime, zone: ZoneInfo) -> datetime:
    return instant.astimezone(zone).replace(tzinfo=None)


@given(instants, st.timedeltas(timedelta(0), timedelta(hours=6)), st.sampled_from(ZONES))
def test_a_bound_never_cuts_off_what_a_window_holds(edge: datetime, step: timedelta, zone: ZoneInfo) -> None:
    assert local(edge + step, zone) >= earliest_local(edge, zone)
    assert local(edge - step - timedelta.resolution, zone) < latest_local(edge, zone)


def test_bounds_are_exact_but_around_the_hour_that_comes_twice() -> None:
    noon = datetime(2026, 10, 1, 12, tzinfo=UTC)
    assert earliest_local(noon, BERLIN) == latest_local(noon, BERLIN) == datetime(2026, 10, 1, 14)
    assert earliest_local(CLOCKS_BACK - timedelta(minutes=10), BERLIN) == datetime(2026, 10, 25, 1, 50)
    assert latest_local(CLOCKS_BACK + timedelta(minutes=10), BERLIN) == datetime(2026, 10, 25, 3, 10)
    assert earliest_local(CLOCKS_BACK - timedelta(minutes=170), BERLIN) == datetime(2026, 10, 24, 23, 10)
    assert latest_local(CLOCKS_BACK + timedelta(minutes=170), BERLIN) == datetime(2026, 10, 25, 5, 50)


def test_a_bound_is_the_same_in_whichever_zone_its_instant_is_told() -> None:
    noon = datetime(2026, 10, 1, 12, tzinfo=UTC)
    for zone in ZONES:
        assert earliest_local(noon.astimezone(zone), BERLIN) == latest_local(noon.astimezone(zone), BERLIN)
        assert latest_local(noon.astimezone(zone), BERLIN) == datetime(2026, 10, 1, 14)


@given(instants, st.timedeltas(timedelta(0), timedelta(minutes=50)), st.timedeltas(timedelta(0), timedelta(hours=2)))
def test_a_later_change_never_reads_as_an_earlier_one(written: datetime, lag: timedelta, pause: timedelta) -> None:
    read = written + lag
    again = read + pause
    first = from_local(local(written, BERLIN), BERLIN, read)
    assert from_local(local(again, BERLIN), BERLIN, again) >= first - timedelta(seconds=2)


def test_the_hour_that_comes_twice_is_read_by_the_clock() -> None:
    told = datetime(2026, 10, 25, 2, 30)
    assert from_local(told, BERLIN, CLOCKS_BACK - timedelta(minutes=20)) == CLOCKS_BACK - timedelta(minutes=30)
    again = CLOCKS_BACK + timedelta(minutes=30)
    assert from_local(told, BERLIN, CLOCKS_BACK + timedelta(minutes=40)) == again
    assert from_local(told, BERLIN, again - timedelta(seconds=2)) == again, "a Date header tells whole seconds"
    assert from_local(told, BERLIN, again - timedelta(seconds=3)) == again - timedelta(hours=1)


def test_a_local_time_is_one_instant_but_where_clocks_are_put_forward_or_back() -> None:
    told = [
        datetime(2026, 10, 25, 2, 30),
        datetime(2026, 3, 29, 2, 30),
        datetime(2026, 10, 25, 3),
        datetime(2026, 7, 1),
    ]
    assert [is_one_instant(each, BERLIN) for each in told] == [False, False, True, True]


def test_a_zone_that_does_not_exist_is_named() -> None:
    with pytest.raises(ConfigurationInvalid, match="time_zone is 'Mars/Olympus'"):
        zone_of("Mars/Olympus", "The setting time_zone")
    assert zone_of("Europe/Berlin", "The setting time_zone") == BERLIN
