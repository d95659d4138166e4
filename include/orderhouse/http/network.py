"""The way to a source's host: to addresses that may be reached, with TLS that is trusted, within a time in all.

It stands below httpx, as the network of its connection pool, because what it holds to must hold before the first byte
of a request is sent, and while the answer's headers still trickle in.
"""

from __future__ import annotations

import ssl
import time
from collections.abc import Iterable
from contextlib import suppress
from typing import Any

import httpcore

from include.orderhouse.http.addresses import check_public, public_addresses, spelled_addresses
from include.orderhouse.http.proxy import Proxy
from include.orderhouse.http.tls import check_pin, untrusted


class Network(httpcore.NetworkBackend):
    """Opens connections; thread-safe."""

    def __init__(
        self, seconds: float, pins: tuple[str, ...] = (), only_public: bool = False, proxy: Proxy | None = None
    ) -> None:
        """``seconds``: the longest an answer may take in all. ``only_public`` refuses private addresses; those of a
        name that a ``proxy`` looks up are for the proxy to refuse.
        """
        self._inner = httpcore.SyncBackend()
        self._seconds, self._pins, self._only_public, self._proxy = seconds, pins, only_public, proxy

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        """A connection; where only public addresses are allowed, to the very addresses that were looked at."""
        if self._proxy and self._proxy.leads_to(host):
            return self._tunnel(self._proxy, host, port, timeout)
        *others, last = public_addresses(host, port) if self._only_public else [host]
        for place in others:
            with suppress(httpcore.ConnectError, httpcore.ConnectTimeout):
                return self._stream(self._inner.connect_tcp(place, port, timeout, local_address, socket_options), host)
        try:
            return self._stream(self._inner.connect_tcp(last, port, timeout, local_address, socket_options), host)
        except UnicodeError as error:
            raise httpcore.ConnectError(f"{host} can be no host's name: {error}") from error

    def _tunnel(self, proxy: Proxy, host: str, port: int, timeout: float | None) -> httpcore.NetworkStream:
        if self._only_public:
            check_public(host, spelled_addresses(host))
        try:
            stream = self._stream(self._inner.connect_tcp(proxy.host, proxy.port, timeout), host)
        except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
            raise proxy.unreachable(error) from error
        try:
            proxy.connect(stream, host, port, timeout)
        except BaseException:
            stream.close()
            raise
        return stream

    def _stream(self, opened: httpcore.NetworkStream, host: str) -> httpcore.NetworkStream:
        return _Stream(opened, host, self._seconds, self._pins)

    def sleep(self, seconds: float) -> None:
        """Wait, which the pool does before it connects again."""
        self._inner.sleep(seconds)


class _Stream(httpcore.NetworkStream):
    """One connection. An exchange begins with the first byte of a request and must end within the seconds."""

    def __init__(self, inner: httpcore.NetworkStream, host: str, seconds: float, pins: tuple[str, ...]) -> None:
        self._inner, self._host, self._seconds, self._pins = inner, host, seconds, pins
        self._until: float | None = None
        self._is_reading = True

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """What has come; httpcore.ReadTimeout where the time of the exchange is over."""
        left = None if self._until is None else self._until - time.monotonic()
        if left is not None and left <= 0:
            raise self._late()
        wait = timeout if left is None else left if timeout is None else min(left, timeout)
        try:
            found = self._inner.read(max_bytes, wait)
        except httpcore.ReadTimeout as error:
            raise self._late() if wait == left else error from error
        except httpcore.ReadError as error:
            raise untrusted(error, self._host) or error from error
        self._is_reading = True
        return found

    def _late(self) -> httpcore.ReadTimeout:
        return httpcore.ReadTimeout(f"The answer took longer than {self._seconds:g} s in all")

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Send."""
        if self._is_reading:
            self._is_reading, self._until = False, time.monotonic() + self._seconds
        try:
            self._inner.write(buffer, timeout)
        except httpcore.WriteError as error:
            raise untrusted(error, self._host) or error from error

    def close(self) -> None:
        """Give the connection up."""
        self._inner.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        """Shake hands. SourceUntrusted where the host cannot prove who it is, or has none of the pinned keys."""
        try:
            stream = self._inner.start_tls(ssl_context, server_hostname, timeout)
        except httpcore.ConnectError as error:
            raise untrusted(error, self._host) or error from error
        try:
            check_pin(stream.get_extra_info("socket").getpeercert(binary_form=True), self._pins, self._host)
        except BaseException:
            stream.close()
            raise
        return _Stream(stream, self._host, self._seconds, self._pins)

    def get_extra_info(self, info: str) -> Any:
        """What the connection tells about itself."""
        return self._inner.get_extra_info(info)
