"""Servers of a test: one that shakes hands as it is told, and one that answers whatever a script writes."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from threading import Event, Thread

ANSWER = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}"
ANCIENT = "ALL:@SECLEVEL=0"
"""Ciphers that let OpenSSL speak TLS 1.0 and 1.1 at all."""

Script = Callable[[bytes, socket.socket], None]
"""What to do with a request's head: write to the socket, as wrongly as one likes."""


@dataclass
class Served:
    """A server at work."""

    port: int
    heads: list[bytes] = field(default_factory=list)
    """The heads of the requests that came."""

    def url(self, scheme: str = "https", host: str = "127.0.0.1") -> str:
        """Where it is."""
        return f"{scheme}://{host}:{self.port}"


@contextmanager
def serving(script: Script | None = None, context: ssl.SSLContext | None = None) -> Iterator[Served]:
    """A server on loopback as long as the context lasts, with TLS where there is a context."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.settimeout(0.05)
        served, over = Served(listening.getsockname()[1]), Event()
        accepting = Thread(target=_accept, args=(listening, served, script or _plainly, context, over), daemon=True)
        accepting.start()
        try:
            yield served
        finally:
            over.set()
            accepting.join()


def tls_context(
    file: str, version: ssl.TLSVersion | None = None, client_authority: str | None = None
) -> ssl.SSLContext:
    """The context of a server with a certificate; of one version only, and asking for client certificates, if told."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    if version:
        context.set_ciphers(ANCIENT)
        context.minimum_version = context.maximum_version = version
    if client_authority:
        context.load_verify_locations(client_authority)
        context.verify_mode = ssl.CERT_REQUIRED
    return context


def _plainly(_head: bytes, connection: socket.socket) -> None:
    connection.sendall(ANSWER)


def _accept(
    listening: socket.socket, served: Served, script: Script, context: ssl.SSLContext | None, over: Event
) -> None:
    while not over.is_set():
        with suppress(TimeoutError):
            connection, _ = listening.accept()
            Thread(target=_serve, args=(connection, served, script, context), daemon=True).start()


def _serve(connection: socket.socket, served: Served, script: Script, context: ssl.SSLContext | None) -> None:
    with suppress(OSError), connection:
        connection.settimeout(30)
        encrypted = context.wrap_socket(connection, server_side=True) if context else connection
        with encrypted:
            while head := _head(encrypted):
                served.heads.append(head)
                script(head, encrypted)


def _head(connection: socket.socket) -> bytes:
    head = b""
    while not head.endswith(b"\r\n\r\n"):
        byte = connection.recv(1)
        if not byte:
            return b""
        head += byte
    return head
