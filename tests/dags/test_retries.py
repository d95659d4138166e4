"""What Airflow does after each error of the tree."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from airflow.sdk import RetryAction
from airflow.sdk.exceptions import AirflowRescheduleException

from include.orchestration.retries import (
    FIRST_RETRY_DELAY,
    FIRST_WAIT,
    LONGEST_RETRY_DELAY,
    LONGEST_WAIT,
    RETRIES,
    ErrorPolicy,
    RefusedSince,
    backoff,
    given_up_when_waits_are_long,
    is_final,
    rescheduled_when_rate_limited,
    resume_at,
)
from include.orderhouse.errors import (
    AuthenticationFailed,
    FixConfiguration,
    LookAtData,
    OrderhouseError,
    QuotaExhausted,
    RateLimitExceeded,
    SourceTimeout,
    TryAgain,
)

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)


def _all_below(kind: type[OrderhouseError]) -> Iterator[type[OrderhouseError]]:
    for child in kind.__subclasses__():
        yield child
        yield from _all_below(child)


def _named(kind: type[OrderhouseError]) -> str:
    return kind.code


@pytest.mark.parametrize("kind", [*_all_below(FixConfiguration), *_all_below(LookAtData), QuotaExhausted], ids=_named)
def test_an_error_that_a_person_must_settle_fails_at_once(kind: type[OrderhouseError]) -> None:
    decision = ErrorPolicy().evaluate(kind("It broke.", action="Mend it."), try_number=1, max_tries=6)
    assert decision.action is RetryAction.FAIL
    assert kind.code in str(decision.reason)


@pytest.mark.parametrize("kind", list(_all_below(TryAgain)), ids=_named)
def test_an_outage_is_tried_again_after_a_growing_delay(kind: type[OrderhouseError]) -> None:
    error = kind("It is away.", action="Wait.")
    delays = [ErrorPolicy().evaluate(error, try_number=n, max_tries=6).retry_delay for n in range(1, 7)]
    assert FIRST_RETRY_DELAY <= delays[0] <= FIRST_RETRY_DELAY * 1.25
    assert all(before < after for before, after in itertools.pairwise(delays))


def test_an_error_outside_the_tree_counts_as_an_outage() -> None:
    decision = ErrorPolicy().evaluate(RuntimeError("what is this"), try_number=1, max_tries=6)
    assert decision.action is RetryAction.RETRY
    assert "RuntimeError" in str(decision.reason)


def test_the_delay_has_a_bound_and_differs_from_one_task_to_the_next() -> None:
    delays = {backoff(1000, FIRST_RETRY_DELAY, LONGEST_RETRY_DELAY) for _ in range(20)}
    assert len(delays) > 1
    assert all(LONGEST_RETRY_DELAY <= delay <= LONGEST_RETRY_DELAY * 1.25 for delay in delays)


def test_a_rate_limit_waits_as_long_as_the_source_asks() -> None:
    error = RateLimitExceeded("Too many requests.", action="Wait.", retry_after=90)
    assert timedelta(seconds=90) <= resume_at(error, 5, NOW) - NOW <= timedelta(seconds=91)


@pytest.mark.parametrize(("previous", "shortest"), [(0, FIRST_WAIT), (1, FIRST_WAIT * 2), (100, LONGEST_WAIT)])
def test_a_rate_limit_without_a_time_backs_off_by_how_often_it_has_waited(previous: int, shortest: timedelta) -> None:
    error = RateLimitExceeded("Too many requests.", action="Wait.")
    assert shortest <= resume_at(error, previous, NOW) - NOW <= shortest * 1.25


def test_a_rate_limit_inside_a_task_gives_its_worker_back() -> None:
    with (
        pytest.raises(AirflowRescheduleException) as rescheduled,
        rescheduled_when_rate_limited({"task_reschedule_count": 0}),
    ):
        raise RateLimitExceeded("Too many requests.", action="Wait.", retry_after=3600)
    assert rescheduled.value.reschedule_date > datetime.now(UTC) + timedelta(minutes=59)


def test_other_errors_inside_a_task_stay_what_they_are() -> None:
    with pytest.raises(KeyError), rescheduled_when_rate_limited({"task_reschedule_count": 0}):
        raise KeyError("no rate limit")


@pytest.mark.parametrize(
    ("error", "try_number", "expected"),
    [
        (AuthenticationFailed("no", action="act"), 1, True),
        (SourceTimeout("no", action="act"), 1, False),
        (SourceTimeout("no", action="act"), 7, True),
        (KeyError("bug"), 6, False),
        (KeyError("bug"), 7, True),
    ],
)
def test_a_failure_is_final_where_no_further_try_follows(error: Exception, try_number: int, expected: bool) -> None:
    context: Any = {"ti": SimpleNamespace(try_number=try_number, max_tries=RETRIES)}
    assert is_final(error, context) is expected


def _refused(retry_after: float | None, refused_since: RefusedSince, waits: int = 0) -> OrderhouseError:
    context: Any = {"task_reschedule_count": waits}
    with pytest.raises(OrderhouseError) as raised, given_up_when_waits_are_long(context, refused_since):
        raise RateLimitExceeded("Too many requests.", action="Wait.", request_id="r1", retry_after=retry_after)
    return raised.value


def _for(span: timedelta) -> RefusedSince:
    def since(now: datetime, *, is_first: bool) -> datetime:
        return now if is_first else now - span

    return since


@pytest.mark.parametrize(
    ("retry_after", "expected"), [(None, RateLimitExceeded), (3600, RateLimitExceeded), (3601, QuotaExhausted)]
)
def test_a_wait_of_hours_fails_the_run_and_keeps_no_other_waiting(
    retry_after: float | None, expected: type[OrderhouseError]
) -> None:
    error = _refused(retry_after, _for(timedelta()))
    assert (type(error), error.request_id) == (expected, "r1")


@pytest.mark.parametrize(
    ("waits", "refused_for", "retry_after", "expected"),
    [
        (3, timedelta(minutes=5), None, RateLimitExceeded),
        (100, timedelta(minutes=110), 60, RateLimitExceeded),
        (120, timedelta(minutes=120), 60, QuotaExhausted),
        (2, timedelta(minutes=70), 3600, QuotaExhausted),
        (8, timedelta(minutes=70), None, QuotaExhausted),
        (100, timedelta(), None, RateLimitExceeded),
        (0, timedelta(hours=3), 60, RateLimitExceeded),  # a person has cleared the task that had given up
    ],
)
def test_waits_without_a_page_come_to_an_end(
    waits: int, refused_for: timedelta, retry_after: float | None, expected: type[OrderhouseError]
) -> None:
    assert type(_refused(retry_after, _for(refused_for), waits)) is expected


def test_who_gives_up_says_for_how_long_it_has_waited_and_what_to_do() -> None:
    error = _refused(60, _for(timedelta(hours=2)), 120)
    assert "refused for 2.0 h, over 120 waits" in error.message
    assert "requests_per_minute" in error.action


def test_who_gives_up_does_not_say_that_it_goes_on_by_itself_and_knows_of_outages() -> None:
    """A source that is down for hours may say so with status 503, which pauses the connection as a limit does."""
    error = _refused(7200, _for(timedelta()))
    assert str(error).count("Wait.") == 0, "what to do at a short wait"
    assert "2.0 h without a request: Too many requests." in error.message
    assert "maintenance" in error.action


@pytest.mark.parametrize(("retry_after", "longest"), [(None, 9), (60, 120), (3600, 2)])
def test_a_source_that_never_lets_a_page_through_is_given_up_on_after_about_two_hours(
    retry_after: float | None, longest: int
) -> None:
    passed, waits = timedelta(), 0
    while isinstance(error := _refused(retry_after, _for(passed), waits), RateLimitExceeded):
        passed, waits = passed + (resume_at(error, waits, NOW) - NOW), waits + 1
        assert waits <= longest
    assert timedelta(hours=1) <= passed <= timedelta(hours=2, seconds=1), "a wait is up to a second longer by chance"
