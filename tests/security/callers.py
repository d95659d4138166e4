"""The clients that Orderhouse has, as they really call: sources, token endpoints, receivers of webhooks, the warehouse.

A caller goes to a server and says what it was refused for; nothing where it spoke to it.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass

import httpx
import pytest

from include.orderhouse.errors import OrderhouseError, WarehouseUnavailable
from include.orderhouse.http import Api, Patience
from include.orderhouse.http.auth import basic, client_credentials
from include.orderhouse.http.tls import Trust
from include.orderhouse.http.transport import Way
from include.orderhouse.warehouse.engine import connect
from include.orderhouse.webhooks.posting import Message, Target, post
from include.orderhouse.webhooks.subscriptions import Webhooks
from tests.security.authorities import machine_trusting
from tests.security.servers import HTTP, POSTGRESQL, Protocol, Served

SECRET = "s3cret-password"
LOOPBACK = Webhooks.model_validate({"hosts": ["127.0.0.1"], "networks": ["127.0.0.0/8"]})


class Unlimited:
    """No limits."""

    def slot(self) -> AbstractContextManager[None]:
        """Any number at once."""
        return nullcontext()

    def pace(self) -> None:
        """At once."""

    def pause(self, seconds: float) -> None:
        """Never."""


def api_of(base_url: str, trust: Trust | None = None, auth: httpx.Auth | None = None, **way: object) -> Api:
    """A client with a password that no stranger may see."""
    chosen = Way(base_url, trust or Trust(), **way)  # type: ignore[arg-type]
    login = auth or basic("reader", SECRET)
    return Api(base_url, login, Unlimited(), lambda _: None, Patience(tries=1, timeout=10), way=chosen)


@dataclass(frozen=True)
class Caller:
    """One of the clients."""

    call: Callable[[Served, Trust], str]
    """What it was refused for."""
    protocol: Protocol = HTTP
    saying: str | None = None
    """Its own word for all refusals, where it does not repeat OpenSSL's."""
    has_lists: bool = True
    """Whether it looks into a list of revoked certificates."""


def _get(api: Api) -> str:
    try:
        with api:
            api.get("orders")
    except OrderhouseError as error:
        return f"{error.code} {error}"
    return ""


def _source(served: Served, trust: Trust) -> str:
    return _get(api_of(served.url(), trust))


def _own_login(served: Served, trust: Trust) -> str:
    return _get(api_of(served.url(), trust, _granted_by(served.url())))


def _other_login(served: Served, trust: Trust) -> str:
    with machine_trusting(trust.authority):
        return _get(
            api_of("https://erp.example.test", auth=_granted_by(served.url(host="localhost")), configured=["localhost"])
        )


def _granted_by(url: str) -> httpx.Auth:
    return client_credentials(f"{url}/token", "reader", SECRET)


def _receiver(served: Served, trust: Trust) -> str:
    return post(Message("event", b"{}"), Target(served.url(), (b"key",), trust), LOOPBACK).error or ""


def _warehouse(served: Served, trust: Trust) -> str:
    address = f"postgresql://loader:{SECRET}@127.0.0.1:{served.port}/warehouse?sslmode=verify-full"
    listed = f"&sslcrl={trust.revocation_list}" if trust.revocation_list else ""
    engine = connect(f"{address}&sslrootcert={trust.authority}{listed}")
    with pytest.raises(WarehouseUnavailable) as told, engine.connect():
        pass
    return str(told.value)


CALLERS = {
    "a source": Caller(_source),
    "the source's own token endpoint": Caller(_own_login),
    "a token endpoint elsewhere": Caller(_other_login, has_lists=False),
    "a webhook's receiver": Caller(_receiver),
    "the warehouse": Caller(_warehouse, POSTGRESQL, saying="SSL|certificate"),
}
"""By what they call. A token endpoint elsewhere is a vendor's: no list that is at hand covers public authorities."""
