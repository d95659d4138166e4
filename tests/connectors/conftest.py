"""What the tests of all connectors share: a source over real HTTP against a sandbox dialect, without a limiter."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from dataclasses import dataclass, replace
from threading import Lock
from typing import Any

import pytest

from include.orderhouse.connector import Catalogue, Connector, Source
from include.orderhouse.connectors import load
from include.orderhouse.credentials import Credentials
from include.orderhouse.http import Api, Patience
from include.orderhouse.tokens import Tokens
from tests.sandbox.running import Sandbox

SourceFor = Callable[..., Source]


class Unlimited:
    """A limiter that never waits."""

    def slot(self) -> AbstractContextManager[None]:
        return nullcontext()

    def pace(self) -> None:
        """Go on at once."""

    def pause(self, seconds: float) -> None:
        """Go on at once."""


@dataclass
class Chain:
    """A chain of tokens in memory."""

    tokens: Tokens

    def keep(self, tokens: Tokens) -> None:
        self.tokens = tokens


class MemoryTokens:
    """A token store that lives as long as the test."""

    def __init__(self) -> None:
        self.chains: dict[str, Chain] = {}
        self._lock = Lock()

    @contextmanager
    def hold(self, first_token: str) -> Iterator[Chain]:
        with self._lock:
            yield self.chains.setdefault(first_token, Chain(Tokens(first_token)))


def credentials_for(name: str, sandbox: Sandbox, **other: str) -> Credentials:
    """The dialect's own credentials, replaced by name; ``{url}`` in a value is the dialect's address."""
    url = sandbox.url(name)
    known = {**sandbox.world(name).credentials, **other}
    filled = {key: value.replace("{url}", url) for key, value in known.items()}
    login, password = filled.pop("login", None), filled.pop("password", None)
    return Credentials("test", url, login, password, filled, MemoryTokens())


@pytest.fixture
def source_for() -> Iterator[SourceFor]:
    """``source_for(name, sandbox, **settings)``: a source whose catalogue has been discovered.

    ``page_size``, ``credentials``, ``patience`` and ``time_zone`` may be given too; with ``discover=False`` the
    catalogue stays empty.
    """
    with ExitStack() as stack:

        def build(
            name: str,
            sandbox: Sandbox,
            *,
            page_size: int | None = None,
            credentials: Credentials | None = None,
            discover: bool = True,
            patience: Patience | None = None,
            time_zone: str = "UTC",
            **settings: Any,
        ) -> Source:
            connector: Connector = load(name)
            told = credentials or credentials_for(name, sandbox)
            chosen = connector.settings(**settings)
            auth = connector.authenticate(told, chosen)
            waits = patience or Patience(tries=2, longest_wait=0.05, timeout=20.0)
            api = stack.enter_context(Api(told.base_url, auth, Unlimited(), connector.explain, waits))
            source = Source(api, chosen, Catalogue(), page_size or connector.page_size, time_zone)
            return replace(source, catalogue=connector.discover(source)) if discover else source

        yield build
