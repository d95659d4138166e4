"""Incremental: what a sync costs when nothing has changed at the source, and when one order in a hundred has."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from benchmarks.bench import Bench
from benchmarks.database import Database, canonical, check_totals
from benchmarks.job import WHOLE
from benchmarks.orderhouse import Warehouse
from benchmarks.orders import totals
from benchmarks.result import Result
from benchmarks.shapes import load
from benchmarks.source import Source, serving
from benchmarks.timeline import QUIET, SYNCED_AT, Timeline

Say = Callable[[str], None]


def measure(bench: Bench, shape: str, orders: int, say: Say) -> Result:
    """An initial sync, one of nothing an hour later, and one of the changes of another hour."""
    changed = max(orders // 100, 1)
    hours = (
        ("initial", Timeline(orders)),
        ("nothing changed", Timeline(orders, now=SYNCED_AT + QUIET)),
        ("1 % changed", Timeline(orders, changed, SYNCED_AT + 2 * QUIET + timedelta(minutes=1))),
    )
    rows, port = [], 0
    with bench.run("incremental") as (database, folder):
        warehouse = Warehouse(folder, database, load(shape)).prepare()
        for title, timeline in hours:
            with serving(shape, timeline, port=port) as source:
                port = source.port
                row = {"title": title, **_measured(warehouse, source, title)}
            check_totals(database, canonical(load(shape)), totals(load(shape), timeline))
            rows.append(row)
            say(f"{title}: {row['seconds']} s, {row['calls']} calls, {row['written']} rows of procurement written")
    return Result("incremental", shape, {"orders": orders, "changed": changed}, bench.machine(), rows)


def _measured(warehouse: Warehouse, source: Source, run_id: str) -> dict[str, Any]:
    before = _written(warehouse.database)
    usage = warehouse.sync(source, run_id, (WHOLE,)).usage
    return {
        "seconds": round(usage.seconds, 2),
        "cpu_seconds": round(usage.cpu_seconds, 2),
        "peak": usage.peak,
        "calls": len(source.seen().arrivals),
        "written": _written(warehouse.database) - before,
    }


def _written(database: Database) -> int:
    """Rows of ``procurement`` inserted, updated and deleted so far, as the server counts them."""
    query = (
        "SELECT coalesce(sum(n_tup_ins + n_tup_upd + n_tup_del), 0)::text FROM pg_stat_user_tables "
        "WHERE schemaname = 'procurement'"
    )
    return int(str(database.rows(query)[0][0]))
