"""A sandbox inside the test's own process: its servers run in a thread, its truth is a Python object."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Concatenate, ParamSpec, TypeVar

from tests.sandbox.clock import Clock
from tests.sandbox.company import Company
from tests.sandbox.dialect import Dialect, World
from tests.sandbox.dialects import DIALECTS
from tests.sandbox.refresh_tokens import RefreshTokens
from tests.sandbox.server import CONTROL, Servers, load_dialect

P = ParamSpec("P")
T = TypeVar("T")

LONGEST_STOP = 60.0
"""Seconds that its servers may take to stop: each gives its requests one."""


class Sandbox:
    """A running sandbox. Change its company with `act`, so that no answer sees half a change."""

    def __init__(self, servers: Servers, loop: asyncio.AbstractEventLoop) -> None:
        self.company = servers.company
        self.clock = servers.clock
        self._servers = servers
        self._loop = loop

    def url(self, name: str) -> str:
        """The base URL of a dialect, without a slash at the end."""
        return self._servers.url(name)

    @property
    def control_url(self) -> str:
        return self._servers.url(CONTROL)

    def world(self, name: str) -> World:
        """The world of a dialect: its faults, limits, tokens, request log and credentials."""
        return self._servers.worlds[name]

    def refreshing(self, name: str) -> RefreshTokens:
        """The refresh tokens of a dialect that has them."""
        found = self.world(name).tokens.refreshing
        assert found is not None
        return found

    def act(self, event: Callable[Concatenate[Company, Clock, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Call `event(company, clock, ...)`, such as a function of `history`, between two requests."""

        async def called() -> T:
            return event(self.company, self.clock, *args, **kwargs)

        return asyncio.run_coroutine_threadsafe(called(), self._loop).result()


@contextmanager
def sandbox(
    company: Company,
    dialects: Sequence[Dialect | str] = DIALECTS,
    clock: Clock | None = None,
    ports: Mapping[str, int] | None = None,
    options: Mapping[str, Mapping[str, str]] | None = None,
) -> Iterator[Sandbox]:
    """Serve a company in dialects (values, or names of the listed ones) on ephemeral ports while the context lasts."""
    loaded = [load_dialect(dialect) if isinstance(dialect, str) else dialect for dialect in dialects]
    servers = Servers(company, clock or Clock(), loaded, ports, options)
    loop = asyncio.new_event_loop()
    stop, ready = asyncio.Event(), asyncio.Event()
    running = threading.Event()

    async def serve() -> None:
        task = asyncio.create_task(servers.run(stop, ready))
        waiting = asyncio.create_task(ready.wait())
        await asyncio.wait({task, waiting}, return_when=asyncio.FIRST_COMPLETED)
        running.set()
        await task

    thread = threading.Thread(target=loop.run_until_complete, args=(serve(),), name="sandbox", daemon=True)
    thread.start()
    running.wait()
    try:
        yield Sandbox(servers, loop)
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join(LONGEST_STOP)
        assert not thread.is_alive(), f"the sandbox still runs {LONGEST_STOP} s after it was told to stop"
        loop.close()
        servers.close()
