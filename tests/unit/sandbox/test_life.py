"""A company lives the same life whether it is restarted or not."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from tests.sandbox.company import Company
from tests.sandbox.generate import generate
from tests.sandbox.life import Life
from tests.sandbox.truth import company_truth

SINCE = datetime(2026, 3, 1, 12, tzinfo=UTC)


def _born() -> tuple[Company, Life]:
    company = generate(seed=3, orders=60, now=SINCE)
    return company, Life(company, SINCE, pace_seconds=60, seed=3)


def test_a_restarted_company_is_where_it_would_have_been() -> None:
    steady, life_of_steady = _born()
    for minutes in (1, 7, 90, 300):
        life_of_steady.catch_up(SINCE + timedelta(minutes=minutes))
        steady.settle(SINCE + timedelta(minutes=minutes, seconds=30))
    restarted, life_of_restarted = _born()
    assert life_of_restarted.catch_up(SINCE + timedelta(minutes=300)) == 300
    restarted.settle(SINCE + timedelta(minutes=300, seconds=30))
    assert company_truth(restarted) == company_truth(steady)


def test_it_changes_and_nothing_in_it_is_dated_ahead() -> None:
    company, life = _born()
    before = company_truth(company)
    life.catch_up(SINCE + timedelta(hours=3))
    assert company_truth(company) != before
    assert max(order.modified_at for order in company.orders.values()) <= SINCE + timedelta(hours=3)


def test_nothing_happens_before_its_time() -> None:
    _, life = _born()
    assert life.catch_up(SINCE + timedelta(seconds=59)) == 0
    assert life.catch_up(SINCE + timedelta(seconds=60)) == 1
    assert life.catch_up(SINCE + timedelta(seconds=119)) == 0
