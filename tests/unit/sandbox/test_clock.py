"""The clock runs, stands, and jumps as it is told."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from tests.sandbox.clock import Clock
from tests.sandbox.limits import RateLimit
from tests.sandbox.tokens import TokenStore
from tests.unit.sandbox.conftest import NOW


def test_a_frozen_clock_stands_until_it_is_moved(clock: Clock) -> None:
    assert clock.now() == clock.now() == NOW
    assert clock.advance(90) == NOW + timedelta(seconds=90)


def test_a_running_clock_runs_on_from_where_it_was_set() -> None:
    clock = Clock()
    first = clock.set(NOW)
    assert NOW <= first <= clock.now()
    assert clock.now() < NOW + timedelta(hours=1)


def test_a_clock_can_be_frozen_and_unfrozen() -> None:
    clock = Clock()
    clock.set(NOW)
    frozen_at = clock.freeze()
    assert clock.now() == frozen_at
    clock.unfreeze()
    assert frozen_at <= clock.now() < frozen_at + timedelta(hours=1)


def test_an_instant_without_a_zone_is_refused(clock: Clock) -> None:
    with pytest.raises(ValueError, match="time zone"):
        clock.set(datetime(2026, 1, 1))


def test_instants_of_other_zones_become_utc(clock: Clock) -> None:
    assert clock.set(datetime.fromisoformat("2026-01-01T02:00:00+02:00")) == datetime(2026, 1, 1, tzinfo=UTC)


def test_tokens_expire_by_the_clock_and_can_be_revoked(clock: Clock) -> None:
    tokens = TokenStore(clock)
    token = tokens.issue(60)
    assert tokens.accepts_bearer(f"Bearer {token}")
    clock.advance(60)
    assert not tokens.accepts_bearer(f"Bearer {token}")
    fresh = tokens.issue(60)
    tokens.revoke_all()
    assert not tokens.accepts(fresh)
    assert tokens.issued == 2


def test_a_rate_limit_refuses_what_exceeds_it_and_opens_with_the_clock(clock: Clock) -> None:
    limit = RateLimit(clock)
    limit.set(requests_per_minute=2)
    waits = []
    for _ in range(3):
        waits.append(limit.enter())
        limit.leave()
        clock.advance(10)
    assert waits == [None, None, 40.0]
    clock.advance(31)
    assert limit.enter() is None
    assert (limit.highest_per_minute, limit.refused) == (3, 1)


def test_concurrency_counts_requests_that_are_running(clock: Clock) -> None:
    limit = RateLimit(clock)
    limit.set(concurrency=1)
    assert limit.enter() is None
    assert limit.enter() == 1.0
    limit.leave()
    limit.leave()
    assert limit.enter() is None
    assert limit.highest_concurrency == 2
