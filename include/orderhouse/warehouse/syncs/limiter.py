"""A connection's limits, kept in the warehouse so that they hold across threads, tasks and machines.

Rate: requests are spaced evenly (the generic cell rate algorithm without bursts) by one row of ``ops.limiter`` on the
server's clock. Concurrency: each request holds one of the connection's advisory locks; the server frees them when a
process dies.
"""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
import sqlalchemy as sa

from include.orderhouse.errors import ConfigurationInvalid, RateLimitExceeded, WarehouseUnavailable
from include.orderhouse.warehouse.engine import outages_named

WINDOW_SECONDS = 60.0
SLACK_SECONDS = 1.0
"""How late a request may leave after its turn: the spacing is widened by it, so that late ones never crowd a window."""

LONGEST_PAUSE_SECONDS = 45.0
"""A longer pause is not waited for in the process: the caller hears of it and can free its worker."""

Held = tuple[int, psycopg.Connection[Any]]
"""A slot, and the session that holds it."""

_MOST_WAITING = 200
"""More turns are never taken ahead, since who waits for one holds a slot: the server's clock has been set back."""
_MOST_LATE = 30
"""So many turns may be missed on each other."""
_SHORTEST_LOOK, _LONGEST_LOOK = 0.01, 0.25

_TURN = """
    INSERT INTO ops.limiter AS limiter (connection, next_at)
    VALUES (%(connection)s, clock_timestamp() + %(spacing)s * interval '1 second')
    ON CONFLICT (connection) DO UPDATE SET next_at =
        greatest(
            least(
                limiter.next_at,
                greatest(limiter.paused_until, clock_timestamp()) + %(most)s * %(spacing)s * interval '1 second'
            ),
            limiter.paused_until,
            clock_timestamp()
        ) + %(spacing)s * interval '1 second'
    RETURNING extract(epoch FROM next_at - %(spacing)s * interval '1 second' - clock_timestamp())::float8
"""
_PAUSE = """
    INSERT INTO ops.limiter AS limiter (connection, next_at, paused_until)
    VALUES (%(connection)s, clock_timestamp(), clock_timestamp() + %(seconds)s * interval '1 second')
    ON CONFLICT (connection) DO UPDATE SET paused_until = greatest(limiter.paused_until, excluded.paused_until)
"""
_PAUSED = "SELECT paused_until > clock_timestamp() FROM ops.limiter WHERE connection = %(connection)s"
_RESUME = """
    UPDATE ops.limiter SET paused_until = NULL, next_at = clock_timestamp()
    WHERE connection = :connection AND paused_until > clock_timestamp()
"""
_TAKE = """
    SELECT slot FROM unnest(%(slots)s::int[]) AS slot
    WHERE pg_try_advisory_lock(hashtextextended('orderhouse.slot:' || slot || ':' || %(connection)s, 0))
    LIMIT 1
"""
_GIVE_BACK = "SELECT pg_advisory_unlock(hashtextextended('orderhouse.slot:' || %(slot)s || ':' || %(connection)s, 0))"


class SharedLimiter:
    """The limits of one connection, as `include.orderhouse.http.Limiter`. Thread-safe; close it when done.

    ``None`` means no limit of that kind. Between ``slot``'s looks for a free slot a process sleeps; the first thread of
    a process to wait is the first to be served.
    """

    def __init__(
        self, engine: sa.Engine, connection: str, requests_per_minute: int | None, concurrency: int | None
    ) -> None:
        self._engine, self._name = engine, connection
        self._spacing = (WINDOW_SECONDS + SLACK_SECONDS) / requests_per_minute if requests_per_minute else 0.0
        self._slots = range(concurrency or 0)
        self._session: psycopg.Connection[Any] | None = None
        self._held: dict[int, psycopg.Connection[Any]] = {}
        self._talking = threading.Lock()
        self._queue = threading.Lock()

    def __enter__(self) -> SharedLimiter:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Leave the warehouse; slots that are still held are free from now on."""
        with self._talking:
            self._hang_up()

    @contextmanager
    def slot(self) -> Iterator[None]:
        """Hold one of the connection's concurrent requests, waiting for it if need be."""
        if not self._slots:
            yield
            return
        with self._queue:
            taken, session = self._wait_for_slot()
        try:
            yield
        finally:
            self._give_back(taken, session)

    def pace(self) -> None:
        """Wait for the connection's next turn.

        Raises RateLimitExceeded where the source asked for a longer pause, WarehouseUnavailable where no turn can be
        kept because the warehouse answers too late.
        """
        late = 0
        while late < _MOST_LATE:
            (wait,), asked = self._ask(_TURN, spacing=self._spacing, most=_MOST_WAITING)
            if wait > LONGEST_PAUSE_SECONDS and self._is_paused():
                raise RateLimitExceeded(
                    f"The source asked for a pause of {self._name!r}, which lasts {wait:.0f} s more.",
                    action="The sync waits and goes on by itself; if the source answers before, `scripts/orderhouse "
                    f"reconnect {self._name}` ends the pause.",
                    retry_after=wait,
                )
            _sleep(wait)
            if time.monotonic() - asked - wait > SLACK_SECONDS:
                late += 1
            elif wait < SLACK_SECONDS or not self._is_paused():
                return
        raise WarehouseUnavailable(
            f"The warehouse took too long to answer, {late} times in a row: no request of {self._name!r} left within "
            f"{SLACK_SECONDS:g} s of its turn.",
            action="See what slows down PostgreSQL, the way to it, or this machine; a run in Airflow tries again by "
            "itself.",
        )

    def pause(self, seconds: float) -> None:
        """Hold back every request of the connection, in every process, for that long from now."""
        self._ask(_PAUSE, seconds=seconds)

    def _is_paused(self) -> bool:
        row, _ = self._ask(_PAUSED)
        return row is not None and bool(row[0])

    def _wait_for_slot(self) -> Held:
        look = _SHORTEST_LOOK
        while (taken := self._try_slot()) is None:
            _sleep(look * random.uniform(0.5, 1.0))  # noqa: S311 - spreads the looks, guards no secret
            look = min(look * 2, _LONGEST_LOOK)
        return taken

    def _try_slot(self) -> Held | None:
        with self._talking, outages_named():
            free = [slot for slot in self._slots if slot not in self._held]
            row = self._execute(_TAKE, slots=free).fetchone() if free else None
            if row is None or self._session is None:
                return None
            self._held[row[0]] = self._session
            return int(row[0]), self._session

    def _give_back(self, slot: int, session: psycopg.Connection[Any]) -> None:
        """With a lost session its slots were free at once: what is held now is another's, in a later session.

        ConfigurationInvalid where the server did not hold the slot for this session: then nobody can give it back.
        """
        with self._talking, outages_named():
            if self._held.get(slot) is session:
                del self._held[slot]
                if self._execute(_GIVE_BACK, slot=slot).fetchone() != (True,):
                    raise ConfigurationInvalid(
                        f"The warehouse did not hold a request's slot of {self._name!r} for the session that took it.",
                        action="A pooler between here and PostgreSQL gives sessions to others after each transaction: "
                        "set its pool_mode = session, or name PostgreSQL itself, and end the pooler's sessions.",
                    )

    def _ask(self, statement: str, **values: Any) -> tuple[Any, float]:
        """The answer's row, if any, and when it was asked for: not before the other threads had their answers."""
        with self._talking, outages_named():
            asked = time.monotonic()
            cursor = self._execute(statement, **values)
            return cursor.fetchone() if cursor.description else None, asked

    def _execute(self, statement: str, **values: Any) -> psycopg.Cursor[Any]:
        if self._session is None:
            self._session = self._open()
        try:
            return self._session.execute(statement, {"connection": self._name, **values})
        except psycopg.OperationalError:
            self._hang_up()
            raise

    def _open(self) -> psycopg.Connection[Any]:
        pooled = self._engine.raw_connection()
        session = pooled.driver_connection
        pooled.detach()
        if not isinstance(session, psycopg.Connection):
            raise TypeError(f"the limiter needs psycopg, not {type(session).__module__}")
        session.autocommit = True
        return session

    def _hang_up(self) -> None:
        session, self._session = self._session, None
        self._held.clear()
        if session is not None:
            session.close()


def end_pause(engine: sa.Engine, connection: str) -> bool:
    """End the pause that a source has asked for; whether there was one."""
    with engine.begin() as warehouse:
        return warehouse.execute(sa.text(_RESUME), {"connection": connection}).rowcount > 0


def _sleep(seconds: float) -> None:
    if seconds > 0:
        time.sleep(seconds)
