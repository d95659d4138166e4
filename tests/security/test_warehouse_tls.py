"""A warehouse on another machine is spoken to over verified TLS: libpq's own handshakes with a server that plays it."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Thread

import pytest

from include.orderhouse.errors import ConfigurationInvalid, WarehouseUnavailable
from include.orderhouse.warehouse.engine import PLAIN_SETTING, connect
from tests.security.authorities import DAY, Authority, Certificate, self_signed
from tests.security.servers import tls_context

AUTHORITY = Authority("Acme's own authority")
SSL_REQUEST = (8).to_bytes(4, "big") + (80877103).to_bytes(4, "big")
"""What libpq asks first (PostgreSQL's documentation, Message Formats); the answer S means: shake hands."""


@pytest.mark.parametrize("query", ["", "?sslmode=prefer", "?sslmode=require", "?sslmode=verify-ca", "?sslmode=disable"])
def test_an_address_on_another_machine_must_ask_for_verified_tls(query: str) -> None:
    with pytest.raises(ConfigurationInvalid, match="sslmode") as caught:
        connect(f"postgresql://loader:s3cret@db.example.test/warehouse{query}")
    assert "sslmode=verify-full" in caught.value.action
    assert "s3cret" not in str(caught.value)


@pytest.mark.parametrize(
    "address",
    [
        "postgresql:///warehouse?host=db.example.test",
        "postgresql:///warehouse?host=/run/postgresql,db.example.test",
        "postgresql://localhost/warehouse?hostaddr=192.0.2.1",
        "postgresql:///warehouse?service=warehouse",
    ],
)
def test_a_host_is_found_wherever_the_address_names_it(address: str) -> None:
    with pytest.raises(ConfigurationInvalid, match="sslmode"):
        connect(address)


def test_the_environment_of_libpq_counts_as_well(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PGHOST", "db.example.test")
    with pytest.raises(ConfigurationInvalid, match="sslmode"):
        connect("postgresql:///warehouse")
    monkeypatch.setenv("PGSSLMODE", "verify-full")
    connect("postgresql:///warehouse")


@pytest.mark.parametrize(
    "address",
    [
        "postgresql:///warehouse",
        "postgresql://127.0.0.1/warehouse",
        "postgresql://[::1]/warehouse",
        "postgresql:///warehouse?host=/run/postgresql",
        "postgresql://db.example.test/warehouse?sslmode=verify-full",
        "postgresql://trusted.example.test/warehouse",
    ],
)
def test_this_machine_verified_hosts_and_named_exceptions_are_fine(
    address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(PLAIN_SETTING, "other.example.test, trusted.example.test")
    connect(address)


def test_a_warehouse_that_proves_who_it_is_is_spoken_to(tmp_path: Path) -> None:
    assert _startups(AUTHORITY.issue(), tmp_path) == 1


@pytest.mark.parametrize(
    "certificate",
    [
        pytest.param(AUTHORITY.issue(ends_in=-DAY), id="expired"),
        pytest.param(self_signed(), id="self-signed"),
        pytest.param(AUTHORITY.issue("db.example.com"), id="of another host"),
        pytest.param(Authority("Somebody").issue(), id="of another authority"),
    ],
)
def test_a_warehouse_that_proves_nothing_hears_nothing(certificate: Certificate, tmp_path: Path) -> None:
    assert _startups(certificate, tmp_path) == 0


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion")
def test_a_warehouse_with_an_old_tls_hears_nothing(tmp_path: Path) -> None:
    assert _startups(AUTHORITY.issue(), tmp_path, ssl.TLSVersion.TLSv1_1) == 0


def test_a_revoked_warehouse_hears_nothing(tmp_path: Path) -> None:
    certificate = AUTHORITY.issue()
    revoked = AUTHORITY.write_revoked(tmp_path / "revoked.pem", certificate)
    assert _startups(certificate, tmp_path, query=f"&sslcrl={revoked}") == 0
    assert _startups(AUTHORITY.issue(), tmp_path, query=f"&sslcrl={revoked}") == 1


def _startups(certificate: Certificate, folder: Path, version: ssl.TLSVersion | None = None, query: str = "") -> int:
    """How many logins a warehouse with that certificate hears of."""
    root = AUTHORITY.write(folder / "root.pem")
    context = tls_context(certificate.write(folder / "server.pem"), version)
    with _warehouse(context) as (port, heard):
        engine = connect(
            f"postgresql://loader:s3cret@127.0.0.1:{port}/warehouse?sslmode=verify-full&sslrootcert={root}{query}"
        )
        with pytest.raises(WarehouseUnavailable), engine.connect():
            pass
    return len(heard)


@contextmanager
def _warehouse(context: ssl.SSLContext) -> Iterator[tuple[int, list[bytes]]]:
    """A server that shakes hands as PostgreSQL does, hears the login, and ends."""
    heard: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as listening:
        serving = Thread(target=_shake_hands, args=(listening, context, heard), daemon=True)
        serving.start()
        yield listening.getsockname()[1], heard
        serving.join(timeout=30)


def _shake_hands(listening: socket.socket, context: ssl.SSLContext, heard: list[bytes]) -> None:
    with suppress(OSError):
        connection, _ = listening.accept()
        connection.settimeout(20)
        with connection:
            assert connection.recv(8) == SSL_REQUEST
            connection.sendall(b"S")
            with context.wrap_socket(connection, server_side=True) as encrypted:
                if startup := encrypted.recv(1024):
                    heard.append(startup)
