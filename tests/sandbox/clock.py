"""A clock that tests can move: real time plus an offset, or frozen at an instant."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta


class Clock:
    """The one source of time of a sandbox: timestamps, token expiry and rate limits all read it."""

    def __init__(self, frozen_at: datetime | None = None) -> None:
        self._offset = timedelta(0)
        self._frozen_at: datetime | None = None if frozen_at is None else _utc(frozen_at)

    def now(self) -> datetime:
        """The current instant, aware, in UTC, with microseconds."""
        return self._frozen_at if self._frozen_at is not None else datetime.now(UTC) + self._offset

    def advance(self, seconds: float) -> datetime:
        """Move the clock by that many seconds (backwards if negative) and return the new time."""
        step = timedelta(seconds=seconds)
        if self._frozen_at is not None:
            self._frozen_at += step
        else:
            self._offset += step
        return self.now()

    def set(self, instant: datetime) -> datetime:
        """Jump to an instant; a running clock runs on from there, a frozen one stays there."""
        if self._frozen_at is not None:
            self._frozen_at = _utc(instant)
        else:
            self._offset = _utc(instant) - datetime.now(UTC)
        return self.now()

    def freeze(self) -> datetime:
        """Stop the clock at the present instant."""
        self._frozen_at = self.now()
        return self._frozen_at

    def unfreeze(self) -> datetime:
        """Let a frozen clock run on from where it stands."""
        if self._frozen_at is not None:
            self._offset = self._frozen_at - datetime.now(UTC)
            self._frozen_at = None
        return self.now()


def _utc(instant: datetime) -> datetime:
    if instant.tzinfo is None:
        raise ValueError(f"the sandbox clock needs an instant with a time zone, got {instant.isoformat()}")
    return instant.astimezone(UTC)
