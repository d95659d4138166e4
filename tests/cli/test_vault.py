"""The vault's commands: secrets by standard input only, and none in what they print."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from include.orderhouse.home import Home
from include.orderhouse.warehouse.embedded import embedded_postgres
from include.orderhouse.warehouse.engine import connected
from tests.cli.conftest import Command

PLANTED = "planted-cli-secret"
CONTENT = {"host": "https://erp.example.com", "login": "me", "password": PLANTED, "extra": {"client_secret": PLANTED}}


def test_credentials_live_their_whole_life_without_being_shown(orderhouse: Command) -> None:
    put = orderhouse("vault", "put", "sandbox_odoo", input=json.dumps(CONTENT))
    assert put.stdout.strip() == "keeps sandbox_odoo for sandbox: conn_type, host, login, password, extra"
    listed = orderhouse("vault", "list")
    assert "sandbox_odoo" in listed.stdout
    rotated = orderhouse("vault", "rotate")
    assert re.search(r"^sandbox: data key \d+; wrapped anew: 0; sealed anew: [1-9]", rotated.stdout, re.MULTILINE)
    for command in ("revoke", "erase"):
        kept = orderhouse("vault", command, "sandbox_odoo", input="n\n")
        assert (kept.returncode, "forgotten for good" in kept.stdout) == (1, True)
    revoked = orderhouse("vault", "revoke", "sandbox_odoo", "--yes")
    assert "revoked sandbox_odoo" in revoked.stdout
    erased = orderhouse("vault", "erase", "sandbox_odoo", "--yes")
    again = orderhouse("vault", "erase", "sandbox_odoo", "--yes")
    assert (erased.returncode, again.returncode) == (0, 1)
    for done in (put, listed, rotated, revoked, erased, again):
        assert PLANTED not in done.stdout + done.stderr


def test_tokens_are_revoked_of_credentials_that_stand_elsewhere(home: Home, orderhouse: Command) -> None:
    kept = """
        INSERT INTO ops.token (connection, customer, sealed, key_id, refreshed_at, refreshes)
        VALUES ('elsewhere_books', 'acme', '', '1', now(), 1)
    """
    with embedded_postgres(home, port=0) as server, connected(server.url()) as engine, engine.begin() as warehouse:
        warehouse.execute(sa.text(kept))
    revoked = [orderhouse("vault", "revoke", "elsewhere_books", "--yes") for _ in range(2)]
    assert [done.returncode for done in revoked] == [0, 1]
    assert "The vault has no credentials 'elsewhere_books'" in revoked[1].stderr


def test_what_is_no_connection_is_refused_without_being_shown(orderhouse: Command) -> None:
    strange = ({"password": [PLANTED]}, {"password": 4711}, {"port": PLANTED}, {"port": True}, {"extra": [PLANTED]})
    wrong = ([PLANTED], {"pass_word": PLANTED}, {"login": PLANTED}, *({**CONTENT, **one} for one in strange))
    for typed in (PLANTED, *map(json.dumps, wrong)):
        done = orderhouse("vault", "put", "sandbox_odoo", input=typed)
        assert done.returncode == 1
        assert "Nothing was kept" in done.stderr
        assert PLANTED not in done.stdout + done.stderr


def test_a_generated_master_key_that_is_gone_is_told_and_not_made_anew(
    home: Home, orderhouse: Command, tmp_path: Path
) -> None:
    orderhouse("vault", "put", "sandbox_odoo", input=json.dumps(CONTENT))
    key = home.secrets / "master_key"
    kept = key.rename(tmp_path / "master_key")
    put = ("vault", "put", "new_erp", "--customer", "new")
    for command in (put, ("audit", "verify"), ("audit", "prune", "--keep", "90d"), ("vault", "rotate")):
        done = orderhouse(*command, input=json.dumps(CONTENT))
        assert (done.returncode, key.exists()) == (1, False)
        assert "KEY_MISSING: The generated master key is gone" in done.stderr
    kept.rename(key)
    assert orderhouse(*put, input=json.dumps(CONTENT)).returncode == 0
    assert orderhouse("vault", "erase", "sandbox_odoo", "--yes").returncode == 0


def test_credentials_that_no_connection_uses_need_a_customer(orderhouse: Command) -> None:
    done = orderhouse("vault", "put", "unknown", input=json.dumps(CONTENT))
    assert "--customer" in done.stderr
    assert orderhouse("vault", "put", "unknown", "--customer", "acme", input=json.dumps(CONTENT)).returncode == 0


def test_the_data_key_of_a_customer_whom_nobody_knows_is_not_made_by_rotating_it(orderhouse: Command) -> None:
    orderhouse("vault", "put", "known_erp", "--customer", "known", input=json.dumps(CONTENT))
    for _ in range(2):
        done = orderhouse("vault", "rotate", "--customer", "knwon")
        assert (done.returncode, done.stdout) == (1, "")
        assert "No customer 'knwon' has a data key" in done.stderr


@pytest.fixture
def broken(home: Home, orderhouse: Command) -> Iterator[str]:
    """A customer of which a record does not open."""
    assert orderhouse("vault", "put", "broken_erp", "--customer", "broken", input=json.dumps(CONTENT)).returncode == 0
    with embedded_postgres(home, port=0) as server:
        engine = sa.create_engine(server.url())
        with engine.begin() as warehouse:
            changed = "UPDATE vault.secret SET sealed = set_byte(sealed, 30, 255 - get_byte(sealed, 30))"
            warehouse.execute(sa.text(f"{changed} WHERE connection = 'broken_erp'"))
        engine.dispose()
    yield "broken"
    orderhouse("vault", "erase", "broken_erp", "--yes")


def test_a_customer_whose_records_do_not_open_holds_no_others_rotation_up(orderhouse: Command, broken: str) -> None:
    for name in ("able", "zealous"):
        orderhouse("vault", "put", f"{name}_erp", "--customer", name, input=json.dumps(CONTENT))
    done = orderhouse("vault", "rotate")
    assert done.returncode == 1
    assert "zealous: data key 2; wrapped anew: 0; sealed anew: 1" in done.stdout
    assert "able: data key 2; wrapped anew: 0; sealed anew: 1" in done.stdout
    assert f"{broken}: data key" not in done.stdout
    assert done.stderr.startswith(f"{broken}: not rotated. SEAL_BROKEN: ")
    assert "Traceback" not in done.stderr
