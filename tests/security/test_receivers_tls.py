"""A webhook's receiver that proves itself otherwise than by the machine's authorities, as its subscription says."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa

from include.orderhouse.http.tls import Trust, pin_of
from include.orderhouse.warehouse.messages.deliveries import Outcome
from include.orderhouse.webhooks.delivery import Deliverer
from include.orderhouse.webhooks.posting import Message, Target, post
from include.orderhouse.webhooks.subscriptions import Webhooks
from tests.security.authorities import machine_trusting
from tests.security.bad_servers import AUTHORITY
from tests.security.callers import LOOPBACK
from tests.security.servers import Served, serving, tls_context
from tests.webhooks.conftest import ON_LOOPBACK, engine, url

__all__ = ["engine", "url"]


@pytest.fixture
def trust(tmp_path: Path) -> Trust:
    """Trust in the authority."""
    return Trust(authority=AUTHORITY.write(tmp_path / "authority.pem"))


def _posted(served: Served, trust: Trust) -> Outcome:
    return post(Message("event", b"{}"), Target(served.url(), (b"key",), trust), LOOPBACK)


def test_a_webhook_goes_only_to_a_receiver_with_a_pinned_key(trust: Trust, tmp_path: Path) -> None:
    certificate = AUTHORITY.issue()
    pin, other = pin_of(certificate.der), pin_of(AUTHORITY.issue().der)
    with serving(context=tls_context(certificate.write(tmp_path / "server.pem"))) as served:
        refused = _posted(served, Trust(authority=trust.authority, pins=(other,)))
        assert (refused.status, served.heads) == (None, [])
        assert "none of tls.pins" in str(refused.error)
        assert _posted(served, Trust(authority=trust.authority, pins=(other, pin))).status == 200


def test_a_client_certificate_is_shown_to_a_receiver_that_asks(trust: Trust, tmp_path: Path) -> None:
    ours = AUTHORITY.issue("orderhouse").write(tmp_path / "client.pem", password="k3y")
    context = tls_context(AUTHORITY.issue().write(tmp_path / "server.pem"), client_authority=trust.authority)
    with serving(context=context) as served:
        assert _posted(served, trust).status is None
        shown = Trust(authority=trust.authority, client_certificate=ours, client_key_password="k3y")
        assert _posted(served, shown).status == 200
        locked = _posted(served, Trust(client_certificate=ours, client_key_password="other"))
    assert "tls.client_certificate" in str(locked.error)
    assert len(served.heads) == 1


def test_the_machines_authorities_vouch_for_a_receiver_of_which_nothing_is_said(trust: Trust, tmp_path: Path) -> None:
    context = tls_context(AUTHORITY.issue().write(tmp_path / "server.pem"))
    with serving(context=context) as served:
        assert _posted(served, Trust()).status is None
        with machine_trusting(trust.authority):
            assert _posted(served, Trust()).status == 200


def test_a_subscription_says_whom_to_trust(engine: sa.Engine, trust: Trust, tmp_path: Path) -> None:
    told = {"target": "bus", "tls": {"authority": trust.authority}}
    with serving(context=tls_context(AUTHORITY.issue().write(tmp_path / "server.pem"))) as served:
        for subscription, status in ({"target": "bus"}, None), (told, 200):
            webhooks = Webhooks.model_validate({**ON_LOOPBACK, "subscriptions": {"bus": subscription}})
            outcome = Deliverer(engine, webhooks, lambda _: Target(served.url(), (b"key",))).test("bus")
            assert outcome.status == status, outcome
