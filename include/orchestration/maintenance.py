"""The DAG that keeps house: once a day, what is older than its connection's retention goes, and old events do."""

from __future__ import annotations

import logging
from datetime import timedelta
from textwrap import dedent
from typing import TYPE_CHECKING

from airflow.sdk import DAG, task

from include.orchestration.alerts import FailureNotifier
from include.orchestration.dag import BEGINNING, HOUSEKEEPING, TAG

if TYPE_CHECKING:
    from collections.abc import Iterable

    import sqlalchemy as sa

    from include.orderhouse.warehouse.access.protection import Finding

DAG_ID = "orderhouse_maintenance"

log = logging.getLogger(__name__)


def maintenance_dag() -> DAG:
    """Runs every night; its task's log and return value are the report."""
    with DAG(
        dag_id=DAG_ID,
        dag_display_name="Maintenance",
        description="Removes what is older than the retention of its connection, and seals the audit log",
        doc_md=dedent(__doc__ or "") + "\nRetention is an option of each connection; see `docs/security.md`.",
        schedule="17 3 * * *",
        start_date=BEGINNING,
        catchup=False,
        max_active_runs=1,
        is_paused_upon_creation=False,
        dagrun_timeout=timedelta(hours=6),
        tags=[TAG, HOUSEKEEPING],
        default_args={
            "owner": "orderhouse",
            "retries": 2,
            "retry_delay": timedelta(minutes=10),
            "on_failure_callback": FailureNotifier(),
        },
    ) as dag:
        enforce_retention()
    return dag


@task
def enforce_retention() -> dict[str, dict[str, int]]:
    """Remove what is too old; gives and logs how much of what, by connection.

    Raises in the end, when all others are done, why a connection could not be; ConfigurationInvalid where an entry
    cannot be used: nobody knows how long it wants to keep what; and where the list of whom to call when a task fails
    cannot be: nobody would be called.
    """
    from include.orderhouse.configuration.alerts import read_alerts
    from include.orderhouse.configuration.connections import sort_connections
    from include.orderhouse.upkeep.maintenance import maintain
    from include.orderhouse.warehouse.access.audit import Event, record_now, seal
    from include.orderhouse.warehouse.access.protection import Verdict, of_master_keys, protection
    from include.orderhouse.warehouse.engine import connected
    from include.orderhouse.warehouse.records.retention import others

    with connected() as engine:
        log.info("%s old events and notifications were removed", _forget(engine))
        known, mistakes = sort_connections()
        removed, failures = maintain(engine, known.values())
        record_now(engine, Event("retention.enforced", "maintenance", details=removed))
        log.info("The audit log ends in %s", seal(engine))
        forgotten = others(engine, {*known, *mistakes})
        own_keys = of_master_keys(engine, (found.customer for found in known.values()))
        exposed = [found for found in [*protection(engine, engine), own_keys] if found.verdict is not Verdict.GOOD]
    _warn(exposed, forgotten)
    for name, counts in removed.items():
        log.info("%s: %s", name, ", ".join(f"{kind} {count}" for kind, count in counts.items()))
    for name, failure in failures.items():
        log.error("%s: %s", name, failure)
    for error in [*failures.values(), *(mistake.error for mistake in mistakes.values())]:
        raise error
    read_alerts()
    return removed


def _warn(exposed: Iterable[Finding], forgotten: Iterable[str]) -> None:
    for found in exposed:
        log.warning("Protection of %s is %s: %s. %s", found.subject, found.verdict, found.seen, found.action)
    for name in forgotten:
        log.warning("%s has no entry in connections.yaml: the warehouse keeps all of it, whatever its age", name)


def _forget(engine: sa.Engine) -> int:
    from include.orderhouse.warehouse.messages.deliveries import forget
    from include.orderhouse.warehouse.messages.inbox import forget_mail
    from include.orderhouse.webhooks import delivery, receiving

    return forget(engine, delivery.KEPT_FOR) + forget_mail(engine, receiving.KEPT_FOR)
