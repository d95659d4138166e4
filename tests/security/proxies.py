"""A real proxy of a test: it lets through to the hosts that it knows, and answers as it is told."""

from __future__ import annotations

import socket
import struct
from base64 import b64decode
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from threading import Thread

from tests.security.servers import Served, serving

_AT_ONCE, _IN_ORDER = (struct.pack("ii", on, 0) for on in (1, 0))
"""How a connection is closed: torn, or after what was said."""


@dataclass
class ProxyAtWork:
    """Where it is, whom it knows, and what it was asked for."""

    port: int = 0
    ports: dict[str, int] = field(default_factory=dict)
    """Where on this machine a ``host:port`` is; any other is one that cannot be reached."""
    login: str | None = None
    """``user:password`` without which it lets nobody through."""
    answer: bytes | None = None
    """What it says in place of what it would; where that is nothing, it tears the connection."""
    asked: list[str] = field(default_factory=list)

    @property
    def url(self) -> str:
        """The address."""
        return f"http://127.0.0.1:{self.port}"

    def serve(self, head: bytes, connection: socket.socket) -> None:
        """Answer one request."""
        method, target, _ = head.decode("ascii").split(" ", 2)
        self.asked.append(f"{method} {target}")
        refusal = self._refusal(method, target, head) if self.answer is None else self.answer
        if refusal is not None:
            connection.sendall(refusal)
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _AT_ONCE if not refusal else _IN_ORDER)
            connection.close()
            return
        with socket.create_connection(("127.0.0.1", self.ports[target])) as there:
            connection.sendall(b"HTTP/1.1 200 Connection established\r\nVia: 1.1 proxy\r\n\r\n")
            back = Thread(target=_pass_on, args=(there, connection), daemon=True)
            back.start()
            _pass_on(connection, there)
            back.join()

    def _refusal(self, method: str, target: str, head: bytes) -> bytes | None:
        if self.login and self.login != _login(head):
            return said(407, "Proxy Authentication Required")
        if method != "CONNECT":
            return said(405, "Method Not Allowed")
        return None if target in self.ports else said(503, "Service Unavailable")


def said(status: int, reason: str) -> bytes:
    """An answer of a proxy."""
    return f"HTTP/1.1 {status} {reason}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".encode("ascii")


def _login(head: bytes) -> str | None:
    for line in head.decode("ascii").splitlines():
        name, _, value = line.partition(": ")
        if name.lower() == "proxy-authorization":
            return b64decode(value.removeprefix("Basic ")).decode("utf-8")
    return None


def _pass_on(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):
        while piece := source.recv(1 << 16):
            target.sendall(piece)
    with suppress(OSError):
        target.shutdown(socket.SHUT_WR)


@contextmanager
def proxying() -> Iterator[ProxyAtWork]:
    """A proxy on loopback as long as the context lasts."""
    made = ProxyAtWork()
    with serving(made.serve) as served:
        made.port = served.port
        yield made


def known_as(name: str, served: Served, proxy: ProxyAtWork, port: int = 443) -> str:
    """Let the proxy know a server by a name that nobody else knows; its address."""
    proxy.ports[f"{name}:{port}"] = served.port
    return f"https://{name}" if port == 443 else f"http://{name}:{port}"
