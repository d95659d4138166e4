"""The command line as a process of its own, in a state folder that lasts for the session."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from include.orderhouse.home import PROJECT, Home
from include.orderhouse.master_key import master_keys
from include.orderhouse.raw_order import pack
from include.orderhouse.warehouse.embedded import embedded_postgres
from include.orderhouse.warehouse.keys.keyring import Keyring
from include.orderhouse.warehouse.migrate import upgrade
from include.orderhouse.warehouse.records.payloads import Payloads
from tests.processes import python_path

Begin = Callable[..., "subprocess.Popen[str]"]
Command = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    """A state folder whose embedded server runs."""
    folder = Home(Path(tmp_path_factory.mktemp("cli")))
    with embedded_postgres(folder, port=0) as server:
        upgrade(server.url())
        yield folder


def _hear_the_terminal() -> None:
    """Let a closed terminal end the command, also where the tests run under nohup."""
    signal.signal(signal.SIGHUP, signal.SIG_DFL)


REJECT_ID = "5f3c0000-0000-0000-0000-000000000001"
REJECTED = f"""
    INSERT INTO ops.reject (connection, reject_id, customer, source_order_id, order_number, fetched_at, mapping_version,
                            code, table_name, field, reason, payload, rejected_at, sync_id)
    VALUES ('sandbox_odoo', '{REJECT_ID}', 'sandbox', '42', 'P00042', now(), 1,
            'VALUE_UNFIT', 'purchase_order_line', 'quantity', 'many is no number', :payload, now(), gen_random_uuid())
"""


@pytest.fixture
def rejected(home: Home) -> Iterator[str]:
    """The number of an order that waits among the rejects."""
    with embedded_postgres(home, port=0) as server:
        engine = sa.create_engine(server.url())
        keyring = Keyring(engine, lambda customer, generate: master_keys(customer, generate, {}, home))
        payloads = Payloads(keyring.cipher("sandbox"), "sandbox_odoo")
        with engine.begin() as warehouse:
            payload = payloads.seal("reject", REJECT_ID, pack({"id": 42, "note": "Grüße"}))
            warehouse.execute(sa.text(REJECTED), {"payload": payload})
        yield "P00042"
        with engine.begin() as warehouse:
            warehouse.execute(sa.text("DELETE FROM ops.reject"))
        engine.dispose()


@pytest.fixture
def begin(home: Home) -> Begin:
    """Begins a command with these arguments, and environment variables as keywords."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("AIRFLOW", "ORDERHOUSE"))}

    def run(*arguments: str, **environment: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-m", "include.cli", *arguments],
            env={
                **inherited,
                "PYTHONPATH": python_path(PROJECT),
                "ORDERHOUSE_HOME": str(home.root),
                "COLUMNS": "200",
                **environment,
            },
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            preexec_fn=_hear_the_terminal,
        )

    return run


@pytest.fixture
def orderhouse(begin: Begin) -> Command:
    """Runs a command with these arguments, this standard input, and environment variables as keywords."""

    def run(*arguments: str, input: str | None = None, **environment: str) -> subprocess.CompletedProcess[str]:
        with begin(*arguments, **environment) as command:
            said = command.communicate(input)
        return subprocess.CompletedProcess(command.args, command.returncode, *said)

    return run
