"""What is still to be told to whom: one delivery per event and subscription, and a row for each attempt at it.

A deliverer claims a due delivery for as long as ``LEASE``; no other gets it meanwhile. If it dies, the claim runs out
and the delivery is due again: each event is delivered at least once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from include.orderhouse.warehouse.messages.events import event
from include.orderhouse.warehouse.operations import COUNT, INSTANT, TEXT, UUID
from include.orderhouse.warehouse.operations import metadata as metadata
from include.orderhouse.warehouse.schema import OPS

LEASE = timedelta(seconds=60)
"""How long a claimed delivery belongs to its deliverer; far longer than an attempt may take."""

_CONNECTION, _EVENT = "The connection that the event concerns", "The event (`ops.webhook_event`)"

delivery = sa.Table(
    "webhook_delivery",
    metadata,
    sa.Column("connection", TEXT, comment=_CONNECTION, nullable=False),
    sa.Column("event_id", UUID, comment=_EVENT, nullable=False),
    sa.Column("subscription", TEXT, comment="Name of the subscription in connections.yaml", nullable=False),
    sa.Column("state", TEXT, comment="waiting, delivered or given_up", nullable=False),
    sa.Column("attempts", COUNT, comment="How many attempts were begun", nullable=False),
    sa.Column("due_at", INSTANT, comment="When the next attempt may begin", nullable=False),
    sa.Column("created_at", INSTANT, comment="When the delivery was made out", nullable=False),
    sa.Column("ended_at", INSTANT, comment="When it was delivered or given up"),
    sa.PrimaryKeyConstraint("connection", "event_id", "subscription"),
    sa.ForeignKeyConstraint(["connection", "event_id"], [event.c.connection, event.c.event_id], ondelete="CASCADE"),
    schema=OPS,
    comment="Deliveries of events to the subscriptions of webhooks",
)
sa.Index("webhook_delivery_due_idx", delivery.c.due_at, postgresql_where=delivery.c.state == "waiting")

attempt = sa.Table(
    "webhook_attempt",
    metadata,
    sa.Column("connection", TEXT, comment=_CONNECTION, nullable=False),
    sa.Column("event_id", UUID, comment=_EVENT, nullable=False),
    sa.Column("subscription", TEXT, comment="Name of the subscription in connections.yaml", nullable=False),
    sa.Column("attempt", COUNT, comment="Number of the attempt, from 1", nullable=False),
    sa.Column("ended_at", INSTANT, comment="When the attempt ended", nullable=False),
    sa.Column("milliseconds", COUNT, comment="How long it took", nullable=False),
    sa.Column("status", COUNT, comment="HTTP status of the answer; NULL where there was none"),
    sa.Column("error", TEXT, comment="What went wrong; NULL where it was delivered"),
    sa.PrimaryKeyConstraint("connection", "event_id", "subscription", "attempt"),
    sa.ForeignKeyConstraint(
        ["connection", "event_id", "subscription"],
        [delivery.c.connection, delivery.c.event_id, delivery.c.subscription],
        ondelete="CASCADE",
    ),
    schema=OPS,
    comment="The log of webhooks: every attempt at a delivery, and how it ended",
)

_NOW = sa.func.clock_timestamp()
_CLAIM = sa.text("""
    UPDATE ops.webhook_delivery AS mine SET attempts = mine.attempts + 1, due_at = clock_timestamp() + :lease
    FROM (
        SELECT connection, event_id, subscription FROM ops.webhook_delivery
        WHERE state = 'waiting' AND due_at <= clock_timestamp() AND subscription <> ALL(CAST(:without AS text[]))
          AND (CAST(:event_id AS uuid) IS NULL OR event_id = CAST(:event_id AS uuid))
        ORDER BY due_at LIMIT 1 FOR UPDATE SKIP LOCKED
    ) AS due, ops.webhook_event AS event
    WHERE (mine.connection, mine.event_id, mine.subscription) = (due.connection, due.event_id, due.subscription)
      AND (event.connection, event.event_id) = (due.connection, due.event_id)
    RETURNING mine.connection, mine.event_id::text, mine.subscription, mine.attempts AS attempt,
              event.kind, event.occurred_at, event.data
""")
_UNDISTRIBUTED = sa.text("""
    SELECT connection, event_id::text, kind, occurred_at > clock_timestamp() - :most AS is_news
    FROM ops.webhook_event WHERE distributed_at IS NULL ORDER BY occurred_at LIMIT 1000 FOR UPDATE SKIP LOCKED
""")
_DISTRIBUTED = sa.text("""
    UPDATE ops.webhook_event SET distributed_at = clock_timestamp()
    WHERE (connection, event_id) IN (SELECT unnest(CAST(:connections AS text[])), unnest(CAST(:event_ids AS uuid[])))
""")
_FORGET = sa.text("""
    DELETE FROM ops.webhook_event AS event WHERE occurred_at < clock_timestamp() - :age AND NOT EXISTS (
        SELECT FROM ops.webhook_delivery AS open WHERE open.state = 'waiting'
          AND (open.connection, open.event_id) = (event.connection, event.event_id)
    )
""")


@dataclass(frozen=True)
class Claim:
    """A delivery that this deliverer, and for a while no other, may attempt."""

    connection: str
    event_id: str
    subscription: str
    attempt: int
    kind: str
    occurred_at: datetime
    data: dict[str, Any]

    @property
    def key(self) -> dict[str, str]:
        """What identifies the delivery."""
        return {"connection": self.connection, "event_id": self.event_id, "subscription": self.subscription}


@dataclass(frozen=True)
class Outcome:
    """How an attempt ended; ``error`` is None where it was delivered."""

    status: int | None
    error: str | None
    milliseconds: int
    retry_after: float | None = None
    """The wait in seconds that the receiver asked for."""
    is_final: bool = False
    """Another attempt is pointless."""


@dataclass(frozen=True)
class News:
    """An event of which nobody has been told yet. What is too old to be news has ``is_news`` False."""

    connection: str
    event_id: str
    kind: str
    is_news: bool


def undistributed(session: sa.Connection, most: timedelta) -> list[News]:
    """The oldest events without deliveries, a thousand at most, locked for this transaction."""
    return [News(*row) for row in session.execute(_UNDISTRIBUTED, {"most": most})]


def distribute(session: sa.Connection, news: Sequence[News], told: Sequence[tuple[News, str]]) -> None:
    """Make out the deliveries ``told``, pairs of event and subscription; nobody looks at ``news`` again."""
    if told:
        same = sa.insert(delivery).values(state="waiting", attempts=0, due_at=_NOW, created_at=_NOW)
        keys = ({"connection": one.connection, "event_id": one.event_id, "subscription": name} for one, name in told)
        session.execute(same, list(keys))
    seen = {"connections": [one.connection for one in news], "event_ids": [one.event_id for one in news]}
    session.execute(_DISTRIBUTED, seen)


def claim_due(engine: sa.Engine, without: Sequence[str] = (), event_id: str | None = None) -> Claim | None:
    """The delivery that has been due longest and nobody else attempts; of one event only, where it is named.

    Those of the subscriptions ``without`` are left alone.
    """
    with engine.begin() as session:
        told = {"lease": LEASE, "without": list(without), "event_id": event_id}
        row = session.execute(_CLAIM, told).one_or_none()
    return None if row is None else Claim(*row)


def settle(engine: sa.Engine, claim: Claim, outcome: Outcome, next_in: timedelta | None) -> None:
    """Log an attempt; the delivery is done, waits for ``next_in``, or is given up where that is None.

    One that was erased meanwhile leaves nothing.
    """
    mine = [delivery.c[name] == value for name, value in claim.key.items()]
    done = "delivered" if outcome.error is None else "given_up" if next_in is None else "waiting"
    values: dict[str, Any] = {"state": done}
    if done == "waiting":
        values["due_at"] = _NOW + next_in
    else:
        values["ended_at"] = _NOW
    logged = {"attempt": claim.attempt, "ended_at": _NOW, "milliseconds": outcome.milliseconds}
    with engine.begin() as session:
        is_there = sa.select(delivery.c.state).where(*mine).with_for_update()
        if session.execute(is_there).one_or_none() is None:
            return
        latest = delivery.c.attempts == claim.attempt
        session.execute(sa.update(delivery).where(*mine, latest).values(values))
        session.execute(sa.insert(attempt).values(**claim.key, **logged, status=outcome.status, error=outcome.error))


def forget(engine: sa.Engine, age: timedelta) -> int:
    """Remove older events of which nothing waits any more, with their deliveries and log; how many they were."""
    with engine.begin() as session:
        return int(session.execute(_FORGET, {"age": age}).rowcount)


def delivery_counts(engine: sa.Engine) -> dict[tuple[str, str], int]:
    """How many deliveries each subscription has in each state, as far as they are kept."""
    by = (delivery.c.subscription, delivery.c.state)
    wanted = sa.select(*by, sa.func.count()).group_by(*by)
    with engine.connect() as session:
        return {(name, state): count for name, state, count in session.execute(wanted)}
