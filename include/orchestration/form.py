"""The parameters of a run: a form in Airflow's UI, JSON in its API and command line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from airflow.sdk import Context, Param

from include.orderhouse.errors import ConfigurationInvalid
from include.orderhouse.sync.request import MEANINGS, Mode, SyncRequest

MODES = {mode.value: f"{mode}: {meaning}" for mode, meaning in MEANINGS.items()}


def run_form(connections: Sequence[str]) -> dict[str, Param]:
    """The parameters of a DAG over these connections with defaults; an untouched form is what a scheduled run has."""
    return {
        "connections": Param(
            [],
            type=["null", "array"],
            items={"type": "string"},
            examples=list(connections),
            title="Connections",
            description="None chosen means all that are enabled; in scheduled runs all that are due.",
        ),
        "mode": Param(
            "auto",
            type="string",
            enum=list(MODES),
            values_display=MODES,
            title="Mode",
            description="What to read. auto is what scheduled runs do.",
        ),
        "window_start": _instant("Window start", "For mode window: the first instant, included."),
        "window_end": _instant("Window end", "For mode window: the first instant no longer included."),
        "max_reject_share": _share_param(
            "Largest share of rejects",
            "A larger share of rejected orders stops the run; 0.05 is 5 %. Empty: the connection's own.",
        ),
        "max_deleted_share": _share_param(
            "Largest share of deletions",
            "A larger share of orders that the source no longer shows stops the run. Empty: the connection's own.",
        ),
        "reject_ids": Param(
            [],
            type=["null", "array"],
            items={"type": "string"},
            title="Rejects",
            description="For mode replay: ids from ops.reject, one a line; empty means all that are open.",
        ),
        "order_ids": Param(
            [],
            type=["null", "array"],
            items={"type": "string"},
            title="Orders",
            description="For mode orders: the source's own ids (source_order_id), one a line.",
        ),
    }


def _instant(title: str, description: str) -> Param:
    return Param(None, type=["null", "string"], format="date-time", title=title, description=description)


def _share_param(title: str, description: str) -> Param:
    return Param(None, type=["null", "number"], minimum=0, maximum=1, title=title, description=description)


def sync_request(context: Context, connection: str) -> SyncRequest:
    """What the run asks of one connection. A backfill run asks for its own UTC day, whatever the form says.

    A run without a form asks for what notifications have named.
    """
    run, form = context["dag_run"], context["params"]
    if "mode" not in form:
        return _notified_request(context, connection)
    mode, start, end = Mode(form["mode"]), *(_parse(form[name], name) for name in ("window_start", "window_end"))
    if run.run_type == "backfill" and run.data_interval_start is not None:
        mode, (start, end) = Mode.WINDOW, _utc_day(run.data_interval_start)
    return SyncRequest(
        connection=connection,
        mode=mode,
        window_start=start,
        window_end=end,
        run_id=run_name(context),
        triggered_by=run.triggering_user_name or str(run.run_type.value),
        max_reject_share=_share(form["max_reject_share"]),
        max_deleted_share=_share(form["max_deleted_share"]),
        reject_ids=tuple(form["reject_ids"] or ()),
        order_ids=tuple(form["order_ids"] or ()),
    )


def _share(number: float | None) -> Decimal | None:
    return None if number is None else Decimal(str(number))


def _utc_day(moment: datetime) -> tuple[datetime, datetime]:
    """The UTC day that a moment lies in."""
    start = moment.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return start, start + timedelta(days=1)


def run_name(context: Context) -> str:
    """What the ledger and the inbox call the run: the ids of DAG and run."""
    run = context["dag_run"]
    return f"{run.dag_id}/{run.run_id}"


def _notified_request(context: Context, connection: str) -> SyncRequest:
    """What the notifications that the run has taken on ask for; all changes, where one of them was not understood."""
    from include.orderhouse.warehouse.engine import connected
    from include.orderhouse.warehouse.messages.inbox import taken

    name = run_name(context)
    with connected() as engine:
        mail = taken(engine, connection, name)
    request = SyncRequest(connection, Mode.AUTO, run_id=name, triggered_by="notification")
    if not mail.is_understood:
        return request
    if not mail.order_ids:
        raise ConfigurationInvalid(
            f"What this run had taken on about {connection!r} was left to a later run when it had failed.",
            action="Nothing: the later runs of this DAG read it.",
        )
    return replace(request, mode=Mode.ORDERS, order_ids=mail.order_ids, deleted_ids=mail.deleted_ids)


def _parse(text: Any, name: str) -> datetime | None:
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise ConfigurationInvalid(
            f"{name} {text!r} is no instant with a time zone.",
            action="Write date, time and offset, such as 2026-01-31T00:00:00Z.",
        )
    return moment
