"""The way to a source's host: to addresses that may be reached, with TLS that is trusted, within a time in all.

It stands below httpx, as the network of its connection pool, because what it holds to must hold before the first byte
of a request is sent, and while the answer's headers still trickle in.
"""

from __future__ import annotations

import socket
import ssl
import time
from collections.abc import Iterable
from contextlib import suppress
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from typing import Any

import httpcore

from include.orderhouse.errors import ForeignHost
from include.orderhouse.tls import check_pin, untrusted

_LOOPBACK = IPv6Address("::1")
_TRANSLATED = tuple(map(IPv6Network, ("64:ff9b::/96", "64:ff9b:1::/48", "::ffff:0:0:0/96", "::/96")))
"""IPv6 addresses that end in the IPv4 address they stand for (RFC 6052, 8215, 2765, 4291 2.5.5.1)."""

Address = IPv4Address | IPv6Address


class Network(httpcore.NetworkBackend):
    """Opens connections; thread-safe."""

    def __init__(self, seconds: float, pins: tuple[str, ...] = (), only_public: bool = False) -> None:
        """``seconds``: the longest an answer may take in all. ``only_public`` refuses private addresses."""
        self._inner = httpcore.SyncBackend()
        self._seconds, self._pins, self._only_public = seconds, pins, only_public

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        """A connection; where only public addresses are allowed, to the very addresses that were looked at."""
        *others, last = _public_addresses(host, port) if self._only_public else [host]
        for place in others:
            with suppress(httpcore.ConnectError, httpcore.ConnectTimeout):
                return self._stream(self._inner.connect_tcp(place, port, timeout, local_address, socket_options), host)
        try:
            return self._stream(self._inner.connect_tcp(last, port, timeout, local_address, socket_options), host)
        except UnicodeError as error:
            raise httpcore.ConnectError(f"{host} can be no host's name: {error}") from error

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


def is_loopback(host: str) -> bool:
    """Whether a host is this very machine, by its name alone."""
    if host == "localhost":
        return True
    try:
        return real_address(ip_address(host)).is_loopback
    except ValueError:
        return False


def real_address(address: Address) -> Address:
    """The address that is reached in the end: the IPv4 address that an IPv6 one stands for."""
    if isinstance(address, IPv4Address) or address == _LOOPBACK:
        return address
    if any(address in network for network in _TRANSLATED):
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour or (address.teredo[1] if address.teredo else address)


def _public_addresses(host: str, port: int) -> list[str]:
    """The addresses of a host, all of which are public. ForeignHost where one is not."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise httpcore.ConnectError(f"{host} has no address: {error}") from error
    addresses = [str(entry[4][0]) for entry in found]
    for address in addresses:
        real = real_address(ip_address(address))
        if not real.is_global or real.is_multicast:
            raise ForeignHost(
                f"{host}, which nobody configured, is at {address}, which is no public address; nothing was sent.",
                action="If it is a login of your own, name its address in the extra JSON of the Airflow Connection.",
            )
    return addresses
