"""The made-up source as a process of its own."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from benchmarks.shapes import load
from benchmarks.shapes.shape import Shape
from benchmarks.timeline import Timeline
from include.orderhouse.home import PROJECT
from include.orderhouse.ports import LOOPBACK, claim_port
from include.standalone.airflow_api import wait_for

START_SECONDS = 60.0


@dataclass(frozen=True)
class Seen:
    """When requests came, in seconds of the source's own, and how many it refused; tokens are not counted."""

    arrivals: list[float]
    refused: int


@dataclass(frozen=True)
class Source:
    """A running source."""

    shape: Shape
    timeline: Timeline
    url: str

    @property
    def port(self) -> int:
        """Where it listens."""
        return httpx.URL(self.url).port or 0

    def seen(self) -> Seen:
        """What it has seen so far."""
        return Seen(**httpx.get(f"{self.url}/benchmark/seen", trust_env=False).json())


@contextmanager
def serving(
    shape: str, timeline: Timeline, page_size: int = 500, folder: Path | None = None, port: int = 0, **options: object
) -> Iterator[Source]:
    """Serve a shape while the block runs, at any port or the same as before; ``options`` are those of
    `benchmarks.server`, such as ``delay``.
    """
    port = claim_port(port, "the benchmark's source", "--port")
    told = {"shape": shape, "orders": timeline.orders, "changed": timeline.changed, "now": timeline.now.isoformat()}
    told |= {"page_size": page_size, "port": port, **({"folder": folder} if folder else {}), **options}
    command = [sys.executable, "-m", "benchmarks.server"]
    for name, value in told.items():
        command += [f"--{name.replace('_', '-')}", str(value)]
    process = subprocess.Popen(command, cwd=PROJECT)
    source = Source(load(shape), timeline, f"http://{LOOPBACK}:{port}")
    try:
        if not wait_for(lambda: process.poll() is not None or _answers(source), START_SECONDS) or process.poll():
            raise RuntimeError(f"The source did not start: {' '.join(command)}")
        yield source
    finally:
        process.kill()
        process.wait()


def _answers(source: Source) -> bool:
    try:
        source.seen()
    except httpx.TransportError:
        return False
    return True
