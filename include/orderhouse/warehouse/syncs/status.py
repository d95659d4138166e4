"""Whether a connection can be synced, and every change of that."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from include.orderhouse.errors import ConfigurationInvalid
from include.orderhouse.warehouse.messages.events import instant, write_event

DISCONNECTED, REFUSED = "disconnected", "needs_reauthorisation"
STATES = ("online", "offline", REFUSED, "paused", DISCONNECTED)

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
            checked_at = excluded.checked_at, error_code = excluded.error_code, error_message = excluded.error_message,
            rests_until = NULL,
            refusals = CASE WHEN excluded.state IN ('offline', 'needs_reauthorisation') THEN status.refusals END
    )
    INSERT INTO ops.connection_event (connection, customer, occurred_at, state_before, state, error_code, error_message)
    SELECT :connection, :customer, now(), (SELECT state FROM known), :state, :error_code, :error_message
    WHERE (SELECT state FROM known) IS DISTINCT FROM :state
    RETURNING state_before, occurred_at
""")
_IN_STATE = sa.text("SELECT connection FROM ops.connection_status WHERE state = :state")
_IS_DISCONNECTED = sa.text(
    "SELECT 1 FROM ops.connection_status WHERE connection = :connection AND state = 'disconnected'"
)
_RECONNECT = sa.text("""
    WITH again AS (
        UPDATE ops.connection_status SET state = 'paused', since = now(), checked_at = now()
        WHERE connection = :connection AND state = 'disconnected'
        RETURNING connection, customer, since, state
    )
    INSERT INTO ops.connection_event (connection, customer, occurred_at, state_before, state)
    SELECT connection, customer, since, 'disconnected', state FROM again
""")
_KINDS = {
    (False, "online"): "connection.online",
    **{(is_new, "offline"): "connection.offline" for is_new in (False, True)},
    **{(is_new, "needs_reauthorisation"): "connection.reauthorisation_needed" for is_new in (False, True)},
}
"""What a change of state is called, by whether the connection is new and the state it is in now."""
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
    """Note a connection's state, one of ``STATES``. One that was disconnected stays so until ``reconnect``.

    A change of state adds a row to ``ops.connection_event``, and an event for webhooks. That a new connection works is
    not one: its first sync tells.
    """
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
        if warehouse.execute(_IS_DISCONNECTED, {"connection": connection}).scalar():
            return
        changed = warehouse.execute(_SET, told).one_or_none()
        if changed is not None and (kind := _KINDS.get((changed.state_before is None, state))):
            write_event(warehouse, kind, connection, _facts(told, *changed))


def disconnected(engine: sa.Engine) -> set[str]:
    """The connections that were disconnected."""
    return _in_state(engine, DISCONNECTED)


def refused(engine: sa.Engine) -> set[str]:
    """The connections whose credentials the source no longer accepts."""
    return _in_state(engine, REFUSED)


def _in_state(engine: sa.Engine, state: str) -> set[str]:
    with engine.connect() as warehouse:
        return set(warehouse.execute(_IN_STATE, {"state": state}).scalars())


def refuse_disconnected(warehouse: sa.Connection, connection: str) -> None:
    """Raise ConfigurationInvalid where a connection was disconnected."""
    if warehouse.execute(_IS_DISCONNECTED, {"connection": connection}).scalar():
        raise ConfigurationInvalid(
            f"Connection {connection!r} is disconnected; nothing of it is read or loaded.",
            action=f"To sync it again: scripts/orderhouse reconnect {connection}.",
        )


def reconnect(engine: sa.Engine, connection: str) -> bool:
    """Let a disconnected connection sync again; whether it was disconnected."""
    with engine.begin() as warehouse:
        warehouse.execute(_LOCK, {"connection": connection})
        return warehouse.execute(_RECONNECT, {"connection": connection}).rowcount > 0


def _facts(told: Mapping[str, str | None], state_before: str | None, since: datetime) -> dict[str, Any]:
    named = {name: told[name] for name in ("connection", "customer", "connector", "state", "error_code")}
    return {**named, "state_before": state_before, "since": instant(since)}
