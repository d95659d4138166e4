"""The proxy by which an installation reaches the hosts outside, where the environment names one.

Each connection is a tunnel through it (CONNECT; RFC 9110, 9.3.6), also that of a request by plain HTTP: the proxy sees
no more of TLS than whose host is meant, and what it says itself is never taken for the host's answer.
"""

from __future__ import annotations

import os
import re
from base64 import b64encode
from contextlib import suppress
from dataclasses import dataclass, field
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network

import httpcore
import httpx

from include.orderhouse.errors import ConfigurationInvalid, OrderhouseError, SourceTimeout, SourceUnavailable
from include.orderhouse.http.addresses import is_loopback

SETTING = "ORDERHOUSE_PROXY"
EXCEPTED_SETTING = "ORDERHOUSE_NO_PROXY"
"""Hosts, domains and networks that are reached without it, separated by commas."""

_NAME = re.compile(r"(\*?\.)?(?P<name>[a-z0-9_-]+(\.[a-z0-9_-]+)*)\.?")
_PASSING = frozenset({408, 429})
"""Besides 5xx: what a proxy may say to one request and not to the next."""
_AGAIN = (
    f"A run in Airflow tries again by itself; if it goes on, ask who runs the proxy, and correct {SETTING} if it is "
    f"another. {EXCEPTED_SETTING} names the hosts that are reached without it."
)

Excepted = IPv4Network | IPv6Network | str


@dataclass(frozen=True)
class Proxy:
    """A proxy that speaks HTTP. Its login is never shown."""

    url: httpx.URL
    """Without the login."""
    authorization: bytes | None = field(default=None, repr=False)
    """The value of the header Proxy-Authorization."""
    excepted: tuple[Excepted, ...] = ()

    def __str__(self) -> str:
        return str(self.url).rstrip("/")

    @property
    def host(self) -> str:
        """Where it is."""
        return self.url.raw_host.decode("ascii")

    @property
    def port(self) -> int:
        """Where it listens."""
        return self.url.port or 80

    @property
    def headers(self) -> dict[str, str]:
        """What proves to the proxy who we are."""
        return {"Proxy-Authorization": self.authorization.decode("ascii")} if self.authorization else {}

    def leads_to(self, host: str) -> bool:
        """Whether a host is reached through it: each but this machine and those that are excepted."""
        return not is_loopback(host) and not any(_covers(entry, host) for entry in self.excepted)

    def connect(self, stream: httpcore.NetworkStream, host: str, port: int, timeout: float | None) -> None:
        """Let a stream that leads to the proxy lead on to a host. Raises what the proxy has against it."""
        target = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
        request = httpcore.Request(
            "CONNECT",
            httpcore.URL(scheme=b"http", host=self.host.encode("ascii"), port=self.port, target=target.encode("ascii")),
            headers=[("Host", target), ("User-Agent", "orderhouse"), *self.headers.items()],
            extensions={"timeout": {"read": timeout}},
        )
        try:
            answer = httpcore.HTTP11Connection(request.url.origin, stream).handle_request(request)
        except httpcore.TimeoutException as error:
            raise SourceTimeout(f"The proxy {self} did not connect with {target} in time.", action=_AGAIN) from error
        except (httpcore.NetworkError, httpcore.ProtocolError) as error:
            raise SourceUnavailable(
                f"The proxy {self} did not answer as one: {error} (asked for {target}).", action=_AGAIN
            ) from error
        if not 200 <= answer.status < 300:
            reason = answer.extensions.get("reason_phrase", b"").decode("ascii", "replace")
            raise self._refused(answer.status, reason, target)

    def unreachable(self, error: Exception) -> SourceUnavailable:
        """The proxy does not answer."""
        return SourceUnavailable(f"The proxy {self} cannot be reached: {error}.", action=_AGAIN)

    def _refused(self, status: int, reason: str, target: str) -> OrderhouseError:
        """The proxy has answered that it does not connect with a host, given with its port."""
        said = f"{status} {reason[:100]}".strip()
        if status >= 500 or status in _PASSING:
            return SourceUnavailable(f"The proxy {self} cannot connect with {target} ({said}).", action=_AGAIN)
        if status == httpx.codes.PROXY_AUTHENTICATION_REQUIRED:
            what = "does not accept the login of" if self.authorization else "asks for a login, and there is none in"
            return ConfigurationInvalid(
                f"The proxy {self} {what} {SETTING} ({said}, asked for {target}).",
                action=f"Set {SETTING}=http://user:password@{self.url.netloc.decode('ascii')}, percent-encoded, on all "
                "machines. A proxy that takes Kerberos or NTLM only has to let this machine through without a login.",
            )
        return ConfigurationInvalid(
            f"The proxy {self} does not let us through to {target} ({said}).",
            action=f"Let who runs the proxy allow it; or name the host in {EXCEPTED_SETTING} if it is reached without "
            f"the proxy, and correct {SETTING} if the proxy is another.",
        )


def proxy_of_environment() -> Proxy | None:
    """The proxy of this installation; None where it has none. ConfigurationInvalid where a setting is no such thing."""
    told = os.environ.get(SETTING, "").strip()
    if not told:
        return None
    entries = re.split(r"[\s,]+", os.environ.get(EXCEPTED_SETTING, "").strip(" ,"))
    try:
        url = httpx.URL(told)
    except httpx.InvalidURL:
        raise _no_proxy() from None
    if url.scheme != "http" or not url.host or url.raw_path != b"/" or url.fragment or (url.port or 0) > 65_535:
        raise _no_proxy()
    login = f"{url.username}:{url.password}".encode()
    authorization = b"Basic " + b64encode(login) if url.userinfo else None
    bare = url.copy_with(username=None, password=None)
    return Proxy(bare, authorization, tuple(_excepted(entry) for entry in entries if entry))


def _no_proxy() -> ConfigurationInvalid:
    return ConfigurationInvalid(
        f"{SETTING} is no address of a proxy.",
        action="Write http://host:port or http://user:password@host:port, with user and password percent-encoded: "
        "%40 for @, %3A for :, %2F for /, %23 for #.",
    )


def _excepted(entry: str) -> Excepted:
    with suppress(ValueError):
        return ip_network(entry.strip("[]"), strict=False)
    named = _NAME.fullmatch(entry.lower())
    if named is None:
        raise ConfigurationInvalid(
            f"{EXCEPTED_SETTING}: {entry!r} is no host, domain or network.",
            action="Separate by commas hosts such as erp.example.com (with all below it), addresses, and networks such "
            "as 10.0.0.0/8; all without a port.",
        )
    return named["name"]


def _covers(entry: Excepted, host: str) -> bool:
    if isinstance(entry, str):
        name = host.lower().rstrip(".")
        return name == entry or name.endswith(f".{entry}")
    try:
        return ip_address(host) in entry
    except ValueError:
        return False
