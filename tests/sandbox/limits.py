"""Rate limits of one dialect, and the proof of whether a client respected them."""

from __future__ import annotations

from collections import deque
from datetime import datetime, timedelta

from tests.sandbox.clock import Clock

WINDOW = timedelta(seconds=60)


class RateLimit:
    """Requests in any 60 seconds and requests at the same time; None means no limit.

    Refused requests use up nothing of the limit, but the highest numbers seen count every request that arrived.
    Token requests are not counted at all.
    """

    def __init__(self, clock: Clock) -> None:
        self.requests_per_minute: int | None = None
        self.concurrency: int | None = None
        self.highest_per_minute = 0
        self.highest_concurrency = 0
        self.refused = 0
        self._clock = clock
        self._arrivals: deque[datetime] = deque()
        self._accepted: deque[datetime] = deque()
        self._running = 0

    def enter(self) -> float | None:
        """Count a request that arrives; None if it may pass, else the seconds until it could."""
        now = self._clock.now()
        _forget_before(self._arrivals, now)
        _forget_before(self._accepted, now)
        self._arrivals.append(now)
        self._running += 1
        self.highest_per_minute = max(self.highest_per_minute, len(self._arrivals))
        self.highest_concurrency = max(self.highest_concurrency, self._running)
        wait = self._seconds_to_wait(now)
        if wait is None:
            self._accepted.append(now)
        else:
            self.refused += 1
        return wait

    def leave(self) -> None:
        """Count a request that has been answered."""
        self._running -= 1

    def set(self, requests_per_minute: int | None = None, concurrency: int | None = None) -> None:
        """Set both limits (None: unlimited) and begin counting anew."""
        self.requests_per_minute = requests_per_minute
        self.concurrency = concurrency
        self.reset()

    def reset(self) -> None:
        """Forget what was seen; requests that are being answered stay counted."""
        self._arrivals.clear()
        self._accepted.clear()
        self.highest_per_minute = 0
        self.highest_concurrency = self._running
        self.refused = 0

    def _seconds_to_wait(self, now: datetime) -> float | None:
        if self.requests_per_minute is not None and len(self._accepted) >= self.requests_per_minute:
            return max(1.0, (self._accepted[0] + WINDOW - now).total_seconds())
        if self.concurrency is not None and self._running > self.concurrency:
            return 1.0
        return None


def _forget_before(instants: deque[datetime], now: datetime) -> None:
    """Drop the instants that the window up to now has left, or that lie ahead because the clock was set back."""
    while instants and not now - WINDOW < instants[0] <= now:
        instants.popleft()
