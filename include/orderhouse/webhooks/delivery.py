"""Delivering what is due: at least once each, in no certain order, by any number of deliverers at a time."""

from __future__ import annotations

import logging
import random
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import timedelta
from threading import Lock
from typing import Any

import sqlalchemy as sa

from include.orderhouse import wire
from include.orderhouse.errors import OrderhouseError
from include.orderhouse.warehouse.messages.deliveries import (
    Claim,
    News,
    Outcome,
    claim_due,
    distribute,
    settle,
    undistributed,
)
from include.orderhouse.warehouse.messages.events import NO_CONNECTION, TEST, instant, write_event
from include.orderhouse.webhooks.posting import SECONDS, Message, Target, post
from include.orderhouse.webhooks.subscriptions import Subscription, Webhooks

FIRST_DELAY, LONGEST_DELAY = timedelta(seconds=30), timedelta(hours=24)
"""The waits between attempts double from the first to the longest; after the attempt that follows it, none is left."""
KEPT_FOR = timedelta(days=30)
"""How long events, deliveries and the log of attempts are kept. An older event that nobody has been told of, because
deliverers stood still, is told no more."""
AT_ONCE = 4
_JITTER = 0.25
_random = random.SystemRandom()
log = logging.getLogger(__name__)

FindTarget = Callable[[str], Target]
"""From the id of an Airflow Connection to where it leads. Raises ConfigurationInvalid where that cannot be used."""


@dataclass
class Deliverer:
    """Delivers for the webhooks of one connections.yaml."""

    engine: sa.Engine
    webhooks: Webhooks
    find_target: FindTarget
    attempt_seconds: float = SECONDS
    _failing: set[str] = field(default_factory=set)
    _lock: Lock = field(default_factory=Lock)

    def deliver(self, seconds: float) -> int:
        """Tell what is due, beginning no attempt after ``seconds``; how many deliveries arrived.

        A subscription whose receiver failed is left alone for the rest, so that it holds nobody else up.
        """
        self.distribute()
        until = time.monotonic() + seconds
        with ThreadPoolExecutor(AT_ONCE) as pool:
            return sum(pool.map(lambda _: self._deliver_until(until), range(AT_ONCE)))

    def distribute(self) -> None:
        """Make out a delivery for each subscription to each new event."""
        while True:
            with self.engine.begin() as session:
                news = undistributed(session, KEPT_FOR)
                if not news:
                    return
                if late := sum(not one.is_news for one in news):
                    log.warning("%s events are older than %s; nobody is told of them any more", late, KEPT_FOR)
                distribute(session, news, [(one, name) for one in news for name in self._wanted_by(one)])

    def test(self, subscription: str) -> Outcome:
        """Send a test event to one subscription, at once and once."""
        with self.engine.begin() as session:
            event_id = write_event(session, TEST, NO_CONNECTION, {"subscription": subscription})
            news = News(NO_CONNECTION, event_id, TEST, True)
            distribute(session, [news], [(news, subscription)])
        claim = claim_due(self.engine, event_id=event_id)
        return self._attempt(claim) if claim else Outcome(None, "another deliverer has taken it; see the log", 0)

    def _wanted_by(self, news: News) -> list[str]:
        subscriptions = self.webhooks.subscriptions.items()
        return [name for name, one in subscriptions if news.is_news and one.wants(news.kind, news.connection)]

    def _deliver_until(self, until: float) -> int:
        delivered = 0
        while time.monotonic() < until:
            with self._lock:
                failing = sorted(self._failing)
            claim = claim_due(self.engine, failing)
            if claim is None:
                break
            delivered += self._attempt(claim).error is None
        return delivered

    def _attempt(self, claim: Claim) -> Outcome:
        subscription = self.webhooks.subscriptions.get(claim.subscription)
        if subscription is None:
            outcome = Outcome(None, "there is no such subscription in connections.yaml any more", 0, is_final=True)
        else:
            outcome = self._post(claim, subscription)
        if claim.kind == TEST:
            outcome = replace(outcome, is_final=True)
        settle(self.engine, claim, outcome, next_delay(claim.attempt, outcome))
        if outcome.error is not None:
            with self._lock:
                self._failing.add(claim.subscription)
            log.warning("webhook %s, %s: %s", claim.subscription, claim.kind, outcome.error)
        return outcome

    def _post(self, claim: Claim, subscription: Subscription) -> Outcome:
        """One attempt. Whatever goes wrong with it is its outcome, so that it holds no other up."""
        try:
            target = self.find_target(subscription.target)
            target = replace(target, trust=replace(target.trust, **subscription.tls.model_dump()))
            return post(Message(claim.event_id, payload(claim)), target, self.webhooks, self.attempt_seconds)
        except OrderhouseError as error:
            return Outcome(None, str(error), 0)
        except Exception as error:
            log.debug("webhook %s:", claim.subscription, exc_info=True)
            return Outcome(None, f"{type(error).__name__}, which was not foreseen; see the log at level DEBUG", 0)


def payload(claim: Claim) -> bytes:
    """The body of a delivery: type, timestamp and data, as Standard Webhooks has it."""
    content: dict[str, Any] = {"type": claim.kind, "timestamp": instant(claim.occurred_at), "data": claim.data}
    return wire.encode(content)


def next_delay(attempt: int, outcome: Outcome) -> timedelta | None:
    """The wait before the attempt after this one; None where there is none to come."""
    if outcome.is_final or FIRST_DELAY * 2 ** (attempt - 2) >= LONGEST_DELAY:
        return None
    wait = outcome.retry_after or 0.0
    asked = timedelta(seconds=wait) if wait > 0 else FIRST_DELAY
    delay: timedelta = FIRST_DELAY * 2 ** (attempt - 1) * (1 + _random.uniform(0, _JITTER))
    return min(max(delay, asked), LONGEST_DELAY)
