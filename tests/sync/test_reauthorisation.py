"""Whole syncs with rotating tokens: they go on from run to run, and a lost one shows, with the steps to take."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from include.orderhouse.errors import AuthenticationFailed
from tests.sandbox import history
from tests.sandbox.clock import Clock
from tests.sandbox.generate import generate
from tests.sandbox.running import Sandbox, sandbox
from tests.sync.conftest import Connect

NOW = datetime(2026, 10, 1, 12, 0, 0, tzinfo=UTC)
ROTATING = ("quickbooks", "xero")
STATUS = "SELECT state, error_code, error_message FROM ops.connection_status"


@pytest.fixture(params=ROTATING)
def connector(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def served(connector: str) -> Iterator[Sandbox]:
    company = generate(7, orders=30, now=NOW)
    with sandbox(company, [connector], Clock(NOW), options={connector: {"rotation": "always"}}) as running:
        yield running


def test_each_run_goes_on_with_the_tokens_of_the_one_before(connector: str, served: Sandbox, connect: Connect) -> None:
    """Every refresh uses up the token before; the access token is shared by the steps of a run."""
    system = connect(connector, served)
    for _ in range(3):
        assert system.sync()["state"] == "succeeded"
        served.clock.advance(86_400)
        served.world(connector).tokens.revoke_all()
    assert served.refreshing(connector).redeemed == 3
    assert system.rows("SELECT refreshes FROM ops.token") == [{"refreshes": 3}]


def test_a_lost_token_shows_as_needs_reauthorisation_and_a_new_one_mends_it(
    connector: str, served: Sandbox, connect: Connect
) -> None:
    system = connect(connector, served)
    system.sync()
    watermark = system.watermark.text
    served.clock.advance(86_400)
    missed = served.act(history.create)
    served.refreshing(connector).revoke()
    served.world(connector).tokens.revoke_all()
    with pytest.raises(AuthenticationFailed):
        system.sync()
    (status,) = system.rows(STATUS)
    assert (status["state"], status["error_code"]) == ("needs_reauthorisation", "AUTHENTICATION_FAILED")
    assert "refresh_token" in status["error_message"]
    assert system.watermark.text == watermark
    with pytest.raises(AuthenticationFailed):
        system.sync()
    assert system.rests, "the same refused token is not tried at each tick"

    served.clock.advance(60)
    entered, before = served.refreshing(connector).authorise(), system.runtime.credentials
    system.runtime.credentials = lambda: replace(before(), extra={**before().extra, "refresh_token": entered})
    assert not system.rests
    system.sync()
    assert system.rows(STATUS)[0]["state"] == "online"
    number = served.company.orders[missed].number
    held = system.rows(f"SELECT 1 FROM procurement.purchase_order WHERE order_number = '{number}'")
    assert len(held) == (connector == "xero" or served.company.orders[missed].entity == "US01")
