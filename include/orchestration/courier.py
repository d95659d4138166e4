"""The DAG that carries webhooks: out what is due again, and in what nobody has been told of, every minute."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta
from typing import Any

import yaml
from airflow.sdk import DAG, AssetAlias, get_current_context, task

from include.orchestration.alerts import HourlyNotifier
from include.orchestration.announcement import MAIL
from include.orchestration.dag import BEGINNING, HOUSEKEEPING, TAG
from include.orchestration.lost import note_lost_syncs, put_back_unread
from include.orchestration.telling import EVERY_MINUTE_SECONDS, deliver_due
from include.orderhouse.configuration.connections import unchecked_document

DAG_ID = "orderhouse__webhooks"
MAIL_FOUND = AssetAlias("notifications_found")
"""Updated as the asset that waiting mail is, where there is any."""
_DOCUMENTATION = """\
Delivers the webhooks that are due, lets notifications of sources be read that wait although nobody was told or that a
failed run left unread, and notes syncs whose task was killed as failed. Subscriptions are in `connections.yaml`; see
`docs/webhooks.md`.
"""


def courier_dag() -> DAG:
    """Runs every minute where connections.yaml has webhooks, else every hour."""
    with DAG(
        dag_id=DAG_ID,
        dag_display_name="Webhooks",
        description="Delivers the webhooks that are due",
        doc_md=_DOCUMENTATION,
        schedule="* * * * *" if has_webhooks() else "@hourly",
        start_date=BEGINNING,
        catchup=False,
        max_active_runs=1,
        is_paused_upon_creation=False,
        dagrun_timeout=timedelta(minutes=10),
        tags=[TAG, HOUSEKEEPING],
        default_args={"owner": "orderhouse", "retries": 0, "on_failure_callback": HourlyNotifier()},
    ) as dag:
        look_for_mail()
        carry()
    return dag


def has_webhooks() -> bool:
    """Whether connections.yaml, unchecked, speaks of webhooks: a mistake there must not break the DAG."""
    with suppress(OSError, yaml.YAMLError, AttributeError, KeyError, TypeError, ValueError):
        document = unchecked_document()
        entries = document["connections"].values()
        return "webhooks" in document or any("notifications" in entry for entry in entries if isinstance(entry, dict))
    return False


@task(outlets=[MAIL_FOUND])
def look_for_mail() -> dict[str, Any]:
    """See to mail that waits, by itself: Airflow hears of no asset of a task that fails, as by a wrong subscription."""
    from include.orderhouse.warehouse.engine import connected
    from include.orderhouse.warehouse.messages.inbox import has_mail

    context = get_current_context()
    with connected() as engine:
        told = {"unread": put_back_unread(engine, context["ti"]), "mail": has_mail(engine)}
        if told["mail"]:
            context["outlet_events"][MAIL_FOUND].add(MAIL)
        return told


@task
def carry() -> dict[str, Any]:
    """See to syncs that died and deliveries that are due."""
    from include.orderhouse.warehouse.engine import connected

    with connected() as engine:
        lost = note_lost_syncs(engine, get_current_context()["ti"])
        return {"lost": lost, "delivered": deliver_due(engine, EVERY_MINUTE_SECONDS)}
