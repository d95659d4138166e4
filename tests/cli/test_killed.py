"""A sync of the command line that somebody ends or kills does not stay in the ledger as running."""

from __future__ import annotations

import json
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa
import yaml

from include.orderhouse.home import Home
from include.orderhouse.warehouse.embedded import embedded_postgres
from include.orderhouse.warehouse.engine import connect
from include.orderhouse.warehouse.syncs.lost_syncs import note_killed_commands
from tests.cli.conftest import Begin
from tests.connectors.conftest import credentials_for
from tests.sandbox.generate import generate
from tests.sandbox.running import Sandbox, sandbox

LEDGER = sa.text("SELECT state, error_code, error_message FROM ops.sync WHERE connection = 'slow'")
PATIENCE_SECONDS = 180.0


@pytest.fixture
def erp() -> Iterator[Sandbox]:
    """An Odoo that takes its time before it gives orders."""
    company = generate(7, orders=2, now=datetime.now(UTC))
    with sandbox(company, ["odoo"], options={"odoo": {"version": "19"}}) as running:
        running.world("odoo").faults.add("timeout", times=None, path="purchase.order/search_read", seconds=5.0)
        yield running


@pytest.fixture
def warehouse(home: Home) -> Iterator[sa.Engine]:
    """The warehouse of the commands."""
    with embedded_postgres(home, port=0) as server:
        engine = connect(server.url())
        yield engine
        with engine.begin() as session:
            session.execute(sa.text("DELETE FROM ops.sync"))
        engine.dispose()


@pytest.fixture
def command(begin: Begin, erp: Sandbox, warehouse: sa.Engine, tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """A sync that waits for its source."""
    file = tmp_path / "connections.yaml"
    file.write_text(yaml.safe_dump({"connections": {"slow": {"connector": "odoo", "customer": "acme"}}}))
    known = credentials_for("odoo", erp)
    given = {"conn_type": "http", "host": known.base_url, "login": known.login, "password": known.password}
    told = json.dumps({**given, "extra": dict(known.extra)})
    with begin("sync", "slow", ORDERHOUSE_CONNECTIONS=str(file), AIRFLOW_CONN_SLOW=told) as begun:
        wait_until(lambda: bool(ledger(warehouse)))
        assert ledger(warehouse) == [("running", None, None)]
        yield begun
        begun.kill()


def test_a_sync_whose_terminal_is_closed_says_so_in_the_ledger(
    command: subprocess.Popen[str], warehouse: sa.Engine
) -> None:
    command.send_signal(signal.SIGHUP)
    assert command.wait(PATIENCE_SECONDS) > 0
    ((state, code, message),) = ledger(warehouse)
    assert (state, code) == ("failed", "KeyboardInterrupt")
    assert "somebody ended the command" in message


def test_a_sync_that_was_killed_is_noted_by_who_looks(command: subprocess.Popen[str], warehouse: sa.Engine) -> None:
    assert note_killed_commands(warehouse) == 0
    command.kill()
    wait_until(lambda: note_killed_commands(warehouse) > 0)
    ((state, code, message),) = ledger(warehouse)
    assert (state, code) == ("failed", "COMMAND_KILLED")
    assert message.endswith("Nothing was loaded. Sync again.")


def ledger(warehouse: sa.Engine) -> list[tuple[str, str | None, str | None]]:
    """State and error of the connection's syncs."""
    with warehouse.connect() as session:
        return [tuple(row) for row in session.execute(LEDGER)]


def wait_until(is_so: Callable[[], bool]) -> None:
    """Look again and again, until it is so."""
    end = time.monotonic() + PATIENCE_SECONDS
    while not is_so():
        assert time.monotonic() < end
        time.sleep(0.2)
