"""Whole syncs: a sandbox over HTTP, the real steps, a PostgreSQL of the test's own; the watermark stays in memory."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
import yaml

from include.orderhouse.configuration.connections import read_connection
from include.orderhouse.http import Patience
from include.orderhouse.sync import steps
from include.orderhouse.sync.failed.resting import resting
from include.orderhouse.sync.request import Mode, SyncRequest
from include.orderhouse.sync.runtime import Runtime
from include.orderhouse.warehouse.embedded import Server
from include.orderhouse.warehouse.engine import connected as connected_to
from tests.connectors.conftest import credentials_for
from tests.sandbox import history
from tests.sandbox.clock import Clock
from tests.sandbox.company import Company
from tests.sandbox.generate import generate
from tests.sandbox.running import Sandbox, sandbox
from tests.warehouse.conftest import TEMPLATE, database, engine

__all__ = ["engine"]

NOW = datetime(2026, 10, 1, 12, 0, 0, tzinfo=UTC)
"""When the sandbox's clock stands still at the start of a test."""

COUPA_SEGMENTS = {
    "segment-2": "gl_account",
    "segment-3": "cost_center",
    "segment-4": "department",
    "segment-5": "project",
}
SETTINGS: dict[str, dict[str, Any]] = {
    "acumatica": {},
    "business_central": {
        "root": "v2.0/00000000-0000-0000-0000-000000000001/production",
        "orders_api": "api/orchard/purchasing/v1.0",
    },
    "coupa": {"segments": COUPA_SEGMENTS},
    "dynamics_fo": {
        "header_change_field": "ModifiedDateTime",
        "line_change_field": "ModifiedDateTime1",
        "created_field": "CreatedDateTime1",
        "invoiced_field": "OCHInvoicedQuantity",
        "dimension_segments": ["cost_center", "department"],
    },
    "erpnext": {},
    "netsuite": {},
    "odoo": {"charge_products": ["FREIGHT"]},
    "oracle_fusion": {"account_segments": ["company", "cost_center", "gl_account", "department"]},
    "quickbooks": {"realm_id": "9341450000000001", "charge_accounts": ["Freight & Delivery"]},
    "sap_business_one": {"company_db": "SBO_ORCHARD"},
    "sap_s4hana": {"service": "v4", "sap_client": "100"},
    "xero": {
        "charge_accounts": ["425"],
        "cost_center_tracking": "Cost centre",
        "department_tracking": "Department",
    },
}


SIGN_IN = {
    "business_central": {"token_url": "{url}/00000000-0000-0000-0000-000000000001/oauth2/v2.0/token"},
    "dynamics_fo": {"token_url": "{url}/00000000-0000-0000-0000-000000000002/oauth2/v2.0/token"},
    "quickbooks": {"token_url": "{url}/oauth2/v1/tokens/bearer"},
    "xero": {"token_url": "{url}/connect/token"},
}
"""Credentials beside the dialect's own: where to sign in, instead of the vendor's cloud."""


@dataclass
class KeptWatermark:
    """A watermark in memory."""

    text: str | None = None

    def read(self) -> str | None:
        return self.text

    def write(self, text: str) -> None:
        self.text = text


@dataclass
class System:
    """One connection: what a test does with it, and what the warehouse then holds."""

    runtime: Runtime
    runs: int = 0

    @property
    def watermark(self) -> KeptWatermark:
        kept = self.runtime.watermark
        assert isinstance(kept, KeptWatermark)
        return kept

    @property
    def mark(self) -> datetime:
        """Where the watermark stands."""
        return datetime.fromisoformat(json.loads(self.watermark.text or "")["watermark"])

    def request(self, mode: Mode = Mode.AUTO, run_id: str = "", **details: Any) -> SyncRequest:
        """What a run asks for. A run id of its own unless one is given."""
        self.runs += 1
        name = self.runtime.connection.name
        return SyncRequest(name, mode, run_id=run_id or f"run {self.runs}", triggered_by="test", **details)

    def sync(self, mode: Mode = Mode.AUTO, run_id: str = "", **details: Any) -> dict[str, Any]:
        """One whole sync; its row of the ledger."""
        summary = steps.run(self.runtime, self.request(mode, run_id, **details), lambda step, told: None)
        return self.ledger_row(summary["staged"])

    def sync_until(self, last: str, request: SyncRequest) -> str:
        """The steps of a sync up to one of them, that one included; the sync's id."""
        staged: str = steps.extract(self.runtime, request)["staged"]
        for step in (steps.transform, steps.validate, steps.load, steps.advance_watermark):
            if last == "extract":
                return staged
            step(self.runtime, staged)
            if step.__name__ == last:
                return staged
        raise ValueError(f"there is no step {last!r}")

    def ledger_row(self, sync_id: str) -> dict[str, Any]:
        """The row of a sync in the ledger."""
        return self.rows(f"SELECT * FROM ops.sync WHERE sync_id = '{sync_id}'")[0]

    def order_ids(self) -> set[str]:
        """The source's keys of the orders in the warehouse that are not deleted."""
        told = self.rows("SELECT source_order_id FROM procurement.purchase_order WHERE NOT is_deleted")
        return {row["source_order_id"] for row in told}

    @property
    def rests(self) -> bool:
        """Whether a scheduled run leaves the connection alone, by the credentials that it has now."""
        runtime = self.runtime
        return bool(resting([runtime.connection], runtime.warehouse, lambda name: runtime.credentials()))

    def rows(self, query: str) -> list[dict[str, Any]]:
        """The rows of a query."""
        with self.runtime.warehouse.connect() as warehouse:
            return [dict(row) for row in warehouse.execute(sa.text(query)).mappings()]

    def last_sync(self) -> dict[str, Any]:
        """The latest row of the ledger."""
        return self.rows("SELECT * FROM ops.sync ORDER BY started_at DESC LIMIT 1")[0]


Connect = Callable[..., System]
SMALL_PAGES = {"slice_days": 400, "page_size": 5, "concurrency": 1}


@dataclass(frozen=True)
class Kept:
    """What an initial sync of Odoo leaves: a warehouse, files and a watermark."""

    database: str
    folder: Path
    watermark: str | None


@pytest.fixture(scope="session")
def initial_sync(server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kept]:
    """The initial sync that many tests begin after, made once; each test has a copy of what it left."""
    folder = tmp_path_factory.mktemp("initial")
    with database(server) as url:
        with pytest.MonkeyPatch.context() as environment, connected_to(url) as engine, forty_orders() as served:
            environment.setenv("ORDERHOUSE_HOME", str(folder / "home"))
            system = connected(engine, folder, "odoo", served, **SMALL_PAGES)
            system.sync()
        yield Kept(sa.make_url(url).database or "", folder, system.watermark.text)


@pytest.fixture
def url(server: Server, request: pytest.FixtureRequest) -> Iterator[str]:
    """The URL of a warehouse of the test's own: empty and migrated, or as the initial sync left it for `synced`."""
    is_synced = "initial_sync" in request.fixturenames
    of = request.getfixturevalue("initial_sync").database if is_synced else TEMPLATE
    with database(server, of) as made:
        yield made


@pytest.fixture
def connect(engine: sa.Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Connect:
    """``connect(connector, sandbox, **options)``: the connector's connection, of a connections.yaml of its own."""
    monkeypatch.setenv("ORDERHOUSE_HOME", str(tmp_path / "home"))
    return partial(connected, engine, tmp_path)


def connected(
    engine: sa.Engine, folder: Path, connector: str, sandbox: Sandbox, name: str = "", **options: Any
) -> System:
    """The connector's connection, called like it unless there is a name, of a connections.yaml in the folder.

    It asks its source for the time in every sync: the sandbox's clock jumps.
    """
    entry = {
        "connector": connector,
        "customer": "tests",
        "initial_days": 150,
        "slice_days": 50,
        "requests_per_minute": 60_000,
        "rediscover_every": "0s",
        "settings": SETTINGS[connector],
    }
    file = folder / "connections.yaml"
    file.write_text(yaml.safe_dump({"connections": {name or connector: entry | options}}), encoding="utf-8")
    return System(
        Runtime(
            read_connection(name or connector, file),
            lambda: credentials_for(connector, sandbox, **SIGN_IN.get(connector, {})),
            engine,
            KeptWatermark(),
            str(folder / "staging"),
            Patience(tries=2, longest_wait=0.05, timeout=20.0),
        )
    )


@pytest.fixture
def odoo() -> Iterator[Sandbox]:
    """Odoo with forty orders."""
    with forty_orders() as running:
        yield running


def forty_orders() -> AbstractContextManager[Sandbox]:
    """Odoo with forty orders, always the same."""
    return sandbox(generate(7, orders=40, now=NOW), ["odoo"], Clock(NOW))


@pytest.fixture
def system(odoo: Sandbox, connect: Connect) -> System:
    """A connection to it that reads in small pages, one after the other."""
    return connect("odoo", odoo, **SMALL_PAGES)


@pytest.fixture
def synced(system: System, initial_sync: Kept, tmp_path: Path) -> System:
    """The same after its initial sync."""
    shutil.copytree(initial_sync.folder, tmp_path, dirs_exist_ok=True)
    system.runs, system.watermark.text = 1, initial_sync.watermark
    return system


def unaccounted(row: dict[str, Any]) -> dict[str, int]:
    """What a sync read and neither loaded nor rejected nor knew already: nothing, or the sync is wrong."""
    orders = sum(row[f"orders_{end}"] for end in ("inserted", "updated", "unchanged", "older", "rejected"))
    lines = sum(row[f"lines_{end}"] for end in ("written", "unchanged", "older", "rejected"))
    return {"orders": row["orders_extracted"] - orders, "lines": row["lines_extracted"] - lines}


def lose_numbers(company: Company, clock: Clock, ids: list[int]) -> None:
    """Leave these orders without a number, which no order may lack."""
    for order_id in ids:
        company.orders[order_id].number = ""
    history.touch_all(company, clock, ids)
