"""How long an exchange may take in all, from the first byte of a request to the last of its answer."""

from __future__ import annotations

import time
from typing import Any

import httpcore
import pytest

from include.orderhouse.http.network import Network


class Inner(httpcore.NetworkStream):
    """A connection whose reads last as long as they may, on a clock of its own."""

    def __init__(self) -> None:
        self.now, self.lasts = 1000.0, 0.0
        self.waits: list[float | None] = []
        self.is_open = True

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """A byte, unless it comes too late."""
        self.waits.append(timeout)
        if timeout is not None and self.lasts >= timeout:
            self.now += timeout
            raise httpcore.ReadTimeout("nothing came")
        self.now += self.lasts
        return b"x"

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Sent at once."""

    def close(self) -> None:
        """Noted."""
        self.is_open = False

    def get_extra_info(self, info: str) -> Any:
        """Nothing but what was asked."""
        return info


@pytest.fixture
def inner(monkeypatch: pytest.MonkeyPatch) -> Inner:
    """The connection below, by whose clock time passes."""
    made = Inner()
    monkeypatch.setattr(httpcore.SyncBackend, "connect_tcp", lambda *_: made)
    monkeypatch.setattr(time, "monotonic", lambda: made.now)
    return made


def _stream() -> httpcore.NetworkStream:
    return Network(10.0).connect_tcp("erp.example", 443)


def test_a_sign_of_life_is_waited_for_no_longer_than_the_exchange_has_left(inner: Inner) -> None:
    stream = _stream()
    stream.write(b"GET")
    inner.now += 7
    for timeout in (5.0, 2.0, None):
        assert stream.read(1, timeout) == b"x"
    assert inner.waits == [3.0, 2.0, 3.0]


def test_before_a_request_nothing_limits_a_read_but_its_own_time(inner: Inner) -> None:
    stream = _stream()
    inner.now += 3600
    assert [stream.read(1, timeout) for timeout in (5.0, None)] == [b"x", b"x"]
    assert inner.waits == [5.0, None]


def test_an_exchange_that_lasts_too_long_in_all_is_told_apart_from_one_without_a_sign_of_life(inner: Inner) -> None:
    stream = _stream()
    stream.write(b"GET")
    inner.lasts = 60.0
    with pytest.raises(httpcore.ReadTimeout, match="nothing came"):
        stream.read(1, 5.0)
    with pytest.raises(httpcore.ReadTimeout, match="longer than 10 s in all"):
        stream.read(1, 30.0)
    inner.now += 1
    with pytest.raises(httpcore.ReadTimeout, match="longer than 10 s in all"):
        stream.read(1, None)
    assert inner.waits == [5.0, 5.0]


def test_the_next_request_begins_an_exchange_of_its_own_and_a_long_one_has_just_one(inner: Inner) -> None:
    stream = _stream()
    stream.write(b"GET")
    inner.lasts = 6.0
    stream.read(1)
    stream.write(b"GET")
    inner.now += 2
    stream.write(b"its body")
    stream.read(1)
    with pytest.raises(httpcore.ReadTimeout, match="in all"):
        stream.read(1)
    assert inner.waits == [10.0, 8.0, 2.0]


def test_what_the_connection_tells_and_its_end_are_those_of_the_one_below(inner: Inner) -> None:
    stream = _stream()
    assert stream.get_extra_info("socket") == "socket"
    stream.close()
    assert not inner.is_open
