"""When the orders of a made-up source were changed: evenly over ninety days, and some of them once more afterwards.

A position is an order's place in the sequence of changes: those up to ``orders`` are the first versions, those behind
them the later ones of every few orders.
"""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

FIRST_CHANGE = datetime(2025, 1, 1, tzinfo=UTC)
DAYS = 90
SYNCED_AT = FIRST_CHANGE + timedelta(days=DAYS)
"""The source's clock at the first sync."""
QUIET = timedelta(hours=1)
"""The last change lies this far before the first sync, so that no later sync has it in its overlap."""


@dataclass(frozen=True)
class Timeline:
    """The changes of ``orders`` orders, ``changed`` of which were changed again before the source's clock, ``now``."""

    orders: int
    changed: int = 0
    now: datetime = SYNCED_AT

    @property
    def whole(self) -> range:
        """All positions."""
        return range(self.orders + self.changed)

    def number(self, position: int) -> int:
        """Which order a position is about."""
        return position if position < self.orders else (position - self.orders) * (self.orders // self.changed)

    def is_later(self, position: int) -> bool:
        """Whether a position is the later version of its order."""
        return position >= self.orders

    def changed_at(self, position: int) -> datetime:
        """When that change was made, to the millisecond."""
        if self.is_later(position):
            return self.now - QUIET / 2 + timedelta(milliseconds=position - self.orders)
        span = timedelta(days=DAYS) - QUIET
        return FIRST_CHANGE + timedelta(milliseconds=position * (span // timedelta(milliseconds=1)) // self.orders)

    def between(self, start: datetime | None, end: datetime | None) -> range:
        """The changes in ``[start, end)``; None is open."""
        first = 0 if start is None else bisect_left(self.whole, start, key=self.changed_at)
        last = len(self.whole) if end is None else bisect_left(self.whole, end, key=self.changed_at)
        return range(first, max(first, last))

    def behind(self, found: range, number: int) -> range:
        """Of these changes, those of orders with a higher number; they must be all first or all later versions."""
        return found[bisect_left(found, number + 1, key=self.number) :]
