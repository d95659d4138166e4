"""What Airflow itself tells: that a connection's data grows stale, and that a task has failed for good."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from contextlib import suppress
from datetime import timedelta
from pkgutil import resolve_name
from typing import Any

from airflow.sdk import BaseNotifier, Context
from airflow.sdk.definitions.callback import AsyncCallback
from airflow.sdk.definitions.deadline import DeadlineAlert
from airflow.sdk.exceptions import AirflowRuntimeError

from include.orchestration.run_created import RunCreated
from include.orderhouse.configuration.options import Options, duration

SHORTEST = timedelta(minutes=1)
"""A run has this long at least before anybody asks what it brought."""
LONGEST_START = timedelta(hours=1)
"""The syncs of a run have begun so soon after it. What is fresh for longer at a deadline, a sync has renewed."""
log = logging.getLogger(__name__)


def freshness_deadlines(entries: Mapping[str, Mapping[str, Any]]) -> list[DeadlineAlert]:
    """A deadline for each connection with ``fresh_within``: when its data grows stale unless this run renews it.

    ``entries`` are connections as connections.yaml lists them, unchecked: a mistake there must not break the DAG.

    A run begins up to ``sync_every`` after the last one; what is left of ``fresh_within`` then is its time. Airflow
    drops the deadlines of a run that succeeds before them.
    """
    found = []
    for name, entry in entries.items():
        if "fresh_within" in entry:
            with suppress(TypeError, ValueError):
                found.append(_deadline(name, entry))
    return found


def _deadline(connection: str, entry: Mapping[str, Any]) -> DeadlineAlert:
    every = duration(entry.get("sync_every", Options.model_fields["sync_every"].default))
    return DeadlineAlert(
        name=f"{connection} is fresh",
        reference=RunCreated(),
        interval=max(duration(entry["fresh_within"]) - every, SHORTEST),
        callback=AsyncCallback(tell_stale, kwargs={"connection": connection}),
    )


async def tell_stale(connection: str, **_: Any) -> None:
    """Look whether the connection's data is stale, and tell so once; called in the triggerer when a deadline is missed.

    The run may be late because of another connection; the ledger knows. Data is as old as its sync, which began some
    time after its run was created: at the deadline it may be fresh for a while yet.
    """
    still_fresh_for = await asyncio.to_thread(_look, connection)
    if timedelta() < still_fresh_for <= LONGEST_START:
        await asyncio.sleep(still_fresh_for.total_seconds() + 1)
        still_fresh_for = await asyncio.to_thread(_look, connection)
    if still_fresh_for <= timedelta():
        log.error("The data of %s is older than its fresh_within; see the failed tasks of its DAG", connection)


def _look(connection: str) -> timedelta:
    from include.orderhouse.configuration.connections import sort_connections
    from include.orderhouse.upkeep.freshness import tell_if_stale
    from include.orderhouse.warehouse.engine import connected

    known, mistakes = sort_connections()
    found = known.get(connection) or mistakes.get(connection)
    if found is None:
        return timedelta.max
    with connected() as engine:
        still_fresh_for = tell_if_stale(engine, connection, found)
    return timedelta.max if still_fresh_for is None else still_fresh_for


class FailureNotifier(BaseNotifier):
    """Calls the notifiers that connections.yaml lists under ``alerts`` when a task has failed and is not tried again.

    They are looked up at that moment: a change there needs no parsing, and a mistake there breaks no DAG.
    """

    def notify(self, context: Context) -> None:
        """Call each; one that cannot be made or fails keeps none of the others from being called."""
        from include.orderhouse.configuration.alerts import read_alerts

        for choice in read_alerts().on_failure:
            try:
                resolve_name(choice.notifier)(**choice.arguments)(context)
            except Exception:
                log.exception("The notifier %s could not be called", choice.notifier)


class HourlyNotifier(FailureNotifier):
    """Of a DAG that runs every minute: tells of the first run of each hour alone."""

    def notify(self, context: Context) -> None:
        """Call each notifier, if the run is the first planned in its hour, or a person has started it."""
        if context["dag_run"].run_type != "scheduled" or _is_first_of_its_hour(context):
            super().notify(context)


def _is_first_of_its_hour(context: Context) -> bool:
    """That is not always the one of the full hour: a run that takes long leaves out those planned meanwhile.

    Where Airflow does not tell, it counts as the first.
    """
    planned = context["dag_run"].logical_date
    if planned is None:
        return True
    try:
        before = context["ti"].get_previous_dagrun()
    except AirflowRuntimeError:
        return True
    hour = planned.replace(minute=0, second=0, microsecond=0)
    return before is None or before.logical_date is None or before.logical_date < hour
