"""The launcher's side of the sandbox: its command, its secrets, how far back its data goes."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from include.orderhouse.errors import ConfigurationInvalid
from include.orderhouse.home import Home
from include.standalone.sandbox import DIALECTS, Sandbox, claim_ports, days_of_history

PORTS = {"control": 9000, **{name: 9001 + index for index, name in enumerate(DIALECTS)}}


def _data(folder: Path, *dates: str) -> Path:
    lines = ["purchase_order_id,order_date", *(f"{index},{date}" for index, date in enumerate(dates))]
    (folder / "purchase_order_header.csv").write_text("\n".join(lines), encoding="utf-8")
    return folder


def test_a_window_of_the_days_of_history_holds_the_earliest_order(tmp_path: Path) -> None:
    data = _data(tmp_path, "2024-03-01 00:00:00.000", "2022-04-15 00:00:00.000")
    window_start = datetime.now(UTC) - timedelta(days=days_of_history(data))
    assert window_start < datetime(2022, 4, 15, tzinfo=UTC)


def test_a_folder_of_something_else_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationInvalid, match="purchase_order_header"):
        days_of_history(tmp_path)


def test_the_sandbox_gets_the_public_key_and_the_connection_the_private_one(home: Home) -> None:
    sandbox = Sandbox(home, PORTS)
    sandbox.command()
    given = json.loads((home.sandbox / "credentials.json").read_text(encoding="utf-8"))
    assert "PUBLIC KEY" in json.dumps(given)
    assert "PRIVATE KEY" not in json.dumps(given)
    assert "PRIVATE KEY" in sandbox.secrets()["ORDERHOUSE_SANDBOX_PRIVATE_KEY"]
    assert not set(sandbox.secrets().values()) & set(sandbox.values().values())


def test_no_secret_is_on_the_command_line(home: Home) -> None:
    sandbox = Sandbox(home, PORTS)
    command = " ".join(sandbox.command())
    assert not any(home.secret(name) in command for name in ("sandbox_password", "sandbox_private_key"))


def test_the_generated_company_is_born_once(home: Home) -> None:
    assert Sandbox(home, PORTS).command() == Sandbox(home, PORTS).command()


def test_any_free_ports_are_all_different() -> None:
    ports = claim_ports(0)
    assert set(ports) == {"control", *DIALECTS}
    assert len(set(ports.values())) == len(ports)
    assert min(ports.values()) > 1024
