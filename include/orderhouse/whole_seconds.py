"""Bounds of a window for systems that keep or compare whole seconds: the start goes down, the end up."""

from __future__ import annotations

from datetime import datetime, timedelta


def since(start: datetime) -> datetime:
    """The second that the start lies in."""
    return start.replace(microsecond=0)


def until(end: datetime) -> datetime:
    """The first whole second that is not before the end."""
    return since(end + timedelta(seconds=1, microseconds=-1))
