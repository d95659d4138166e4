"""How fast a client of the API may ask: the generic cell rate algorithm, one row per client and connection."""

from __future__ import annotations

import sqlalchemy as sa

from include.orderhouse.warehouse.operations import INSTANT, TEXT
from include.orderhouse.warehouse.operations import metadata as metadata
from include.orderhouse.warehouse.schema import OPS

api_limit = sa.Table(
    "api_limit",
    metadata,
    sa.Column(
        "connection",
        TEXT,
        comment="The connection asked for; empty where a request concerns none in particular",
        nullable=False,
    ),
    sa.Column("client", TEXT, comment="The user, as Airflow names them", nullable=False),
    sa.Column(
        "next_at",
        INSTANT,
        comment="When the client would be at rest; the further ahead, the less it may ask now",
        nullable=False,
    ),
    sa.PrimaryKeyConstraint("connection", "client"),
    schema=OPS,
    comment="How fast each client of the API may ask, shared by all workers of all API servers",
)

_TAKE = sa.text("""
    INSERT INTO ops.api_limit AS known (connection, client, next_at)
    VALUES (:connection, :client, clock_timestamp() + :spacing * interval '1 second')
    ON CONFLICT (connection, client) DO UPDATE SET
        next_at = greatest(known.next_at, clock_timestamp()) + :spacing * interval '1 second'
    WHERE known.next_at <= clock_timestamp() + :burst * interval '1 second'
    RETURNING true
""")
_WAIT = sa.text("""
    SELECT extract(epoch FROM next_at - clock_timestamp())::float8 - :burst
    FROM ops.api_limit WHERE (connection, client) = (:connection, :client)
""")
_MINUTE = 60.0


def seconds_to_wait(engine: sa.Engine, client: str, connection: str, per_minute: int) -> float:
    """0 where the client may ask now, which is then counted; else how long until it may.

    A minute's worth may come at once; after it, requests are let in at the pace of ``per_minute``.
    """
    spacing = _MINUTE / per_minute
    asked = {"client": client, "connection": connection, "spacing": spacing, "burst": _MINUTE - spacing}
    with engine.begin() as warehouse:
        if warehouse.execute(_TAKE, asked).scalar_one_or_none():
            return 0.0
        wait = warehouse.execute(_WAIT, asked).scalar_one_or_none()
    return max(0.0, wait or 0.0)
