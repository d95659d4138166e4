"""A warehouse that comes out of a dump: with its orders, its log, and no more rights than it had."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import make_url

from include.orderhouse.warehouse.access.audit import seal
from include.orderhouse.warehouse.access.audit_chain import verify
from include.orderhouse.warehouse.access.grants import grant
from include.orderhouse.warehouse.binaries import hand_over, run_program
from include.orderhouse.warehouse.dictionary import PAGE, data_dictionary
from include.orderhouse.warehouse.embedded import Server
from tests.memory import memory_folder
from tests.warehouse.orders import Line, Order, load_orders, rows
from tests.warehouse.test_audit import masters
from tests.warehouse.test_roles import acting_as, refused
from tests.warehouse.test_roles import logins as logins

OPEN = Order("1", lines=(Line("10", {"quantity_ordered": 5}, ("1",), ("1",)),))


@pytest.fixture
def restored(url: str, engine: sa.Engine, server: Server, logins: None) -> Iterator[str]:
    """The URL of a warehouse with an order, dumped and restored without owners and rights, then given its grants."""
    load_orders(engine, OPEN, Order("2"), rejects=[Order("2", version=9)])
    seal(engine, masters)
    name = f"{make_url(url).database}_restored"
    with tempfile.TemporaryDirectory(prefix="orderhouse-", dir=memory_folder()) as made:
        hand_over(Path(made))
        file = str(Path(made) / "dump")
        run_program("pg_dump", "-Fc", "-f", file, url.replace("+psycopg", "", 1))
        run_program("createdb", "--maintenance-db", server.libpq_url("postgres"), name)
        run_program("pg_restore", "--no-owner", "--no-privileges", "-d", server.libpq_url(name), file)
    new = sa.create_engine(server.url(name))
    with new.begin() as session:
        assert grant(session)
    new.dispose()
    yield server.url(name)
    run_program("dropdb", "--force", "--maintenance-db", server.libpq_url("postgres"), name)


def test_a_restored_warehouse_holds_what_it_held_and_syncs_go_on(engine: sa.Engine, restored: str) -> None:
    with acting_as(restored, "loader") as loader:
        counts = load_orders(loader, OPEN.at(9), Order("2", version=10), Order("3"))
        assert (counts.inserted, counts.unchanged) == (1, 2)
    with acting_as(restored, "postgres") as owner:
        assert data_dictionary(owner) == PAGE.read_text(encoding="utf-8")
        assert rows(owner, "SELECT order_number FROM procurement.open_orders") == [("1",)]
        chain = verify(owner, masters)
        assert (chain.seals, chain.sealed_through) == (1, 1)


def test_a_restored_warehouse_gives_nobody_more_than_before(restored: str) -> None:
    with acting_as(restored, "otto") as otto:
        assert refused(otto, "SELECT ops.record_audit('otto', 'b', NULL, NULL, NULL, '{}', false)")
        assert refused(otto, "SELECT ops.audit_head()")
        assert refused(otto, "SELECT * FROM procurement.purchase_order")
    with acting_as(restored, "rita") as rita:
        assert rows(rita, "SELECT order_number FROM procurement.open_orders") == []
