"""A connection as people want to know it: its own entry, what the warehouse knows, and when its DAG runs next."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Literal

from pydantic import BaseModel, Field

from include.orchestration.shares import dag_id_of
from include.orchestration.ui.dags import DagFacts, dag_facts
from include.orchestration.ui.surroundings import warehouse
from include.orderhouse.configuration.connections import Connection
from include.orderhouse.warehouse.reading.overview import Overview, RecentSync, read_overview
from include.orderhouse.warehouse.syncs.ledger import moved

State = Literal["online", "offline", "needs_reauthorisation", "paused", "never_synced", "disconnected"]
_MINUTE = 60.0
_SHORTEST_SECONDS = 1.0


class ConnectionState(BaseModel):
    """One connection: whether it works, how fresh its orders are, and how much it holds."""

    name: str
    customer: str
    connector: str
    label: str = Field(description="The vendor's name of the system")
    state: State
    state_since: datetime | None
    needs_attention: bool = Field(
        description="A person should look: it is not online, its last sync failed, or orders wait"
    )
    dag_id: str
    is_enabled: bool = Field(description="connections.yaml lets it be synced")
    is_dag_paused: bool
    sync_every_seconds: int
    last_success_at: datetime | None
    fresh_as_of: datetime | None = Field(description="Changes before it are in the warehouse")
    history_since: datetime | None = Field(description="Older orders are held only where they were open")
    rests_until: datetime | None = Field(
        description="Scheduled runs leave the credentials alone until then, which the source has refused"
    )
    next_run_at: datetime | None = Field(description="When it is due, as far as known")
    orders: int = Field(description="Orders held, deleted ones included")
    lines: int = Field(description="Lines held, deleted ones included")
    open_rejects: int
    calls: int | None = Field(description="Requests that the latest sync sent to the source")
    rate_limit_share: float | None = Field(
        description="How much of the connection's rate limit the latest sync used; 1 is all"
    )
    error_code: str | None = Field(description="Code of what is wrong now")
    error_message: str | None = Field(description="What is wrong now, and what to do")
    recent: list[RecentSync] = Field(description="The latest syncs, the oldest first")

    @property
    def may_sync(self) -> bool:
        """Whether a run of it may be started."""
        return self.is_enabled and self.state != "disconnected"

    @property
    def latest(self) -> RecentSync | None:
        """The latest sync."""
        return self.recent[-1] if self.recent else None


def connection_states(connections: Iterable[Connection]) -> list[ConnectionState]:
    """Those that need attention first, then by name."""
    chosen = {found.name: found for found in connections}
    known = read_overview(warehouse(), chosen)
    dags = dag_facts({dag_id_of(found) for found in chosen.values()})
    states = [_state(found, known[name], dags.get(dag_id_of(found))) for name, found in chosen.items()]
    return sorted(states, key=lambda state: (not state.needs_attention, state.name))


def state_of(connection: Connection) -> ConnectionState:
    """That of one connection."""
    (state,) = connection_states([connection])
    return state


def _state(connection: Connection, known: Overview, dag: DagFacts | None) -> ConnectionState:
    latest, options = known.latest, connection.options
    has_failed = latest is not None and latest.state in ("failed", "stopped")
    is_paused = not options.enabled or (dag is not None and dag.is_paused)
    is_moved = known.customer not in (None, connection.customer)
    state = _word(known, is_paused or is_moved)
    refused = moved(connection.name, connection.customer)
    error = (refused.code, str(refused)) if is_moved else _error(known, has_failed)
    return ConnectionState(
        name=connection.name,
        customer=connection.customer,
        connector=connection.connector.name,
        label=connection.connector.label,
        state=state,
        state_since=known.state_since,
        needs_attention=state in ("offline", "needs_reauthorisation")
        or has_failed
        or is_moved
        or known.open_rejects > 0,
        dag_id=dag_id_of(connection),
        is_enabled=options.enabled,
        is_dag_paused=dag is not None and dag.is_paused,
        sync_every_seconds=int(options.sync_every.total_seconds()),
        last_success_at=known.last_success_at,
        fresh_as_of=known.fresh_as_of,
        history_since=known.history_since,
        rests_until=known.rests_until,
        next_run_at=None if is_paused or state == "disconnected" else _next_run_at(connection, known, dag),
        orders=known.orders,
        lines=known.lines,
        open_rejects=known.open_rejects,
        calls=latest.calls if latest else None,
        rate_limit_share=_share(connection, latest),
        error_code=error[0],
        error_message=error[1],
        recent=list(known.recent),
    )


def _word(known: Overview, is_halted: bool) -> State:
    """``is_halted``: nothing syncs it for now, whatever the warehouse knows of it."""
    match known.state:
        case "disconnected":
            return "disconnected"
        case _ if is_halted:
            return "paused"
        case None:
            return "online" if known.last_success_at else "never_synced"
        case "offline" | "needs_reauthorisation" | "paused" as state:
            return state
        case _:
            return "online"


def _error(known: Overview, has_failed: bool) -> tuple[str | None, str | None]:
    """What the latest sync failed of, else what is known of the connection."""
    if has_failed and known.latest:
        return known.latest.error_code, known.latest.error_message
    return known.error_code, known.error_message


def _next_run_at(connection: Connection, known: Overview, dag: DagFacts | None) -> datetime | None:
    """The DAG's next tick, or when the connection is due after it."""
    if dag is None or dag.next_run_at is None:
        return None
    due_at = [dag.next_run_at, *filter(None, [known.rests_until])]
    if known.last_due_at is not None:
        due_at.append(known.last_due_at + connection.options.sync_every)
    return max(due_at)


def _share(connection: Connection, latest: RecentSync | None) -> float | None:
    if latest is None or latest.calls is None or latest.seconds is None:
        return None
    allowed = connection.requests_per_minute * max(latest.seconds, _SHORTEST_SECONDS) / _MINUTE
    return round(latest.calls / allowed, 4)
