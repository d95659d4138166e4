"""Addresses of hosts: which of them are this machine's, and which are public."""

from __future__ import annotations

import socket
from collections.abc import Iterable
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address

import httpcore

from include.orderhouse.errors import ForeignHost

_LOOPBACK = IPv6Address("::1")
_TRANSLATED = tuple(map(IPv6Network, ("64:ff9b::/96", "64:ff9b:1::/48", "::ffff:0:0:0/96", "::/96")))
"""IPv6 addresses that end in the IPv4 address they stand for (RFC 6052, 8215, 2765, 4291 2.5.5.1)."""

Address = IPv4Address | IPv6Address


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


def public_addresses(host: str, port: int) -> list[str]:
    """The addresses of a host, all of which are public. ForeignHost where one is not."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise httpcore.ConnectError(f"{host} has no address: {error}") from error
    addresses = [str(entry[4][0]) for entry in found]
    check_public(host, addresses)
    return addresses


def spelled_addresses(host: str) -> list[str]:
    """The addresses that a host is by its very spelling, such as 127.1; none of a name that has to be looked up."""
    name = host.rstrip(".").lower()
    if name == "localhost" or name.endswith(".localhost"):
        return [str(_LOOPBACK)]
    try:
        found = socket.getaddrinfo(name, None, type=socket.SOCK_STREAM, flags=socket.AI_NUMERICHOST)
    except (OSError, UnicodeError):
        return []
    return [str(entry[4][0]) for entry in found]


def check_public(host: str, addresses: Iterable[str]) -> None:
    """Raise ForeignHost where one of the addresses of a host is not public."""
    for address in addresses:
        real = real_address(ip_address(address))
        if not real.is_global or real.is_multicast:
            raise ForeignHost(
                f"{host}, which nobody configured, is at {address}, which is no public address; nothing was sent.",
                action="If it is a login of your own, name its address in the extra JSON of the Airflow Connection.",
            )
