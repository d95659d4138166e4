"""Instants and the local times that some systems keep in their place: a date and time of day without an offset.

Where clocks are put back, local times come twice, and an hour's later rows carry earlier times. Bounds made here never
cut such rows off: around that hour a window is up to `LONGEST_SHIFT` too wide, never too narrow.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

from include.orderhouse.errors import ConfigurationInvalid

LONGEST_SHIFT = timedelta(hours=3)
"""Clocks are put back by less than this."""
CLOCK_TOLERANCE = timedelta(seconds=2)
"""A Date header tells whole seconds."""


def zone_of(name: str, where: str) -> ZoneInfo:
    """The IANA zone of that name; ``where`` tells a person which setting or answer it comes from."""
    if name not in available_timezones():
        raise ConfigurationInvalid(
            f"{where} is {name!r}, which is no IANA time zone.", action="Give one such as Europe/Berlin."
        )
    return ZoneInfo(name)


def earliest_local(start: datetime, zone: ZoneInfo) -> datetime:
    """A local time that nothing written from ``start`` on falls below."""
    return _local(start, min(_offset(start, zone), _offset(start + LONGEST_SHIFT, zone)))


def latest_local(end: datetime, zone: ZoneInfo) -> datetime:
    """A local time that everything written before ``end`` falls below."""
    return _local(end, max(_offset(end, zone), _offset(end - LONGEST_SHIFT, zone)))


def from_local(told: datetime, zone: ZoneInfo, now: datetime) -> datetime:
    """The instant of a local time that was read at ``now``: of two, the latest that is not in the future.

    So a later change of a row never reads as an earlier one.
    """
    later = told.replace(tzinfo=zone, fold=1).astimezone(UTC)
    return later if later <= now + CLOCK_TOLERANCE else told.replace(tzinfo=zone, fold=0).astimezone(UTC)


def is_one_instant(told: datetime, zone: ZoneInfo) -> bool:
    """Whether a local time is just one: not within an hour that comes twice, or is left out."""
    first, second = (told.replace(tzinfo=zone, fold=fold).utcoffset() for fold in (0, 1))
    return first == second


def _offset(instant: datetime, zone: ZoneInfo) -> timedelta:
    return instant.astimezone(zone).utcoffset() or timedelta(0)


def _local(instant: datetime, offset: timedelta) -> datetime:
    return instant.astimezone(UTC).replace(tzinfo=None) + offset
