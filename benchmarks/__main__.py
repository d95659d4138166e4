"""``scripts/benchmark``: each benchmark is one command, and leaves its result for ``report``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from benchmarks import throughput as throughput_benchmark
from benchmarks.bench import bench
from benchmarks.result import FOLDER, Result
from benchmarks.shapes import SHAPES
from include.orderhouse.home import Home

app = typer.Typer(name="benchmark", no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)

Results = Annotated[Path, typer.Option(help="Where the result goes.")]
Orders = Annotated[int, typer.Option(min=1, help="How many orders the source has.")]


@app.callback()
def benchmarks() -> None:
    """Measure Orderhouse. Every command sets up what it needs; `report` renders what they found."""


@app.command()
def throughput(
    shape: Annotated[str, typer.Option(help=f"One of {', '.join(SHAPES)}.")] = SHAPES[0],
    orders: Orders = 100_000,
    only: Annotated[
        list[str] | None, typer.Option(help=f"Only these: {', '.join(throughput_benchmark.names())}.")
    ] = None,
    rounds: Annotated[int, typer.Option(min=1, help="How often each runs; the median counts.")] = 1,
    results: Results = FOLDER,
) -> None:
    """An initial sync beside dlt, Singer, pandas and the hand-written limits."""
    chosen = only or throughput_benchmark.names()
    with bench(state()) as found:
        _save(throughput_benchmark.measure(found, shape, orders, chosen, rounds, typer.echo), results)


def state() -> Path:
    """Where pages, environments and databases lie."""
    return Home.from_environment().root / "benchmarks"


def _save(result: Result, results: Path) -> None:
    typer.echo(f"wrote {result.save(results)}")


if __name__ == "__main__":
    app(prog_name="scripts/benchmark")
