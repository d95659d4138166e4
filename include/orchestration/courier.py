"""The DAG that carries webhooks: what is due again, every minute."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime, timedelta
from textwrap import dedent
from typing import Any

import yaml
from airflow.sdk import DAG, get_current_context, task

from include.orchestration.dag import TAG
from include.orchestration.telling import EVERY_MINUTE_SECONDS, deliver_due
from include.orderhouse.connections import connections_file

DAG_ID = "orderhouse__webhooks"
HOUSEKEEPING = "housekeeping"
"""The tag of DAGs that no person triggers."""
_START = datetime(2026, 1, 1, tzinfo=UTC)


def courier_dag() -> DAG:
    """Runs every minute where connections.yaml has webhooks, else every hour, to tidy up."""
    with DAG(
        dag_id=DAG_ID,
        dag_display_name="Webhooks",
        description="Delivers the webhooks that are due, and removes old ones",
        doc_md=dedent(__doc__ or "") + "\nSubscriptions are in `connections.yaml`; see `docs/webhooks.md`.",
        schedule="* * * * *" if has_webhooks() else "@hourly",
        start_date=_START,
        catchup=False,
        max_active_runs=1,
        is_paused_upon_creation=False,
        dagrun_timeout=timedelta(minutes=10),
        tags=[TAG, HOUSEKEEPING],
        default_args={"owner": "orderhouse", "retries": 0},
    ) as dag:
        deliver()
    return dag


def has_webhooks() -> bool:
    """Whether connections.yaml, unchecked, speaks of webhooks: a mistake there must not break the DAG."""
    with suppress(OSError, yaml.YAMLError, AttributeError):
        return bool(yaml.safe_load(connections_file().read_text(encoding="utf-8")).get("webhooks"))
    return False


@task
def deliver() -> dict[str, Any]:
    """Tell what is due; once an hour, remove what is old."""
    from include.orderhouse.warehouse.deliveries import forget
    from include.orderhouse.warehouse.engine import connect
    from include.orderhouse.webhooks.delivery import KEPT_FOR

    started_at = get_current_context()["ti"].start_date
    engine = connect()
    try:
        told: dict[str, Any] = {"delivered": deliver_due(engine, EVERY_MINUTE_SECONDS)}
        if started_at.minute == 0:
            told["forgotten"] = forget(engine, KEPT_FOR)
        return told
    finally:
        engine.dispose()
