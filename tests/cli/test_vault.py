"""The vault's commands: secrets by standard input only, and none in what they print."""

from __future__ import annotations

import json

from tests.cli.conftest import Command

PLANTED = "planted-cli-secret"
CONTENT = {"host": "https://erp.example.com", "login": "me", "password": PLANTED, "extra": {"client_secret": PLANTED}}


def test_credentials_live_their_whole_life_without_being_shown(orderhouse: Command) -> None:
    put = orderhouse("vault", "put", "sandbox_odoo", input=json.dumps(CONTENT))
    assert put.stdout.strip() == "keeps sandbox_odoo for sandbox: conn_type, host, login, password, extra"
    listed = orderhouse("vault", "list")
    assert "sandbox_odoo" in listed.stdout
    rotated = orderhouse("vault", "rotate")
    assert "sandbox: data key 2; wrapped anew: 0; sealed anew:" in rotated.stdout
    revoked = orderhouse("vault", "revoke", "sandbox_odoo")
    assert "revoked sandbox_odoo" in revoked.stdout
    erased = orderhouse("vault", "erase", "sandbox_odoo")
    again = orderhouse("vault", "erase", "sandbox_odoo")
    assert (erased.returncode, again.returncode) == (0, 1)
    for done in (put, listed, rotated, revoked, erased, again):
        assert PLANTED not in done.stdout + done.stderr


def test_what_is_no_connection_is_refused_without_being_shown(orderhouse: Command) -> None:
    for typed in (PLANTED, json.dumps([PLANTED]), json.dumps({"pass_word": PLANTED}), json.dumps({"login": PLANTED})):
        done = orderhouse("vault", "put", "sandbox_odoo", input=typed)
        assert done.returncode == 1
        assert "Nothing was kept" in done.stderr
        assert PLANTED not in done.stdout + done.stderr


def test_credentials_that_no_connection_uses_need_a_customer(orderhouse: Command) -> None:
    done = orderhouse("vault", "put", "unknown", input=json.dumps(CONTENT))
    assert "--customer" in done.stderr
    assert orderhouse("vault", "put", "unknown", "--customer", "acme", input=json.dumps(CONTENT)).returncode == 0
