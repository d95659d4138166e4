"""The commands for connections that leave, and what the audit log tells of them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from include.orderhouse.home import Home
from include.orderhouse.master_key import new_key
from include.orderhouse.warehouse.embedded import embedded_postgres
from include.orderhouse.warehouse.engine import connected
from include.orderhouse.warehouse.syncs.limiter import SharedLimiter
from tests.cli.conftest import Command


def test_a_connection_is_disconnected_and_connected_again_and_the_log_tells_both(orderhouse: Command) -> None:
    left = orderhouse("disconnect", "sandbox_erpnext", "--yes")
    assert "disconnected sandbox_erpnext; take the access back at the source" in left.stdout
    assert "disconnected" in orderhouse("audit", "show", "sandbox_erpnext").stdout
    (listed,) = [row for row in orderhouse("connections").stdout.splitlines() if row.startswith("sandbox_erpnext ")]
    assert "disconnected" in listed
    assert orderhouse("reconnect", "sandbox_erpnext").returncode == 0
    again = orderhouse("reconnect", "sandbox_erpnext")
    assert (again.returncode, "is not disconnected" in again.stderr) == (1, True)
    verified = orderhouse("audit", "verify")
    assert verified.returncode == 0
    assert "rows that hold: " in verified.stdout


def test_a_long_pause_that_a_source_asked_for_can_be_ended_and_the_log_tells_who_did(
    orderhouse: Command, home: Home
) -> None:
    with (
        embedded_postgres(home, port=0) as server,
        connected(server.url()) as engine,
        SharedLimiter(engine, "sandbox_coupa", 60, None) as limiter,
    ):
        limiter.pause(7 * 24 * 3600)
        ended = orderhouse("reconnect", "sandbox_coupa")
        limiter.pace()
    told = "reconnected sandbox_coupa; the pause that its source asked for is over\n"
    assert (ended.returncode, ended.stdout) == (0, told)
    assert "connection.reconnected" in orderhouse("audit", "show", "sandbox_coupa").stdout
    again = orderhouse("reconnect", "sandbox_coupa")
    assert (again.returncode, "its source asked for no pause that lasts" in again.stderr) == (1, True)


def test_the_log_is_pruned_by_hand_and_a_new_master_key_vouches_for_it(orderhouse: Command, home: Home) -> None:
    orderhouse("disconnect", "sandbox_xero", "--yes")
    orderhouse("reconnect", "sandbox_xero")
    refused = [orderhouse("audit", "prune", "--keep", kept) for kept in ("89d", "two years")]
    assert [(done.returncode, "90d or more" in done.stderr) for done in refused] == [(1, True), (2, False)]
    pruned = orderhouse("audit", "prune", "--keep", "730d")
    assert pruned.stdout == "rows removed: 0; up to row 0 all are older than 730d\n"
    old, new = home.secret("master_key", new_key), new_key()
    orderhouse("vault", "rotate", ORDERHOUSE_MASTER_KEY=f"{new} {old}")
    verified = [orderhouse("audit", "verify", ORDERHOUSE_MASTER_KEY=key) for key in (new, old)]
    assert [(done.returncode, "is not here" in done.stderr) for done in verified] == [(0, False), (1, True)]
    orderhouse("vault", "rotate", ORDERHOUSE_MASTER_KEY=f"{old} {new}")
    assert orderhouse("audit", "verify").returncode == 0


def test_a_connection_is_disconnected_though_another_entry_cannot_be_used(orderhouse: Command, tmp_path: Path) -> None:
    """What that entry names as its credentials is kept: it may need them."""
    file = tmp_path / "connections.yaml"
    wrong = "{connector: odoo, customer: x, credentials: shared, sync_evry: 1h}"
    file.write_text(
        f"connections: {{b: {wrong}, c: {{connector: odoo, customer: x, credentials: shared}}, "
        "d: {connector: odoo, customer: x}}",
        encoding="utf-8",
    )
    left = {name: orderhouse("disconnect", name, "--yes", ORDERHOUSE_CONNECTIONS=str(file)) for name in ("c", "d")}
    assert {name: done.returncode for name, done in left.items()} == {"c": 0, "d": 0}
    assert "its credentials stay, another connection uses them" in left["c"].stdout
    assert "its credentials stay" not in left["d"].stdout


def test_nothing_is_disconnected_without_a_yes(orderhouse: Command) -> None:
    for answer in ("", "\n", "n\n"):
        done = orderhouse("disconnect", "sandbox_oracle_fusion", input=answer)
        assert done.returncode == 1
        assert "credentials and tokens are forgotten for good. Disconnect sandbox_oracle_fusion?" in done.stdout
        assert "disconnected" not in done.stdout
    assert "disconnected sandbox_oracle_fusion" in orderhouse("disconnect", "sandbox_oracle_fusion", input="y\n").stdout
    orderhouse("reconnect", "sandbox_oracle_fusion")


def test_nothing_is_erased_by_a_wrong_word_at_the_prompt(orderhouse: Command, rejected: str) -> None:
    done = orderhouse("erase", "sandbox_odoo", input="sandbox_odo\n")
    assert (done.returncode, "removed" in done.stdout) == (1, False)
    assert rejected in orderhouse("rejects", "sandbox_odoo").stdout


def test_what_was_erased_is_certified_though_airflow_cannot_be_reached(orderhouse: Command, tmp_path: Path) -> None:
    away, file = f"sqlite:///{tmp_path}/no folder/airflow.db", tmp_path / "certificate.json"
    told = ("erase", "sandbox_coupa", "--yes", "--certificate", str(file))
    done = orderhouse(*told, AIRFLOW__DATABASE__SQL_ALCHEMY_CONN=away)
    assert (done.returncode, "metadata database" in done.stderr) == (1, True)
    assert file.read_text(encoding="utf-8") == done.stdout
    assert list(json.loads(done.stdout)["removed"]) == ["sandbox_coupa"]


def test_erase_wants_either_a_connection_or_a_customer(orderhouse: Command) -> None:
    for arguments in ((), ("sandbox_odoo", "--customer", "sandbox")):
        done = orderhouse("erase", *arguments, "--yes")
        assert (done.returncode, "either a connection or --customer" in done.stderr) == (2, True)


@pytest.mark.parametrize(
    ("wrong", "is_refused"),
    [
        ("customer: other, sync_evry: 1h", False),
        ("sync_evry: 1h", True),
        ("customer: leaving, sync_evry: 1h", True),
        ("customer: '${NOT_SET}'", True),
        ("customer: other, credentials: '${NOT_SET}'", True),
    ],
)
def test_a_customer_is_erased_unless_an_entry_that_cannot_be_used_may_be_theirs_or_need_what_goes(
    orderhouse: Command, tmp_path: Path, wrong: str, is_refused: bool
) -> None:
    file = tmp_path / "connections.yaml"
    entries = f"mine: {{connector: odoo, customer: leaving}}, wrong: {{connector: odoo, {wrong}}}"
    file.write_text(f"connections: {{{entries}}}", encoding="utf-8")
    done = orderhouse("erase", "--customer", "leaving", "--yes", ORDERHOUSE_CONNECTIONS=str(file))
    assert (done.returncode, "connection 'wrong'" in done.stderr) == (int(is_refused), is_refused)
    assert is_refused or list(json.loads(done.stdout)["removed"]) == ["mine"]


@pytest.mark.parametrize(("credentials", "erased"), [("gone", 0), ("other", 1)])
def test_a_connection_is_erased_by_name_though_its_entry_is_gone(
    orderhouse: Command, tmp_path: Path, credentials: str, erased: int
) -> None:
    """Credentials of its name stay where another connection uses them."""
    file = tmp_path / "connections.yaml"
    stays = f"stays: {{connector: odoo, customer: acme, credentials: {credentials}}}"
    file.write_text(f"connections: {{gone: {{connector: odoo, customer: acme}}, {stays}}}", encoding="utf-8")
    told = {"ORDERHOUSE_CONNECTIONS": str(file)}
    orderhouse("vault", "put", "gone", input='{"host": "https://erp.example.com"}', **told)
    orderhouse("disconnect", "gone", "--yes", **told)
    file.write_text(f"connections: {{{stays}}}", encoding="utf-8")
    done = orderhouse("erase", "gone", "--yes", **told)
    assert done.returncode == 0, done.stderr
    certificate = json.loads(done.stdout)
    assert certificate["customer"] == "acme"
    assert certificate["removed"]["gone"].get("vault.secret", 0) == erased
    assert "under another name stay in the vault" in done.stderr


def test_what_neither_the_file_nor_the_warehouse_knows_is_not_erased(orderhouse: Command) -> None:
    done = orderhouse("erase", "unheard_of", "--yes")
    assert (done.returncode, done.stdout) == (1, "")
    assert "no connection 'unheard_of' in connections.yaml, and the warehouse has nothing of it" in done.stderr


def test_no_certificate_is_given_for_a_customer_whom_nobody_knows(orderhouse: Command) -> None:
    done = orderhouse("erase", "--customer", "sanbdox", "--yes")
    assert (done.returncode, done.stdout) == (1, "")
    assert "There is nothing of a customer 'sanbdox'" in done.stderr


def test_the_grants_are_printed_as_sql_for_an_administrator(orderhouse: Command) -> None:
    printed = orderhouse("grants").stdout
    assert 'CREATE ROLE "orderhouse_loader" NOLOGIN' in printed
    assert 'ALTER TABLE "procurement"."purchase_order" ENABLE ROW LEVEL SECURITY;' in printed


def test_a_login_is_not_passed_over_where_the_grants_are_only_printed(orderhouse: Command) -> None:
    done = orderhouse("grants", "--loader", "orderhouse_syncs")
    assert (done.returncode, done.stdout, "--loader goes with --apply" in done.stderr) == (2, "", True)
