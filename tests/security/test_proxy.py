"""Requests by the installation's proxy: who is reached by it, what it gets to know, and how its refusals are told."""

from __future__ import annotations

import logging
import socket
import ssl
from collections.abc import Iterator
from pathlib import Path
from threading import Event

import pytest

from include.orderhouse.errors import (
    ConfigurationInvalid,
    ForeignHost,
    OrderhouseError,
    SourceTimeout,
    SourceUnavailable,
    SourceUntrusted,
)
from include.orderhouse.http import Api
from include.orderhouse.http.auth import client_credentials
from include.orderhouse.http.network import Network
from include.orderhouse.http.proxy import EXCEPTED_SETTING, SETTING, proxy_of_environment
from include.orderhouse.http.tls import Trust, pin_of
from tests.security.authorities import Authority, Certificate, machine_trusting, self_signed
from tests.security.callers import SECRET, api_of
from tests.security.proxies import ProxyAtWork, known_as, proxying, said
from tests.security.servers import serving, tls_context

NAME = "erp.example.test"
LOGIN = "reader:p@ss/word"
AUTHORITY = Authority("authority of a test")


@pytest.fixture
def proxy(monkeypatch: pytest.MonkeyPatch) -> Iterator[ProxyAtWork]:
    """The installation's proxy."""
    with proxying() as running:
        monkeypatch.setenv(SETTING, running.url)
        yield running


def _api(url: str, folder: Path, trust: Trust | None = None, **way: object) -> Api:
    chosen = trust or Trust(authority=AUTHORITY.write(folder / "authority.pem"))
    return api_of(url, chosen, proxy=proxy_of_environment(), **way)


def _context(folder: Path, certificate: Certificate | None = None) -> ssl.SSLContext:
    return tls_context((certificate or AUTHORITY.issue(NAME)).write(folder / "served.pem"))


def test_a_source_is_reached_by_the_proxy_which_sees_no_more_than_its_name(proxy: ProxyAtWork, tmp_path: Path) -> None:
    with serving(context=_context(tmp_path)) as served, _api(known_as(NAME, served, proxy), tmp_path) as api:
        assert [api.get("orders"), api.get("orders")] == [{}, {}]
        assert all(b"authorization: basic" in head.lower() for head in served.heads)
        assert b"proxy-authorization" not in b"".join(served.heads).lower()
    assert set(proxy.asked) == {f"CONNECT {NAME}:443"}


def test_a_source_by_plain_http_gets_a_tunnel_too(proxy: ProxyAtWork, tmp_path: Path) -> None:
    with serving() as served, _api(known_as(NAME, served, proxy, 8080), tmp_path, plain_http=NAME) as api:
        assert api.get("orders") == {}
    assert proxy.asked == [f"CONNECT {NAME}:8080"]


def test_a_token_endpoint_elsewhere_is_reached_by_the_proxy(proxy: ProxyAtWork, tmp_path: Path) -> None:
    """The name is looked up by the proxy alone: here nobody knows it."""

    def grant(_head: bytes, connection: socket.socket) -> None:
        body = b'{"access_token": "t0ken", "expires_in": 3600}'
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body))

    authority = AUTHORITY.write(tmp_path / "authority.pem")
    certificate = AUTHORITY.issue("login.example.test").write(tmp_path / "login.pem")
    with (
        machine_trusting(authority),
        serving(context=_context(tmp_path)) as source,
        serving(grant, tls_context(certificate)) as login,
    ):
        token_url = f"{known_as('login.example.test', login, proxy)}/token"
        auth = client_credentials(token_url, "reader", SECRET)
        with _api(known_as(NAME, source, proxy), tmp_path, auth=auth) as api:
            assert api.get("orders") == {}
    assert proxy.asked == ["CONNECT login.example.test:443", f"CONNECT {NAME}:443"]


@pytest.mark.parametrize("certificate", ["of nobody's", "of another host", "with another key"])
def test_behind_a_proxy_a_source_proves_who_it_is_as_ever(certificate: str, proxy: ProxyAtWork, tmp_path: Path) -> None:
    shown = {
        "of nobody's": self_signed(NAME),
        "of another host": AUTHORITY.issue("evil.example.test"),
        "with another key": AUTHORITY.issue(NAME),
    }[certificate]
    pins = (pin_of(AUTHORITY.issue(NAME).der),) if certificate == "with another key" else ()
    trust = Trust(authority=AUTHORITY.write(tmp_path / "authority.pem"), pins=pins)
    with (
        serving(context=_context(tmp_path, shown)) as served,
        _api(known_as(NAME, served, proxy), tmp_path, trust) as api,
    ):
        with pytest.raises(SourceUntrusted, match=NAME):
            api.get("orders")
        assert served.heads == []


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "127.1",
        "2130706433",
        "0x7f.1",
        "localhost",
        "localhost.",
        "db.localhost",
        "169.254.169.254",
        "169.254.169.254.",
        "10.0.0.8",
        "[::1]",
        "[fd00:ec2::254]",
        "[::ffff:10.0.0.8]",
        "[64:ff9b::a00:8]",
    ],
)
def test_a_host_that_nobody_configured_is_not_called_at_a_private_address_by_the_proxy_either(
    host: str, proxy: ProxyAtWork, tmp_path: Path
) -> None:
    auth = client_credentials(f"https://{host}/token", "reader", SECRET)
    with _api(f"https://{NAME}", tmp_path, auth=auth) as api, pytest.raises(ForeignHost, match="no public address"):
        api.get("orders")
    assert proxy.asked == []


@pytest.mark.parametrize("excepted", ["10.0.0.0/8, 127.0.0.1", "localhost", ""])
def test_this_machine_is_never_reached_by_the_proxy(
    excepted: str, proxy: ProxyAtWork, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(EXCEPTED_SETTING, excepted)
    for host in ("127.0.0.1", "localhost"):
        with serving() as served, _api(served.url("http", host), tmp_path) as api:
            assert api.get("orders") == {}
    assert proxy.asked == []


def test_a_source_that_is_excepted_is_reached_without_the_proxy(
    proxy: ProxyAtWork, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(EXCEPTED_SETTING, "example.test")
    with _api(f"https://{NAME}", tmp_path) as api, pytest.raises(OrderhouseError) as told:
        api.get("orders")
    assert (told.value.code, proxy.asked) == ("SOURCE_UNAVAILABLE", [])


@pytest.mark.parametrize("name", ["HTTP_PROXY", "https_proxy", "ALL_PROXY"])
def test_a_proxy_that_the_environment_names_for_others_is_not_asked(
    name: str, proxy: ProxyAtWork, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(SETTING)
    monkeypatch.setenv(name, proxy.url)
    with _api(f"https://{NAME}", tmp_path) as api, pytest.raises(OrderhouseError):
        api.get("orders")
    assert proxy.asked == []


def test_the_login_goes_to_the_proxy_and_into_no_output(
    proxy: ProxyAtWork, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    proxy.login = LOGIN
    monkeypatch.setenv(SETTING, f"http://reader:p%40ss%2Fword@127.0.0.1:{proxy.port}")
    with serving(context=_context(tmp_path)) as served:
        with _api(known_as(NAME, served, proxy), tmp_path) as api:
            assert api.get("orders") == {}
        assert b"proxy-authorization" not in b"".join(served.heads).lower()
    made = proxy_of_environment()
    shown = f"{made} {made!r} {caplog.text}"
    assert not any(secret in shown for secret in ("reader:", "p@ss", "p%40ss", "cmVhZGVy"))


@pytest.mark.parametrize(
    ("answer", "code", "message"),
    [
        (said(403, "Forbidden"), "CONFIGURATION_INVALID", r"does not let us through to erp\.example\.test:443 \(403 F"),
        (said(405, "Method Not Allowed"), "CONFIGURATION_INVALID", "405"),
        (said(302, "Found"), "CONFIGURATION_INVALID", r"does not let us through to erp\.example\.test:443 \(302 Found"),
        (said(407, "Proxy Authentication Required"), "CONFIGURATION_INVALID", "does not accept the login of"),
        (said(408, "Request Timeout"), "SOURCE_UNAVAILABLE", r"cannot connect with erp\.example\.test:443"),
        (said(429, "Too Many Requests"), "SOURCE_UNAVAILABLE", r"cannot connect with erp\.example\.test:443"),
        (said(503, "Service Unavailable"), "SOURCE_UNAVAILABLE", r"cannot connect with erp\.example\.test:443 \(503"),
        (said(504, "Gateway Timeout"), "SOURCE_UNAVAILABLE", "504"),
        (b"SSH-2.0-OpenSSH\r\n", "SOURCE_UNAVAILABLE", "did not answer as one"),
        (b"HTTP/1.1 200", "SOURCE_UNAVAILABLE", "did not answer as one"),
        (b"", "SOURCE_UNAVAILABLE", "did not answer as one"),
    ],
)
def test_what_the_proxy_refuses_is_told_as_its_own_refusal_without_its_password(
    answer: bytes, code: str, message: str, proxy: ProxyAtWork, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(SETTING, f"http://reader:planted-password@127.0.0.1:{proxy.port}")
    proxy.answer = answer
    with _api(f"https://{NAME}", tmp_path) as api, pytest.raises(OrderhouseError, match=message) as told:
        api.get("orders")
    assert told.value.code == code
    assert f"The proxy {proxy.url} " in told.value.message
    assert SETTING in told.value.action
    assert "planted-password" not in str(told.value)


def test_a_proxy_that_refuses_at_length_is_cut_short_and_left_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    left = Event()

    def refuse(_head: bytes, connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 403 %s\r\nContent-Length: 0\r\n\r\n" % (b"x" * 3000))
        if connection.recv(1) == b"":
            left.set()

    with serving(refuse) as served:
        monkeypatch.setenv(SETTING, served.url("http"))
        with pytest.raises(ConfigurationInvalid) as told:
            Network(600.0, proxy=proxy_of_environment()).connect_tcp(NAME, 443, timeout=5)
        assert left.wait(5)
    assert len(told.value.message) < 300


def test_an_address_of_ipv6_is_asked_for_in_brackets(proxy: ProxyAtWork, tmp_path: Path) -> None:
    with _api("https://[2001:db8::8]", tmp_path) as api, pytest.raises(OrderhouseError):
        api.get("orders")
    assert set(proxy.asked) == {"CONNECT [2001:db8::8]:443"}


def test_a_proxy_that_wants_a_login_is_told_where_there_is_none(proxy: ProxyAtWork, tmp_path: Path) -> None:
    proxy.login = LOGIN
    with _api(f"https://{NAME}", tmp_path) as api, pytest.raises(ConfigurationInvalid, match="asks for a login"):
        api.get("orders")


def test_a_proxy_that_is_away_is_told_by_its_own_address(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        monkeypatch.setenv(SETTING, f"http://reader:planted-password@{address}")
        with _api(f"https://{NAME}", tmp_path) as api, pytest.raises(OrderhouseError) as told:
            api.get("orders")
    assert told.value.code == "SOURCE_UNAVAILABLE"
    assert told.value.message.startswith(f"The proxy http://{address} cannot be reached")
    assert "planted-password" not in str(told.value)


def test_a_proxy_that_takes_no_connection_is_told_by_its_own_address(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0), backlog=0) as full, socket.socket() as waiting:
        waiting.connect(full.getsockname())
        monkeypatch.setenv(SETTING, f"http://127.0.0.1:{full.getsockname()[1]}")
        network = Network(600.0, proxy=proxy_of_environment())
        with pytest.raises(SourceUnavailable, match=r"The proxy http://127\.0\.0\.1:\d+ cannot be reached"):
            network.connect_tcp(NAME, 443, timeout=0.2)


def test_a_proxy_that_says_nothing_is_not_waited_for_longer_than_a_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    over = Event()
    with serving(lambda _head, _connection: over.wait(10)) as silent:
        monkeypatch.setenv(SETTING, silent.url("http"))
        network = Network(600.0, proxy=proxy_of_environment())
        with pytest.raises(SourceTimeout, match=f"The proxy {silent.url('http')} did not connect with {NAME}:443"):
            network.connect_tcp(NAME, 443, timeout=0.2)
        over.set()
