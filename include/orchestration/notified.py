"""The DAG that reads what notifications name, as soon as there are any."""

from __future__ import annotations

from textwrap import dedent
from typing import TYPE_CHECKING

from airflow.sdk import DAG, get_current_context, task

from include.orchestration.announcement import MAIL
from include.orchestration.assets import UPDATED_ORDERS
from include.orchestration.dag import BEGINNING, HOUSEKEEPING, TAG
from include.orchestration.form import run_name
from include.orchestration.secrets import TaskWatermark
from include.orchestration.shares import Share, dag_id, is_in_share, shares
from include.orchestration.tasks import sync_each, task_arguments

if TYPE_CHECKING:
    from collections.abc import Mapping

    from include.orderhouse.configuration.connections import Connection, Mistake

_DOCUMENTATION = """\
Reads the orders that sources have told of since the last run, whichever connector they are of, by the same steps as
every other sync. It starts when a notification comes; those that come together are one run. It never moves a watermark.

A connection whose notification was not understood gets an ordinary incremental sync. See `docs/webhooks.md`.
"""


def notified_dags() -> list[DAG]:
    """The DAG that reads what sources tell of, and one for each customer with DAGs of its own that may be told."""
    every = shares()
    return [_dag(share) for share in every if not share.customer or _is_told(share)]


def _is_told(share: Share) -> bool:
    return any("notifications" in entry for entry in share.entries.values())


def _dag(share: Share) -> DAG:
    """Runs when a notification has come. A few runs may overlap: a source that asks for patience holds up no other."""
    with DAG(
        dag_id=dag_id("notified", share.customer),
        dag_display_name=share.named("Purchase orders: notified"),
        description=share.named("Reads the orders that sources have told of"),
        doc_md=dedent(_DOCUMENTATION),
        schedule=[MAIL],
        start_date=BEGINNING,
        catchup=False,
        max_active_runs=4,
        is_paused_upon_creation=False,
        tags=[TAG, HOUSEKEEPING],
        default_args=task_arguments(share),
    ) as dag:
        sync_each(mail(share.customer), UPDATED_ORDERS)
    return dag


@task
def mail(customer: str | None) -> list[str]:
    """Take on the notifications that wait for a customer with DAGs of its own, None for all others; whom to read.

    Those of a customer who has no such DAG any more are taken on with all others', and not read. Nobody is read whose
    credentials the source refuses: each notification would be one more login that it refuses.
    """
    from include.orderhouse.configuration.connections import sort_connections
    from include.orderhouse.warehouse.engine import connected
    from include.orderhouse.warehouse.messages.inbox import take
    from include.orderhouse.warehouse.syncs.status import disconnected, refused

    known, mistakes = sort_connections()
    every: dict[str, Connection | Mistake] = {**known, **mistakes}
    foreign = {name for name, found in every.items() if not is_in_share(found, customer)}
    others = foreign if customer else foreign & _read_apart(every)
    with connected() as engine:
        taken = take(engine, run_name(get_current_context()), others)
        closed = disconnected(engine) | refused(engine)
    wrong = {name for name, mistake in mistakes.items() if mistake.is_enabled} - foreign
    usable = {name for name, connection in known.items() if connection.options.enabled} - foreign - closed
    return [
        name
        for name, found in taken.items()
        if name in wrong or (name in usable and _is_to_read(name, found.is_understood, found.order_ids))
    ]


def _read_apart(every: Mapping[str, Connection | Mistake]) -> set[str]:
    """The connections whose notifications a customer's own DAG reads."""
    told = {share.customer for share in shares() if share.customer and _is_told(share)}
    return {name for name, found in every.items() if found.customer in told}


def _is_to_read(connection: str, is_understood: bool, order_ids: tuple[str, ...]) -> bool:
    """Whether there is something to read. What was not understood waits for the first sync where there was none yet."""
    return bool(order_ids) if is_understood else TaskWatermark(connection).read() is not None
