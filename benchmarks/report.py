"""The tables of ``docs/performance.md``, made from the results; nothing in them is typed by hand.

A table stands between ``<!-- NAME -->`` and ``<!-- end -->``, where the name is the result's: ``throughput
business_central``, for one.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.contender import LIMIT
from benchmarks.result import Result, saved_results
from benchmarks.throughput import BY_STEPS, ORDERHOUSE
from include.orderhouse.home import PROJECT
from include.standalone.installation import COMPONENTS

PAGE = PROJECT / "docs" / "performance.md"
BLOCK = re.compile(r"(<!-- (?P<name>[a-z][a-z0-9_ ]*) -->\n).*?(<!-- end -->)", re.DOTALL)
MEGABYTE = 10**6


def render(page: str, folder: Path) -> str:
    """The page with the tables of all saved results; a block whose result is missing says so."""
    results = saved_results(folder)
    tables = {"machine": _machines(results)} if results else {}
    for result in results:
        for name, table in TABLES[result.benchmark](result).items():
            tables[f"{name} {result.subject}".strip()] = table

    def block(found: re.Match[str]) -> str:
        return f"{found[1]}{tables.get(found['name'], 'Not measured yet.')}\n{found[3]}"

    return BLOCK.sub(block, page)


def _throughput(result: Result) -> dict[str, str]:
    seconds = {row["name"]: row["seconds"] for row in result.rows}
    rows = [
        (
            row["title"] + (f" ({row['version']})" if row["version"] else ""),
            f"{row['seconds']:.1f}",
            f"{row['cpu_seconds']:.1f}",
            f"{result.parameters['lines'] / row['seconds']:,.0f}",
            _megabytes(row["peak"]),
            _ratio(row["seconds"], seconds.get(ORDERHOUSE)),
            _ratio(row["seconds"], seconds.get(LIMIT)),
        )
        for row in sorted(result.rows, key=lambda row: float(row["seconds"]))
    ]
    header = ("", "wall, s", "CPU, s", "lines/s", "peak, MB", "x Orderhouse", "x limit, every field")
    told = result.parameters
    size = (
        f"{told['orders']:,} orders with {told['lines']:,} lines, {told['bytes'] / MEGABYTE:,.0f} MB of JSON; "
        f"median of {told['rounds']}."
    )
    by_steps = [_steps(row) for row in result.rows if row["name"] == BY_STEPS]
    return {"throughput": f"{size}\n\n{_table(header, rows)}"} | dict(zip(("steps",), by_steps, strict=False))


def _steps(row: dict[str, Any]) -> str:
    """Where the time goes: the steps of the run that had a process for each."""
    rows = [
        (step, f"{part['seconds']:.1f}", f"{part['cpu_seconds']:.1f}", _megabytes(part["peak"]))
        for step, part in row["parts"].items()
    ]
    return _table(("step", "wall, s", "CPU, s", "peak, MB"), rows)


def _memory(result: Result) -> dict[str, str]:
    steps = list(result.rows[0]["peaks"])
    smallest = {step: result.rows[0]["peaks"][step] for step in steps}
    rows = [
        (
            f"{row['orders']:,}",
            *(f"{_megabytes(row['peaks'][step])} ({row['peaks'][step] / smallest[step]:.2f})" for step in steps),
            f"{row['seconds']:,.0f}",
        )
        for row in result.rows
    ]
    return {"memory": _table(("orders", *(f"{step}, MB" for step in steps), "wall, s"), rows)}


def _incremental(result: Result) -> dict[str, str]:
    rows = [
        (
            row["title"],
            f"{row['seconds']:.1f}",
            f"{row['cpu_seconds']:.1f}",
            _megabytes(row["peak"]),
            f"{row['calls']:,}",
            f"{row['written']:,}",
        )
        for row in result.rows
    ]
    header = ("sync", "wall, s", "CPU, s", "peak, MB", "calls to the ERP", "rows of procurement written")
    return {"incremental": f"{result.parameters['orders']:,} orders.\n\n{_table(header, rows)}"}


def _calls(result: Result) -> dict[str, str]:
    rows = [
        (
            row["label"],
            f"{row['page_size']}",
            f"{row['orders']:,}",
            f"{row['initial']:,}",
            f"{row['initial'] / row['orders']:.3f}",
            f"{row['nothing_changed']}",
        )
        for row in result.rows
    ]
    header = ("connector", "page size", "orders", "calls, initial", "calls per order", "calls, nothing changed")
    return {"calls": _table(header, rows)}


def _rate(result: Result) -> dict[str, str]:
    rows = [
        (
            f"{row['requests']:,}",
            f"{row['seconds']:.0f}",
            f"{row['share']:.1%}",
            f"{row['busiest_minute']} of {result.parameters['allowed']}",
            f"{row['refused']}",
        )
        for row in result.rows
    ]
    return {"rate": _table(("requests", "extract, s", "of the rate used", "busiest minute", "refused"), rows)}


def _airflow(result: Result) -> dict[str, str]:
    singles = [row for row in result.rows if row["connections"] == 1]
    one = median(row["seconds"] for row in singles)
    chosen = [next(row for row in singles if row["seconds"] >= one)]
    rows = [
        (
            str(row["connections"]),
            f"{row['seconds']:.1f}",
            f"{row['seconds'] / row['connections']:.1f}",
            f"{row['task_seconds']:.1f}",
            f"{row['seconds'] - row['task_seconds']:.1f}" if row["connections"] == 1 else "",
            f"{row['seconds'] / (one * row['connections']):.2f}",
        )
        for row in [*chosen, *(row for row in result.rows if row["connections"] > 1)]
    ]
    header = (
        "connections",
        "trigger to watermark, s",
        "per connection, s",
        "in the steps' tasks, s",
        "around them, s",
        "x one after one",
    )
    return {"airflow": _table(header, rows)}


def _connections(result: Result) -> dict[str, str]:
    rows = [
        (
            f"{row['configured']}",
            f"{row['synced']} of {row['chosen']}",
            f"{row['failed_tasks']}",
            f"{row['parse_seconds']:.2f}",
            f"{row['seconds']:.0f}",
            f"{row['seconds'] / row['chosen']:.1f}",
            *(_megabytes(row["peaks"][component]) for component in COMPONENTS),
        )
        for row in result.rows
    ]
    header = (
        "configured",
        "synced",
        "failed tasks",
        "slowest DAG file, s",
        "first trigger to last watermark, s",
        "per connection, s",
        *(f"{component}, MB" for component in COMPONENTS),
    )
    return {"connections": f"{result.parameters['orders']} orders in each.\n\n{_table(header, rows)}"}


TABLES: dict[str, Callable[[Result], dict[str, str]]] = {
    "throughput": _throughput,
    "memory": _memory,
    "incremental": _incremental,
    "calls": _calls,
    "rate": _rate,
    "airflow": _airflow,
    "connections": _connections,
}
"""How each benchmark's result is told: tables by name."""


def _table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [header, ("---", *("--:" for _ in header[1:])), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _ratio(seconds: float, reference: Any) -> str:
    return f"{seconds / reference:.2f}" if reference else ""


def _megabytes(count: int) -> str:
    return f"{count / MEGABYTE:,.0f}"


def _machines(results: Iterable[Result]) -> str:
    """What the results were measured on: one line, unless they differ."""
    told: dict[str, list[str]] = {}
    for result in results:
        machine = ", ".join(f"{name} {value}" for name, value in result.machine.items())
        told.setdefault(machine, []).append(f"{result.benchmark} {result.subject}".strip())
    if len(told) == 1:
        return f"All results: {next(iter(told))}."
    return "\n".join(f"- {', '.join(names)}: {machine}" for machine, names in told.items())
