"""What happens after a failed try: the error tree of the product, as Airflow's retry policy.

FixConfiguration, LookAtData   fail at once: the same try would fail again
QuotaExhausted                 fails at once: a run that waits for hours keeps the connector's others from running
RateLimitExceeded              the task is rescheduled; no worker is held, no retry is used. It counts as QuotaExhausted
                               where the source asks for a wait of over an hour, and where the next wait would end more
                               than two hours after the first refusal with no page kept in between. Each kept page
                               begins that time anew: a sync that gets on may wait as often as it must
                               A source that is down and asks for a wait fails its try; the next ones, until the wait
                               is over, ask nothing and are such a limit
everything else                exponential backoff with jitter, as long as the task has retries
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

from airflow.sdk import Context, RetryAction, RetryDecision, RetryPolicy
from airflow.sdk.exceptions import AirflowRescheduleException

from include.orderhouse.errors import FixConfiguration, LookAtData, OrderhouseError, QuotaExhausted, RateLimitExceeded

RETRIES = 6
FIRST_RETRY_DELAY = timedelta(seconds=10)
LONGEST_RETRY_DELAY = timedelta(minutes=10)
FIRST_WAIT = timedelta(seconds=30)
LONGEST_WAIT = timedelta(hours=1)
LONGEST_STANDSTILL = timedelta(hours=2)
_JITTER = 0.25
_random = random.SystemRandom()


class RefusedSince(Protocol):
    """Tells when the source first refused a sync after its last kept page."""

    def __call__(self, now: datetime, *, is_first: bool) -> datetime:
        """``now`` is the moment of this refusal; ``is_first`` where the try has not waited before."""


class ErrorPolicy(RetryPolicy):
    """Fails at once where a person must act; backs off otherwise."""

    def evaluate(
        self, exception: BaseException, try_number: int, max_tries: int, context: Context | None = None
    ) -> RetryDecision:
        """Decide by the group of the error; errors that are not of the tree count as an outage."""
        if isinstance(exception, FixConfiguration | LookAtData | QuotaExhausted):
            return RetryDecision.fail(f"{exception.code}: another try would fail in the same way")
        code = exception.code if isinstance(exception, OrderhouseError) else type(exception).__name__
        delay = backoff(try_number - 1, FIRST_RETRY_DELAY, LONGEST_RETRY_DELAY)
        return RetryDecision.retry(delay, f"{code}: next try in {delay.total_seconds():.0f} s, if any is left")

    def serialize(self) -> dict[str, Any]:
        """The policy has no settings."""
        return {}

    @classmethod
    def deserialize(cls, data: dict[str, Any]) -> ErrorPolicy:
        """The policy that ``serialize`` described."""
        return cls()


def is_final(error: BaseException, context: Context) -> bool:
    """Whether the running try is the last: by the error's group, or because no retries are left."""
    task = context["ti"]
    decision = ErrorPolicy().evaluate(error, task.try_number, task.max_tries, context)
    return decision.action is RetryAction.FAIL or task.try_number > task.max_tries


def backoff(previous: int, first: timedelta, longest: timedelta) -> timedelta:
    """``first``, doubled for each of ``previous`` attempts up to ``longest``, and up to a quarter more by chance."""
    delay: timedelta = min(first * 2 ** min(previous, 32), longest)
    return delay * (1 + _random.uniform(0, _JITTER))


def resume_at(error: RateLimitExceeded, previous: int, now: datetime) -> datetime:
    """When to go on after a rate limit: as the source asks, else by exponential backoff over ``previous`` waits."""
    if error.retry_after is None:
        return now + backoff(previous, FIRST_WAIT, LONGEST_WAIT)
    return now + timedelta(seconds=error.retry_after + _random.uniform(0, 1))


@contextmanager
def given_up_when_waits_are_long(context: Context, refused_since: RefusedSince) -> Iterator[None]:
    """Turn a rate limit inside the block into an exhausted quota where its wait, or the standstill, is too long."""
    try:
        yield
    except RateLimitExceeded as error:
        if error.retry_after is not None and error.retry_after > LONGEST_WAIT.total_seconds():
            asked = timedelta(seconds=error.retry_after)
            raise _exhausted(f"The source asks for {_hours(asked)} without a request", error) from error
        now, previous = datetime.now(UTC), context["task_reschedule_count"]
        since = refused_since(now, is_first=previous == 0)
        if resume_at(error, previous, now) - since <= LONGEST_STANDSTILL:
            raise
        told = f"The source has refused for {_hours(now - since)}, over {previous} waits, and no page came meanwhile"
        raise _exhausted(told, error) from error


def _exhausted(told: str, error: RateLimitExceeded) -> QuotaExhausted:
    return QuotaExhausted(
        f"{told}: {error.message}",
        action="This run fails, so that it keeps no other waiting. Clear its task to go on after the pages that it has "
        "kept; a new run begins where the watermark stands. If it stays: where the source is down, for maintenance "
        "say, wait until it is back; else find out what else uses up its limit, or lower requests_per_minute of the "
        "connection. A pause that the source asked for lasts as long as it said; `scripts/orderhouse reconnect`, with "
        "the connection's name, ends it.",
        request_id=error.request_id,
    )


def _hours(span: timedelta) -> str:
    return f"{span / timedelta(hours=1):.1f} h"


@contextmanager
def rescheduled_when_rate_limited(context: Context) -> Iterator[None]:
    """Turn a rate limit inside the block into a rescheduled task: its worker is free until then, no retry is used."""
    try:
        yield
    except RateLimitExceeded as error:
        moment = resume_at(error, context["task_reschedule_count"], datetime.now(UTC))
        raise AirflowRescheduleException(moment) from error  # type: ignore[no-untyped-call]  # of Airflow
