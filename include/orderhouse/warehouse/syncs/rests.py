"""Credentials that a source refused and that are left alone for a while, beside the connection's status."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

_REST = sa.text("""
    UPDATE ops.connection_status AS status SET
        refusals = told.refusals, refused_credentials = :credentials,
        rests_until = clock_timestamp() + (cast(:pauses AS interval[]))[least(told.refusals, cardinality(:pauses))]
    FROM (
        SELECT connection, 1 + CASE WHEN refused_credentials = :credentials THEN coalesce(refusals, 0) ELSE 0 END
            AS refusals
        FROM ops.connection_status WHERE connection = :connection AND state = 'needs_reauthorisation' FOR UPDATE
    ) AS told
    WHERE status.connection = told.connection
""")
_END_REST = sa.text("UPDATE ops.connection_status SET rests_until = NULL WHERE connection = :connection")
_RESTING = sa.text("""
    SELECT connection, since, refusals, refused_credentials, rests_until, error_message FROM ops.connection_status
    WHERE connection = ANY(:connections) AND rests_until > clock_timestamp()
""")


@dataclass(frozen=True)
class Rest:
    """How long refused credentials are left alone, and why."""

    since: datetime
    """Since when the source refuses."""
    refusals: int
    """How often in succession it refused these."""
    credentials: str
    """Their fingerprint."""
    until: datetime
    message: str | None
    """What the source said, and what to do."""


def rest(engine: sa.Engine, connection: str, credentials: str, pauses: Sequence[timedelta]) -> None:
    """Let refused credentials rest, of which only a fingerprint is told: longer the more often they were refused.

    After the first refusal in succession they rest for the first pause, and so on; then always for the last.
    """
    with engine.begin() as warehouse:
        told = {"connection": connection, "credentials": credentials, "pauses": list(pauses)}
        warehouse.execute(_REST, told)


def end_rest(engine: sa.Engine, connection: str) -> None:
    """Let the next scheduled run try the credentials."""
    with engine.begin() as warehouse:
        warehouse.execute(_END_REST, {"connection": connection})


def rests(engine: sa.Engine, connections: Collection[str]) -> dict[str, Rest]:
    """Those of the connections whose refused credentials rest now."""
    with engine.connect() as warehouse:
        found = warehouse.execute(_RESTING, {"connections": list(connections)})
        return {name: Rest(*told) for name, *told in found}
