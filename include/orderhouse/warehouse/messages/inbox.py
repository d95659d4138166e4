"""The inbox: notifications of sources, kept before they are answered, until a sync has read the orders they name.

The same notification again is no second one: by its sender's id for as long as it is kept, and by its content for as
long as the first one waits. One that comes while the orders of the first are being read counts anew.

What a run took on is read when its sync has loaded it. Where the run ended without that, it waits anew, after a pause
that doubles each time; after so many tries as there are it is left to the watermark and the reconciles. While only a
person can mend what it failed by, or what the source refuses, it does not wait anew.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, insert

from include.orderhouse.errors import FixConfiguration
from include.orderhouse.warehouse.operations import COUNT, INSTANT, TEXT, UUID, connection_status, sync
from include.orderhouse.warehouse.operations import metadata as metadata
from include.orderhouse.warehouse.schema import OPS
from include.orderhouse.warehouse.task import Cursor

notification = sa.Table(
    "notification",
    metadata,
    sa.Column("connection", TEXT, comment="The connection: one system of one customer", nullable=False),
    sa.Column("notification_id", UUID, comment="Id of the notification here", nullable=False),
    sa.Column("received_at", INSTANT, comment="When it came", nullable=False),
    sa.Column("message_digest", TEXT, comment="SHA-256 of its sender's id of it; NULL where the sender gives none"),
    sa.Column("digest", TEXT, comment="SHA-256 of its content", nullable=False),
    sa.Column("order_ids", ARRAY(TEXT), comment="Source ids of the orders it names", nullable=False),
    sa.Column("deleted_ids", ARRAY(TEXT), comment="Those among them that it says are deleted", nullable=False),
    sa.Column("problem", TEXT, comment="Why it was not understood, so that all changes are read; NULL where it was"),
    sa.Column("taken_at", INSTANT, comment="When a run took it on; NULL while it waits"),
    sa.Column("taken_by", TEXT, comment="The run that took it on; in Airflow the id of DAG and run"),
    sa.Column("tries", COUNT, comment="How many runs have taken it on", nullable=False, server_default="0"),
    sa.Column("read_at", INSTANT, comment="When a sync loaded what it tells of; NULL where none has yet"),
    sa.PrimaryKeyConstraint("connection", "notification_id"),
    sa.UniqueConstraint("connection", "message_digest"),
    schema=OPS,
    comment="The inbox: what sources have told of their own accord, kept before it is answered",
)
sa.Index(
    "notification_waiting_idx",
    notification.c.connection,
    notification.c.digest,
    unique=True,
    postgresql_where=notification.c.taken_at.is_(None),
)
sa.Index("notification_taken_by_idx", notification.c.taken_by)
sa.Index(
    "notification_unread_idx",
    notification.c.taken_at,
    postgresql_where=sa.and_(notification.c.taken_at.is_not(None), notification.c.read_at.is_(None)),
)

TRIES, FIRST_PAUSE = 8, timedelta(minutes=10)
"""How many runs take a notification on, and how long after the first one it waits anew; together most of a day."""

_NOW = sa.func.clock_timestamp()
_ALONE = sa.text("SELECT pg_advisory_xact_lock(hashtextextended('orderhouse.inbox', 0))")
_NOTE_READ = """
    UPDATE ops.notification AS told SET read_at = clock_timestamp() FROM ops.sync AS done
    WHERE (done.connection, done.sync_id) = (%(connection)s, %(sync_id)s)
      AND (told.connection, told.taken_by) = (done.connection, done.run_id)
      AND told.read_at IS NULL AND told.taken_at <= done.started_at AND (told.problem IS NULL) = (done.mode = 'orders')
"""
_IS_REFUSED = sa.exists().where(
    connection_status.c.connection == notification.c.connection, connection_status.c.state == "needs_reauthorisation"
)
_FAILED, _LATER = sync.alias(), sync.alias()
_HAS_WORKED_SINCE = sa.exists().where(
    _LATER.c.connection == _FAILED.c.connection,
    _LATER.c.state == "succeeded",
    _LATER.c.started_at > _FAILED.c.started_at,
)
_WAS_IN_VAIN = sa.exists().where(
    _FAILED.c.connection == notification.c.connection,
    _FAILED.c.run_id == notification.c.taken_by,
    _FAILED.c.error_code.in_([kind.code for kind in FixConfiguration.__subclasses__()]),
    ~_HAS_WORKED_SINCE,
)
_NEEDS_A_PERSON = sa.or_(_IS_REFUSED, _WAS_IN_VAIN)
"""A person has to act first: each run that took it on until then would fail, with all else that the run reads."""
_UNREAD = (
    notification.c.taken_at <= _NOW - FIRST_PAUSE * sa.func.power(2, notification.c.tries - 1),
    notification.c.tries < TRIES,
    notification.c.read_at.is_(None),
    sa.or_(notification.c.problem.is_not(None), notification.c.order_ids != []),
    ~_NEEDS_A_PERSON,
)
"""What may wait anew; what names no order says nothing."""
_WAITS = sa.select(sa.func.count() > 0).where(notification.c.taken_at.is_(None))


@dataclass(frozen=True)
class Letter:
    """A genuine notification. Of its body only the digest is kept: all that is believed of it are ids."""

    connection: str
    body: bytes
    order_ids: Sequence[str] = ()
    deleted_ids: Sequence[str] = ()
    message_id: str | None = None
    problem: str | None = None
    """Why it was not understood."""


@dataclass(frozen=True)
class Kept:
    """What became of a notification."""

    is_new: bool
    is_first: bool
    """It is new and nothing else of its connection waits: somebody has to be told that there is something to read."""


@dataclass(frozen=True)
class Mail:
    """What the notifications that a run took on say about one connection, together."""

    order_ids: tuple[str, ...]
    deleted_ids: tuple[str, ...]
    is_understood: bool


def keep(engine: sa.Engine, letter: Letter) -> Kept:
    """Commit a notification, unless it is there already."""
    new = insert(notification).values(
        connection=letter.connection,
        notification_id=sa.func.gen_random_uuid(),
        received_at=_NOW,
        message_digest=None if letter.message_id is None else _digest(letter.message_id.encode()),
        digest=_digest(letter.body),
        order_ids=list(letter.order_ids),
        deleted_ids=list(letter.deleted_ids),
        problem=letter.problem,
    )
    with engine.begin() as session:
        session.execute(_ALONE)
        waits = session.execute(_WAITS.where(notification.c.connection == letter.connection)).scalar_one()
        added = new.on_conflict_do_nothing().returning(notification.c.notification_id)
        is_new = session.execute(added).one_or_none() is not None
    return Kept(is_new, is_first=is_new and not waits)


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def take(engine: sa.Engine, run_id: str, others: Collection[str] = ()) -> dict[str, Mail]:
    """Let a run take on what waits; by connection what it has taken on, now or in an earlier try.

    What waits for ``others`` is left to the runs that read these connections.
    """
    mine = notification.c.taken_by == run_id
    with engine.begin() as session:
        session.execute(_ALONE)
        is_ours = notification.c.connection.not_in(others)
        waiting = sa.update(notification).where(notification.c.taken_at.is_(None), is_ours)
        session.execute(waiting.values(taken_at=_NOW, taken_by=run_id, tries=notification.c.tries + 1))
        names = session.execute(sa.select(notification.c.connection).where(mine).distinct()).scalars().all()
    return {name: taken(engine, name, run_id) for name in sorted(names)}


def taken(engine: sa.Engine, connection: str, run_id: str) -> Mail:
    """What a run has taken on about one connection."""
    told = notification.c
    wanted = (
        sa.select(told.order_ids, told.deleted_ids, told.problem)
        .where(told.connection == connection, told.taken_by == run_id)
        .order_by(told.received_at)
    )
    with engine.connect() as session:
        letters = session.execute(wanted).all()
    order_ids = dict.fromkeys(key for letter in letters for key in letter.order_ids)
    deleted_ids = dict.fromkeys(key for letter in letters for key in letter.deleted_ids)
    return Mail(tuple(order_ids), tuple(deleted_ids), all(letter.problem is None for letter in letters))


def note_read(cursor: Cursor, facts: Mapping[str, Any]) -> None:
    """Note, within a load, that what its run had taken on when the sync began is read: the orders it was to read by
    name, or all changes where a notification was not understood.
    """
    cursor.execute(_NOTE_READ, facts)


def runs_with_unread_mail(engine: sa.Engine) -> set[str]:
    """The runs that took on what no sync has read so far, and what may wait anew unless they still work on it."""
    with engine.connect() as session:
        return set(session.execute(sa.select(notification.c.taken_by).where(*_UNREAD).distinct()).scalars())


def put_back(engine: sa.Engine, run_ids: Collection[str]) -> int:
    """Let what these runs took on and left unread wait anew; how many notifications that are.

    Of those with the same content one waits at a time; the others follow.
    """
    told, waiting = notification.c, notification.alias()
    content = (told.connection, told.digest)
    waits = sa.exists().where(
        waiting.c.taken_at.is_(None), sa.tuple_(waiting.c.connection, waiting.c.digest) == sa.tuple_(*content)
    )
    due = sa.select(told.notification_id).where(*_UNREAD, told.taken_by.in_(run_ids), ~waits).distinct(*content)
    again = sa.update(notification).where(told.notification_id.in_(due))
    with engine.begin() as session:
        session.execute(_ALONE)
        return int(session.execute(again.values(taken_at=None, taken_by=None)).rowcount)


def has_mail(engine: sa.Engine) -> bool:
    """Whether anything waits to be taken on."""
    with engine.connect() as session:
        return bool(session.execute(_WAITS).scalar_one())


def forget_mail(engine: sa.Engine, age: timedelta) -> int:
    """Remove what was taken on and is older; how many they were."""
    old = (notification.c.taken_at.is_not(None), notification.c.received_at < _NOW - age)
    with engine.begin() as session:
        return int(session.execute(sa.delete(notification).where(*old)).rowcount)
