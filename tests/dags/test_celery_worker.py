"""What a task may do in a process of a Celery worker's pool, which a script has started, as `airflow` is one."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from include.orderhouse.sync.transform.processors import SETTING

SCRIPT = """
import sys
from pathlib import Path

from billiard.pool import Pool
from celery.signals import worker_process_init

from include.orchestration import celery_worker
from include.orderhouse.configuration.connections import read_connection
from include.orderhouse.sync.transform import worker
from include.orderhouse.sync.transform.batching import batches_of
from include.orderhouse.sync.transform.processors import processors
from tests.sync.test_batches import orders, staged

if __name__ != "__main__":
    sys.exit("A process that maps has run the script.")


def task(folder):
    worker.WORTH_PROCESSES = 1
    connection = read_connection("one", folder / "connections.yaml")
    staging = staged(folder, [orders(1, 2)])
    return processors(), sum(made.read for made in worker.map_batches(connection, staging, batches_of(staging)))


folder = Path(__file__).parent
if sys.argv[1] == "celery":
    with Pool(1, lambda: worker_process_init.send(sender=None)) as pool:
        print(*pool.apply(task, (folder,)))
else:
    print(*task(folder))
"""


@pytest.mark.parametrize("executor", ["celery", "local"])
def test_a_task_maps_in_processes_of_its_own(executor: str, tmp_path: Path) -> None:
    """Celery's library would have Python start none; and they would run the script again, which ends them."""
    script = tmp_path / "script.py"
    script.write_text(SCRIPT, encoding="utf-8")
    entry = "connections: {one: {connector: odoo, customer: tests}}"
    (tmp_path / "connections.yaml").write_text(entry, encoding="utf-8")
    command = [sys.executable, str(script), executor]
    done = subprocess.run(command, env={**os.environ, SETTING: "3"}, capture_output=True, text=True, timeout=120)
    assert (done.stdout.splitlines()[-1:], done.returncode) == (["3 2"], 0), done.stderr
