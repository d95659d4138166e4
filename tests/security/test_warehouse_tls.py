"""A warehouse on another machine is spoken to over verified TLS only; the handshakes are in `test_handshakes.py`."""

from __future__ import annotations

import pytest

from include.orderhouse.errors import ConfigurationInvalid
from include.orderhouse.warehouse.engine import PLAIN_SETTING, connect


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
