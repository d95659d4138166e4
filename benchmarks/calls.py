"""Calls: how many each connector makes, and how well a sync uses a rate limit.

Calls are counted by the sandbox that answers them, with the connections of ``include/connections.yaml`` as they are;
requests for tokens are left out. The rate is measured at a source that takes 200 ms for every answer and refuses more
than 300 requests in any minute, with the connector's own concurrency and slices.
"""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from benchmarks.bench import Bench
from benchmarks.database import Database
from benchmarks.orderhouse import Warehouse
from benchmarks.result import Result
from benchmarks.shapes import load
from benchmarks.source import Seen, serving
from benchmarks.timeline import Timeline
from include.orderhouse.configuration.connections import DEFAULT_FILE, read_connection
from include.orderhouse.credentials import Credentials
from include.orderhouse.home import PROJECT
from include.orderhouse.sync import steps
from include.orderhouse.sync.request import SyncRequest
from include.orderhouse.sync.runtime import Runtime
from include.orderhouse.warehouse.engine import connect
from include.orderhouse.warehouse.migrate import upgrade
from include.standalone.settings_file import read_settings
from tests.sandbox.dialects import DIALECTS
from tests.sandbox.generate import generate
from tests.sandbox.running import Sandbox, sandbox

Say = Callable[[str], None]

DAYS = 80
"""The company's orders were created over so many days, all within the initial window."""
QUIET = timedelta(hours=1)
"""Nothing has changed for so long: longer than syncs overlap."""
ALLOWED = 300
DELAY = 0.2
MINUTE = 60.0


def measure_calls(bench: Bench, orders: int, say: Say) -> Result:
    """An initial sync of each connector, and one when nothing has changed."""
    rows = []
    with sandbox(generate(1, orders, DAYS, datetime.now(UTC) - QUIET), DIALECTS) as running:
        for connector in DIALECTS:
            with bench.run(f"calls_{connector}") as (database, folder), _state(folder):
                rows.append(_counted(connector, running, database, folder))
                say(f"{connector}: {rows[-1]['initial']} calls for {rows[-1]['orders']} orders")
    return Result("calls", "", {"orders": orders}, bench.machine(), rows)


def measure_rate(bench: Bench, shape: str, requests: int, page_size: int, say: Say) -> Result:
    """Extract from a slow source with a limit; how much of the limit was used from the first request to the last."""
    timeline = Timeline(requests * page_size)
    options = {"requests_per_minute": ALLOWED, "page_size": page_size}
    with (
        bench.run("rate") as (database, folder),
        serving(shape, timeline, page_size, delay=DELAY, requests_per_minute=ALLOWED) as source,
    ):
        sync = Warehouse(folder, database, load(shape), options).prepare().sync(source, "rate", ("extract",))
        row = rate_used(source.seen())
    row |= {"seconds": round(sync.usage.seconds, 1)}
    say(f"{row['requests']} requests, {row['share']:.1%} of the rate, {row['refused']} refused")
    parameters = {"delay": DELAY, "allowed": ALLOWED, "page_size": page_size}
    return Result("rate", shape, parameters, bench.machine(), [row])


def rate_used(seen: Seen) -> dict[str, Any]:
    """The share of the allowed rate from the first request to the last, and the most requests in any minute."""
    arrivals = seen.arrivals
    seconds = arrivals[-1] - arrivals[0]
    busiest = max(sum(start <= at < start + MINUTE for at in arrivals[n:]) for n, start in enumerate(arrivals))
    return {
        "requests": len(arrivals),
        "share": round((len(arrivals) - 1) / seconds * MINUTE / ALLOWED, 4),
        "busiest_minute": busiest,
        "refused": seen.refused,
    }


def _counted(connector: str, running: Sandbox, database: Database, folder: Path) -> dict[str, Any]:
    url = database.server.url(database.name)
    upgrade(url)
    engine = connect(url)
    connection = read_connection(f"sandbox_{connector}", DEFAULT_FILE)
    runtime = Runtime(
        connection, lambda: sandbox_credentials(connector, running), engine, _Watermark(), str(folder / "staging")
    )
    counts = []
    for run_id in ("initial", "nothing changed"):
        before = _calls(connector, running)
        request = SyncRequest(connection.name, run_id=run_id, triggered_by="benchmark")
        steps.run(runtime, request, lambda name, told: None)
        counts.append(_calls(connector, running) - before)
    engine.dispose()
    orders = int(str(database.rows("SELECT count(*) FROM procurement.purchase_order")[0][0]))
    return {
        "connector": connector,
        "label": connection.connector.label,
        "page_size": connection.page_size,
        "orders": orders,
        "initial": counts[0],
        "nothing_changed": counts[1],
    }


def _calls(connector: str, running: Sandbox) -> int:
    world = running.world(connector)
    is_for_token = [any(path in record.path for path in world.dialect.token_paths) for record in world.log.records]
    return is_for_token.count(False)


def sandbox_credentials(connector: str, running: Sandbox) -> Credentials:
    """What ``airflow_settings.yaml`` says of the sandbox's connection, with the secrets that the sandbox accepts."""
    address = running.url(connector)
    values = {f"ORDERHOUSE_SANDBOX_PORT_{name.upper()}": running.url(name).rpartition(":")[2] for name in DIALECTS}
    known = read_settings(PROJECT / "airflow_settings.yaml", values)["connections"]
    entry = next(found for found in known if found["connection_id"] == f"sandbox_{connector}")
    secrets = dict(running.world(connector).credentials)
    login, password = secrets.pop("login", None), secrets.pop("password", None)
    return Credentials(f"sandbox_{connector}", address, login, password, json.loads(entry.get("extra", "{}")) | secrets)


class _Watermark:
    """A watermark in memory."""

    text: str | None = None

    def read(self) -> str | None:
        return self.text

    def write(self, text: str) -> None:
        self.text = text


@contextmanager
def _state(folder: Path) -> Iterator[None]:
    """A state folder of its own for the reports that are written in this process."""
    before = os.environ.get("ORDERHOUSE_HOME")
    os.environ["ORDERHOUSE_HOME"] = tempfile.mkdtemp(dir=folder)
    try:
        yield
    finally:
        os.environ.pop("ORDERHOUSE_HOME")
        if before is not None:
            os.environ["ORDERHOUSE_HOME"] = before
