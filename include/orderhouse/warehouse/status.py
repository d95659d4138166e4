"""Whether a connection can be synced, and every change of that."""

from __future__ import annotations

import sqlalchemy as sa

STATES = ("online", "offline", "needs_reauthorisation", "paused")

_SET = sa.text("""
    WITH known AS MATERIALIZED (
        SELECT state FROM ops.connection_status WHERE connection = :connection
    ), told AS (
        INSERT INTO ops.connection_status AS status
            (connection, customer, connector, state, since, checked_at, error_code, error_message)
        VALUES (:connection, :customer, :connector, :state, now(), now(), :error_code, :error_message)
        ON CONFLICT (connection) DO UPDATE SET
            customer = excluded.customer, connector = excluded.connector, state = excluded.state,
            since = CASE WHEN status.state = excluded.state THEN status.since ELSE excluded.since END,
            checked_at = excluded.checked_at, error_code = excluded.error_code, error_message = excluded.error_message
    )
    INSERT INTO ops.connection_event (connection, customer, occurred_at, state_before, state, error_code, error_message)
    SELECT :connection, :customer, now(), (SELECT state FROM known), :state, :error_code, :error_message
    WHERE (SELECT state FROM known) IS DISTINCT FROM :state
""")
_LOCK = sa.text("SELECT pg_advisory_xact_lock(hashtextextended('orderhouse.status:' || :connection, 0))")


def set_status(
    engine: sa.Engine,
    connection: str,
    customer: str,
    connector: str,
    state: str,
    error_code: str | None = None,
    error_message: str | None = None,
) -> None:
    """Note a connection's state, one of ``STATES``; a change of state adds a row to ``ops.connection_event``."""
    if state not in STATES:
        raise ValueError(f"{state!r} is no state of a connection: {', '.join(STATES)}")
    told = {
        "connection": connection,
        "customer": customer,
        "connector": connector,
        "state": state,
        "error_code": error_code,
        "error_message": error_message,
    }
    with engine.begin() as warehouse:
        warehouse.execute(_LOCK, {"connection": connection})
        warehouse.execute(_SET, told)
