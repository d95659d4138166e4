"""A company that lives by itself: a random event every so often, and the same ones again after every restart."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta

from tests.sandbox.clock import Clock
from tests.sandbox.company import Company
from tests.sandbox.living import live


class Life:
    """The events of a company after `since`, one every `pace_seconds`; they depend on nothing else but `seed`."""

    def __init__(self, company: Company, since: datetime, pace_seconds: float, seed: int = 0) -> None:
        self._company = company
        self._next_at = since
        self._pace = timedelta(seconds=pace_seconds)
        self._seed = seed
        self._count = 0

    def catch_up(self, now: datetime) -> int:
        """Let everything happen that was due by now, each at its own instant; returns how many events that were."""
        before = self._count
        while self._next_at + self._pace <= now:
            self._next_at += self._pace
            self._count += 1
            self._company.settle(self._next_at)
            live(self._company, Clock(frozen_at=self._next_at), events=1, seed=self._seed + self._count)
        return self._count - before

    async def run(self, clock: Clock) -> None:
        """Follow a clock until cancelled."""
        while True:
            self.catch_up(clock.now())
            await asyncio.sleep(min(self._pace.total_seconds() / 4, 1.0))
