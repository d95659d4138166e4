"""The commands that show rejects and raw records."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import pytest

from include.orderhouse.home import Home
from include.orderhouse.raw_order import pack
from include.orderhouse.warehouse.embedded import embedded_postgres
from include.orderhouse.warehouse.engine import connected
from include.orderhouse.warehouse.records.erasure import erase_rows
from tests.cli.conftest import Command
from tests.warehouse.orders import Order, load_orders


def test_no_rejects_are_said_to_be_none(orderhouse: Command) -> None:
    assert orderhouse("rejects").stdout == "no rejected order waits\n"
    assert orderhouse("rejects", "sandbox_odoo").stdout == "no rejected order waits\n"


def test_rejects_of_a_connection_that_has_lost_its_entry_are_shown(
    rejected: str, orderhouse: Command, tmp_path: Path
) -> None:
    file = tmp_path / "connections.yaml"
    file.write_text("connections: {}", encoding="utf-8")
    assert rejected in orderhouse("rejects", "sandbox_odoo", ORDERHOUSE_CONNECTIONS=str(file)).stdout


@pytest.mark.parametrize("name", ["P00042", "42", "5f3c0000-0000-0000-0000-000000000001"])
def test_the_raw_record_of_a_rejected_order_is_shown_with_the_reason(
    name: str, rejected: str, orderhouse: Command
) -> None:
    done = orderhouse("raw", "sandbox_odoo", name)
    assert json.loads(done.stdout) == {"id": 42, "note": "Grüße"}
    assert "rejected, VALUE_UNFIT: many is no number" in done.stderr
    assert "orders.exported" in orderhouse("audit", "show", "sandbox_odoo").stdout


@dataclass(frozen=True)
class Packed(Order):
    """An order whose raw record is one."""

    @property
    def payload(self) -> bytes:
        return pack({"id": 4711})


def test_the_raw_record_of_a_loaded_order_is_shown_with_when_it_was_read(
    home: Home, orderhouse: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ORDERHOUSE_HOME", str(home.root))
    monkeypatch.delenv("ORDERHOUSE_MASTER_KEY", raising=False)
    with embedded_postgres(home, port=0) as server, connected(server.url()) as engine:
        load_orders(engine, Packed(connection="loaded_odoo"))
        done = orderhouse("raw", "loaded_odoo", "4711")
        erase_rows(engine, "loaded_odoo", None)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == {"id": 4711}
    assert done.stderr == "loaded_odoo 4711: loaded, read 2026-03-02 02:00:00\n"


def test_the_raw_record_of_no_order_points_to_the_rejects(orderhouse: Command) -> None:
    done = orderhouse("raw", "sandbox_odoo", "P1")
    assert (done.returncode, done.stdout) == (1, "")
    assert "has no raw record of order 'P1' of 'sandbox_odoo'" in done.stderr
