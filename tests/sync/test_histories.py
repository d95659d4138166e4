"""Random histories of a small company, faults of its ERP and runs of every kind: always one and the same end.

Each history is played through the real steps, a real ERP dialect and a real PostgreSQL. In the end the warehouse holds
what one clean full load into an empty one holds, and tombstones of what is gone. ``ORDERHOUSE_HISTORIES`` says how many
histories each connector gets; they are the same ones every time.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, fields
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, ClassVar

import psycopg
import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from include.orderhouse.sync.request import Mode
from include.orderhouse.sync.transform import batching, worker
from include.orderhouse.warehouse.embedded import Server
from include.orderhouse.warehouse.engine import connect
from tests.sandbox import history
from tests.sandbox.clock import Clock
from tests.sandbox.company import Company
from tests.sandbox.generate import generate
from tests.sandbox.living import live
from tests.sandbox.order import Order
from tests.sandbox.running import sandbox
from tests.sync.conftest import System, connected, lose_numbers, unaccounted
from tests.sync.ends import differences, gone, half_gone, living
from tests.sync.runs import MortalRuntime, Run

HISTORIES = int(os.environ.get("ORDERHOUSE_HISTORIES", "2"))
CONNECTORS = ("business_central", "netsuite", "odoo", "sap_s4hana")
START = datetime(2025, 10, 1, 12, 0, 0, tzinfo=UTC)
OPTIONS = {"initial_days": 400, "slice_days": 90, "page_size": 4, "concurrency": 2, "requests_per_minute": 6_000_000}
CUSTOM = [{"table": "order", "pattern": "*ustom*"}, {"table": "line", "pattern": "*ustom*"}]
DISTURBANCES = {
    "rate_limited": {"seconds": 0.01},
    "server_error": {},
    "unavailable": {},
    "dropped_connection": {},
    "truncated_json": {},
    "html": {},
    "expired_token": {},
    "moving_rows": {"count": 2},
    "late_commit": {"seconds": 200.0},
    "future_record": {"seconds": 86_400.0},
}
MODES = (Mode.AUTO, Mode.AUTO, Mode.INCREMENTAL, Mode.FULL_RESYNC, Mode.WINDOW, Mode.RECONCILE, Mode.REMAP, Mode.REPLAY)

which = st.integers(0, 20)


def _delete_a_line(company: Company, clock: Clock, order: Order) -> None:
    if len(order.goods_lines) > 1:
        history.delete_line(company, clock, order.id, order.goods_lines[-1].id)


def _receive_all(company: Company, clock: Clock, order: Order) -> None:
    for line in order.goods_lines:
        history.receive(company, clock, order.id, line.id, line.quantity_open or line.quantity)


def _invoice_all(company: Company, clock: Clock, order: Order) -> None:
    for line in order.goods_lines:
        if line.quantity_received > line.quantity_invoiced:
            history.invoice(company, clock, order.id, line.id, line.quantity_received - line.quantity_invoiced)


def _correct_a_receipt(company: Company, clock: Clock, order: Order) -> None:
    line = next((line for line in order.goods_lines if line.receipts), None)
    if line and order.is_open:
        history.correct_receipt(company, clock, order.id, line.id, line.receipts[-1].quantity / 2)


EVENTS: dict[str, Callable[[Company, Clock, Order], Any]] = {
    "delete": lambda company, clock, order: history.delete(company, clock, order.id),
    "cancel": lambda company, clock, order: history.cancel(company, clock, order.id),
    "flag as deleted": lambda company, clock, order: history.flag_deleted(company, clock, order.id),
    "close": lambda company, clock, order: history.short_close(company, clock, order.id),
    "save": lambda company, clock, order: history.touch(company, clock, order.id),
    "edit": lambda company, clock, order: history.change_header(company, clock, order.id, f"at {clock.now()}"),
    "edit late": lambda company, clock, order: history.change_header_late(company, clock, order.id, "late", 300.0),
    "add a line": lambda company, clock, order: history.add_line(company, clock, order.id, len(order.changes)),
    "delete a line": _delete_a_line,
    "receive all": _receive_all,
    "invoice all": _invoice_all,
    "correct a receipt": _correct_a_receipt,
    "lose the number": lambda company, clock, order: lose_numbers(company, clock, [order.id]),
}


def mend_numbers(company: Company, clock: Clock) -> None:
    """Give every order a number again."""
    for order in company.orders.values():
        if not order.number:
            order.number = f"PO{order.id:06d}"
            history.touch(company, clock, order.id)


@dataclass(frozen=True)
class Ground:
    """Where histories are played: two warehouses, emptied before each, and a folder."""

    played: sa.Engine
    clean: sa.Engine
    folder: Path

    def clear(self) -> None:
        """Empty both warehouses, but for the log, of which nothing can be removed."""
        tables = "SELECT schemaname || '.' || tablename FROM pg_tables WHERE schemaname IN ('procurement', 'ops')"
        for engine in (self.played, self.clean):
            with engine.begin() as warehouse:
                names = warehouse.exec_driver_sql(f"{tables} AND tablename NOT IN {KEPT}").scalars().all()
                warehouse.exec_driver_sql(f"TRUNCATE {', '.join(names)}")


KEPT = ("alembic_version", "audit")


class Histories(RuleBasedStateMachine):
    """One history: what happens to the company, what goes wrong, and who syncs when."""

    connector: ClassVar[str]
    ground: ClassVar[Ground]

    @initialize(seed=st.integers(0, 3))
    def begin(self, seed: int) -> None:
        self.stack = ExitStack()
        self.folder = Path(self.stack.enter_context(TemporaryDirectory(dir=self.ground.folder)))
        self.ground.clear()
        company = generate(seed, orders=8, now=START)
        for order in company.orders.values():
            order.lacks_modified_at = False
        self.sandbox = self.stack.enter_context(sandbox(company, [self.connector], Clock(START)))
        self.system = self.connect(self.ground.played)
        self.runs: list[Run] = []
        self.has_new_mapping = False
        self.highest: datetime | None = None

    def connect(self, engine: sa.Engine, **options: Any) -> System:
        system = connected(engine, self.folder, self.connector, self.sandbox, **OPTIONS, **options)
        known = {each.name: getattr(system.runtime, each.name) for each in fields(system.runtime) if each.init}
        return System(MortalRuntime(**known))

    @property
    def runtime(self) -> MortalRuntime:
        assert isinstance(self.system.runtime, MortalRuntime)
        return self.system.runtime

    @rule(events=st.integers(1, 4), seed=st.integers(0, 999))
    def live_on(self, events: int, seed: int) -> None:
        self.sandbox.act(live, events, seed)

    @rule(event=st.sampled_from(sorted(EVENTS)), number=which)
    def happen(self, event: str, number: int) -> None:
        def call(company: Company, clock: Clock) -> None:
            if company.orders:
                orders = list(company.orders.values())
                EVENTS[event](company, clock, orders[number % len(orders)])

        self.sandbox.act(call)

    @rule(seconds=st.sampled_from([1.0, 30.0, 90.0, 700.0, 5000.0]))
    def wait(self, seconds: float) -> None:
        self.sandbox.clock.advance(seconds)

    @rule(kind=st.sampled_from(sorted(DISTURBANCES)), times=st.integers(1, 3), after=st.integers(0, 25))
    def disturb(self, kind: str, times: int, after: int) -> None:
        details: dict[str, Any] = DISTURBANCES[kind]
        self.sandbox.world(self.connector).faults.add(kind, times=times, after=after, **details)

    @rule(mode=st.sampled_from(MODES), hours=st.integers(1, 2000), is_whole=st.booleans())
    def sync(self, mode: Mode, hours: int, is_whole: bool) -> None:
        now = self.sandbox.clock.now()
        window = {"window_start": now - timedelta(hours=hours), "window_end": now - timedelta(hours=hours // 2)}
        run = Run(self.system.request(mode, **(window if mode is Mode.WINDOW else {})))
        self.runs.append(run)
        while run.try_step(self.runtime) and is_whole and not run.is_over:
            pass

    @precondition(lambda self: self.runs)
    @rule(number=which)
    def go_on(self, number: int) -> None:
        run = self.runs[number % len(self.runs)]
        if not run.is_over:
            run.try_step(self.runtime)

    @precondition(lambda self: self.runs)
    @rule(number=which)
    def repeat(self, number: int) -> None:
        self.runs[number % len(self.runs)].repeat_step(self.runtime)

    @precondition(lambda self: self.runs)
    @rule(number=which)
    def clear(self, number: int) -> None:
        self.runs[number % len(self.runs)].clear()

    @precondition(lambda self: self.runs)
    @rule(number=which, touches=st.integers(0, 60))
    def kill(self, number: int, touches: int) -> None:
        run = self.runs[number % len(self.runs)]
        if not run.is_over:
            with self.runtime.dying_after(touches):
                run.try_step(self.runtime)

    @rule()
    def change_the_mapping(self) -> None:
        self.has_new_mapping = not self.has_new_mapping
        other = self.connect(self.ground.played, **self.mapping)
        self.system.runtime.connection = other.runtime.connection

    @property
    def mapping(self) -> dict[str, Any]:
        return {"custom_fields": CUSTOM} if self.has_new_mapping else {}

    @invariant()
    def the_watermark_never_goes_back(self) -> None:
        if self.system.watermark.text is not None:
            assert self.highest is None or self.system.mark >= self.highest
            self.highest = self.system.mark

    def teardown(self) -> None:
        try:
            if sys.exc_info()[0] is None:
                self.the_end_is_that_of_a_clean_load()
        finally:
            self.stack.close()

    def the_end_is_that_of_a_clean_load(self) -> None:
        self.sandbox.world(self.connector).faults.clear()
        self.sandbox.clock.advance(7200)
        self.sandbox.act(lambda company, clock: company.settle(clock.now()))
        self.sandbox.act(mend_numbers)
        for run in reversed(self.runs):
            run.finish(self.runtime)
        for mode in (Mode.AUTO, Mode.RECONCILE, Mode.REMAP):
            assert self.system.sync(mode, run_id=f"the last {mode}")["state"] == "succeeded"
        clean = self.connect(self.ground.clean, **self.mapping)
        clean.sync(Mode.INITIAL)
        assert differences(living(clean), living(self.system)) == {}
        assert half_gone(self.system) == []
        assert not gone(self.system) & clean.order_ids()
        succeeded = self.system.rows("SELECT * FROM ops.sync WHERE state = 'succeeded'")
        assert [json.dumps(row, default=str) for row in succeeded if any(unaccounted(row).values())] == []


@pytest.fixture(scope="module")
def ground(server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ground]:
    """Two warehouses on the session's server."""
    names = ("histories_played", "histories_clean")
    with psycopg.connect(server.libpq_url("postgres"), autocommit=True) as session:
        for name in names:
            session.execute(f"CREATE DATABASE {name} TEMPLATE template_warehouse STRATEGY file_copy")
    engines = [connect(server.url(name)) for name in names]
    with pytest.MonkeyPatch.context() as patch:
        folder = tmp_path_factory.mktemp("histories")
        patch.setenv("ORDERHOUSE_HOME", str(folder / "home"))
        patch.setattr(batching, "ORDERS_PER_BATCH", 3)
        patch.setattr(worker, "WORTH_PROCESSES", sys.maxsize)
        yield Ground(*engines, folder)
    for engine in engines:
        engine.dispose()


@pytest.mark.parametrize("connector", CONNECTORS)
def test_every_history_ends_as_one_clean_load(connector: str, ground: Ground) -> None:
    """H1 to H22: out of order, twice, by halves, late and beside each other, nothing is lost and nothing doubled."""
    bound = type(f"Histories of {connector}", (Histories,), {"connector": connector, "ground": ground})
    run_state_machine_as_test(
        bound,
        settings=settings(
            max_examples=HISTORIES,
            stateful_step_count=16,
            derandomize=True,
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
