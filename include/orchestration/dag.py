"""The DAG of a connector."""

from __future__ import annotations

from datetime import UTC, datetime
from textwrap import dedent

from airflow.sdk import DAG

from include.orchestration.alerts import freshness_deadlines
from include.orchestration.assets import purchase_orders_asset
from include.orchestration.form import run_form
from include.orchestration.shares import Share, dag_id, shares
from include.orchestration.tasks import connections, sync_each, task_arguments
from include.orchestration.timetable import DailyBackfillTimetable
from include.orderhouse.connectors import load as load_connector

TAG = "orderhouse"
HOUSEKEEPING = "housekeeping"
"""The tag of DAGs that no person triggers."""
BEGINNING = datetime(2026, 1, 1, tzinfo=UTC)
"""The start date of DAGs that are not backfilled."""
_OLDEST_BACKFILL = datetime(2000, 1, 1, tzinfo=UTC)
FINISH_WHAT_HAS_BEGUN = "upstream"
"""How Airflow weighs tasks that wait for a slot: later steps before earlier ones, so that a connection which has begun
is loaded before another begins. By itself it would extract all connections first, and load none until then."""


def purchase_order_dags(connector: str, *, schedule: str) -> list[DAG]:
    """The DAG that syncs every connection of a connector, but those of customers with a DAG of their own; and these.

    ``schedule`` is a cron expression in UTC: how often to look which connections are due. Scheduled and manual runs
    follow each other; a backfill runs beside them, since Airflow counts its runs apart.
    """
    return [_dag(connector, schedule, share) for share in shares(connector)]


def _dag(connector: str, schedule: str, share: Share) -> DAG:
    label = load_connector(connector).label
    found = dag_id(connector, share.customer)
    with DAG(
        dag_id=found,
        dag_display_name=share.named(f"Purchase orders: {label}"),
        description=share.named(f"Purchase orders of every {label} connection, into the warehouse"),
        doc_md=_documentation(connector, label, found),
        schedule=DailyBackfillTimetable(schedule),
        start_date=_OLDEST_BACKFILL,
        catchup=False,
        max_active_runs=1,
        params=run_form(list(share.entries)),
        tags=[TAG, connector],
        default_args=task_arguments(share) | {"weight_rule": FINISH_WHAT_HAS_BEGUN},
        deadline=freshness_deadlines(share.entries),
    ) as dag:
        sync_each(connections(connector, share.customer), purchase_orders_asset(connector))
    return dag


def _documentation(connector: str, label: str, found: str) -> str:
    return dedent(
        f"""\
        Brings the purchase orders of every **{label}** connection in `connections.yaml` into the schema
        `procurement` of the warehouse: extract, transform, validate, load, then move the watermark. Each connection
        goes its own way; one that fails stops no other.

        - **Scheduled**: syncs the connections that are due by their `sync_every`.
        - **Trigger**: the form asks for connections, mode and window. Untouched, it syncs all enabled connections from
          their watermarks on; where there is no watermark, the initial window.
        - **Backfill**: reads day by day what changed on it, and never moves the watermark back. In the trigger form, or
          `scripts/airflow backfill create --dag-id {found} --from-date ... --to-date ...`
        - **Watermarks** are the Variables `purchase_orders_watermark__<connection>`; edit one to sync again from there.
        - **When a task fails**, the first red lines of its log say what is wrong and what to do. The validate task
          links the validation report in its log and its tab *Details*; rejected orders wait in `ops.reject`.

        The field mapping is in `docs/connectors/{connector}.md`, the guides are in `docs/`.
        """
    )
