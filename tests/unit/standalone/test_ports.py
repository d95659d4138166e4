"""A port that is taken is named, with who took it and what to set."""

from __future__ import annotations

import os
import socket
from collections import deque

import pytest

from include.orderhouse.errors import ConfigurationInvalid
from include.orderhouse.ports import claim_port, port_setting


def test_a_busy_port_is_refused_with_its_number_its_user_and_the_setting() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        with pytest.raises(ConfigurationInvalid) as refused:
            claim_port(port, "the API server", "ORDERHOUSE_API_PORT")
    for part in (str(port), "the API server", "ORDERHOUSE_API_PORT", f"process {os.getpid()}"):
        assert part in str(refused.value)


def test_a_free_port_is_given_as_wanted() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    assert claim_port(port, "a test", "NONE") == port


def test_zero_is_any_free_port_that_no_outgoing_connection_is_given() -> None:
    assert 1024 < claim_port(0, "a test", "NONE") < 32_768


def test_no_free_port_is_given_twice_before_somebody_listens(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("include.orderhouse.ports._FREE", range(20_000, 20_030))
    monkeypatch.setattr("include.orderhouse.ports._refusal", lambda port: None)
    monkeypatch.setattr("include.orderhouse.ports._given", deque())
    assert len({claim_port(0, "a test", "NONE") for _ in range(30)}) == 30


@pytest.mark.parametrize("text", ["http", "-1", "70000"])
def test_a_setting_that_is_no_port_is_refused_by_its_name(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setenv("ORDERHOUSE_API_PORT", text)
    with pytest.raises(ConfigurationInvalid, match="ORDERHOUSE_API_PORT"):
        port_setting("ORDERHOUSE_API_PORT", 8080)
