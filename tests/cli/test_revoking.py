"""A connection leaves by the command line: the vendor is told, what was kept is gone, the log and the output say so."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import yaml

from tests.cli.conftest import Command
from tests.connectors.conftest import credentials_for
from tests.sandbox.generate import generate
from tests.sandbox.running import Sandbox, sandbox
from tests.sync.conftest import SETTINGS, SIGN_IN

PLACES = {"xero": "{url}/connect/revocation", "quickbooks": "{url}/v2/oauth2/tokens/revoke"}
Ours = Callable[..., str]


@pytest.fixture(scope="module")
def vendors() -> Iterator[Sandbox]:
    """Vendors whose tokens can be revoked."""
    with sandbox(generate(7, orders=2, now=datetime.now(UTC)), tuple(PLACES)) as running:
        yield running


@pytest.fixture
def ours(orderhouse: Command, vendors: Sandbox, tmp_path: Path) -> Ours:
    """``ours(connectors, *arguments)``: runs a command where there are connections of that name; what it said."""
    file = tmp_path / "connections.yaml"

    def run(connections: dict[str, str], *arguments: str, input: str | None = None, **environment: str) -> str:
        entries = {
            name: {"connector": connector, "customer": "acme", "credentials": "acme_vendor"}
            | {"settings": SETTINGS[connector], "requests_per_minute": 6000}
            for name, connector in connections.items()
        }
        file.write_text(yaml.safe_dump({"connections": entries}), encoding="utf-8")
        done = orderhouse(*arguments, input=input, ORDERHOUSE_CONNECTIONS=str(file), **environment)
        said = done.stdout + done.stderr
        assert done.returncode == 0, said
        for name in PLACES:
            known = vendors.world(name).credentials
            assert known["client_secret"] not in said
            assert known["refresh_token"] not in said
        return said

    return run


def _credentials(name: str, vendors: Sandbox, revocation_url: str | None = None) -> str:
    told = {**SIGN_IN[name], "revocation_url": revocation_url or PLACES[name]}
    found = credentials_for(name, vendors, **told)
    return json.dumps({"conn_type": "http", "host": found.base_url, "extra": dict(found.extra)})


def _is_revoked(name: str, vendors: Sandbox) -> bool:
    refreshing = vendors.world(name).tokens.refreshing
    assert refreshing is not None
    return refreshing.redeem(vendors.world(name).credentials["refresh_token"]) is None


def test_credentials_in_use_and_a_vendor_that_is_away_hold_nothing_up(vendors: Sandbox, ours: Ours) -> None:
    known = {"AIRFLOW_CONN_ACME_VENDOR": _credentials("xero", vendors, "http://127.0.0.1:1/")}
    shared = ours({"acme_xero": "xero", "acme_too": "xero"}, "disconnect", "acme_xero", "--yes", **known)
    assert "its credentials stay, another connection uses them" in shared
    assert "revoke the tokens" not in shared
    away = ours({"acme_xero": "xero"}, "disconnect", "acme_xero", "--yes", **known)
    assert "could not be asked to revoke the tokens" in away
    assert "Take the access back at the vendor by hand" in away
    assert "disconnected acme_xero" in away
    assert not _is_revoked("xero", vendors)


def test_to_erase_lets_the_vendor_revoke_the_tokens(vendors: Sandbox, ours: Ours) -> None:
    known = {"AIRFLOW_CONN_ACME_VENDOR": _credentials("quickbooks", vendors)}
    said = ours({"acme_quickbooks": "quickbooks"}, "erase", "acme_quickbooks", "--yes", **known)
    assert "QuickBooks Online has revoked the tokens of acme_quickbooks" in said
    assert '"erased_by"' in said
    assert _is_revoked("quickbooks", vendors)


def test_to_disconnect_lets_the_vendor_revoke_the_tokens_that_a_sync_renewed(vendors: Sandbox, ours: Ours) -> None:
    connections = {"acme_xero_2": "xero"}
    ours(connections, "vault", "put", "acme_vendor", input=_credentials("xero", vendors))
    assert "inserted 2" in ours(connections, "sync", "acme_xero_2")
    assert "Xero has revoked the tokens of acme_xero_2" in ours(connections, "disconnect", "acme_xero_2", "--yes")
    assert _is_revoked("xero", vendors)
    assert "tokens.revoked" in ours(connections, "audit", "show", "acme_xero_2")
