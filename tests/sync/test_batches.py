"""Batches: which pages go together, and that processes of their own make the same frames of them."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from multiprocessing import current_process
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import psutil
import pytest
import yaml

from include.orderhouse.cipher import Cipher
from include.orderhouse.configuration.connections import Connection, read_connection
from include.orderhouse.errors import ProcessLost
from include.orderhouse.expectations.outcomes import Outcomes, staged_outcomes
from include.orderhouse.frames import SCHEMAS
from include.orderhouse.home import PROJECT
from include.orderhouse.raw_order import RawOrder
from include.orderhouse.staging import Staging, batch_folder, staged_frames, write_orders
from include.orderhouse.sync.transform import batches, batching, copies, worker
from include.orderhouse.sync.transform.batches import make_batches
from include.orderhouse.sync.transform.batching import batches_of
from include.orderhouse.sync.transform.processors import SETTING
from include.orderhouse.sync.transform.worker import map_batches
from tests.memory import memory_folder

NOW = datetime(2026, 10, 1, 12, tzinfo=UTC)
CUSTOM = [{"table": "order", "source": "memo", "name": "told_memo"}]


@pytest.fixture
def connection(tmp_path: Path) -> Connection:
    entry = {"connector": "odoo", "customer": "tests", "custom_fields": CUSTOM}
    file = tmp_path / "connections.yaml"
    file.write_text(yaml.safe_dump({"connections": {"one": entry}}), encoding="utf-8")
    return read_connection("one", file)


def staged(folder: Path, pages: list[list[dict[str, Any]]]) -> Staging:
    staging = Staging.open("one", "a sync", Cipher("acme", {1: b"k" * 32}), str(folder))
    for number, page in enumerate(pages):
        _, size = write_orders(staging, f"raw/000/{number:06}.zst", [RawOrder(NOW, record) for record in page])
        staging.write_json(f"raw/000/{number:06}.json", {"orders": len(page), "json_bytes": size})
    return staging


def orders(first: int, number: int) -> list[dict[str, Any]]:
    return [
        {"id": each, "name": f"P{each}", "memo": f"memo {each}", "write_date": "2026-09-30 12:00:00", "order_line": []}
        for each in range(first, first + number)
    ]


def test_pages_go_together_until_there_are_enough_orders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batching, "ORDERS_PER_BATCH", 5)
    staging = staged(tmp_path, [orders(1, 3), orders(4, 3), orders(7, 6), orders(13, 1)])
    pages = [[page.rpartition("/")[2] for page in batch] for batch in batches_of(staging)]
    assert pages == [["000000.zst", "000001.zst"], ["000002.zst"], ["000003.zst"]]
    assert batches_of(staged(tmp_path / "empty", [[], []])) == []


def test_a_batch_of_large_orders_ends_earlier(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    staging = staged(tmp_path, [orders(1, 3), orders(4, 3), orders(7, 3)])
    assert len(batches_of(staging)) == 1
    monkeypatch.setattr(batching, "BYTES_PER_BATCH", 600)
    assert [len(batch) for batch in batches_of(staging)] == [2, 1]


def test_many_batches_are_mapped_by_processes_to_the_same_frames(
    tmp_path: Path, connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batching, "ORDERS_PER_BATCH", 2)
    monkeypatch.setenv(SETTING, "2")
    made = []
    for worth in (100, 1):
        monkeypatch.setattr(worker, "WORTH_PROCESSES", worth)
        staging = staged(tmp_path / str(worth), [orders(1, 2), orders(3, 2), orders(5, 1)])
        told = list(map_batches(connection, staging, batches_of(staging)))
        counts = [each.counts for each in told]
        frames = list(staged_frames(staging, [batch_folder("frames", number) for number in range(len(counts))]))
        made.append((counts, [{name: each[name].to_pylist() for name in SCHEMAS} for each in frames]))
    assert made[0] == made[1]
    assert [count["orders"] for count in made[0][0]] == [2, 2, 1]


def test_a_process_that_may_have_no_children_maps_by_itself(
    tmp_path: Path, connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Such are those of Celery's pool, unless they are told otherwise."""
    monkeypatch.setattr(current_process(), "daemon", True)
    monkeypatch.setattr(worker, "WORTH_PROCESSES", 1)
    monkeypatch.setenv(SETTING, "2")
    staging = staged(tmp_path, [orders(1, 2)])
    (told,) = map_batches(connection, staging, batches_of(staging))
    assert told.read == 2


def killed(_number: int, _pages: Any) -> None:
    """What becomes of a process for which there is no memory."""
    os.kill(os.getpid(), signal.SIGKILL)


def test_a_process_that_was_killed_is_told_with_what_helps(
    tmp_path: Path, connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker, "WORTH_PROCESSES", 1)
    monkeypatch.setattr(worker, "map_batch", killed)
    monkeypatch.setenv(SETTING, "2")
    staging = staged(tmp_path, [orders(1, 2)])
    with pytest.raises(
        ProcessLost, match=r"processes that map the orders of one was killed.* set ORDERHOUSE_PROCESSES=1"
    ):
        list(map_batches(connection, staging, batches_of(staging)))


def test_of_a_large_batch_the_fields_of_a_part_are_looked_at_evenly(
    tmp_path: Path, connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker, "LOOKED_INTO", 4)

    counts, fields = make_batches(connection, staged(tmp_path, [orders(1, 12)]))
    assert counts == {"batches": 1, "orders": 12, "lines": 0, "rejects": 0, "copies": 0}
    assert (fields.objects_around("name"), fields.fields["name"].sample) == (3, "P1")
    assert "order_line" in fields.fields


def test_the_outcomes_of_a_batch_that_lost_copies_fit_its_frames(
    tmp_path: Path, connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batching, "ORDERS_PER_BATCH", 3)
    old = {"date_order": "1970-01-01 12:00:00"}
    later = [order | {"write_date": "2026-09-30 13:00:00"} for order in orders(1, 1)]
    staging = staged(tmp_path, [[order | old for order in orders(1, 3)], later + orders(4, 2)])
    counts, _ = make_batches(connection, staging)
    assert (counts["orders"], counts["copies"]) == (5, 1)
    folders = [batch_folder("frames", number) for number in range(2)]
    outcomes, frames = list(staged_outcomes(staging, folders)), list(staged_frames(staging, folders))
    assert outcomes == [Outcomes.of(each) for each in frames]
    assert [odd.row for odd in outcomes[0].odd["purchase_order"]] == [0, 1]
    assert {odd.order_id for odd in outcomes[0].odd["purchase_order"]} == set(
        frames[0]["purchase_order"].column("order_id").to_pylist()
    )


def test_an_order_without_a_key_that_says_the_same_twice_is_set_aside_once(
    tmp_path: Path, connection: Connection
) -> None:
    nameless = [order | {"id": None, "order_line": [{"id": 7}, {"id": 8}]} for order in orders(1, 1)]
    counts, _ = make_batches(connection, staged(tmp_path, [nameless, nameless + orders(2, 1)]))
    assert counts == {"batches": 1, "orders": 2, "lines": 2, "rejects": 1, "copies": 1}


def test_of_batches_with_copies_only_what_came_more_than_once_is_compared(
    tmp_path: Path, connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batching, "ORDERS_PER_BATCH", 3)
    compared: list[tuple[int, int]] = []

    def outdated(found: Iterable[tuple[int, Iterable[copies.Version]]]) -> Mapping[int, set[str]]:
        listed = [(number, list(versions)) for number, versions in found]
        compared.extend((number, len(versions)) for number, versions in listed)
        return copies.outdated(listed)

    monkeypatch.setattr(batches, "outdated", outdated)
    make_batches(connection, staged(tmp_path, [orders(1, 3), orders(3, 3), orders(6, 2)]))
    assert compared == [(0, 1), (1, 1)]


_MAP = """
import sys
from pathlib import Path
from tests.sync.test_batches import batches_of, connection, map_batches, orders, staged
folder = Path(sys.argv[1])
staging = staged(folder, [orders(1, 3)])
made = list(map_batches(connection.__wrapped__(folder), staging, batches_of(staging)))
print(made[0].counts["orders"], "great_expectations" in sys.modules)
"""


def test_orders_are_mapped_and_checked_without_great_expectations(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", _MAP, str(tmp_path)], cwd=PROJECT, capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == ["3", "False"]


_LOOK = """
import sys
from pathlib import Path
from include.orderhouse.sync.transform.worker import processes
from tests.sync.test_batches import connection, staged

if __name__ == "__main__":
    folder = Path(sys.argv[1])
    with processes(connection.__wrapped__(folder), staged(folder, []), 1) as pool:
        print(pool.submit(eval, "__import__('gc').isenabled(), __import__('gc').get_freeze_count() > 0").result())
        print(pool.submit(eval, "'pandas' in __import__('sys').modules").result())
"""


def test_a_process_that_maps_collects_no_garbage_and_holds_no_pandas(near: Path) -> None:
    with begun(near, _LOOK) as it:
        told, _ = it.communicate(timeout=60)
    assert told.splitlines() == ["(False, True)", "False"]


_START = """
import atexit, os, sys, time
from pathlib import Path
from include.orderhouse.sync.transform.worker import processes
from tests.sync.test_batches import connection, orders, staged

def start(folder):
    pool = processes(connection.__wrapped__(folder), staged(folder, []), 1)
    print(pool.submit(os.getpid).result(), flush=True)
    return pool

if __name__ == "__main__":
    pool = start(Path(sys.argv[1]))
    time.sleep(600)
"""
_FORK = """
    if os.fork() == 0:
        atexit._clear()
        start(Path(sys.argv[1])).shutdown()
        atexit._run_exitfuncs()
        os._exit(0)
    os.wait()
"""
"""As Airflow's supervisor runs a task."""


@pytest.fixture
def near() -> Iterator[Path]:
    """A folder with a path so short that sockets can lie below it."""
    with TemporaryDirectory(dir=memory_folder()) as made:
        yield Path(made)


def begun(folder: Path, code: str) -> subprocess.Popen[str]:
    """A program that starts a process to map orders in; their folders for what passes lie in the given one."""
    script = folder / "start.py"
    script.write_text(code, encoding="utf-8")
    environment = {**os.environ, "PYTHONPATH": str(PROJECT), "TMPDIR": str(folder)}
    return subprocess.Popen([sys.executable, script, folder], stdout=subprocess.PIPE, text=True, env=environment)


def test_a_process_ends_with_the_one_that_started_it_however_that_ends(near: Path) -> None:
    with begun(near, _START) as it:
        assert it.stdout is not None
        started = psutil.Process(int(it.stdout.readline()))
        assert len(list(near.glob("pymp-*"))) == 1
        it.kill()
    started.wait(timeout=20)
    assert list(near.glob("pymp-*")) == []


def test_a_task_leaves_no_folder_of_its_processes_behind(near: Path) -> None:
    task = _START.partition("    pool = start")[0] + _FORK
    with begun(near, task) as it:
        assert it.stdout is not None
        assert it.stdout.readline()
    assert it.returncode == 0
    assert list(near.glob("pymp-*")) == []
