"""What a failed sync leaves behind: its row of the ledger, and the connection's status.

Both are shown to people and told to other programs. An error of the product is told in its own words. Of any other
only its kind and its place in the code are: its message may quote an order, as those of PostgreSQL and Arrow do.
"""

from __future__ import annotations

import logging
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa

from include.orderhouse.errors import (
    AuthenticationFailed,
    OrderhouseError,
    SchemaDrift,
    SourceTimeout,
    SourceUnavailable,
    TooManyDeletions,
    TooManyRejects,
)
from include.orderhouse.sync.failed.resting import note_refusal
from include.orderhouse.sync.failed.unplanned import start_unplanned
from include.orderhouse.sync.plan import sync_id
from include.orderhouse.sync.request import SyncRequest
from include.orderhouse.sync.runtime import Runtime
from include.orderhouse.warehouse.engine import connected
from include.orderhouse.warehouse.syncs.ledger import fail_sync, has_moved
from include.orderhouse.warehouse.syncs.lost_syncs import untold_syncs
from include.orderhouse.warehouse.syncs.status import REFUSED, disconnected, set_status

_PRODUCT = Path(__file__).parents[1]
log = logging.getLogger(__name__)


def record_failure(runtime: Runtime, request: SyncRequest, error: BaseException, *, is_final: bool = True) -> None:
    """Note in the ledger and the connection's status why a sync failed; ``is_final`` where nothing tries it again."""
    name, connector = runtime.connection.name, runtime.connection.connector.name
    code = error.code if isinstance(error, OrderhouseError) else type(error).__name__
    message = str(error) if isinstance(error, OrderhouseError) else _unforeseen(error)
    state = "stopped" if isinstance(error, TooManyRejects | TooManyDeletions | SchemaDrift) else "failed"
    with _noted_if_possible(name):
        for identity in _syncs(runtime, request):
            fail_sync(runtime.warehouse, name, identity, code, message, state, is_final=is_final)
        if (status := _status_after(error)) is not None:
            set_status(runtime.warehouse, name, runtime.connection.customer, connector, status, code, message)
            if status == REFUSED:
                note_refusal(runtime)


def record_mistake(request: SyncRequest, error: OrderhouseError) -> None:
    """Note that what a run had begun of a connection ends here, because its entry cannot be used any more."""
    with _noted_if_possible(request.connection), connected() as engine:
        for identity in _begun(engine, request):
            fail_sync(engine, request.connection, identity, error.code, str(error))


@contextmanager
def _noted_if_possible(name: str) -> Iterator[None]:
    """Around what is noted of a failure: that it cannot be must not hide the failure itself."""
    try:
        yield
    except OrderhouseError as error:
        log.error("The failure of %s could not be noted in the warehouse: %s", name, error)
    except Exception:
        log.exception("The failure of %s could not be noted in the warehouse", name)


def _unforeseen(error: BaseException) -> str:
    """What is told of an error that is not the product's own, without its message."""
    if isinstance(error, KeyboardInterrupt):
        return "KeyboardInterrupt: somebody ended the command before anything was loaded. Sync again."
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if Path(frame.filename).is_relative_to(_PRODUCT)]
    place = f" in {Path(own[-1].filename).name}, line {own[-1].lineno}" if own else ""
    return f"{type(error).__name__}{place}, which was not foreseen. The log of the run has its message; report it."


def _syncs(runtime: Runtime, request: SyncRequest) -> list[str]:
    """The request's sync, in the ledger from now on; of a connection that has left only what the ledger still has."""
    if _has_left(runtime):
        return _begun(runtime.warehouse, request)
    identity = sync_id(runtime, request)
    start_unplanned(runtime, request, identity)
    return [identity]


def _begun(engine: sa.Engine, request: SyncRequest) -> list[str]:
    """What the ledger has of the request as running."""
    of_this_run = (request.connection, request.run_id, "running")
    untold = untold_syncs(engine, request.run_id)
    return [sync.sync_id for sync in untold if (sync.connection, sync.run_id, sync.state) == of_this_run]


def _has_left(runtime: Runtime) -> bool:
    """Whether the connection was disconnected, or moved to another customer."""
    name, customer = runtime.connection.name, runtime.connection.customer
    with runtime.warehouse.connect() as warehouse:
        return name in disconnected(runtime.warehouse) or has_moved(warehouse, name, customer)


def _status_after(error: BaseException) -> str | None:
    if isinstance(error, AuthenticationFailed):
        return REFUSED
    return "offline" if isinstance(error, SourceUnavailable | SourceTimeout) else None
