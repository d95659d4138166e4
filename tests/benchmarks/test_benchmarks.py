"""Every benchmark at tiny size, with Orderhouse alone; what they found is well formed and true, however fast."""

from __future__ import annotations

import sys
from decimal import Decimal
from pathlib import Path

import pytest

from benchmarks import airflow, calls, connections, incremental, memory, throughput
from benchmarks.bench import Bench
from benchmarks.database import Loaded, WrongTotals, check_totals
from benchmarks.job import STEPS
from benchmarks.measure import CommandFailed, measured
from benchmarks.report import PAGE, render
from benchmarks.shapes import SHAPES
from benchmarks.shapes.shape import Totals
from benchmarks.source import Seen
from tests.sandbox.dialects import DIALECTS


def unheard(text: str) -> None:
    """Say nothing."""


@pytest.mark.parametrize("shape", SHAPES)
def test_throughput_measures_both_ways_to_run_orderhouse(shape: str, small_bench: Bench) -> None:
    result = throughput.measure(small_bench, shape, 40, throughput.OWN, 1, unheard)
    assert [row["name"] for row in result.rows] == list(throughput.OWN)
    assert list(result.rows[1]["parts"]) == list(STEPS)
    assert all(row["seconds"] > 0 and row["cpu_seconds"] > 0 and row["peak"] > 10**7 for row in result.rows)


def test_memory_measures_each_step_at_each_size(small_bench: Bench) -> None:
    result = memory.measure(small_bench, "business_central", [20, 40], unheard)
    assert [row["orders"] for row in result.rows] == [20, 40]
    assert all(list(row["peaks"]) == list(STEPS) for row in result.rows)


def test_incremental_counts_calls_and_rows_written(small_bench: Bench) -> None:
    initial, unchanged, changed = incremental.measure(small_bench, "business_central", 200, unheard).rows
    assert (unchanged["written"], initial["calls"] > 0) == (0, True)
    assert 0 < changed["written"] < initial["written"] / 10


def test_calls_counts_those_of_every_connector(small_bench: Bench) -> None:
    rows = calls.measure_calls(small_bench, 30, unheard).rows
    assert [row["connector"] for row in rows] == list(DIALECTS)
    assert all(0 < row["nothing_changed"] <= row["initial"] for row in rows)


def test_rate_never_exceeds_what_the_source_allows(small_bench: Bench) -> None:
    (row,) = calls.measure_rate(small_bench, "business_central", 12, 5, unheard).rows
    assert (row["refused"], row["requests"] >= 12) == (0, True)
    assert row["share"] <= 1


def test_the_busiest_minute_is_any_sixty_seconds_not_one_of_the_clock() -> None:
    found = calls.rate_used(Seen([0.0, 50.0, 55.0, 100.0, 109.0, 120.0], 0))
    assert found["busiest_minute"] == 4


@pytest.mark.xdist_group("airflow")
def test_airflow_measures_one_connection_and_all(small_bench: Bench) -> None:
    one, both = airflow.measure(small_bench, 2, 10, 1, unheard).rows
    assert (one["connections"], both["connections"]) == (1, 2)
    assert 0 < one["task_seconds"] < both["task_seconds"] + one["seconds"]


@pytest.mark.xdist_group("airflow")
def test_connections_syncs_some_of_those_that_are_configured(small_bench: Bench) -> None:
    (row,) = connections.measure(small_bench, 2, 5, unheard, configured=24).rows
    assert (row["configured"], row["synced"], row["failed_tasks"]) == (24, 2, 0)
    assert row["seconds"] > 0 < row["parse_seconds"]
    assert all(peak > 10**7 for peak in row["peaks"].values())


@pytest.mark.parametrize(
    "wrong",
    [(1, 2, 5, 8), (2, 2, 5, 6), (1, 3, 5, 6), (1, 2, 6, 6)],
    ids=["amount", "orders", "lines", "quantity"],
)
def test_a_wrong_count_or_sum_ends_the_benchmark(wrong: tuple[int, int, int, int], small_bench: Bench) -> None:
    where = Loaded("public", "purchase_order", "purchase_order_line", "quantity", "amount")
    with small_bench.run("sums") as (database, _):
        database.execute("CREATE TABLE purchase_order AS SELECT 1 AS id")
        database.execute(
            "CREATE TABLE purchase_order_line AS SELECT n AS quantity, n + 0.5 AS amount FROM generate_series(2, 3) n"
        )
        check_totals(database, where, _totals(1, 2, 5, 6))
        with pytest.raises(WrongTotals, match="the source gave"):
            check_totals(database, where, _totals(*wrong))


def _totals(orders: int, lines: int, quantity: int, amount: int) -> Totals:
    return Totals(orders, lines, Decimal(quantity), Decimal(amount))


def test_a_command_that_fails_is_told_with_the_end_of_its_output(tmp_path: Path) -> None:
    with pytest.raises(CommandFailed, match=r"ended with 3:\nwhy it failed"):
        measured([sys.executable, "-c", "print('why it failed'); raise SystemExit(3)"], tmp_path / "log")


def test_the_peak_counts_what_a_command_starts(tmp_path: Path) -> None:
    hold = "import time; held = bytearray(50_000_000); held[::4096] = b'x' * len(held[::4096]); time.sleep(1)"
    both = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {hold!r}])"
    assert measured([sys.executable, "-c", "import subprocess"], tmp_path / "log").peak < 50_000_000
    assert measured([sys.executable, "-c", both], tmp_path / "log").peak > 50_000_000


def test_the_report_fills_every_block_that_has_a_result_and_says_which_have_none(
    small_bench: Bench, tmp_path: Path
) -> None:
    calls.measure_rate(small_bench, "business_central", 4, 5, unheard).save(tmp_path)
    page = (
        "<!-- rate business_central -->\nold\n<!-- end -->\ntext\n<!-- memory business_central -->\nold\n<!-- end -->\n"
    )
    found = render(page, tmp_path)
    assert "| of the rate used |" in found
    assert "<!-- memory business_central -->\nNot measured yet.\n<!-- end -->" in found
    assert "text" in found
    assert "old" not in found
    assert render(found, tmp_path) == found


def test_every_row_of_the_page_has_as_many_cells_as_its_header() -> None:
    lines = [line for line in PAGE.read_text(encoding="utf-8").splitlines() if line.startswith("|")]
    separators = [number for number, line in enumerate(lines) if line.startswith("| ---")]
    assert separators
    for first, following in zip(separators, [*separators[1:], len(lines) + 1], strict=True):
        cells = {line.count("|") for line in lines[first - 1 : following - 1]}
        assert len(cells) == 1, lines[first - 1]


def test_the_page_shows_the_saved_results_and_nothing_else() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert render(page, PAGE.parent / "performance") == page
