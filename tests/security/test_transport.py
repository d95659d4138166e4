"""What a connection to a source goes by besides a good handshake: authorities of its own, pins, certificates, links."""

from __future__ import annotations

import socket
import ssl
from pathlib import Path

import pytest

from include.orderhouse.errors import ConfigurationInvalid, ForeignHost, OrderhouseError, SourceUntrusted
from include.orderhouse.http.auth import client_credentials
from include.orderhouse.http.tls import Trust, check_pin, own_context, pin_of
from include.orderhouse.webhooks.posting import Message, Target, post
from tests.security.authorities import Authority, Certificate, machine_trusting, self_signed
from tests.security.bad_servers import AUTHORITY
from tests.security.callers import LOOPBACK, SECRET, api_of
from tests.security.servers import Served, serving, tls_context


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the PEM files are."""
    return tmp_path_factory.mktemp("tls")


@pytest.fixture(scope="module")
def trust(folder: Path) -> Trust:
    """Trust in the authority."""
    return Trust(authority=AUTHORITY.write(folder / "authority.pem"))


def _refused(served: Served, trust: Trust, saying: str) -> None:
    with api_of(served.url(), trust) as api, pytest.raises(SourceUntrusted, match=saying) as caught:
        api.get("orders")
    assert served.heads == []
    assert SECRET not in str(caught.value)


def _context(certificate: Certificate, folder: Path, **details: object) -> ssl.SSLContext:
    return tls_context(certificate.write(folder / "server.pem"), **details)  # type: ignore[arg-type]


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_a_private_authority_is_trusted_where_it_is_named(version: ssl.TLSVersion, folder: Path, trust: Trust) -> None:
    context = _context(AUTHORITY.issue(), folder, version=version)
    with serving(context=context) as served, api_of(served.url(), trust) as api:
        assert api.get("orders") == {}


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_1, ssl.TLSVersion.TLSv1_2])
@pytest.mark.filterwarnings("ignore:ssl.TLSVersion")
def test_the_machines_authorities_vouch_over_a_new_tls_only(
    version: ssl.TLSVersion, folder: Path, trust: Trust
) -> None:
    context = _context(AUTHORITY.issue(), folder, version=version)
    with machine_trusting(trust.authority), serving(context=context) as served:
        if version is ssl.TLSVersion.TLSv1_1:
            _refused(served, Trust(), "protocol")
        else:
            with api_of(served.url()) as api:
                assert api.get("orders") == {}


def test_an_authority_that_is_named_takes_the_place_of_the_machines(folder: Path, trust: Trust) -> None:
    other = Authority("The machine's")
    machine, context = other.write(folder / "machine.pem"), _context(other.issue(), folder)
    with machine_trusting(machine), serving(context=context) as served:
        _refused(served, trust, "unable to get local issuer")


def test_the_machines_authorities_do_not_know_a_private_one(folder: Path) -> None:
    with serving(context=_context(AUTHORITY.issue(), folder)) as served:
        _refused(served, Trust(), "unable to get local issuer")


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_a_client_certificate_is_shown_to_a_source_that_asks(
    version: ssl.TLSVersion, folder: Path, trust: Trust
) -> None:
    context = _context(AUTHORITY.issue(), folder, version=version, client_authority=trust.authority)
    ours = AUTHORITY.issue("orderhouse").write(folder / "client.pem", password="k3y")
    shown = Trust(authority=trust.authority, client_certificate=ours, client_key_password="k3y")
    with serving(context=context) as served:
        _refused(served, trust, "certificate required|handshake failure")
        with api_of(served.url(), shown) as api:
            assert api.get("orders") == {}
    assert "k3y" not in repr(shown)


def test_a_client_key_that_its_password_does_not_open_is_told(folder: Path, trust: Trust) -> None:
    ours = AUTHORITY.issue("orderhouse").write(folder / "locked.pem", password="k3y")
    for password in (None, "other"):
        with pytest.raises(ConfigurationInvalid, match=r"tls\.client_certificate"):
            api_of("https://127.0.0.1", Trust(client_certificate=ours, client_key_password=password))


@pytest.mark.parametrize("option", ["authority", "revocation_list", "client_certificate"])
@pytest.mark.parametrize("content", [None, "no PEM"])
def test_a_file_that_cannot_be_used_is_named(option: str, content: str | None, tmp_path: Path) -> None:
    file = tmp_path / "file.pem"
    if content:
        file.write_text(content, encoding="ascii")
    with pytest.raises(ConfigurationInvalid, match=rf"tls\.{option}: {file}"):
        api_of("https://127.0.0.1", Trust(**{option: str(file)}))


@pytest.mark.parametrize("password", [None, "another"])
def test_a_key_that_its_password_does_not_open_is_told_and_nobody_at_a_terminal_is_asked_for_it(
    password: str | None, folder: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    file = AUTHORITY.issue_for_clients().write(folder / "sealed.pem", "planted-password")
    own_context(Trust(client_certificate=file, client_key_password="planted-password"))
    with pytest.raises(ConfigurationInvalid, match=r"tls\.client_certificate: .*sealed.pem holds no usable"):
        own_context(Trust(client_certificate=file, client_key_password=password))
    assert capfd.readouterr().err == ""


def test_who_shows_no_certificate_has_none_of_the_pinned_keys() -> None:
    with pytest.raises(SourceUntrusted, match=r"none of tls\.pins"):
        check_pin(None, [pin_of(AUTHORITY.issue().der)], "erp.example.test")


def test_only_a_pinned_key_is_spoken_to(folder: Path, trust: Trust) -> None:
    certificate = AUTHORITY.issue()
    pin, other = pin_of(certificate.der), pin_of(AUTHORITY.issue().der)
    with serving(context=_context(certificate, folder)) as served:
        _refused(served, Trust(authority=trust.authority, pins=(other,)), "none of tls.pins")
        with api_of(served.url(), Trust(authority=trust.authority, pins=(other, pin))) as api:
            assert api.get("orders") == {}


def test_a_pin_replaces_no_verification(folder: Path) -> None:
    certificate = self_signed()
    with serving(context=_context(certificate, folder)) as served:
        _refused(served, Trust(pins=(pin_of(certificate.der),)), "self.signed|unable to get local issuer")


def test_plain_http_leaves_this_machine_only_where_the_connection_names_the_host() -> None:
    with api_of("http://erp.example.test") as api, pytest.raises(ConfigurationInvalid, match="plain HTTP"):
        api.get("orders")
    other = api_of("http://erp.example.test", plain_http="other.example.test")
    with other as api, pytest.raises(ConfigurationInvalid):
        api.get("orders")
    with (
        api_of("http://erp.example.test", plain_http="erp.example.test") as api,
        pytest.raises(OrderhouseError) as told,
    ):
        api.get("orders")
    assert told.value.code == "SOURCE_UNAVAILABLE"
    with serving() as served, api_of(served.url("http")) as api:
        assert api.get("orders") == {}


def test_a_client_secret_goes_to_no_token_endpoint_by_plain_http() -> None:
    auth = client_credentials("http://login.example.test/token", "reader", SECRET)
    with serving() as served, api_of(served.url("http"), auth=auth) as api:
        with pytest.raises(ConfigurationInvalid, match=r"login\.example\.test is to be called by plain HTTP"):
            api.get("orders")
        assert served.heads == []


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "localhost",
        "169.254.169.254",
        "10.0.0.8",
        "[::1]",
        "[fd00:ec2::254]",
        "[::ffff:10.0.0.8]",
        "[64:ff9b::a00:8]",
        "[64:ff9b:1::a00:8]",
        "[::ffff:0:a00:8]",
        "[::a00:8]",
        "[2002:a00:8::]",
    ],
)
def test_a_host_that_nobody_configured_is_not_called_at_a_private_address(host: str) -> None:
    auth = client_credentials(f"https://{host}:1/token", "reader", SECRET)
    with api_of("https://erp.example.test", auth=auth) as api, pytest.raises(ForeignHost, match="no public address"):
        api.get("orders")


def test_a_token_endpoint_that_is_configured_may_be_private() -> None:
    def grant(head: bytes, connection: object) -> None:
        body = b'{"access_token": "t0ken", "expires_in": 3600}' if b"/token" in head else b"{}"
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body))  # type: ignore[attr-defined]

    with serving(grant) as served:
        first, second = (
            client_credentials(f"http://localhost:{served.port}/token", "reader", SECRET) for _ in range(2)
        )
        with api_of(served.url("http"), auth=first, configured=["localhost"]) as api:
            assert api.get("orders") == {}
        with api_of(served.url("http"), auth=second) as api, pytest.raises(ForeignHost):
            api.get("orders")


@pytest.mark.parametrize(
    ("link", "error"),
    [
        ("https://evil.example.test/next", "FOREIGN_HOST"),
        ("//evil.example.test/next", "FOREIGN_HOST"),
        ("http://169.254.169.254/latest/meta-data", "FOREIGN_HOST"),
        ("https://127.0.0.1:1/", "FOREIGN_HOST"),
        ("https://127.0.0.1@evil.example.test/", "FOREIGN_HOST"),
        ("file:///etc/passwd", "FOREIGN_HOST"),
        ("https://[::1", "UNEXPECTED_SHAPE"),
        ("https://127.0.0.1:99999/", "FOREIGN_HOST"),
        ("\x00\r\nHost: evil", "UNEXPECTED_SHAPE"),
        (["https://evil.example.test"], "UNEXPECTED_SHAPE"),
    ],
)
def test_a_poisoned_link_leads_nowhere(link: object, error: str) -> None:
    with serving() as served, api_of(served.url("http")) as api:
        with pytest.raises(OrderhouseError) as caught:
            api.get(link)  # type: ignore[arg-type]
        assert (caught.value.code, served.heads) == (error, [])


@pytest.mark.parametrize(
    ("target", "error"),
    [
        (b"http://169.254.169.254/", "FOREIGN_HOST"),
        (b"//evil.example.test/", "FOREIGN_HOST"),
        (b"/orders", "REQUEST_REFUSED"),
        (b'nu::C:2026-1:"-?', "UNEXPECTED_SHAPE"),
        (b"https://[::1", "SOURCE_UNAVAILABLE"),
    ],
)
def test_a_redirect_is_not_followed(target: bytes, error: str) -> None:
    def elsewhere(head: bytes, connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 302 Found\r\nLocation: %s\r\nContent-Length: 0\r\n\r\n" % target)

    with serving(elsewhere) as served, api_of(served.url("http")) as api:
        with pytest.raises(OrderhouseError) as told:
            api.get("orders")
        assert told.value.code == error
        outcome = post(Message("event", b"{}"), Target(served.url("http"), (b"key",)), LOOPBACK)
        assert (outcome.error is None, len(served.heads)) == (False, 2)
