"""The steps of one sync as Airflow tasks. Each does its step and returns counts and paths, never data."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from copy import copy
from functools import partial
from typing import TYPE_CHECKING, Any

from airflow.sdk import Asset, AssetAlias, get_current_context, task, task_group
from airflow.sdk.definitions.context import context_merge

from include.orchestration.alerts import FailureNotifier
from include.orchestration.assets import tell_update
from include.orchestration.choice import connections_to_sync
from include.orchestration.form import sync_request
from include.orchestration.report_link import offer_report, reporting_task
from include.orchestration.retries import (
    FIRST_RETRY_DELAY,
    RETRIES,
    ErrorPolicy,
    given_up_when_waits_are_long,
    is_final,
    rescheduled_when_rate_limited,
)
from include.orchestration.secrets import TaskWatermark, task_credentials
from include.orchestration.shares import Share
from include.orchestration.telling import deliver_at_once
from include.orderhouse.errors import ConfigurationInvalid, OrderhouseError, RateLimitExceeded

if TYPE_CHECKING:
    from include.orderhouse.sync.request import SyncRequest
    from include.orderhouse.sync.runtime import Runtime

Summary = dict[str, Any]
"""What a step tells: counts, paths, and under ``staged`` where the next step goes on."""

log = logging.getLogger(__name__)
_named = partial(task, map_index_template="{{ connection_name }}")


def task_arguments(share: Share) -> dict[str, Any]:
    """What the tasks of a DAG that syncs are made with."""
    return {
        "owner": "orderhouse",
        "retries": RETRIES,
        "retry_delay": FIRST_RETRY_DELAY,
        "retry_policy": ErrorPolicy(),
        "on_failure_callback": FailureNotifier(),
        **share.arguments,
    }


def sync_each(names: Any, updated: Asset | AssetAlias) -> None:
    """The steps of a sync for each of the connections that a task names; ``updated`` is what their loads update."""

    @task_group(group_id="sync")
    def sync(connection: Any) -> None:
        extracted: Any = extract(connection)
        transformed: Any = transform(connection, extracted)
        validated: Any = validate(connection, transformed)
        loaded: Any = load.override(outlets=[updated])(connection, validated)
        advance_watermark(connection, loaded)

    sync.expand(connection=names)


@task
def connections(connector: str, customer: str | None) -> list[str]:
    """Which connections this run syncs: those of the customer with a DAG of its own, None for those of all others."""
    with _explained():
        return connections_to_sync(connector, customer, get_current_context())


@_named()
def extract(connection: str) -> Summary:
    """Fetch the window's raw orders page by page; a new try goes on after the last page that was kept."""
    from include.orderhouse.sync import steps
    from include.orderhouse.sync.failed.resting import refuse_resting

    with _step(connection) as (runtime, request):
        if get_current_context()["dag_run"].run_type == "backfill":
            refuse_resting(runtime)
        return _logged(steps.extract(runtime, request))


@_named()
def transform(connection: str, extracted: Summary) -> Summary:
    """Turn raw orders into canonical frames, rejects and issues."""
    from include.orderhouse.sync import steps

    with _step(connection) as (runtime, _):
        return _logged(steps.transform(runtime, extracted["staged"]))


@reporting_task(map_index_template="{{ connection_name }}")
def validate(connection: str, transformed: Summary) -> Summary:
    """Run the expectations; stops a run that must not load."""
    from include.orderhouse.sync import steps

    with _step(connection) as (runtime, _):
        if transformed["batches"]:
            offer_report(get_current_context(), connection, transformed["staged"])
        return _logged(steps.validate(runtime, transformed["staged"]))


@_named()
def load(connection: str, validated: Summary) -> Summary:
    """Merge the frames into the warehouse in one transaction, and tell so as an asset event."""
    from include.orderhouse.sync import steps

    with _step(connection) as (runtime, _):
        loaded = _logged(steps.load(runtime, validated["staged"]))
        facts = {"connection": connection, "customer": runtime.connection.customer, **loaded}
        tell_update(get_current_context(), runtime.connection.connector.name, facts)
        return loaded


@_named()
def advance_watermark(connection: str, loaded: Summary) -> Summary:
    """Move the watermark up to what is loaded, and remove the staged files."""
    from include.orderhouse.sync import steps

    with _step(connection) as (runtime, _):
        summary = _logged(steps.advance_watermark(runtime, loaded["staged"]))
        deliver_at_once(runtime.warehouse)
        return summary


@contextmanager
def _step(connection: str) -> Iterator[tuple[Runtime, SyncRequest]]:
    """What a step works with. Failures go into the ledger and the log; a rate limit reschedules the task."""
    from include.orderhouse.sync.runtime import open_runtime

    context = get_current_context()
    context_merge(context, connection_name=connection)
    with rescheduled_when_rate_limited(context), _explained():
        request = sync_request(context, connection)
        with (
            _mistakes_recorded(request),
            open_runtime(connection, partial(task_credentials, connection), TaskWatermark(connection)) as runtime,
            _failures_recorded(runtime, request),
        ):
            yield runtime, request


@contextmanager
def _mistakes_recorded(request: SyncRequest) -> Iterator[None]:
    """Where the connection's entry cannot be used any more, what the run had begun of it has failed by that."""
    from include.orderhouse.sync.failed.failure import record_mistake

    try:
        yield
    except ConfigurationInvalid as error:
        record_mistake(request, error)
        raise


@contextmanager
def _failures_recorded(runtime: Runtime, request: SyncRequest) -> Iterator[None]:
    from include.orderhouse.sync.failed.failure import record_failure
    from include.orderhouse.sync.failed.waits import refused_since

    context = get_current_context()
    try:
        with given_up_when_waits_are_long(context, partial(refused_since, runtime, request)):
            yield
    except RateLimitExceeded:
        raise
    except Exception as error:
        record_failure(runtime, request, error, is_final=is_final(error, context))
        deliver_at_once(runtime.warehouse)
        raise


def _logged(summary: Summary) -> Summary:
    """Say what a step counted in one line."""
    log.info(", ".join(f"{name.replace('_', ' ')}: {value}" for name, value in summary.items() if name != "staged"))
    return summary


@contextmanager
def _explained() -> Iterator[None]:
    """Say in two lines what is wrong and what to do; where in the code it was raised is a matter of the level DEBUG."""
    try:
        yield
    except OrderhouseError as error:
        log.debug("Where it went wrong:", exc_info=True)
        log.error("%s", str(error).removesuffix(error.action).rstrip())
        log.error("What to do: %s", error.action)
        raise copy(error) from None
