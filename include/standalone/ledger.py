"""What the warehouse's sync ledger tells of the syncs of a start."""

from __future__ import annotations

from datetime import datetime

import psycopg
from rich.table import Table

from include.orderhouse.warehouse.engine import outages_named

_FIRST = """
    SELECT DISTINCT ON (connection)
           connection, mode, state,
           coalesce(orders_inserted + orders_updated + orders_unchanged + orders_older, orders_extracted),
           lines_extracted, orders_rejected, watermark_after,
           round(extract(epoch FROM finished_at - started_at), 1)
    FROM ops.sync
    WHERE started_at >= %s
    ORDER BY connection, started_at
"""


def sync_table(warehouse_url: str, since: datetime) -> Table:
    """The first sync of each connection since an instant: mode, state, orders, lines, rejects, watermark, seconds.

    A DAG that is let run may be scheduled before its triggered run begins: whichever came first did the work.
    """
    table = Table("connection", "mode", "state", box=None, padding=(0, 2, 0, 0))
    for name in ("orders", "lines", "rejects"):
        table.add_column(name, justify="right")
    table.add_column("watermark", no_wrap=True)
    table.add_column("seconds", justify="right")
    with outages_named(), psycopg.connect(warehouse_url.replace("+psycopg", "", 1)) as warehouse:
        for row in warehouse.execute(_FIRST, (since,)):
            table.add_row(*("" if value is None else _text(value) for value in row))
    return table


def _text(value: object) -> str:
    return f"{value:%Y-%m-%d %H:%M:%S %Z}" if isinstance(value, datetime) else str(value)
