"""A real HTTP server that receives webhooks: it keeps what came, and answers as a test wants."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp

from include.orderhouse.ports import claim_port


@dataclass(frozen=True)
class Received:
    """One request."""

    headers: dict[str, str]
    body: bytes


@dataclass
class Receiver:
    """What came, and how the next requests are answered."""

    port: int
    status: int = 204
    headers: dict[str, str] = field(default_factory=dict)
    seconds: float = 0.0
    """How long an answer takes."""
    received: list[Received] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hooks?team=a"

    async def answer(self, request: Request) -> Response:
        self.received.append(Received(dict(request.headers), await request.body()))
        await asyncio.sleep(self.seconds)
        return Response(status_code=self.status, headers=self.headers)


@contextmanager
def served(app: ASGIApp, port: int, host: str = "127.0.0.1") -> Iterator[None]:
    """Serve an application on a port of this machine."""
    server = uvicorn.Server(uvicorn.Config(app, host=host, port=port, log_level="warning", lifespan="off"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        thread.join(0.01)
        assert thread.is_alive(), f"nothing could be served on port {port}"
    try:
        yield
    finally:
        server.should_exit = server.force_exit = True
        thread.join()


@contextmanager
def speaking(answer: bytes, host: str = "127.0.0.1", port: int = 0) -> Iterator[int]:
    """The port of a server that answers one request with these bytes, and hangs up."""

    def speak(listening: socket.socket) -> None:
        connection, _ = listening.accept()
        with connection:
            connection.recv(65_536)
            connection.sendall(answer)

    with socket.create_server((host, port)) as listening:
        thread = threading.Thread(target=speak, args=(listening,), daemon=True)
        thread.start()
        yield listening.getsockname()[1]
        thread.join()


@contextmanager
def receiver(host: str = "127.0.0.1", port: int = 0) -> Iterator[Receiver]:
    """A running receiver."""
    made = Receiver(port or claim_port(0, "the receiver", "none"))
    with served(Starlette(routes=[Route("/{path:path}", made.answer, methods=["GET", "POST"])]), made.port, host):
        yield made
