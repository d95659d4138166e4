"""Memory: the peak of each step of an initial sync, at growing sizes; orders are made up as they are served."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from benchmarks.bench import Bench
from benchmarks.database import canonical, check_totals
from benchmarks.orderhouse import Warehouse
from benchmarks.orders import totals
from benchmarks.result import Result
from benchmarks.shapes import load
from benchmarks.source import serving
from benchmarks.timeline import Timeline

Say = Callable[[str], None]


def measure(bench: Bench, shape: str, sizes: Sequence[int], say: Say) -> Result:
    """Sync sources of these sizes, each into an empty warehouse, each step in a process of its own."""
    rows = []
    for orders in sizes:
        timeline = Timeline(orders)
        with bench.run(f"memory_{orders}") as (database, folder), serving(shape, timeline) as source:
            sync = Warehouse(folder, database, source.shape).prepare().sync(source, "memory")
            check_totals(database, canonical(source.shape), totals(load(shape), timeline))
        peaks = {step: usage.peak for step, usage in sync.steps.items()}
        rows.append({"orders": orders, "peaks": peaks, "seconds": round(sync.usage.seconds, 1)})
        say(f"{orders:,} orders: {max(peaks.values()) / 10**6:.0f} MB at most")
    return Result("memory", shape, {}, bench.machine(), rows)
