"""Commands that sync: the very steps of the DAG, in the foreground."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from functools import partial
from typing import Annotated, Any
from uuid import uuid4

import typer

from include.cli.surroundings import airflow_settings
from include.orderhouse.sync.request import MEANINGS, Mode, SyncRequest

_CHOICES = [mode for mode in Mode if mode is not Mode.REPLAY]
"""A replay is a command of its own."""
MODES = "\n\n".join(["Modes", *(f"{mode}: {MEANINGS[mode]}" for mode in _CHOICES)])


def _mode(text: str) -> Mode:
    if text == Mode.REPLAY:
        raise typer.BadParameter("rejected orders are tried again by a command of its own: scripts/orderhouse replay")
    if text not in _CHOICES:
        raise typer.BadParameter(f"there is no mode {text!r}; there are: {', '.join(_CHOICES)}")
    return Mode(text)


def _instant(text: str) -> datetime:
    """An instant or a day; without an offset it is UTC."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise typer.BadParameter("write a day or an instant, such as 2026-01-31 or 2026-01-31T08:00:00Z") from error
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _share(text: str) -> Decimal:
    with suppress(InvalidOperation):  # no number, or NaN, which cannot be compared
        share = Decimal(text)
        if 0 <= share <= 1:
            return share
    raise typer.BadParameter("write a number from 0 to 1, such as 0.05")


def sync(
    connection: Annotated[str, typer.Argument(help="A name in connections.yaml.")],
    mode: Annotated[
        Mode, typer.Option(parser=_mode, metavar="MODE", help="What to read, as listed below.")
    ] = Mode.AUTO,
    window_start: Annotated[
        datetime | None,
        typer.Option("--from", parser=_instant, help="For mode window: the first instant, included; UTC."),
    ] = None,
    window_end: Annotated[
        datetime | None, typer.Option("--to", parser=_instant, help="For mode window: the first instant left out; UTC.")
    ] = None,
    max_reject_share: Annotated[
        Decimal | None,
        typer.Option(
            parser=_share, help="A larger share of rejected orders stops the sync; else the connection's own."
        ),
    ] = None,
    max_deleted_share: Annotated[
        Decimal | None,
        typer.Option(
            parser=_share, help="A larger share of orders that are gone stops the sync; else the connection's own."
        ),
    ] = None,
    order_ids: Annotated[
        list[str] | None,
        typer.Option("--order", metavar="ID", help="For mode orders: a source id; once for each order."),
    ] = None,
) -> None:
    """Sync one connection in the foreground, with the same credentials and watermark as in Airflow."""
    _run(
        connection,
        mode,
        window_start=window_start,
        window_end=window_end,
        max_reject_share=max_reject_share,
        max_deleted_share=max_deleted_share,
        order_ids=tuple(order_ids or ()),
    )


def replay(
    connection: Annotated[str, typer.Argument(help="A name in connections.yaml.")],
    reject_ids: Annotated[
        list[str] | None,
        typer.Argument(metavar="REJECT", help="Ids that `rejects` lists; none means all that wait."),
    ] = None,
) -> None:
    """Try rejected orders again, as the source gave them."""
    _run(connection, Mode.REPLAY, reject_ids=tuple(reject_ids or ()))


def _run(connection: str, mode: Mode, **details: Any) -> None:
    from include.orderhouse.configuration.connections import read_connection

    read_connection(connection)
    with airflow_settings():
        from include.orchestration.metadata import StoredWatermark, check_metadata, stored_credentials
        from include.orderhouse.sync import steps
        from include.orderhouse.sync.runtime import open_runtime
        from include.orderhouse.warehouse.syncs.lost_syncs import note_killed_commands
        from include.orderhouse.warehouse.syncs.presence import COMMAND_LINE, present

        check_metadata()
        request = SyncRequest(
            connection=connection,
            mode=mode,
            run_id=f"{COMMAND_LINE}{uuid4()}",
            triggered_by="command line",
            **details,
        )
        credentials = partial(stored_credentials, connection)
        with (
            open_runtime(connection, credentials, StoredWatermark(connection)) as runtime,
            present(runtime.warehouse, request.run_id),
        ):
            note_killed_commands(runtime.warehouse)
            steps.run(runtime, request, _tell)


def _tell(step: str, summary: dict[str, Any]) -> None:
    """One line per step: its name, and what it counted."""
    told = [
        f"{name.replace('_', ' ')} {value}"
        for name, value in summary.items()
        if name != "staged" and isinstance(value, int | str) and not isinstance(value, bool)
    ]
    typer.echo(f"{step:<18} {', '.join(told)}")
