"""A connector's source over a sandbox dialect: real HTTP, no limiter that waits."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, nullcontext
from typing import Any

import pytest

from include.orderhouse.connector import Catalogue, Source
from include.orderhouse.connectors import load
from include.orderhouse.credentials import Credentials
from include.orderhouse.http import Api, Patience
from tests.sandbox.running import Sandbox

SourceFor = Callable[..., Source]


class Unlimited:
    """A limiter that never holds anything back; it notes the pauses it was asked for."""

    def __init__(self) -> None:
        self.pauses: list[float] = []

    def slot(self) -> AbstractContextManager[None]:
        return nullcontext()

    def pace(self) -> None:
        """Nothing to wait for."""

    def pause(self, seconds: float) -> None:
        self.pauses.append(seconds)


@pytest.fixture
def source_for() -> Iterator[SourceFor]:
    """``source_for(name, sandbox, **settings)``: the connector's source over that dialect, discovered by default.

    ``credentials`` replace what the dialect accepts: login, password, and the rest as the extra JSON.
    """
    with ExitStack() as stack:

        def build(
            name: str,
            served: Sandbox,
            *,
            page_size: int = 50,
            credentials: Mapping[str, Any] | None = None,
            patience: Patience | None = None,
            discovered: bool = True,
            **settings: Any,
        ) -> Source:
            connector, url = load(name), served.url(name)
            known = {**served.world(name).credentials, **(credentials or {})}
            chosen = connector.settings(**settings)
            secrets = Credentials(f"sandbox_{name}", url, known.get("login"), known.get("password"), known)
            quick = patience or Patience(tries=1, longest_wait=0.0)
            api = Api(url, connector.authenticate(secrets, chosen), Unlimited(), connector.explain, quick)
            source = Source(stack.enter_context(api), chosen, Catalogue(), page_size)
            return Source(api, chosen, connector.discover(source), page_size) if discovered else source

        yield build
