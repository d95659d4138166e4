"""Raw records that the warehouse keeps, and what it knows of each order's version."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY

from include.orderhouse.identity import order_id
from include.orderhouse.warehouse.operations import order_raw, order_version, reject
from include.orderhouse.warehouse.records.payloads import Payloads

_ROWS_AT_ONCE = 200
_STATES = sa.text("""
    SELECT source_order_id, status, EXISTS (
        SELECT FROM procurement.purchase_order_line AS line
        WHERE (line.connection, line.order_id) = (purchase_order.connection, purchase_order.order_id)
            AND NOT line.is_deleted AND (quantity_received > 0 OR quantity_invoiced > 0)
    )
    FROM procurement.purchase_order WHERE connection = :connection AND order_id = ANY(CAST(:ids AS uuid[]))
""")
_OPEN = sa.text("""
    SELECT source_order_id FROM procurement.purchase_order JOIN (
        SELECT connection, order_id FROM procurement.open_order_lines
        UNION
        SELECT connection, order_id FROM procurement.purchase_order_line
        WHERE quantity_received > quantity_invoiced AND NOT is_deleted
        UNION
        SELECT connection, order_id FROM procurement.purchase_order
        WHERE status IN ('draft', 'pending_approval')
            OR order_type = 'blanket' AND (status IS NULL OR status NOT IN ('closed', 'cancelled', 'deleted'))
    ) AS line USING (connection, order_id)
    WHERE connection = :connection AND NOT is_deleted
""")


class KnownVersion(NamedTuple):
    """What the warehouse knows of an order's version."""

    source_order_id: str
    modified_at: datetime | None
    """As the source told it."""
    fetched_at: datetime
    is_gone: bool
    """Deleted, or no longer on the source's list without being so."""


def stored_raw(engine: sa.Engine, payloads: Payloads) -> Iterator[tuple[bytes, datetime]]:
    """Payload and fetch time of the raw records of a connection's orders; a few in memory at a time."""
    kept = order_raw.c
    wanted = sa.select(kept.order_id, kept.payload, kept.fetched_at).where(kept.connection == payloads.connection)
    for owner, payload, fetched_at in _stream(engine, wanted.order_by(kept.order_id)):
        yield payloads.open("version", owner, bytes(payload)), fetched_at


def open_rejects(
    engine: sa.Engine, payloads: Payloads, reject_ids: Sequence[str] = ()
) -> Iterator[tuple[bytes, datetime]]:
    """Payload and fetch time of a connection's open rejects, or of some of them."""
    kept = reject.c
    wanted = sa.select(kept.reject_id, kept.payload, kept.fetched_at).where(
        kept.connection == payloads.connection, kept.resolved_at.is_(None), kept.payload.is_not(None)
    )
    if reject_ids:
        wanted = wanted.where(kept.reject_id.in_(reject_ids))
    for reject_id, payload, fetched_at in _stream(engine, wanted.order_by(kept.reject_id)):
        yield payloads.open("reject", reject_id, bytes(payload)), fetched_at


def known_versions(engine: sa.Engine, connection: str) -> Iterator[KnownVersion]:
    """The versions of a connection's orders."""
    known = order_version.c
    is_gone = known.is_deleted | known.gone_at.is_not(None)
    wanted = sa.select(known.source_order_id, known.source_modified_at, known.fetched_at, is_gone)
    yield from map(KnownVersion._make, _stream(engine, wanted.where(known.connection == connection)))


def waiting_versions(engine: sa.Engine, connection: str) -> Iterator[KnownVersion]:
    """The versions of a connection's orders that were rejected, and wait."""
    kept = reject.c
    wanted = sa.select(kept.source_order_id, kept.version_at, kept.fetched_at, sa.false()).where(
        kept.connection == connection, kept.resolved_at.is_(None), kept.order_id.is_not(None)
    )
    yield from map(KnownVersion._make, _stream(engine, wanted))


def rejected_only(engine: sa.Engine, connection: str) -> set[str]:
    """Source keys of orders that have rejects which wait, and of which the warehouse holds nothing that lives."""
    waiting, known = reject.c, order_version.c
    is_there = ~known.is_deleted & known.gone_at.is_(None)
    is_held = sa.exists().where(known.connection == waiting.connection, known.order_id == waiting.order_id, is_there)
    wanted = sa.select(waiting.source_order_id).where(
        waiting.connection == connection, waiting.resolved_at.is_(None), waiting.order_id.is_not(None), ~is_held
    )
    with engine.connect() as warehouse:
        return set(warehouse.execute(wanted).scalars())


def count_living(engine: sa.Engine, connection: str, keys: Sequence[str]) -> tuple[int, int]:
    """How many orders of a connection are not known to be gone, and how many of them have one of these source keys.

    Those that have left the source's list as finished are not among them: they tell nothing of what it still shows.
    """
    known = order_version.c
    ids = [order_id(connection, key) for key in keys]
    among = known.order_id == sa.any_(sa.literal(ids, ARRAY(sa.Uuid(as_uuid=False))))
    counts = sa.select(sa.func.count(), sa.func.count().filter(among))
    is_there = ~known.is_deleted & known.gone_at.is_(None)
    with engine.connect() as warehouse:
        living, found = warehouse.execute(counts.where(known.connection == connection, is_there)).one()
    return living, found


def open_orders(engine: sa.Engine, connection: str) -> set[str]:
    """Source keys of the orders that await their release, goods or an invoice; the last be it of a closed order."""
    with engine.connect() as warehouse:
        return set(warehouse.execute(_OPEN, {"connection": connection}).scalars())


def states_of(engine: sa.Engine, connection: str, keys: Sequence[str]) -> dict[str, tuple[str | None, bool]]:
    """Of the orders with these source keys the status, and whether something of them was received or invoiced."""
    ids = [order_id(connection, key) for key in keys]
    with engine.connect() as warehouse:
        return {
            key: (status, is_begun)
            for key, status, is_begun in warehouse.execute(_STATES, {"connection": connection, "ids": ids})
        }


def _stream(engine: sa.Engine, wanted: sa.Select[Any]) -> Iterator[Any]:
    with engine.connect() as warehouse:
        yield from warehouse.execution_options(yield_per=_ROWS_AT_ONCE).execute(wanted)
