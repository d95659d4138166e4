"""When a connection leaves, the vendor is told to take the access back, where it has an endpoint for that."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import partial

import pytest

from include.orderhouse.errors import AuthenticationFailed, SourceUnavailable
from include.orderhouse.upkeep.revocation import revoke_tokens
from tests.connectors.conftest import credentials_for
from tests.sandbox.clock import Clock
from tests.sandbox.generate import generate
from tests.sandbox.running import Sandbox, sandbox
from tests.sync.conftest import NOW, SIGN_IN, Connect, System, connect, engine, url

__all__ = ["connect", "engine", "url"]

PLACES = {"xero": "{url}/connect/revocation", "quickbooks": "{url}/v2/oauth2/tokens/revoke"}


@pytest.fixture
def vendors() -> Iterator[Sandbox]:
    """The vendors whose tokens can be revoked."""
    with sandbox(generate(7, orders=3, now=NOW), tuple(PLACES), Clock(NOW)) as running:
        yield running


def _system(vendors: Sandbox, connect: Connect, name: str, **other: str) -> System:
    """A connection that has synced, with what is told where to revoke."""
    system = connect(name, vendors)
    system.sync()
    told = {**SIGN_IN[name], "revocation_url": PLACES[name], **other}
    system.runtime = replace(system.runtime, credentials=lambda: credentials_for(name, vendors, **told))
    return system


@pytest.mark.parametrize("name", sorted(PLACES))
def test_the_vendor_takes_the_access_back(
    name: str, vendors: Sandbox, connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    system = _system(vendors, connect, name)
    refreshing, known = vendors.world(name).tokens.refreshing, vendors.world(name).credentials
    assert refreshing is not None
    given, give_back = list[str](), refreshing.give_back
    monkeypatch.setattr(refreshing, "give_back", lambda token: (given.append(token), give_back(token)))
    assert revoke_tokens(system.runtime, "test")
    assert known["refresh_token"] not in given, "the sync has renewed it"
    assert [refreshing.redeem(token) for token in (known["refresh_token"], *given)] == [None, None]
    (noted,) = system.rows("SELECT actor, connection, customer, subject FROM ops.audit WHERE action = 'tokens.revoked'")
    assert noted == {"actor": "test", "connection": name, "customer": "tests", "subject": name}


def test_a_vendor_that_refuses_or_is_away_is_told(vendors: Sandbox, connect: Connect) -> None:
    system = _system(vendors, connect, "xero", client_secret="wrong-s3cret")
    with pytest.raises(AuthenticationFailed, match="did not revoke") as refused:
        revoke_tokens(system.runtime, "test")
    assert "s3cret" not in str(refused.value)
    for place in ("http://127.0.0.1:1/revocation", "https://identity.example:port/revocation"):
        known = credentials_for("xero", vendors, **{**SIGN_IN["xero"], "revocation_url": place})
        system.runtime = replace(system.runtime, credentials=partial(replace, known))
        with pytest.raises(SourceUnavailable, match="could not be asked to revoke") as unreachable:
            revoke_tokens(system.runtime, "test")
        assert known.need("client_secret") not in str(unreachable.value)
    assert system.rows("SELECT FROM ops.audit WHERE action = 'tokens.revoked'") == []


def test_where_there_is_nothing_to_revoke_nobody_is_asked(vendors: Sandbox, connect: Connect) -> None:
    system = _system(vendors, connect, "xero", refresh_token="")
    assert not revoke_tokens(system.runtime, "test")
