"""Where a delivery may go: hosts that the operator has named, at addresses that are public or in a named network.

A host is resolved once, every address is checked, and the connection is made to a checked address: a name that
resolves to something else a moment later leads nowhere else. Where a proxy leads to the host, the proxy resolves it.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import ip_address

import httpx

from include.orderhouse.http.addresses import Address, real_address, spelled_addresses
from include.orderhouse.http.proxy import EXCEPTED_SETTING, Proxy, proxy_of_environment
from include.orderhouse.webhooks.subscriptions import Network, Webhooks


class NotAllowed(Exception):
    """The operator has not allowed to deliver to this place."""


@dataclass(frozen=True)
class Place:
    """A URL whose host was resolved and checked, or is for the proxy to resolve."""

    url: httpx.URL
    addresses: tuple[Address, ...]
    proxy: Proxy | None = None


async def checked_place(text: str, allowed: Webhooks) -> Place:
    """The place of a URL. Raises NotAllowed, or OSError where the host cannot be resolved."""
    try:
        url = httpx.URL(text)
    except httpx.InvalidURL as error:
        raise NotAllowed(f"the target is no URL ({error})") from error
    if url.scheme not in ("http", "https") or url.userinfo:
        raise NotAllowed("the target is no http or https URL without a user in it")
    if not allowed.allows(url.host):
        raise NotAllowed(f"the host {url.host} is not among the hosts of webhooks in connections.yaml")
    proxy = proxy_of_environment()
    if proxy and proxy.leads_to(url.raw_host.decode("ascii")):
        return _proxied_place(url, allowed, proxy)
    addresses = await _resolved(url)
    for address in addresses:
        _check(address, url, allowed.networks)
    return Place(url, addresses)


def _proxied_place(url: httpx.URL, allowed: Webhooks, proxy: Proxy) -> Place:
    for address in spelled_addresses(url.host):
        _check(ip_address(address), url, allowed.networks)
    if url.scheme != "https":
        raise NotAllowed(
            f"{url.host} is reached through the proxy {proxy}, which needs https; if it is reached without, name it in "
            f"{EXCEPTED_SETTING}"
        )
    return Place(url, (), proxy)


async def _resolved(url: httpx.URL) -> tuple[Address, ...]:
    found = await asyncio.get_running_loop().getaddrinfo(url.host, None, type=socket.SOCK_STREAM)
    return tuple(dict.fromkeys(ip_address(str(entry[4][0]).partition("%")[0]) for entry in found))


def _check(address: Address, url: httpx.URL, networks: Iterable[Network]) -> None:
    real = real_address(address)
    if any(real in network for network in networks):
        return
    if not real.is_global or real.is_multicast:
        raise NotAllowed(f"{url.host} is at {address}, which is no public address and in none of the networks")
    if url.scheme != "https":
        raise NotAllowed(f"{url.host} is at a public address, which needs https")
