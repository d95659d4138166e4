"""Where a delivery may go: hosts that the operator has named, at addresses that are public or in a named network.

A host is resolved once, every address is checked, and the connection is made to a checked address: a name that
resolves to something else a moment later leads nowhere else.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address

import httpx

from include.orderhouse.webhooks.subscriptions import Network, Webhooks

Address = IPv4Address | IPv6Address

_TRANSLATED = IPv6Network("64:ff9b::/96")
"""IPv6 addresses that stand for an IPv4 address behind a translator (RFC 6052)."""


class NotAllowed(Exception):
    """The operator has not allowed to deliver to this place."""


@dataclass(frozen=True)
class Place:
    """A URL whose host was resolved and checked."""

    url: httpx.URL
    addresses: tuple[Address, ...]


async def checked_place(text: str, allowed: Webhooks) -> Place:
    """The place of a URL. Raises NotAllowed, or OSError where the host cannot be resolved."""
    try:
        url = httpx.URL(text)
    except httpx.InvalidURL as error:
        raise NotAllowed(f"the target is no URL ({error})") from error
    if url.scheme not in ("http", "https") or not url.host or url.userinfo:
        raise NotAllowed("the target is no http or https URL without a user in it")
    if not allowed.allows(url.host):
        raise NotAllowed(f"the host {url.host} is not among the hosts of webhooks in connections.yaml")
    addresses = await _resolved(url)
    for address in addresses:
        _check(address, url, allowed.networks)
    return Place(url, addresses)


async def _resolved(url: httpx.URL) -> tuple[Address, ...]:
    port = url.port or (443 if url.scheme == "https" else 80)
    found = await asyncio.get_running_loop().getaddrinfo(url.host, port, type=socket.SOCK_STREAM)
    return tuple(dict.fromkeys(ip_address(str(entry[4][0]).partition("%")[0]) for entry in found))


def _check(address: Address, url: httpx.URL, networks: Iterable[Network]) -> None:
    real = _real(address)
    if any(real in network for network in networks):
        return
    if not real.is_global or real.is_multicast:
        raise NotAllowed(f"{url.host} is at {address}, which is no public address and in none of the networks")
    if url.scheme != "https":
        raise NotAllowed(f"{url.host} is at a public address, which needs https")


def _real(address: Address) -> Address:
    """The address that is reached in the end: the IPv4 address that an IPv6 one stands for."""
    if isinstance(address, IPv4Address):
        return address
    if address in _TRANSLATED:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour or (address.teredo[1] if address.teredo else address)
