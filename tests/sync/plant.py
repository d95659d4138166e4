"""One connector's small company and warehouse, in which many faults are played; each gets a connection of its own."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import cached_property
from itertools import count
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from include.orderhouse.connectors import load
from include.orderhouse.http import Patience
from include.orderhouse.model import ORDER, TABLES
from include.orderhouse.warehouse.embedded import Server
from include.orderhouse.warehouse.engine import connect
from tests.sandbox.clock import Clock
from tests.sandbox.faults import Fault, FaultKind
from tests.sandbox.generate import generate
from tests.sandbox.running import Sandbox, sandbox
from tests.sync.conftest import NOW, System, connected
from tests.warehouse.conftest import database

COMPANY_SIZE, PAGE_SIZE = 44, 12
OF_THE_LOAD = {"connection", "extracted_at", "loaded_at", "sync_id", "first_seen_at"}
OF_THE_LOAD |= {"deleted_at", "order_id", "line_id", "schedule_id", "distribution_id"}
"""Columns that differ between two loads of the same order by two connections."""

_ROWS = "SELECT * FROM procurement.{} WHERE connection = '{}'"
_HELD = """
    SELECT 1 FROM pg_locks JOIN pg_database d ON d.oid = database
    WHERE locktype = 'advisory' AND datname = current_database()
"""
_END_PAUSE = "UPDATE ops.limiter SET paused_until = NULL, next_at = clock_timestamp() WHERE connection = :connection"

Rows = dict[str, list[dict[str, Any]]]


class Plant:
    """A company served by one dialect, and what whole syncs make of it."""

    def __init__(self, connector: str, served: Sandbox, engine: sa.Engine, folder: Path) -> None:
        self.connector, self.served = connector, served
        self.world = served.world(connector)
        self._engine, self._folder = engine, folder
        self._numbers = count()
        self._clean: dict[Any, Rows] = {}

    def connect(self, timeout: float = 20.0, **options: Any) -> System:
        """A connection without a past."""
        name = f"{self.connector}_{next(self._numbers)}"
        chosen = {"page_size": PAGE_SIZE, "concurrency": 1, "slice_days": 400, "credentials": self.connector, **options}
        system = connected(self._engine, self._folder, self.connector, self.served, name, **chosen)
        system.runtime = replace(system.runtime, patience=Patience(tries=2, longest_wait=0.05, timeout=timeout))
        return system

    @contextmanager
    def disturbed(self, kind: FaultKind, **details: Any) -> Iterator[Fault]:
        """Play a fault while the context lasts, in which it must strike."""
        fault = self.world.faults.add(kind, **details)
        try:
            yield fault
        finally:
            self.world.faults.clear()
        assert fault.hits > 0, f"{kind} never struck: {fault.seen} requests were seen"

    @cached_property
    def calls(self) -> int:
        """How many requests a whole sync sends, those for tokens not counted."""
        counter = self.world.faults.add(FaultKind.NEW_FIELD, times=0)
        self.connect().sync()
        self.world.faults.clear()
        return counter.seen

    def clean_load(self, **options: Any) -> Rows:
        """What a sync without faults makes of the company as it is now."""
        key = (self.served.company.version, tuple(options))
        if key not in self._clean:
            system = self.connect(**options)
            system.sync()
            self._clean[key] = loaded(system)
        return self._clean[key]

    def field_to_disturb(self) -> str:
        """A field of the order's header that the connector reads as it stands and does not page by."""
        bindings = load(self.connector).mapping.tables[0]
        for column in ("order_date", "currency", "order_number"):
            expression = bindings.expression(column)
            if expression is not None and isinstance(expression.places[0], str):
                return expression.places[0].split(".")[0]
        raise LookupError(f"{self.connector} derives the date, the currency and the number of an order")


@contextmanager
def plant(connector: str, server: Server, folder: Path) -> Iterator[Plant]:
    """A connector's plant, as long as the context lasts."""
    company = generate(7, orders=COMPANY_SIZE, now=NOW)
    with database(server) as url, sandbox(company, [connector], Clock(NOW)) as served:
        engine = connect(url)
        yield Plant(connector, served, engine, folder)
        engine.dispose()


def loaded(system: System) -> Rows:
    """What the warehouse tells of the orders of a connection, by table."""
    name = system.runtime.connection.name
    found = {table.name: system.rows(_ROWS.format(table.name, name)) for table in TABLES}
    return {table: sorted(map(_of_orders, rows), key=str) for table, rows in found.items()}


def differences(found: Rows, wanted: Rows, ignored: Collection[str] = ()) -> list[str]:
    """Where two loads differ: numbers of rows, or values by table and column, but for the columns that are ignored."""
    told = []
    for table, rows in wanted.items():
        if len(rows) != len(found[table]):
            told.append(f"{table}: {len(found[table])} rows, not {len(rows)}")
        for row, right in zip(found[table], rows, strict=False):
            unlike = [name for name in right if row[name] != right[name] and name not in ignored]
            told += [f"{table}.{name}: {row[name]!r}, not {right[name]!r}" for name in unlike]
    return told


def is_empty(system: System) -> bool:
    """Whether the warehouse holds no order of a connection."""
    return not loaded(system)[ORDER.name]


def holds_slot(system: System) -> bool:
    """Whether a request's slot of the limiter is still held."""
    return bool(system.rows(_HELD))


def end_pause(system: System) -> None:
    """Let the time go by for which the source asked to be left alone."""
    with system.runtime.warehouse.begin() as warehouse:
        warehouse.execute(sa.text(_END_PAUSE), {"connection": system.runtime.connection.name})


def _of_orders(row: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in sorted(row.items(), key=_keys_first) if name not in OF_THE_LOAD}


def _keys_first(entry: tuple[str, Any]) -> tuple[bool, str]:
    return not entry[0].startswith(("source_order_id", "source_line_id", "row_hash")), entry[0]
