"""Bounds of a window for systems that keep or compare instants less precisely: in seconds or in milliseconds."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta


def since(start: datetime) -> datetime:
    """The second that the start lies in."""
    return start.replace(microsecond=0)


def until(end: datetime) -> datetime:
    """The first whole second that is not before the end."""
    return since(end + timedelta(seconds=1, microseconds=-1))


def millisecond(instant: datetime) -> datetime:
    """The millisecond that an instant lies in, in UTC: what is left where the rest is cut off."""
    return instant.astimezone(UTC).replace(microsecond=instant.microsecond // 1000 * 1000)
