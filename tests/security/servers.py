"""Servers of a test: they shake hands as they are told, as HTTP's or PostgreSQL's do, and answer as a script writes."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from threading import Event, Thread

ANSWER = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}"
ANCIENT = "ALL:@SECLEVEL=0"
"""Ciphers that let OpenSSL speak TLS 1.0 and 1.1 at all."""
SSL_REQUEST = (8).to_bytes(4, "big") + (80877103).to_bytes(4, "big")
"""What libpq asks first (PostgreSQL's documentation, Message Formats); the answer S means: shake hands."""

_CLIENT_HELLO = b"\x16"
"""How TLS begins, which a server without it answers as best it can."""

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


@dataclass(frozen=True)
class Protocol:
    """How a client begins."""

    hear: Callable[[socket.socket], bytes]
    """The head of a request; nothing where none comes any more."""
    greet: Callable[[socket.socket, bool], None] = lambda connection, is_encrypted: None
    """What is said before the handshake."""


def _head(connection: socket.socket) -> bytes:
    head = b""
    while not head.endswith(b"\r\n\r\n"):
        byte = connection.recv(1)
        if not byte:
            return b""
        head += byte
        if head == _CLIENT_HELLO:
            connection.sendall(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")
            return b""
    return head


def _login(connection: socket.socket) -> bytes:
    size = connection.recv(4)
    return size + connection.recv(int.from_bytes(size, "big") - 4) if size else b""


def _offer(connection: socket.socket, is_encrypted: bool) -> None:
    assert connection.recv(len(SSL_REQUEST)) == SSL_REQUEST
    connection.sendall(b"S" if is_encrypted else b"N")


HTTP, POSTGRESQL = Protocol(_head), Protocol(_login, _offer)


@contextmanager
def serving(
    script: Script | None = None, context: ssl.SSLContext | None = None, protocol: Protocol = HTTP
) -> Iterator[Served]:
    """A server on loopback as long as the context lasts, with TLS where there is a context."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.settimeout(0.05)
        served, over = Served(listening.getsockname()[1]), Event()
        serve = partial(_serve, served=served, script=script or _plainly, context=context, protocol=protocol)
        accepting = Thread(target=_accept, args=(listening, serve, over), daemon=True)
        accepting.start()
        try:
            yield served
        finally:
            over.set()
            accepting.join()


def tls_context(
    file: str | None,
    version: ssl.TLSVersion | None = None,
    client_authority: str | None = None,
    ciphers: str = ANCIENT,
) -> ssl.SSLContext:
    """The context of a server with a certificate; of one version only, and asking for client certificates, if told."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    if version:
        context.set_ciphers(ciphers)
        context.minimum_version = context.maximum_version = version
    if file:
        context.load_cert_chain(file)
    if client_authority:
        context.load_verify_locations(client_authority)
        context.verify_mode = ssl.CERT_REQUIRED
    return context


def _plainly(_head: bytes, connection: socket.socket) -> None:
    connection.sendall(ANSWER)


def _accept(listening: socket.socket, serve: Callable[[socket.socket], None], over: Event) -> None:
    while not over.is_set():
        with suppress(TimeoutError):
            connection, _ = listening.accept()
            Thread(target=serve, args=(connection,), daemon=True).start()


def _serve(
    connection: socket.socket, served: Served, script: Script, context: ssl.SSLContext | None, protocol: Protocol
) -> None:
    with suppress(OSError), connection:
        connection.settimeout(30)
        protocol.greet(connection, context is not None)
        encrypted = context.wrap_socket(connection, server_side=True) if context else connection
        with encrypted:
            while head := protocol.hear(encrypted):
                served.heads.append(head)
                script(head, encrypted)
