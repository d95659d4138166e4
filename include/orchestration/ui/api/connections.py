"""Connections: how they are, and syncs of them."""

from __future__ import annotations

from functools import partial
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Body, Request
from pydantic import BaseModel, ConfigDict, Field, model_validator

from include.orchestration.metadata import StoredWatermark, stored_credentials
from include.orchestration.ui.access import AccessDep
from include.orchestration.ui.api.parameters import Cursor, Instant, Limit, Name
from include.orchestration.ui.connection_state import ConnectionState, connection_states, state_of
from include.orchestration.ui.dags import TriggeredRun, trigger
from include.orchestration.ui.failures import Failure
from include.orchestration.ui.surroundings import visible_connection, visible_connections, visible_mistakes, warehouse
from include.orderhouse.http import Patience
from include.orderhouse.sync.request import Mode
from include.orderhouse.sync.runtime import Runtime
from include.orderhouse.upkeep.connection_test import ConnectionTest, TestStep
from include.orderhouse.warehouse.reading.paging import Page, read_cursor, write_cursor
from include.orderhouse.warehouse.reading.runs import RunFilter, SyncRun, read_runs
from include.orderhouse.warehouse.syncs.status import disconnected

router = APIRouter(prefix="/connections", tags=["connections"])

_IMPATIENT = Patience(tries=1, longest_wait=5.0, timeout=20.0)
"""A person waits for the test."""

OrderId = Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[^\x00]*$")]


class SyncStatus(BaseModel):
    """How a connection is, and its latest run."""

    connection: ConnectionState
    latest: SyncRun | None = Field(description="The latest run; null where there is none")


class SyncOrder(BaseModel):
    """What to sync, as in the form of the DAG."""

    model_config = ConfigDict(extra="forbid")

    mode: Mode = Mode.AUTO
    window_start: Instant | None = Field(None, description="For mode window: the first instant, included")
    window_end: Instant | None = Field(None, description="For mode window: the first instant no longer included")
    max_reject_share: Annotated[float, Field(ge=0, le=1)] | None = Field(
        None, description="A larger share of rejected orders stops the run; null: the connection's own"
    )
    max_deleted_share: Annotated[float, Field(ge=0, le=1)] | None = Field(
        None, description="A larger share of orders that are gone stops the run; null: the connection's own"
    )
    reject_ids: list[UUID] = Field([], max_length=1000, description="For mode replay: which; none means all open ones")
    order_ids: list[OrderId] = Field(
        [], max_length=1000, description="For mode orders: which, by the source's own ids (`source_order_id`)"
    )

    @model_validator(mode="after")
    def _a_window_has_two_ends(self) -> SyncOrder:
        start, end = self.window_start, self.window_end
        is_window = start is not None and end is not None and start < end
        if is_window is not (self.mode is Mode.WINDOW) or (not is_window and (start or end)):
            raise ValueError("mode window, and no other, needs window_start before window_end")
        return self

    @model_validator(mode="after")
    def _ids_go_with_their_modes(self) -> SyncOrder:
        if bool(self.order_ids) is not (self.mode is Mode.ORDERS):
            raise ValueError("mode orders, and no other, needs order_ids")
        if self.reject_ids and self.mode is not Mode.REPLAY:
            raise ValueError("reject_ids go with mode replay")
        return self

    def conf(self, connection: str) -> dict[str, Any]:
        """The parameters of the DAG run."""
        told = self.model_dump(mode="json", exclude_defaults=True)
        return told | {"mode": self.mode.value, "connections": [connection]}


class TestReport(BaseModel):
    """What a test of a connection found, step by step."""

    __test__ = False

    steps: list[TestStep]


class Connections(Page[ConnectionState]):
    """A page of connections."""

    mistakes: list[str] = Field(description="What is wrong with entries of connections.yaml that cannot be used")


@router.get("")
def list_connections(access: AccessDep, cursor: Cursor = None, limit: Limit = 100) -> Connections:
    """Every connection that the user may see, by name."""
    known = visible_connections(access)
    names = sorted(known)
    if cursor:
        (after,) = read_cursor(cursor, str)
        names = [name for name in names if name > after]
    shown = sorted(connection_states(known[name] for name in names[:limit]), key=lambda state: state.name)
    following = write_cursor(names[limit - 1]) if len(names) > limit else None
    wrong = [str(mistake) for mistake in visible_mistakes(access).values()]
    return Connections(data=shown, next_cursor=following, mistakes=wrong)


@router.get("/{name}/sync-status")
def sync_status(name: Name, access: AccessDep) -> SyncStatus:
    """How a connection is, and its latest run."""
    state = state_of(visible_connection(access, name))
    runs = read_runs(warehouse(), RunFilter([name]), None, 1).data
    return SyncStatus(connection=state, latest=runs[0] if runs else None)


@router.post("/{name}/sync", status_code=202)
async def sync(name: Name, request: Request, access: AccessDep, order: Annotated[SyncOrder, Body()]) -> TriggeredRun:
    """Start a run of the connection's DAG for this connection alone."""
    connection = visible_connection(access, name)
    access.require_trigger(connection)
    if not connection.options.enabled:
        raise Failure(409, "CONNECTION_DISABLED", f"{name} is not enabled: set enabled: true in connections.yaml.")
    if name in disconnected(warehouse()):
        told = f"{name} is disconnected. To sync it again: scripts/orderhouse reconnect {name}."
        raise Failure(409, "CONNECTION_DISCONNECTED", told)
    return await trigger(request, connection, order.conf(name))


@router.post("/{name}/test")
def test(name: Name, access: AccessDep) -> TestReport:
    """Call the source: address, TLS, credentials, permissions and the fields that the mapping needs."""
    connection = visible_connection(access, name)
    access.require_trigger(connection)
    credentials = partial(stored_credentials, name)
    runtime = Runtime(connection, credentials, warehouse(), StoredWatermark(name), patience=_IMPATIENT)
    return TestReport(steps=ConnectionTest(runtime).run())
