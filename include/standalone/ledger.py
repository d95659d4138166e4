"""What the warehouse's sync ledger tells of the syncs of a start."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from rich.table import Table

from include.orderhouse.warehouse.engine import connected
from include.orderhouse.warehouse.reading.runs import read_first_runs


def sync_table(warehouse_url: str, since: datetime) -> Table:
    """The first sync of each connection since an instant: mode, state, orders, lines, rejects, watermark, seconds.

    A DAG that is let run may be scheduled before its triggered run begins: whichever came first did the work.
    """
    table = Table("connection", "mode", "state", box=None, padding=(0, 2, 0, 0))
    for name in ("orders", "lines", "rejects"):
        table.add_column(name, justify="right")
    table.add_column("watermark", no_wrap=True)
    table.add_column("seconds", justify="right")
    with connected(warehouse_url) as engine:
        runs = read_first_runs(engine, since)
    for run in runs:
        table.add_row(*("" if value is None else _text(value) for value in _facts(run)))
    return table


def _facts(run: Any) -> tuple[object, ...]:
    loaded = (run.orders_inserted, run.orders_updated, run.orders_unchanged, run.orders_older)
    orders = run.orders_extracted if None in loaded else sum(loaded)
    counts = (orders, run.lines_extracted, run.orders_rejected)
    return (run.connection, run.mode, run.state, *counts, run.watermark_after, run.seconds)


def _text(value: object) -> str:
    if isinstance(value, float):
        return f"{value:.1f}"
    return f"{value:%Y-%m-%d %H:%M:%S %Z}" if isinstance(value, datetime) else str(value)
