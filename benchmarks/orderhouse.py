"""Orderhouse as a benchmark runs it: a warehouse with one connection, and its syncs, measured step by step."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import msgspec
import yaml

from benchmarks.database import Database
from benchmarks.job import CONNECTION, STEPS, Job
from benchmarks.measure import Usage, measured
from benchmarks.shapes.shape import Shape
from benchmarks.source import Source
from benchmarks.timeline import DAYS
from include.orderhouse.warehouse.migrate import upgrade


@dataclass(frozen=True)
class Warehouse:
    """Orderhouse on an empty database, with one connection to a source."""

    folder: Path
    database: Database
    shape: Shape
    options: Mapping[str, Any] = field(default_factory=dict)
    """Of the connection, over those below."""

    def prepare(self) -> Warehouse:
        """Make the schema and write connections.yaml."""
        self.folder.mkdir(parents=True, exist_ok=True)
        upgrade(self.database.server.url(self.database.name))
        entry = {
            "connector": self.shape.name,
            "customer": "benchmark",
            "initial_days": DAYS + 1,
            "include_open_orders": False,
            "page_size": 500,
            "requests_per_minute": 60_000,
            "settings": dict(self.shape.settings),
            **self.options,
        }
        document = {"connections": {CONNECTION: entry}}
        (self.folder / "connections.yaml").write_text(yaml.safe_dump(document), encoding="utf-8")
        return self

    def sync(self, source: Source, run_id: str, steps: Iterable[str] = STEPS) -> Sync:
        """Run the steps of one sync, each in a process of its own."""
        url = self.database.server.url(self.database.name)
        job = Job(str(self.folder), url, source.url, "auto", run_id)
        file = self.folder / "job.json"
        file.write_bytes(msgspec.json.encode(job))
        environment = {"ORDERHOUSE_HOME": str(self.folder / "home")}
        done = Sync(job, {})
        for step in steps:
            command = [sys.executable, "-m", "benchmarks.step", str(file), step]
            usage = measured(command, self.folder / f"{step}.log", environment)
            done = replace(done, steps=done.steps | {step: usage})
        return done


@dataclass(frozen=True)
class Sync:
    """A sync that is done, and what each of its processes took."""

    job: Job
    steps: dict[str, Usage]

    @property
    def usage(self) -> Usage:
        """Of all processes, one after the other."""
        first, *rest = self.steps.values()
        for usage in rest:
            first += usage
        return first
