"""The test of a connection takes the way that its requests take: by the proxy of the network, or directly."""

from __future__ import annotations

import socket
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from include.orderhouse.http.proxy import SETTING
from include.orderhouse.http.tls import pin_of
from include.orderhouse.upkeep.connection_test import ConnectionTest
from tests.sandbox.running import Sandbox
from tests.security.authorities import Authority
from tests.security.proxies import known_as, proxying, said
from tests.security.servers import serving, tls_context
from tests.sync.conftest import Connect, System

NAME = "erp.example.test"


def _told(system: System) -> dict[str, tuple[str, str]]:
    return {step.name: (step.state, step.message) for step in ConnectionTest(system.runtime).run()}


def _elsewhere(system: System, address: str = f"http://{NAME}:8069") -> System:
    """The connection, whose source is at an address, unless told by a name that only a proxy knows."""
    credentials = replace(system.runtime.credentials(), base_url=address)
    system.runtime.credentials = lambda: credentials
    return system


@pytest.fixture
def far(odoo: Sandbox, connect: Connect) -> System:
    """A connection to Odoo behind a proxy."""
    return _elsewhere(connect("odoo", odoo, plain_http=NAME))


def test_a_source_on_this_machine_is_reached_directly(
    odoo: Sandbox, system: System, monkeypatch: pytest.MonkeyPatch
) -> None:
    with proxying() as proxy:
        monkeypatch.setenv(SETTING, proxy.url)
        told = _told(system)
    assert {state for state, _ in told.values()} == {"passed"}
    assert told["address"][1] == f"127.0.0.1 answers at 127.0.0.1, port {urlsplit(odoo.url('odoo')).port}."
    assert proxy.asked == []


def test_a_source_behind_the_proxy_is_tried_through_it_in_all_steps(
    odoo: Sandbox, far: System, monkeypatch: pytest.MonkeyPatch
) -> None:
    with proxying() as proxy:
        proxy.ports[f"{NAME}:8069"] = urlsplit(odoo.url("odoo")).port or 0
        monkeypatch.setenv(SETTING, proxy.url)
        told = _told(far)
    assert {state for state, _ in told.values()} == {"passed"}
    assert told["address"][1] == f"The proxy {proxy.url} connects with {NAME}, port 8069."
    assert set(proxy.asked) == {f"CONNECT {NAME}:8069"}


def test_a_proxy_that_refuses_fails_the_step_of_the_address(far: System, monkeypatch: pytest.MonkeyPatch) -> None:
    with proxying() as proxy:
        proxy.answer = said(403, "Forbidden")
        monkeypatch.setenv(SETTING, proxy.url)
        told = _told(far)
    assert told["address"][0] == "failed"
    assert f"The proxy {proxy.url} does not let us through to {NAME}:8069" in told["address"][1]
    assert told["credentials"] == ("skipped", "")


@pytest.mark.parametrize("by_proxy", [False, True])
@pytest.mark.parametrize("has_its_key", [False, True])
def test_the_certificate_is_looked_at_whichever_way_leads_to_the_source(
    by_proxy: bool, has_its_key: bool, odoo: Sandbox, connect: Connect, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    host, authority = NAME if by_proxy else "127.0.0.1", Authority("authority of a test")
    certificate = authority.issue(host)
    pin = pin_of((certificate if has_its_key else authority.issue(host)).der)
    tls = {"authority": authority.write(tmp_path / "authority.pem"), "pins": [pin]}
    context = tls_context(certificate.write(tmp_path / "served.pem"))
    with proxying() as proxy, serving(context=context) as served:
        monkeypatch.setenv(SETTING, proxy.url)
        address = known_as(NAME, served, proxy) if by_proxy else served.url()
        told = _told(_elsewhere(connect("odoo", odoo, tls=tls), address))
        heard = len(served.heads)
    assert told["address"][0] == "passed"
    state, message = told["TLS"]
    if has_its_key:
        assert state == "passed"
        assert message.startswith("TLSv1.3; the certificate is valid until ")
    else:
        assert (state, heard) == ("failed", 0)
        assert f"SOURCE_UNTRUSTED: {host} shows a certificate whose key is none of tls.pins" in message


def test_a_source_that_cannot_be_reached_is_told_with_the_setting_of_a_proxy(system: System) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{taken.getsockname()[1]}"
        state, message = _told(_elsewhere(system, address))["address"]
    assert (state, SETTING in message) == ("failed", True)
    assert "SOURCE_UNAVAILABLE: 127.0.0.1, port" in message
