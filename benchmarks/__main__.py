"""``scripts/benchmark``: each benchmark is one command, and leaves its result for ``report``.

Commands import what they run, so that this process, which starts all others, stays small.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from benchmarks.bench import bench
from benchmarks.result import FOLDER, Result
from benchmarks.shapes import SHAPES
from include.orderhouse.home import Home

app = typer.Typer(name="benchmark", no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)

Results = Annotated[Path, typer.Option(help="Where the result goes.")]
Shape = Annotated[str, typer.Option(help=f"The source's ERP: {' or '.join(SHAPES)}.")]
Orders = Annotated[int, typer.Option(min=1, help="How many orders the source has.")]


@app.callback()
def benchmarks() -> None:
    """Measure Orderhouse. Every command sets up what it needs; `report` renders what they found."""


@app.command()
def throughput(
    shape: Shape = SHAPES[0],
    orders: Orders = 100_000,
    only: Annotated[list[str] | None, typer.Option(help="Only these, such as orderhouse, dlt, limit-duckdb.")] = None,
    rounds: Annotated[int, typer.Option(min=1, help="How often each runs; the median counts.")] = 1,
    results: Results = FOLDER,
) -> None:
    """An initial sync beside dlt, Singer, pandas and the hand-written limits."""
    from benchmarks import throughput as benchmark

    chosen = only or benchmark.names()
    if unknown := sorted(set(chosen) - set(benchmark.names())):
        raise typer.BadParameter(
            f"{', '.join(unknown)}; there are: {', '.join(benchmark.names())}", param_hint="--only"
        )
    with bench(state()) as found:
        _save(benchmark.measure(found, shape, orders, chosen, rounds, typer.echo), results)


@app.command()
def memory(
    shape: Shape = SHAPES[0],
    full: Annotated[bool, typer.Option("--full", help="Up to 1,000,000 orders, which takes most of an hour.")] = False,
    orders: Annotated[list[int] | None, typer.Option(min=1, help="These sizes instead.")] = None,
    results: Results = FOLDER,
) -> None:
    """The peak memory of each step at growing sizes."""
    from benchmarks import memory as benchmark

    sizes = orders or [10_000, 100_000, *([1_000_000] if full else [])]
    with bench(state()) as found:
        _save(benchmark.measure(found, shape, sizes, typer.echo), results)


@app.command()
def incremental(shape: Shape = SHAPES[0], orders: Orders = 100_000, results: Results = FOLDER) -> None:
    """Syncs after the initial one: nothing changed, and 1 % changed."""
    from benchmarks import incremental as benchmark

    with bench(state()) as found:
        _save(benchmark.measure(found, shape, orders, typer.echo), results)


@app.command()
def calls(orders: Orders = 3000, results: Results = FOLDER) -> None:
    """Calls for each order, connector by connector, against the sandbox."""
    from benchmarks import calls as benchmark

    with bench(state()) as found:
        _save(benchmark.measure_calls(found, orders, typer.echo), results)


@app.command()
def rate(
    shape: Shape = SHAPES[0],
    requests: Annotated[int, typer.Option(min=2, help="How many pages the source has.")] = 900,
    page_size: Annotated[int, typer.Option(min=1, help="Orders on a page.")] = 20,
    results: Results = FOLDER,
) -> None:
    """The use of a rate limit: 200 ms for an answer, 300 requests a minute."""
    from benchmarks import calls as benchmark

    with bench(state()) as found:
        _save(benchmark.measure_rate(found, shape, requests, page_size, typer.echo), results)


@app.command()
def airflow(
    connections: Annotated[int, typer.Option(min=1, help="How many connections the DAG has.")] = 50,
    orders: Orders = 100,
    rounds: Annotated[int, typer.Option(min=1, help="How often one connection is synced; the median counts.")] = 3,
    results: Results = FOLDER,
) -> None:
    """From trigger to watermark, for one connection and for many."""
    from benchmarks import airflow as benchmark

    with bench(state()) as found:
        _save(benchmark.measure(found, connections, orders, rounds, typer.echo), results)


@app.command()
def connections(
    connections: Annotated[int, typer.Option(min=1, help="How many are synced; at least 500 are configured.")] = 60,
    orders: Orders = 60,
    results: Results = FOLDER,
) -> None:
    """Many connections of all connectors at once, from the first trigger to the last watermark."""
    from benchmarks import connections as benchmark

    with bench(state()) as found:
        _save(benchmark.measure(found, connections, orders, typer.echo), results)


@app.command()
def report(results: Results = FOLDER) -> None:
    """Render all results into docs/performance.md."""
    from benchmarks.report import PAGE, render

    PAGE.write_text(render(PAGE.read_text(encoding="utf-8"), results), encoding="utf-8")
    typer.echo(f"wrote {PAGE}")


def state() -> Path:
    """Where pages, environments and databases lie."""
    return Home.from_environment().root / "benchmarks"


def _save(result: Result, results: Path) -> None:
    typer.echo(f"wrote {result.save(results)}")


if __name__ == "__main__":
    app(prog_name="scripts/benchmark")
