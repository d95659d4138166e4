"""The sandbox's servers: one process, one event loop, one port per dialect and one for control, all on 127.0.0.1."""

from __future__ import annotations

import asyncio
import errno
import importlib
import socket
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress

import uvicorn
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.types import ASGIApp

from tests.sandbox.clock import Clock
from tests.sandbox.company import Company
from tests.sandbox.control import control_app
from tests.sandbox.dialect import Dialect, World, build_world
from tests.sandbox.dialects import DIALECTS
from tests.sandbox.middleware import SandboxMiddleware
from tests.sandbox.notifying import Notifier

HOST = "127.0.0.1"
CONTROL = "control"
LAST_ANSWERS_SECONDS = 1.0
"""How long answers that are under way may take when the servers are to end."""


class PortInUse(OSError):
    """A port is taken by another program."""

    def __init__(self, port: int, purpose: str) -> None:
        super().__init__(f"port {port} on {HOST} for {purpose} is in use: stop what listens there or choose another")


def load_dialect(name: str) -> Dialect:
    """The `DIALECT` of that module in `tests.sandbox.dialects`; ValueError for a name that is not listed."""
    if name not in DIALECTS:
        raise ValueError(f"no dialect {name!r}; there are: {', '.join(DIALECTS)}")
    dialect = importlib.import_module(f"tests.sandbox.dialects.{name}").DIALECT
    assert isinstance(dialect, Dialect)
    return dialect


def dialect_app(world: World) -> ASGIApp:
    """The complete application of one dialect."""
    routes = list(world.dialect.routes(world))
    return Starlette(routes=routes, middleware=[Middleware(SandboxMiddleware, world=world)])


def bind(port: int, purpose: str) -> socket.socket:
    """A listening socket on loopback; port 0 takes a free one; PortInUse if it is taken."""
    # asyncio switches Nagle's algorithm off only where the protocol is told; with it, each answer waits 40 ms.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((HOST, port))
        listener.listen(512)
    except OSError as error:
        listener.close()
        if error.errno != errno.EADDRINUSE:
            raise
        raise PortInUse(port, purpose) from error
    return listener


class Servers:
    """The worlds and listening sockets of one sandbox; `run` serves them until `stop` is set."""

    def __init__(
        self,
        company: Company,
        clock: Clock,
        dialects: Sequence[Dialect],
        ports: Mapping[str, int] | None = None,
        options: Mapping[str, Mapping[str, str]] | None = None,
        credentials: Mapping[str, Mapping[str, str]] | None = None,
    ) -> None:
        self.company = company
        self.clock = clock
        self.worlds = {
            dialect.name: build_world(
                dialect, company, clock, (options or {}).get(dialect.name), (credentials or {}).get(dialect.name)
            )
            for dialect in dialects
        }
        self._listeners: dict[str, socket.socket] = {}
        try:
            for name in [CONTROL, *self.worlds]:
                self._listeners[name] = bind((ports or {}).get(name, 0), name)
        except OSError:
            self.close()
            raise
        for name, world in self.worlds.items():
            world.base_url = self.url(name)
        self._apps: dict[str, ASGIApp] = {name: dialect_app(world) for name, world in self.worlds.items()}
        self._notifier = Notifier(company, clock, self.worlds)
        self._apps[CONTROL] = control_app(company, clock, self.worlds, self._notifier)

    def url(self, name: str) -> str:
        """`http://127.0.0.1:<port>` of a dialect, or of `control`."""
        return f"http://{HOST}:{self._listeners[name].getsockname()[1]}"

    def urls(self) -> dict[str, str]:
        return {name: self.url(name) for name in self._listeners}

    def close(self) -> None:
        """Give the ports back."""
        for listener in self._listeners.values():
            listener.close()

    async def run(self, stop: asyncio.Event, ready: asyncio.Event) -> None:
        """Serve until `stop` is set; `ready` is set when every server answers."""
        servers = [_server(app, stop) for app in self._apps.values()]
        tasks = [
            asyncio.create_task(server.serve(sockets=[self._listeners[name]]))
            for name, server in zip(self._apps, servers, strict=True)
        ]
        while not all(server.started for server in servers):
            await asyncio.sleep(0.005)
        notifying = asyncio.create_task(self._notifier.run())
        ready.set()
        await stop.wait()
        notifying.cancel()
        await asyncio.gather(*tasks)


class _Server(uvicorn.Server):
    """A uvicorn server that leaves signals to the process it is a part of, and ends as soon as it is told to.

    uvicorn's own looks ten times a second whether it should end, and whether it has: a third of a second of each test.
    """

    def __init__(self, config: uvicorn.Config, stop: asyncio.Event) -> None:
        super().__init__(config)
        self._stop = stop

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield

    async def main_loop(self) -> None:
        await self._stop.wait()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        for server in self.servers:
            server.close()
        for connection in list(self.server_state.connections):
            connection.shutdown()
        with suppress(TimeoutError):
            async with asyncio.timeout(LAST_ANSWERS_SECONDS):
                while self.server_state.connections or self.server_state.tasks:
                    await asyncio.sleep(0.005)
        late = list(self.server_state.tasks)
        for task in late:
            task.cancel()
        if late:
            await asyncio.wait(late, timeout=LAST_ANSWERS_SECONDS)


def _server(app: ASGIApp, stop: asyncio.Event) -> _Server:
    return _Server(
        uvicorn.Config(
            app,
            lifespan="off",
            http="h11",
            ws="none",
            log_config=None,
            log_level="error",
            access_log=False,
            server_header=False,
            date_header=False,
        ),
        stop,
    )
