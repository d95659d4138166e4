"""Hosts that nobody configured: at which of their addresses they are called, and at which never."""

from __future__ import annotations

import socket
from typing import Any

import httpcore
import pytest

from include.orderhouse.errors import ForeignHost
from include.orderhouse.http.addresses import is_loopback
from include.orderhouse.http.network import Network

FIRST, SECOND = "2001:4860:4860::8888", "93.184.216.34"


@pytest.fixture
def called(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The addresses that are called; only the second is there."""
    places: list[str] = []

    def connect(_self: Any, host: str, *_: Any) -> httpcore.NetworkStream:
        places.append(host)
        if host == SECOND:
            return httpcore.MockStream([])
        raise httpcore.ConnectTimeout if host == FIRST else httpcore.ConnectError

    monkeypatch.setattr(httpcore.SyncBackend, "connect_tcp", connect)
    return places


def _at(monkeypatch: pytest.MonkeyPatch, *addresses: str) -> None:
    found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 443)) for address in addresses]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)


def test_a_login_whose_first_address_does_not_answer_is_called_at_its_next(
    called: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    _at(monkeypatch, FIRST, "1.1.1.1", SECOND)
    Network(1.0, only_public=True).connect_tcp("login.example", 443)
    assert called == [FIRST, "1.1.1.1", SECOND]


def test_a_login_that_answers_nowhere_is_an_outage(called: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    _at(monkeypatch, FIRST, "1.1.1.1")
    with pytest.raises(httpcore.ConnectError):
        Network(1.0, only_public=True).connect_tcp("login.example", 443)
    assert called == [FIRST, "1.1.1.1"]


@pytest.mark.parametrize(
    "private",
    [
        "10.0.0.1",
        "127.0.0.1",
        "169.254.169.254",
        "100.64.0.1",
        "224.0.0.1",
        "::1",
        "fe80::1%eth0",
        "ff0e::1",
        "fd00::1",
    ],
)
def test_a_login_that_is_at_one_private_address_is_called_at_none(
    private: str, called: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for addresses in ((SECOND, private), (private, SECOND)):
        _at(monkeypatch, *addresses)
        with pytest.raises(ForeignHost, match="no public address"):
            Network(1.0, only_public=True).connect_tcp("login.example", 443)
    assert called == []


@pytest.mark.parametrize("host", ["nowhere.invalid", "x" * 70 + ".example", "a..example"])
def test_a_login_whose_name_has_no_address_is_an_outage(host: str, called: list[str]) -> None:
    with pytest.raises(httpcore.ConnectError, match="has no address"):
        Network(1.0, only_public=True).connect_tcp(host, 443)
    assert called == []


@pytest.mark.parametrize("host", ["x" * 70 + ".example", "a..example"])
def test_what_is_configured_and_can_be_no_hosts_name_is_an_outage_too(host: str) -> None:
    with pytest.raises(httpcore.ConnectError, match="can be no host's name"):
        Network(1.0).connect_tcp(host, 443)


def test_a_host_that_is_configured_is_called_by_its_name(called: list[str]) -> None:
    with pytest.raises(httpcore.ConnectError):
        Network(1.0).connect_tcp("erp.example", 443)
    assert called == ["erp.example"]


@pytest.mark.parametrize(
    ("host", "is_own"),
    [
        ("localhost", True),
        ("127.0.0.1", True),
        ("127.8.8.8", True),
        ("::1", True),
        ("::ffff:127.0.0.1", True),
        ("64:ff9b::7f00:1", True),
        ("localhost.example", False),
        ("10.0.0.1", False),
        ("::", False),
        ("2001:db8::1", False),
        ("erp.example", False),
    ],
)
def test_this_machine_is_known_by_its_name_alone(host: str, is_own: bool) -> None:
    assert is_loopback(host) is is_own
