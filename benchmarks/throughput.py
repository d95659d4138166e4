"""Throughput: an initial sync of Orderhouse beside what else people use, all from the same pages into PostgreSQL.

Each run is a process of its own (Orderhouse's second row: a process for each step, as under Airflow) into an empty
database, measured from its start to its end; what it loaded is counted and summed in SQL afterwards.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.bench import Bench
from benchmarks.contender import contenders
from benchmarks.database import Database, Loaded, canonical, check_totals
from benchmarks.job import STEPS, WHOLE
from benchmarks.measure import Usage
from benchmarks.orderhouse import Sync, Warehouse
from benchmarks.orders import PreparedOrders
from benchmarks.result import Result
from benchmarks.shapes import load
from benchmarks.source import Source, serving
from benchmarks.timeline import Timeline

ORDERHOUSE, BY_STEPS = "orderhouse", "orderhouse-steps"
OWN = (ORDERHOUSE, BY_STEPS)
Say = Callable[[str], None]


@dataclass(frozen=True)
class Subject:
    """What is measured; ``run`` gives what it took as a whole and by its parts."""

    name: str
    title: str
    version: str
    loaded: Loaded
    run: Callable[[Source, Database, Path], dict[str, Usage]]


def names() -> tuple[str, ...]:
    """What can be measured."""
    return (*OWN, *(contender.name for contender in contenders(Path())))


def measure(bench: Bench, shape: str, orders: int, chosen: Sequence[str], rounds: int, say: Say) -> Result:
    """Run all that are chosen, round by round, so that a slow minute of the machine hits none alone."""
    prepared = PreparedOrders(bench.pages, load(shape), orders)
    subjects = [subject for subject in _subjects(bench, shape, chosen) if subject.name in chosen]
    taken: dict[str, list[dict[str, Usage]]] = {subject.name: [] for subject in subjects}
    with serving(shape, Timeline(orders), folder=bench.pages) as source:
        for _ in range(rounds):
            for subject in subjects:
                with bench.run(subject.name) as (database, folder):
                    usage = subject.run(source, database, folder)
                    check_totals(database, subject.loaded, prepared.totals)
                taken[subject.name].append(usage)
                say(f"{subject.title}: {sum(part.seconds for part in usage.values()):.1f} s")
    rows = [_row(subject, taken[subject.name]) for subject in subjects]
    parameters = {"orders": orders, "lines": prepared.totals.lines, "bytes": prepared.bytes, "rounds": rounds}
    return Result("throughput", shape, parameters, bench.machine(), rows)


def _subjects(bench: Bench, shape: str, chosen: Sequence[str]) -> list[Subject]:
    found = [
        Subject(ORDERHOUSE, "Orderhouse", "", canonical(load(shape)), _orderhouse((WHOLE,))),
        Subject(BY_STEPS, "Orderhouse, a process for each step", "", canonical(load(shape)), _orderhouse(STEPS)),
    ]
    for contender in contenders(bench.environments):
        if contender.name not in chosen:
            continue
        contender.environment.prepare()
        version = ", ".join(f"{name} {contender.environment.version(name)}" for name in contender.packages)

        def run(source: Source, database: Database, folder: Path, contender: Any = contender) -> dict[str, Usage]:
            return {"whole": contender.run(source, database, folder)}

        found.append(Subject(contender.name, contender.title, version, contender.loaded(load(shape)), run))
    return found


def _orderhouse(steps: Sequence[str]) -> Callable[[Source, Database, Path], dict[str, Usage]]:
    def run(source: Source, database: Database, folder: Path) -> dict[str, Usage]:
        sync: Sync = Warehouse(folder, database, source.shape).prepare().sync(source, "throughput", steps)
        return sync.steps

    return run


def _row(subject: Subject, runs: list[dict[str, Usage]]) -> dict[str, Any]:
    """The median run; the highest peak of all."""
    by_time = sorted(runs, key=lambda run: sum(part.seconds for part in run.values()))
    middle = by_time[(len(by_time) - 1) // 2]
    return {
        "name": subject.name,
        "title": subject.title,
        "version": subject.version,
        "seconds": round(sum(part.seconds for part in middle.values()), 2),
        "cpu_seconds": round(sum(part.cpu_seconds for part in middle.values()), 2),
        "peak": max(part.peak for run in runs for part in run.values()),
        "parts": {
            name: {"seconds": round(part.seconds, 2), "cpu_seconds": round(part.cpu_seconds, 2), "peak": part.peak}
            for name, part in middle.items()
        },
    }
